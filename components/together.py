"""The page of a review is drawn anew once something in it has changed, by other people or by the work under way."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.front_end import front_end
from components.progress import without_unfinished
from components.session import TICK, stay_here, studio
from posterframe.errors import PosterframeError
from posterframe.model import Snapshot, SourceKind

LOOK = 2.0
"""Seconds between two looks while no work is under way, when only other people change anything."""

_watch = front_end("together", "")


def follow(drawn: Snapshot) -> None:
    """Draw the page anew once what it shows is no more what was ``drawn``; shows nothing itself, and takes no room.

    It stands before all else, so that its place on the page never changes. It alone does this: parts of the page that
    refresh by themselves would take the table from under who types in it.
    """
    with st.container(key="together"):
        st.fragment(_follow)(drawn)


def _follow(drawn: Snapshot) -> None:
    # The browser asks, and no timer of Streamlit's: only there it is known whether somebody is typing.
    key, seconds = f"together-{drawn.review.id}", TICK if _is_under_way(drawn) else LOOK
    asked = _watch(key=key, data={"seconds": seconds}, on_look_change=lambda: None)
    # Not in that callback: it may come in one run with a press, whose run would be broken off by another one.
    if asked.look and _is_outdated(drawn):
        stay_here()
        st.rerun()


def _is_outdated(drawn: Snapshot) -> bool:
    store, review_id = studio().store, drawn.review.id
    try:
        if store.version(review_id) == drawn.version:
            return False
        now = store.snapshot(review_id)
    except PosterframeError:
        return False  # the next look may find the database again
    return now is None or _page(now) != _page(drawn)


def _is_under_way(snapshot: Snapshot) -> bool:
    has_file = snapshot.review.source is not SourceKind.YOUTUBE
    return (
        not snapshot.rounds[-1].state.is_final
        or snapshot.is_cutting
        or (has_file and any(one.needs_preview for one in snapshot.moments))
    )


def _page(snapshot: Snapshot) -> tuple[object, ...]:
    """What the whole page is drawn for; how far work is, its parts tell by themselves."""
    latest = snapshot.rounds[-1]
    review = replace(snapshot.review, updated_at=snapshot.review.created_at)
    moments = without_unfinished(snapshot).moments
    has_cut = any(one.picture for one in snapshot.thumbnails)
    return snapshot.last_line, review, moments, latest.id, latest.state.is_final, snapshot.is_cutting, has_cut
