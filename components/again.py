"""Asking for more moments: like those approved, or others; what was suggested before stays."""

from __future__ import annotations

import streamlit as st

from components.progress import PLACE, is_follow_up, show_progress
from components.session import studio, telling, who
from components.wishing import Asked, ask_wish, money
from components.words import plain
from posterframe import workflows
from posterframe.model import BY_FILE, DecisionState, Moment, Proposal, Snapshot, Wish

LIKE = "More like the approved ones"
OTHER = "Something different"


def show_again(snapshot: Snapshot) -> None:
    """A fold under the table, closed until somebody wants more; then how far that is."""
    if is_follow_up(snapshot):
        show_progress(snapshot)
    if not snapshot.rounds[-1].state.is_final:
        return
    latest = next((one for one in reversed(snapshot.rounds) if one.picker != BY_FILE), snapshot.rounds[-1])
    with st.expander("Suggest more moments"):
        asked = ask_wish("again", latest.wish)
        approved = [one for one in snapshot.moments if one.decision is DecisionState.APPROVED]
        direction = st.radio("Direction", [OTHER, LIKE], horizontal=True, key="direction") if approved else OTHER
        wish = _with_known(asked.wish, snapshot.moments, like_approved=direction == LIKE)
        with st.container(horizontal=True, vertical_alignment="center"):
            args = (snapshot.review.id, asked.picker, wish)
            st.button("Suggest more", key="suggest_more", on_click=_ask_again, args=args)
            st.caption(_price(asked, snapshot))


def _with_known(wish: Wish, moments: tuple[Moment, ...], *, like_approved: bool) -> Wish:
    """The wish with every moment that is known, so that none of them is proposed again."""
    liked = [one for one in moments if like_approved and one.decision is DecisionState.APPROVED]
    others = [one for one in moments if one not in liked]
    return Wish(wish.count, wish.brief, wish.model, more_like=_proposals(liked), not_like=_proposals(others))


def _proposals(moments: list[Moment]) -> tuple[Proposal, ...]:
    return tuple(Proposal(one.timestamp, one.reason) for one in moments)


def _price(asked: Asked, snapshot: Snapshot) -> str:
    if snapshot.review.video is None:
        return ""
    amount = studio().picker(asked.picker).expected_cost(snapshot.review.video.duration, asked.wish)
    return "" if amount is None else plain(f"About {money(amount)}")


@telling(PLACE)
def _ask_again(review_id: str, picker: str, wish: Wish) -> None:
    workflows.watch(studio().store.add_round(review_id, wish, picker, who()).id)
