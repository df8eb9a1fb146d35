"""The name under which a person decides: asked for once, and known to their browser from then on."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.front_end import front_end
from components.session import GUEST, LONGEST_NAME, given_name, tidy_name, who
from components.words import plain

KEY = "kept-name"
"""Of the piece that talks with the browser."""

_keeper = front_end("naming", "")


def remember_name() -> None:
    """Have the browser keep the name, or tell the one that it has kept; shows nothing, and takes no room."""
    with st.container(key="naming"):
        _keeper(key=KEY, data={"name": given_name(), "longest": LONGEST_NAME}, on_known_change=partial(_take, KEY))


def ask_name() -> None:
    """Under which name this person decides, for the record that others read."""
    with st.popover(plain(f"Reviewing as {who()}")):
        st.text_input("Your name", key="who", placeholder=GUEST, max_chars=LONGEST_NAME, persist_state="session")
        st.caption("It stands beside what you approve, edit and choose. Your browser remembers it.")


def _take(key: str) -> None:
    """What a browser has kept can be anything; a name that was given in this session counts more."""
    if not given_name():
        st.session_state["who"] = tidy_name(st.session_state[key]["known"])
