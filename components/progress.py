"""What the machine is doing for a review right now, how far it is, and the way to stop it."""

from __future__ import annotations

import streamlit as st

from components.session import studio, who
from components.words import plain
from posterframe import workflows
from posterframe.errors import PosterframeError
from posterframe.model import Round, RoundState, Snapshot, Stage

TICK = 0.5
"""Seconds between two looks at a round under way."""

STAGE_WORDS = {
    Stage.READING: "Reading the video",
    Stage.WATCHING: "Watching",
    Stage.REFINING: "Finding the best frames",
    Stage.PREVIEWING: "Making previews",
}


def show_progress(snapshot: Snapshot) -> None:
    """Progress while a round is under way; what went wrong where it failed; nothing when all is well."""
    latest = snapshot.rounds[-1]
    if not latest.state.is_final:
        st.fragment(_follow, run_every=TICK)(latest.id)
    elif latest.state is RoundState.FAILED:
        st.error(plain(latest.error or "The video could not be watched."))
        _offer_again(latest, "Try again")
    elif latest.state is RoundState.CANCELLED:
        st.info("You stopped this before it was done.")
        _offer_again(latest, "Watch it again")
    for warning in latest.warnings:
        st.warning(plain(warning))


def _follow(round_id: str) -> None:
    round_ = studio().store.round(round_id)
    if round_ is None or round_.state.is_final:
        st.rerun()
    with st.container(border=True, key="progress"):
        st.markdown(_steps(round_))
        st.progress(round_.progress, text=plain(round_.doing or "Getting ready"))
        st.button("Cancel", key=f"cancel-{round_.id}", on_click=_cancel, args=(round_.id,))


def _cancel(round_id: str) -> None:
    studio().store.cancel_round(round_id, who())


def _steps(round_: Round) -> str:
    """The four steps in a row: done ones ticked, the current one bold, later ones quiet."""
    stages = list(Stage)
    current = stages.index(round_.stage)
    words = []
    for index, stage in enumerate(stages):
        text = STAGE_WORDS[stage]
        if index < current:
            words.append(f":green[✓] :gray[{text}]")
        elif index == current:
            words.append(f"**{text}**")
        else:
            words.append(f":gray[{text}]")
    return "&emsp;".join(words)


def _offer_again(latest: Round, label: str) -> None:
    """The same once more; this machine in place of a service that failed; or another video."""
    local = studio().picker("local")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(label, type="primary", key=f"again-{latest.id}"):
            _again(latest, latest.picker)
        if latest.picker != local.name and st.button(f"Let {local.label} suggest", key=f"local-{latest.id}"):
            _again(latest, local.name)
        st.page_link("../pages/review.py", label="Start with another video")


def _again(latest: Round, picker: str) -> None:
    try:
        again = studio().store.add_round(latest.review_id, latest.wish, picker, who())
    except PosterframeError as error:
        st.error(plain(str(error)))
        return
    workflows.watch(again.id)
    st.rerun()
