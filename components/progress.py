"""What the machine is doing for a review right now, how far it is, and the way to stop it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.picture import show_blank
from components.session import TICK, show_said, studio, telling, who
from components.wishing import can_watch
from components.words import plain
from posterframe import workflows
from posterframe.model import BY_FILE, Round, RoundState, Snapshot, SourceKind, Stage

PLACE = "progress"
"""Where it is told that a round could not be cancelled or begun."""

STAGE_WORDS = {
    Stage.READING: "Reading the video",
    Stage.WATCHING: "Watching",
    Stage.REFINING: "Finding the best frames",
    Stage.PREVIEWING: "Making previews",
}


def without_unfinished(snapshot: Snapshot) -> Snapshot:
    """The review without the moments of a round under way, whose times still change, so that no row moves under a hand.

    While a file is matched to moments that had none, that is all of them.
    """
    latest = snapshot.rounds[-1]
    if latest.state.is_final:
        return snapshot
    settled = () if latest.picker == BY_FILE else snapshot.moments
    return replace(snapshot, moments=tuple(one for one in settled if one.round_id != latest.id))


def is_follow_up(snapshot: Snapshot) -> bool:
    """Whether the latest round was asked for beneath a table that is there, and so is followed there too."""
    latest = snapshot.rounds[-1]
    return latest.picker != BY_FILE and any(one.round_id != latest.id for one in snapshot.moments)


def can_be_repeated(snapshot: Snapshot) -> bool:
    """Whether what was asked last can be asked once more as it was: not for a part that the video does not have."""
    return can_watch(snapshot.rounds[-1].wish.part, snapshot.review)


def show_progress(snapshot: Snapshot) -> None:
    """Progress while a round is under way; what went wrong where it failed; where all is well, what is to be known."""
    latest = snapshot.rounds[-1]
    show_said(PLACE)
    if not latest.state.is_final:
        _show_under_way(snapshot)
    elif latest.state is RoundState.FAILED:
        st.error(plain(latest.error or "The video could not be watched."))
        if can_be_repeated(snapshot):
            _offer_again(snapshot, "Try again")
    elif latest.state is RoundState.CANCELLED:
        st.info("This was stopped before it was done.")
        _offer_again(snapshot, "Watch it again")
    for warning in latest.warnings:
        st.warning(plain(warning))
    if latest.state is RoundState.DONE and "remark" in latest.details:
        st.caption(plain(latest.details["remark"]))


def _show_under_way(snapshot: Snapshot) -> None:
    """In the shape that the page will have: what is being made stands where the picture and its reason will be."""
    latest = snapshot.rounds[-1]
    if is_follow_up(snapshot):
        st.fragment(_follow, run_every=TICK)(latest.id, " &emsp; ")
        return
    picture, words = st.columns([3, 2], gap="medium")
    with picture:
        video = snapshot.review.video
        show_blank((video.width, video.height) if video else (16, 9))
    with words:
        st.fragment(_follow, run_every=TICK)(latest.id, "  \n")


def _follow(round_id: str, between: str) -> None:
    round_ = studio().store.round(round_id)
    if round_ is None:
        return
    with st.container(border=True, key="progress"):
        st.markdown(between.join(_steps(round_)))
        st.progress(round_.progress, text=plain(round_.doing or "Getting ready"))
        st.button("Cancel", key=f"cancel-{round_.id}", on_click=_cancel, args=(round_.id,))


@telling(PLACE)
def _cancel(round_id: str) -> None:
    studio().store.cancel_round(round_id, who())
    st.rerun()


def _steps(round_: Round) -> list[str]:
    """The four steps: done ones ticked, the current one bold, later ones quiet."""
    stages = list(Stage)
    current = stages.index(round_.stage)
    words = []
    for index, stage in enumerate(stages):
        text = STAGE_WORDS[stage]
        if index < current:
            words.append(f":green[✓] {text}")
        elif index == current:
            words.append(f"**→ {text}**")
        else:
            words.append(f":gray[· {text}]")
    return words


def _offer_again(snapshot: Snapshot, label: str) -> None:
    """The same once more; this machine in place of a service that failed; or another video."""
    latest, local = snapshot.rounds[-1], studio().picker("local")
    has_file = snapshot.review.source is not SourceKind.YOUTUBE
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(label, type="primary", key=f"again-{latest.id}", on_click=_again, args=(latest, latest.picker))
        if has_file and latest.picker not in (local.name, BY_FILE):
            local_label = f"Let {local.label} suggest"
            st.button(local_label, key=f"local-{latest.id}", on_click=_again, args=(latest, local.name))
        # No link: Streamlit leaves the address as it is where one leads to the page that it stands on.
        st.button("Give another video", key=f"other-{latest.id}", on_click=st.query_params.clear)


@telling(PLACE)
def _again(latest: Round, picker: str) -> None:
    workflows.watch(studio().store.add_round(latest.review_id, latest.wish, picker, who()).id)
