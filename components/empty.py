"""Where there is nothing yet: one picture, one sentence, one way on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

PICTURE = '<div class="reel" aria-hidden="true"><span></span><span></span><span></span></div>'
"""Three frames in a row, the middle one lit; page.css draws them."""


def show_empty(sentence: str, page: Path, label: str) -> None:
    """``page`` is where the button that reads ``label`` leads."""
    with begin_empty(sentence):
        st.page_link(page, label=label)


def begin_empty(sentence: str) -> DeltaGenerator:
    """The picture and the sentence; what is put into it next stands beneath them."""
    place = st.container(key="empty", horizontal_alignment="center", gap="small")
    with place:
        st.html(PICTURE, width="content")
        st.caption(sentence, width="content", text_alignment="center")
    return place
