"""What film this is, in one line, and who works on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from components.naming import ask_name
from components.origin import picker_name
from components.session import clock, studio
from components.title import show_title
from components.wishing import money
from components.words import count, plain, source_words
from posterframe.contracts import Part
from posterframe.model import BY_HAND, Review, Round, Snapshot
from posterframe.timecode import format_time

MOST_OTHERS = 3
"""Other reviews of the same video that are named; the library finds all."""


def show_heading(snapshot: Snapshot) -> None:
    """The title, and beneath it what is known of the video and of the moments."""
    review = snapshot.review
    st.set_page_config(page_title=f"{review.title} · Posterframe")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_title(review)
        st.button("New review", type="tertiary", on_click=st.query_params.clear)
        ask_name()
    facts = [source_words(review)]
    if review.video:
        facts += [format_time(review.video.duration), f"{review.video.width}×{review.video.height}"]
    suggested = [picker_name(one, snapshot.rounds) for one in snapshot.moments if one.source != BY_HAND]
    facts += [f"{count(number, 'moment')} suggested by {name}" for name, number in Counter(suggested).items()]
    added = sum(one.source == BY_HAND for one in snapshot.moments)
    if added:
        facts.append(f"{added} added by hand")
    facts += dict.fromkeys(_part_words(one.wish.part) for one in snapshot.rounds if not one.wish.part.is_whole)
    facts += _cost(snapshot.rounds)
    if suggested and any(round_.details.get("sandbox") for round_ in snapshot.rounds):
        facts.append("watched by a sandbox")
    st.caption(plain(" · ".join(facts)))
    _link_others(snapshot.review)


def _part_words(part: Part) -> str:
    """Which part of the video was watched."""
    return f"watched from {format_time(part.start)} {f'to {format_time(part.end)}' if part.end else 'on'}"


def _cost(rounds: Sequence[Round]) -> list[str]:
    """What all rounds together cost, as far as it is known: failed ones may have cost something too."""
    costs = [round_.details.get("cost") or {} for round_ in rounds]
    tokens = sum(cost.get("prompt_tokens", 0) + cost.get("output_tokens", 0) for cost in costs)
    dollars = sum(cost.get("usd") or 0.0 for cost in costs)
    return ([f"cost {money(dollars)}"] if dollars else []) + ([f"{tokens:,} tokens"] if tokens else [])


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
                label=plain(clock(other.created_at, in_full=True)),
                query_params={"review": other.id},
            )
