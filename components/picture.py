"""A stored picture, shown as wide as its place; its room is kept free before it arrives, so that nothing jumps."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.session import picture_link


def show_blank(size: tuple[int, int]) -> None:
    """The room of a picture that is still to come."""
    st.html(f'<div class="picture blank" style="aspect-ratio: {size[0]} / {size[1]}"></div>')


def show_picture(key: str, alt: str, size: tuple[int, int]) -> None:
    """``size`` is the width and height that the picture's shape follows; ``alt`` says what is to be seen."""
    width, height = size
    link = escape(picture_link(key) or "", quote=True)
    st.html(
        f'<img class="picture" src="{link}" alt="{escape(alt, quote=True)}" style="aspect-ratio: {width} / {height}">'
    )
