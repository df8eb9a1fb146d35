"""The choice of sizes, of the format, and of who cuts, for the next thumbnails."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from components.session import studio
from components.wishing import capital
from posterframe.contracts import Fit, Format, Shape
from posterframe.model import Review
from posterframe.picture import MAX_SIDE
from posterframe.shapes import PRESETS, USUAL

POSITIONS = ("center", "top", "bottom", "left", "right")

FORMATS = [one.value for one in Format]

OWN = (1600, 900)
"""Width and height that a size of one's own begins with, in pixels."""


@dataclass(frozen=True)
class Order:
    """What the button that cuts will ask for. ``note`` says why it is not whom the person would expect."""

    shapes: tuple[Shape, ...]
    extractor: str
    note: str = ""


FIT_WORDS = {"Crop": Fit.COVER, "Add edges": Fit.CONTAIN, "Stretch": Fit.FILL}

QUALITY_WORDS = {"As usual": None, "Smaller files": 65, "Finest": 95}
"""What a person chooses, and the quality (1–100) that takes the place of each size's own."""


def choose_order(review: Review) -> Order:
    """A small menu beside the button that cuts; closed it names what is chosen."""
    with st.popover(_label(), width=230):
        st.multiselect("Sizes", list(PRESETS), [USUAL], key="sizes")
        if st.toggle("A size of your own", key="custom"):
            left, right, last = st.columns(3)
            left.number_input("Width", 1, MAX_SIDE, OWN[0], key="own_width")
            right.number_input("Height", 1, MAX_SIDE, OWN[1], key="own_height")
            last.selectbox("Format", FORMATS, format_func=str.upper, key="own_format")
        _choose_manner()
        _choose_extractor()
    return ordered(review)


def ordered(review: Review) -> Order:
    """What that menu holds by now: a callback finds there what was typed just before its button was pressed."""
    state = st.session_state
    shapes = [PRESETS[name] for name in state["sizes"]]
    if state["custom"]:
        shapes.append(Shape(*_own_size(), Format(state.get("own_format", FORMATS[0]))))
    fit, quality = FIT_WORDS[state["fit"]], QUALITY_WORDS[state["quality"]]
    shapes = [replace(shape, fit=fit, position=state["position"], quality=quality or shape.quality) for shape in shapes]
    usable, note = studio().extractor_for(review, state.get("extractor", studio().extractor().name))
    return Order(tuple(dict.fromkeys(shapes)), usable.name, note)


def _label() -> str:
    """What is chosen, as far as there is room for it."""
    state = st.session_state
    names = list(state.get("sizes", [USUAL]))
    if state.get("custom"):
        names.append("{}×{}".format(*_own_size()))
    return names[0] if len(names) == 1 else f"{len(names)} sizes"


def _own_size() -> tuple[int, int]:
    """Width and height in the fields for a size of one's own, in pixels."""
    state = st.session_state
    return int(state.get("own_width", OWN[0])), int(state.get("own_height", OWN[1]))


def _choose_manner() -> None:
    """How all the sizes are cut: what happens where the shapes differ, which part is kept, and how finely."""
    left, right, last = st.columns(3)
    fit = FIT_WORDS[left.selectbox("Where shapes differ", list(FIT_WORDS), key="fit")]
    part = "Place of the frame" if fit is Fit.CONTAIN else "Part to keep"
    right.selectbox(part, POSITIONS, format_func=capital, key="position", disabled=fit is Fit.FILL)
    last.selectbox("Quality", list(QUALITY_WORDS), key="quality")


def _choose_extractor() -> None:
    """Who cuts, where there is a choice."""
    extractors = studio().extractors
    if len(extractors) > 1:
        st.radio("Cut by", list(extractors), format_func=lambda name: capital(extractors[name].label), key="extractor")
