"""Asking for more moments: like those approved, unlike those rejected; what was suggested before stays."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.progress import PLACE, can_be_repeated, is_follow_up, show_progress
from components.session import studio, telling, who
from components.wishing import ask_wish, can_watch, price_words, wished
from components.words import plain
from posterframe import workflows
from posterframe.contracts import WHOLE, Proposal, Wish
from posterframe.model import BY_FILE, DecisionState, Review, Snapshot, Stage

LIKE = "More like the approved ones"
OTHER = "Anything else"


def came_to_nothing(snapshot: Snapshot) -> bool:
    """Whether the video can be read and was watched, and no moment is there."""
    latest = snapshot.rounds[-1]
    return latest.state.is_final and latest.stage is not Stage.READING and not snapshot.moments


def show_again(snapshot: Snapshot) -> None:
    """A fold under the table, closed until somebody wants more; then how far that is.

    Without moments it stands open in the table's place: what can be changed is then the way on.
    """
    if is_follow_up(snapshot):
        show_progress(snapshot)
    if not snapshot.rounds[-1].state.is_final:
        return
    has_moments = bool(snapshot.moments)
    fold = "Suggest more moments" if has_moments else "Ask differently"
    with st.expander(fold, expanded=not has_moments, key="again"):  # its key keeps it open while others come and go
        fields = _fields(snapshot.review)
        asked = ask_wish(fields, _latest_wish(snapshot), snapshot.review)
        if _decided(snapshot, DecisionState.APPROVED):
            st.radio("Direction", [OTHER, LIKE], horizontal=True, key=f"{fields}-direction")
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Suggest more" if has_moments else "Suggest moments"
            st.button(
                label,
                key="suggest_more",
                type="secondary" if can_be_repeated(snapshot) else "primary",
                disabled=bool(asked.problem),
                on_click=_ask_again,
                args=(snapshot.review.id,),
            )
            video = snapshot.review.video
            st.caption(plain(price_words(asked, video.duration if video else None)))


def _fields(review: Review) -> str:
    """What the keys of the fields begin with: of each review its own, so that nothing is asked for another one."""
    return f"again-{review.id}"


def _latest_wish(snapshot: Snapshot) -> Wish:
    """What was wished of the latest round in which something watched, but for a part that the video does not have."""
    wish = next((one for one in reversed(snapshot.rounds) if one.picker != BY_FILE), snapshot.rounds[-1]).wish
    return wish if can_watch(wish.part, snapshot.review) else replace(wish, part=WHOLE)


def _decided(snapshot: Snapshot, decision: DecisionState) -> tuple[Proposal, ...]:
    """The moments of which that was decided, as a picker is told of them."""
    return tuple(Proposal(one.timestamp, one.reason) for one in snapshot.moments if one.decision is decision)


@telling(PLACE)
def _ask_again(review_id: str) -> None:
    snapshot = studio().store.snapshot(review_id)
    if snapshot is None:
        return
    fields = _fields(snapshot.review)
    asked = wished(fields, _latest_wish(snapshot), snapshot.review)
    if asked.problem:
        return  # it stands beneath its field by now
    wants_like = st.session_state.get(f"{fields}-direction") == LIKE
    wish = replace(
        asked.wish,
        more_like=_decided(snapshot, DecisionState.APPROVED) if wants_like else (),
        not_like=_decided(snapshot, DecisionState.REJECTED),
    )
    workflows.watch(studio().store.add_round(snapshot.review.id, wish, asked.picker, who()).id)
