"""The choice of sizes, of the format, and of who cuts, for the next thumbnails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from components.session import studio
from components.wishing import capital
from posterframe.model import Fit, Format, Review, Shape
from posterframe.picture import MAX_SIDE
from posterframe.shapes import PRESETS, USUAL

POSITIONS = ("center", "top", "bottom", "left", "right")

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
        names = st.multiselect("Sizes", list(PRESETS), [USUAL], key="sizes")
        shapes = [PRESETS[name] for name in names]
        if st.toggle("A size of your own", key="custom"):
            shapes.append(_own_shape())
        manner = _choose_manner()
        extractor = _choose_extractor()
    usable, note = studio().extractor_for(review, extractor)
    return Order(tuple(dict.fromkeys(manner(shape) for shape in shapes)), usable.name, note)


def _label() -> str:
    """What is chosen, as far as there is room for it."""
    state = st.session_state
    names = list(state.get("sizes", [USUAL]))
    if state.get("custom"):
        names.append(f"{state.get('own_width', OWN[0])}×{state.get('own_height', OWN[1])}")
    return names[0] if len(names) == 1 else f"{len(names)} sizes"


def _own_shape() -> Shape:
    left, right, last = st.columns(3)
    width = left.number_input("Width", 1, MAX_SIDE, OWN[0], key="own_width")
    height = right.number_input("Height", 1, MAX_SIDE, OWN[1], key="own_height")
    format_ = last.selectbox("Format", [one.value for one in Format], format_func=str.upper, key="own_format")
    return Shape(int(width), int(height), Format(format_))


def _choose_manner() -> Callable[[Shape], Shape]:
    """How all the sizes are cut: what happens where the shapes differ, which part is kept, and how finely."""
    left, right, last = st.columns(3)
    fit = FIT_WORDS[left.selectbox("Other shapes", list(FIT_WORDS), key="fit")]
    position = right.selectbox("Keep", POSITIONS, format_func=capital, key="position", disabled=fit is Fit.FILL)
    quality = QUALITY_WORDS[last.selectbox("Quality", list(QUALITY_WORDS), key="quality")]
    return lambda shape: replace(shape, fit=fit, position=position, quality=quality or shape.quality)


def _choose_extractor() -> str:
    """Who cuts, where there is a choice."""
    extractors = studio().extractors
    if len(extractors) == 1:
        return studio().extractor().name
    return st.radio(
        "Cut by", list(extractors), format_func=lambda name: capital(extractors[name].label), key="extractor"
    )
