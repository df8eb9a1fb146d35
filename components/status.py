"""Who works here, in the bar above every page: named before anything is asked of anybody."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.session import studio
from components.wishing import capital


def show_status() -> None:
    """Who suggests moments and who cuts pictures, as set up; a review's own page says who really did."""
    picker, extractor = studio().picker().label, studio().extractor().label
    words = f"{picker} suggests and cuts" if picker == extractor else f"{picker} suggests · {extractor} cuts"
    st.html(f'<p class="status">{escape(capital(words))}</p>')
