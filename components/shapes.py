"""The choice of sizes, of the format, and of who cuts, for the next thumbnails."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from components.session import studio
from components.wishing import capital
from posterframe.model import Fit, Format, Review, Shape
from posterframe.picture import MAX_SIDE
from posterframe.shapes import PRESETS, USUAL

POSITIONS = ("center", "top", "bottom", "left", "right")


@dataclass(frozen=True)
class Order:
    """What the button that cuts will ask for. ``note`` says why it is not whom the person would expect."""

    shapes: tuple[Shape, ...]
    extractor: str
    note: str = ""


def choose_order(review: Review) -> Order:
    """A small menu beside the button that cuts; closed it names what is chosen."""
    chosen = st.session_state.get("sizes", [USUAL])
    label = chosen[0] if len(chosen) == 1 else f"{len(chosen)} sizes"
    with st.popover(label, width=230):
        names = st.multiselect("Sizes", list(PRESETS), [USUAL], key="sizes")
        shapes = [PRESETS[name] for name in names]
        if st.toggle("A size of your own", key="custom"):
            shapes.append(_own_shape())
        extractor = _choose_extractor()
    usable, note = studio().extractor_for(review, extractor)
    return Order(tuple(dict.fromkeys(shapes)), usable.name, note)


def _own_shape() -> Shape:
    left, right = st.columns(2)
    width = left.number_input("Width", 1, MAX_SIDE, 1600, key="own_width")
    height = right.number_input("Height", 1, MAX_SIDE, 900, key="own_height")
    format_ = Format(left.selectbox("Format", [one.value for one in Format], format_func=str.upper, key="own_format"))
    quality = right.number_input("Quality", 1, 100, 85, key="own_quality")
    fit = FIT_WORDS[left.selectbox("If the shapes differ", list(FIT_WORDS), key="own_fit")]
    position = right.selectbox("Keep", POSITIONS, format_func=capital, key="own_position")
    return Shape(int(width), int(height), format_, fit, int(quality), position)


FIT_WORDS = {"Crop": Fit.COVER, "Add edges": Fit.CONTAIN, "Stretch": Fit.FILL}


def _choose_extractor() -> str:
    """Who cuts, where there is a choice."""
    extractors = studio().extractors
    if len(extractors) == 1:
        return studio().extractor().name
    return st.radio(
        "Cut by", list(extractors), format_func=lambda name: capital(extractors[name].label), key="extractor"
    )
