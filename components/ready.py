"""How many thumbnails are ready, told where they are asked for, since they appear out of sight; and the way to them."""

from __future__ import annotations

import streamlit as st

from components.session import TICK, studio
from components.words import count
from posterframe.contracts import ThumbnailStatus
from posterframe.model import Snapshot

PLACE = "gallery"
"""The id of the place on the page where the gallery begins."""


def show_ready(snapshot: Snapshot) -> None:
    """One line, which goes on counting while something is being cut."""
    st.fragment(_count, run_every=TICK if snapshot.is_cutting else None)(snapshot.review.id)


def show_place() -> None:
    """Where that line leads. Headings have ids too, but pull the page to them whenever they are drawn."""
    st.html(f'<div id="{PLACE}"></div>')


def _count(review_id: str) -> None:
    states = [one.status for one in studio().store.thumbnails(review_id)]
    ready, failed = states.count(ThumbnailStatus.READY), states.count(ThumbnailStatus.FAILED)
    words = f"{ready} of {count(len(states), 'thumbnail')} ready"
    if failed:
        words += f", {failed} failed"
    st.caption(f"{words} · [See them below](#{PLACE})", width="stretch")
