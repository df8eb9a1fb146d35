"""Two people on one review: what one of them does appears on the page of the other."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import streamlit as st

from components.front_end import front_end
from components.session import stay_here, studio
from posterframe.errors import PosterframeError
from posterframe.model import Snapshot

LOOK = 2.0
"""Seconds between two looks at what others have done."""

_watch = front_end("together", "")


def follow(drawn: Snapshot) -> None:
    """Draw the page anew once more has been decided than was ``drawn``; shows nothing itself, and takes no room.

    It stands before all else, so that its place on the page never changes.
    """
    with st.container(key="together"):
        st.fragment(_follow)(drawn)


def _follow(drawn: Snapshot) -> None:
    # The browser asks, and no timer of Streamlit's: only there it is known whether a cell of the table stands open.
    key = f"together-{drawn.review.id}"
    _watch(key=key, data={"seconds": LOOK}, on_look_change=partial(_look, drawn))


def _look(drawn: Snapshot) -> None:
    """Work changes the version too; that is followed where it is shown, and only what is decided leads on from here."""
    store, review_id = studio().store, drawn.review.id
    with suppress(PosterframeError):  # the next look may find the database again
        if store.version(review_id) == drawn.version or store.last_line(review_id) == drawn.last_line:
            return
        stay_here()
        st.rerun()
