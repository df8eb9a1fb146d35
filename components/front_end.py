"""Pieces of screen with a front end of their own: each is a style sheet and a script in frontend/, by one name."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

FOLDER = Path(__file__).parent / "frontend"


def front_end(name: str, html: str, *parts: str) -> ComponentRenderer:
    """The component whose look and behaviour are frontend/``name``.css and .js; ``html`` is what the script fills.

    ``parts`` are names of the same kind that it is made of.
    """
    css = "\n".join(_read(f"{part}.css") for part in (name, *parts))
    script = "\n".join(_read(f"{part}.js") for part in ("common", *parts, name))
    return st.components.v2.component(f"posterframe.{name}", html=html, css=css, js=script)


def _read(part: str) -> str:
    return (FOLDER / part).read_text(encoding="utf-8")
