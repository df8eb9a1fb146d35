"""All moments of a review: the table, the way to add one, and the button that hands the approved ones over."""

from __future__ import annotations

import streamlit as st

from components.adding import add_moment, moment_there
from components.moments_table import PLACE, show_table
from components.ready import show_ready
from components.session import go_to, note, show_said, studio, telling, who
from components.shapes import Order, choose_order, ordered
from components.words import count, moment_words, plain
from posterframe import workflows
from posterframe.model import DecisionState, Moment, Review, Snapshot, SourceKind
from posterframe.shapes import wanted
from posterframe.timecode import format_time, parse_time

ADDING = "adding"
"""Where it is told why a moment was not added."""


def show_moments(snapshot: Snapshot) -> None:
    """The table under its heading, and beneath it what was refused, the way back, and the way to add a row."""
    _head(snapshot)
    show_said(PLACE)
    if snapshot.moments:
        show_table(snapshot)
    else:
        st.caption("No moments here yet. Add one below: a time in the video is enough.")
    _offer_removed(snapshot)
    _add_row(snapshot.review.id)


def _head(snapshot: Snapshot) -> None:
    """The heading, and the one filled button: hand the approved moments over."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="moments-head"):
        st.subheader("All moments", anchor=False, width="content")
        if snapshot.thumbnails:
            show_ready(snapshot)
        else:
            st.caption("Edit times and reasons in place; everything is saved as you go.", width="stretch")
        order = choose_order(snapshot.review)
        has_file = snapshot.review.source is not SourceKind.YOUTUBE
        number = len(wanted(snapshot.moments, snapshot.thumbnails, order.shapes, order.extractor)) if has_file else 0
        st.button(
            f"Cut {count(number, 'thumbnail')}" if number else "Cut thumbnails",
            type="primary",
            shortcut="Ctrl+Enter",
            disabled=not number,
            help=_hint(snapshot, order, number),
            key="cut",
            on_click=_cut,
            args=(snapshot.review,),
        )
    if order.note:
        st.caption(plain(order.note))
    elif number and studio().extractor(order.extractor).is_service:
        st.caption(plain(f"This makes {count(number, 'job')} at {studio().extractor(order.extractor).label}."))


def _hint(snapshot: Snapshot, order: Order, number: int) -> str:
    """What the button that cuts does, or what it waits for; never nothing, so that it stays the same button."""
    if number:
        return "Each approved moment in each chosen size; what is there already is not cut again."
    if snapshot.review.source is SourceKind.YOUTUBE:
        return "Give the file of the video first."
    if order.shapes and any(one.decision is DecisionState.APPROVED for one in snapshot.moments):
        return "The approved moments are cut in these sizes already."
    return "Approve at least one moment, and choose at least one size."


@telling(PLACE)
def _cut(review: Review) -> None:
    """Hand the approved moments over."""
    order = ordered(review)
    made = studio().store.cut(review.id, order.shapes, order.extractor, who())
    for thumbnail in made:
        workflows.cut(thumbnail)


def _offer_removed(snapshot: Snapshot) -> None:
    """The way back for rows that were removed in this session, the latest first."""
    there = {moment.id for moment in snapshot.moments}
    removed = [moment for moment in st.session_state.get("removed", ()) if moment.id not in there]
    if not removed:
        return
    latest = removed[-1]
    with st.container(horizontal=True, vertical_alignment="center", key="removed-row"):
        st.caption(plain(f"Removed: {moment_words(latest.timestamp, latest.reason)}"), width="content")
        st.button("Bring it back", key="bring_back", type="tertiary", on_click=_bring_back, args=(removed,))


@telling(PLACE)
def _bring_back(removed: list[Moment]) -> None:
    *earlier, latest = removed
    studio().store.restore_moment(latest.id, who())
    st.session_state["removed"] = earlier


def _add_row(review_id: str) -> None:
    """A time and, if one likes, a reason; Enter in either of them adds the moment."""
    with st.form("adding", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="add"):
            st.text_input("Time", placeholder="0:04.4", key=f"add-time-{review_id}", width=110)
            why = "Why this moment (you can leave this empty)"
            st.text_input("Reason", placeholder=why, key=f"add-reason-{review_id}")
            st.form_submit_button("Add moment", on_click=_add, args=(review_id,))
        show_said(ADDING)


@telling(ADDING)
def _add(review_id: str) -> None:
    """Add the moment and show it, or the one that is there already; what was typed stays where it was not added."""
    state, time, reason = st.session_state, f"add-time-{review_id}", f"add-reason-{review_id}"
    at = parse_time(state[time])
    there = moment_there(review_id, at)
    if there:
        go_to(there.id)
        note(ADDING, f"There is a moment at {format_time(there.timestamp)} already. It is the one shown large now.")
        return
    go_to(add_moment(review_id, at, state[reason]).id)
    state[time] = state[reason] = ""
