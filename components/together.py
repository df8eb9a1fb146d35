"""The page of a review is drawn anew once it would be another one, by what other people do or by the work under way."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import streamlit as st

from components.front_end import front_end
from components.progress import without_unfinished
from components.session import TICK, studio
from posterframe.model import Snapshot, SourceKind
from posterframe.routes import STAMPS_PATH

LOOK = 2.0
"""Seconds between two looks while no work is under way, when only other people change anything."""

_told: dict[str, tuple[int, str]] = {}
"""Version and stamp of each review, as last told: while nothing has changed, nothing but the version is read."""

_watch = front_end("together", "")


def follow(drawn: Snapshot) -> None:
    """Draw the page anew once what it shows is no more what was ``drawn``; shows nothing itself, and takes no room.

    It stands before all else, so that its place on the page never changes. It alone does this: parts of the page that
    refresh by themselves would take the table from under who types in it.
    """
    review_id = drawn.review.id
    seconds = TICK if _is_under_way(drawn) else LOOK
    data = {"path": f"{STAMPS_PATH}/{review_id}", "stamp": _stamp(drawn), "seconds": seconds}
    with st.container(key="together"):
        # Outside of any fragment: a press that comes with it has the whole page drawn, as it has alone.
        _watch(key=f"together-{review_id}", data=data, on_outdated_change=lambda: None)


def stamp_of(review_id: str) -> str | None:
    """Another one as soon as the page of the review would be; None where there is no such review."""
    version, stamp = _told.get(review_id, (0, None))
    if studio().store.version(review_id) != version:
        snapshot = studio().store.snapshot(review_id)
        if snapshot is None:
            return None
        stamp = _stamp(snapshot)
        _told[review_id] = snapshot.version, stamp
    return stamp


def _stamp(snapshot: Snapshot) -> str:
    """What the whole page is drawn for, in short; how far work is, its parts tell by themselves."""
    latest = snapshot.rounds[-1]
    review = replace(snapshot.review, updated_at=snapshot.review.created_at)
    moments = without_unfinished(snapshot).moments
    has_cut = any(one.picture for one in snapshot.thumbnails)
    drawn = snapshot.last_line, review, moments, latest.id, latest.state.is_final, snapshot.is_cutting, has_cut
    return sha256(repr(drawn).encode()).hexdigest()


def _is_under_way(snapshot: Snapshot) -> bool:
    has_file = snapshot.review.source is not SourceKind.YOUTUBE
    needs_preview = has_file and any(one.needs_preview for one in snapshot.moments)
    return needs_preview or snapshot.is_cutting or not snapshot.rounds[-1].state.is_final
