"""The list of all reviews: what each shows, how far it is, and the way in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from components.empty import show_empty
from components.picture import show_blank, show_picture
from components.removed import PLACE, forget_removed, just_removed, offer_removal, offer_return
from components.session import clock, show_said, studio
from components.words import count, plain
from posterframe.model import ReviewSummary, RoundState

REVIEW_PAGE = Path(__file__).parents[1] / "pages/review.py"
PER_PAGE = 24
COLUMNS = 3
COVER = (16, 9)
"""The shape of the place for a cover, whatever the shape of the picture."""


def show_library() -> None:
    """A search field and a card for each review."""
    st.title("Library", anchor=False)
    show_said(PLACE)
    store = studio().store
    if not store.reviews(limit=1, with_removed=just_removed()):
        show_empty("No reviews yet. Give a video, and it will be listed here.", REVIEW_PAGE, "Start a review")
        return
    search = st.text_input(
        "Search", placeholder="Title or address", width=360, key="search", on_change=_turn_to, args=(0,)
    )
    page = int(st.session_state.get("library_page", 0))
    found = store.reviews(
        search=search.strip(), limit=PER_PAGE + 1, offset=page * PER_PAGE, with_removed=just_removed()
    )
    if not found:
        st.caption(plain(f"No review matches “{search}”." if search else "There are no older reviews."))
    show_cards(found[:PER_PAGE], removable=True)
    _show_pages(page, more=len(found) > PER_PAGE)


def show_cards(summaries: Sequence[ReviewSummary], *, removable: bool = False) -> None:
    """A card for each review, in rows; one that can be removed leaves the way back in its place."""
    for start in range(0, len(summaries), COLUMNS):
        for column, summary in zip(st.columns(COLUMNS, gap="medium"), summaries[start : start + COLUMNS], strict=False):
            with column:
                if summary.review.removed_at:
                    offer_return(summary.review)
                else:
                    _show_card(summary, removable=removable)


def _show_card(summary: ReviewSummary, *, removable: bool) -> None:
    with st.container(border=True, key=f"review-{summary.review.id}", gap="xsmall"):
        if summary.cover:
            show_picture(summary.cover, f"Cover of {summary.review.title}", COVER)
        else:
            show_blank(COVER)
        st.page_link(REVIEW_PAGE, label=plain(summary.review.title), query_params={"review": summary.review.id})
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"facts-{summary.review.id}"):
            st.caption(plain(" · ".join(_facts(summary))), width="stretch")
            if removable:
                offer_removal(summary.review)


def _facts(summary: ReviewSummary) -> list[str]:
    facts = [clock(summary.review.created_at)]
    if summary.review.final_thumbnail_id:
        facts.append("final chosen")
    elif not summary.round_state.is_final:
        facts.append("being watched")
    elif summary.round_state is RoundState.FAILED and not summary.moments:
        facts.append("could not be watched")
    elif summary.round_state is RoundState.CANCELLED and not summary.moments:
        facts.append("stopped before it was watched")
    else:
        facts.append(f"{summary.approved} of {count(summary.moments, 'moment')} approved")
    if summary.ready:
        facts.append(f"{count(summary.ready, 'thumbnail')} ready")
    return facts


def _show_pages(page: int, *, more: bool) -> None:
    with st.container(horizontal=True):
        if page:
            st.button("Newer", on_click=_turn_to, args=(page - 1,))
        if more:
            st.button("Older", on_click=_turn_to, args=(page + 1,))


def _turn_to(page: int) -> None:
    forget_removed()
    st.session_state["library_page"] = page
