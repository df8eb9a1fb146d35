"""Who works here, in the bar above every page: named before anything is asked of anybody."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.session import studio
from components.wishing import capital


def show_status() -> None:
    """Who suggests moments and who cuts pictures, as set up; a review's own page says who really did."""
    picker, extractor = studio().picker(), studio().extractor()
    same = picker.label == extractor.label
    words = f"{picker.label} suggests and cuts" if same else f"{picker.label} suggests · {extractor.label} cuts"
    sandbox = ' <b class="sandbox">sandbox</b>' if picker.is_sandbox or extractor.is_sandbox else ""
    st.html(f'<p class="status">{escape(capital(words))}{sandbox}</p>')
