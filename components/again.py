"""Asking for more moments: like those approved, unlike those rejected; what was suggested before stays."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.progress import PLACE, is_follow_up, show_progress
from components.session import studio, telling, who
from components.wishing import ask_wish, price_words
from components.words import plain
from posterframe import workflows
from posterframe.model import BY_FILE, DecisionState, Moment, Proposal, Snapshot, Stage, Wish

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
    latest = next((one for one in reversed(snapshot.rounds) if one.picker != BY_FILE), snapshot.rounds[-1])
    has_moments = bool(snapshot.moments)
    with st.expander("Suggest more moments" if has_moments else "Ask differently", expanded=not has_moments):
        video = snapshot.review.video
        duration = video.duration if video else None
        asked = ask_wish("again", latest.wish, snapshot.review)
        approved = [one for one in snapshot.moments if one.decision is DecisionState.APPROVED]
        direction = st.radio("Direction", [OTHER, LIKE], horizontal=True, key="direction") if approved else OTHER
        rejected = [one for one in snapshot.moments if one.decision is DecisionState.REJECTED]
        liked = approved if direction == LIKE else []
        wish = replace(asked.wish, more_like=_proposals(liked), not_like=_proposals(rejected))
        with st.container(horizontal=True, vertical_alignment="center"):
            args = (snapshot.review.id, asked.picker, wish)
            label = "Suggest more" if has_moments else "Suggest moments"
            st.button(label, key="suggest_more", disabled=not asked.is_sound, on_click=_ask_again, args=args)
            st.caption(plain(price_words(asked, duration)))


def _proposals(moments: list[Moment]) -> tuple[Proposal, ...]:
    return tuple(Proposal(one.timestamp, one.reason) for one in moments)


@telling(PLACE)
def _ask_again(review_id: str, picker: str, wish: Wish) -> None:
    workflows.watch(studio().store.add_round(review_id, wish, picker, who()).id)
