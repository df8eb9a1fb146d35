"""What film this is, in one line, and who works on it."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from components.session import GUEST, studio, who
from components.wishing import money
from components.words import count, plain, source_words
from posterframe.model import BY_HAND, Review, Snapshot
from posterframe.timecode import format_time

MOST_OTHERS = 3
"""Other reviews of the same video that are named; the library finds all."""


def show_heading(snapshot: Snapshot) -> None:
    """The title, and beneath it what is known of the video and of the moments."""
    review = snapshot.review
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(plain(review.title), anchor=False, width="content")
        _ask_name()
    facts = [source_words(review)]
    if review.video:
        facts += [format_time(review.video.duration), f"{review.video.width}×{review.video.height}"]
    for source, suggested in Counter(one.source for one in snapshot.moments if one.source != BY_HAND).items():
        picker = studio().pickers.get(source)
        facts.append(f"{count(suggested, 'moment')} suggested by {picker.label if picker else source}")
    added = sum(one.source == BY_HAND for one in snapshot.moments)
    if added:
        facts.append(f"{added} added by hand")
    cost = sum(round_.details.get("cost", {}).get("usd") or 0.0 for round_ in snapshot.rounds)
    if cost:
        facts.append(f"cost {money(cost)}")
    if any(round_.details.get("sandbox") for round_ in snapshot.rounds):
        facts.append("sandbox")
    st.caption(plain(" · ".join(facts)))
    _link_others(snapshot.review)


def _link_others(review: Review) -> None:
    """Where the same video was reviewed before, since nobody wants to do it twice unknowingly."""
    others = studio().store.same_video(review)[:MOST_OTHERS]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="others"):
        st.caption("This video was also reviewed on", width="content")
        for other in others:
            st.page_link(
                "../pages/review.py",
                label=plain(f"{other.created_at:%d %B %Y, %H:%M}"),
                query_params={"review": other.id},
            )


def _ask_name() -> None:
    """Under which name this person decides, for the record that others read."""
    with st.popover(plain(f"Reviewing as {who()}")):
        st.text_input("Your name", key="who", placeholder=GUEST, max_chars=80, persist_state="session")
        st.caption("It stands beside what you approve, edit and choose.")
