"""One moment at a time, large: look, approve or reject, on to the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import streamlit as st

from components.adding import add_moment, moment_there
from components.deciding import can_take_back, decide, take_back
from components.filmstrip import PLACE, show_filmstrip
from components.origin import picker_name
from components.player import show_player
from components.session import go_to, show_said, telling
from components.words import DECISION_WORDS, plain, reason_words
from posterframe.model import BY_HAND, DecisionState, Moment, Round, Snapshot
from posterframe.timecode import format_time

DECISION_COLOURS: dict[DecisionState, Literal["gray", "green", "red"]] = {
    DecisionState.CANDIDATE: "gray",
    DecisionState.APPROVED: "green",
    DecisionState.REJECTED: "red",
}


def show_decide(snapshot: Snapshot) -> None:
    """The frame of the moment in turn beside its reason and the three buttons; keys work outside of fields."""
    video = snapshot.review.video
    moments = [one for one in snapshot.moments if one.preview or one.needs_preview]
    if not moments or video is None:
        return
    moment = _in_turn(moments)
    go_to(moment.id)  # and stay there, whatever others decide meanwhile
    picture, words = st.columns([3, 2], gap="medium")
    with picture:
        mark = partial(_mark, snapshot.review.id)
        show_player(snapshot.review, video, moments, moment, on_go=go_to, on_mark=mark)
        show_filmstrip(moment, video)
    with words, st.container(border=True, key="decide", height="stretch", vertical_alignment="distribute"):
        with st.container():
            _show_place(moments, moment, snapshot.rounds)
            st.markdown(f"### {plain(reason_words(moment, moment.timestamp))}")
            _show_notes(moment)
        with st.container():
            show_said(PLACE)
            _show_buttons(moments, moment)


def _in_turn(moments: Sequence[Moment]) -> Moment:
    """The moment that the person is at: the one they went to, else the first one undecided, else the first."""
    chosen = st.session_state.get("in_turn")
    for moment in moments:
        if moment.id == chosen:
            return moment
    return next((one for one in moments if one.decision is DecisionState.CANDIDATE), moments[0])


def _show_place(moments: Sequence[Moment], moment: Moment, rounds: Sequence[Round]) -> None:
    decided = sum(one.decision is not DecisionState.CANDIDATE for one in moments)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        place = f"Moment {moments.index(moment) + 1} of {len(moments)} · {format_time(moment.timestamp)}"
        origin = "added by hand" if moment.source == BY_HAND else f"suggested by {picker_name(moment, rounds)}"
        st.caption(plain(f"{place} · {origin}"), width="content")
        st.caption(f"{decided} of {len(moments)} decided", width="content")
    st.progress(decided / len(moments))


def _show_notes(moment: Moment) -> None:
    found = moment.refine_note.split(", ") if moment.timestamp == moment.refined_timestamp else []
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(DECISION_WORDS[moment.decision], color=DECISION_COLOURS[moment.decision])
        for note in filter(None, found):
            st.badge(plain(note), color="gray")
        for warning in moment.warnings:
            st.badge(plain(warning), color="orange")


def _show_buttons(moments: Sequence[Moment], moment: Moment) -> None:
    with st.container(horizontal=True, gap="small"):
        approve, reject = DecisionState.APPROVED, DecisionState.REJECTED
        st.button("Approve", type="primary", shortcut="a", on_click=_decide, args=(moments, moment, approve))
        st.button("Reject", shortcut="x", on_click=_decide, args=(moments, moment, reject))
        st.button("Undo", shortcut="u", on_click=_undo, disabled=not can_take_back())
    with st.container(horizontal=True, gap="small"):
        place = moments.index(moment)
        before, after = moments[place - 1].id, moments[(place + 1) % len(moments)].id
        st.button("Previous", type="tertiary", shortcut="Left", on_click=go_to, args=(before,))
        st.button("Next", type="tertiary", shortcut="Right", on_click=go_to, args=(after,))


@telling(PLACE)
def _decide(moments: Sequence[Moment], moment: Moment, decision: DecisionState) -> None:
    """Store the decision and go to the next moment that is undecided, in a circle; stay where there is none."""
    decide(moment.id, decision)
    place = moments.index(moment)
    others = [*moments[place + 1 :], *moments[:place]]
    following = next((one for one in others if one.decision is DecisionState.CANDIDATE), moment)
    go_to(following.id)


@telling(PLACE)
def _undo() -> None:
    take_back()


@telling(PLACE)
def _mark(review_id: str, at: float) -> None:
    """Add a moment where the person points, or go to the one that is there already."""
    go_to((moment_there(review_id, at) or add_moment(review_id, float(at))).id)
