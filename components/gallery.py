"""The thumbnails of a review: one card each, live while they are being cut, and the choice of the final one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import streamlit as st

from components.front_end import front_end
from components.ready import show_place
from components.session import TICK, note, picture_link, show_said, studio, telling, who
from components.words import STATUS_WORDS, bundle_name, file_name, file_names, plain, reason_words, size_words
from posterframe import workflows
from posterframe.contracts import ThumbnailStatus
from posterframe.media import Bundle
from posterframe.model import Moment, Review, Snapshot, Thumbnail
from posterframe.shapes import GIVEN_UP
from posterframe.timecode import format_time

PLACE = "gallery"
"""Where it is told that what was pressed on a card could not be done."""

MOST_IN_A_ZIP = 100
"""Pictures: their names travel in the link, and proxies take one of 8 kB; so many have about 6 kB."""

_cards = front_end(
    "gallery",
    """
    <div class="gallery" role="list"></div>
    <dialog class="viewer" aria-label="The thumbnails, large">
      <div class="sheet" tabindex="-1">
        <header>
          <div class="steps">
            <button type="button" class="before" aria-label="Previous" title="Previous">←</button>
            <span class="place" role="status"></span>
            <button type="button" class="after" aria-label="Next" title="Next">→</button>
          </div>
          <button type="button" class="beside">Side by side<kbd>S</kbd></button>
          <button type="button" class="close">Close<kbd>Esc</kbd></button>
        </header>
        <div class="panels"></div>
      </div>
    </dialog>
    """,
    "viewer",
)


def show_gallery(snapshot: Snapshot) -> None:
    """The heading and the cards; only they refresh, and they stop when all is done."""
    st.fragment(_gallery, run_every=TICK if snapshot.is_cutting else None)(snapshot.review.id)


def _gallery(review_id: str) -> None:
    snapshot = studio().store.snapshot(review_id)
    if snapshot is None:
        return
    moments = {moment.id: moment for moment in snapshot.moments}
    _head(snapshot, moments)
    show_said(PLACE)
    cards = [_card(snapshot.review, one, moments.get(one.moment_id)) for one in snapshot.thumbnails]
    key = f"gallery-{review_id}"
    data = {"cards": cards, "title": snapshot.review.title, "length": _length(snapshot.review)}
    _cards(key=key, data=data, on_act_change=partial(_act, review_id, key))


def _head(snapshot: Snapshot, moments: Mapping[str, Moment]) -> None:
    """How far all of it is, who cuts, and what can be said to several cards at once."""
    thumbnails, review_id = snapshot.thumbnails, snapshot.review.id
    ready = sum(one.status is ThumbnailStatus.READY for one in thumbnails)
    older = [one.id for one in thumbnails if _is_older(one, moments.get(one.moment_id))]
    failed = [one.id for one in thumbnails if one.status is ThumbnailStatus.FAILED]
    waiting = [one.id for one in thumbnails if not one.status.is_final]
    facts = [f"{ready} of {len(thumbnails)} ready", f"cut by {_cutters(thumbnails)}"]
    if waiting:
        facts.append(format_time(_seconds_so_far(thumbnails)).rpartition(".")[0])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="gallery-head"):
        show_place()
        st.subheader("Thumbnails", anchor=False, width="content")
        st.caption(plain(" · ".join(facts)), width="content")
        if len(failed) > 1:
            st.button("Try all failed again", key="all_again", on_click=_again, args=(failed,))
        if len(older) > 1:
            help_ = "These were cut before the times of their moments changed."
            st.button(f"Cut {len(older)} anew", key="all_anew", help=help_, on_click=_recut, args=(older,))
        if len(waiting) > 1:
            st.button("Cancel all", key="cancel_all", on_click=_cancel, args=(review_id, waiting))
        if ready > 1:
            _offer_all(snapshot)


def _offer_all(snapshot: Snapshot) -> None:
    """All pictures that are ready in one ZIP, or in several where one link could not name them all."""
    pictures = (one for one in snapshot.thumbnails if one.picture)
    keys = [(name, one.picture) for name, one in file_names(snapshot.review, pictures).items() if one.picture]
    for start in range(0, len(keys), MOST_IN_A_ZIP):
        part = keys[start : start + MOST_IN_A_ZIP]
        label = "Download all" if part == keys else f"Download {start + 1}–{start + len(part)}"
        st.link_button(label, studio().media.bundle_link(Bundle(bundle_name(snapshot.review), dict(part))))


def _cutters(thumbnails: tuple[Thumbnail, ...]) -> str:
    names = dict.fromkeys(one.extractor for one in thumbnails)
    there = studio().extractors
    return " and ".join(there[name].label if name in there else name for name in names)


def _seconds_so_far(thumbnails: tuple[Thumbnail, ...]) -> float:
    """Since the first of those that are not done was asked for."""
    begun = min(one.created_at for one in thumbnails if not one.status.is_final)
    return (datetime.now(UTC) - begun).total_seconds()


def _length(review: Review) -> str | None:
    """How long the video is, as lists of videos write it on its picture: 0:48."""
    return format_time(review.video.duration).rpartition(".")[0] if review.video else None


def _card(review: Review, thumbnail: Thumbnail, moment: Moment | None) -> dict[str, Any]:
    """What the browser draws; plain values only."""
    final = review.final_thumbnail_id == thumbnail.id
    time = format_time(thumbnail.timestamp)
    size = size_words(thumbnail)
    ended = thumbnail.status.is_final
    return {
        "id": thumbnail.id,
        "status": "final" if final else thumbnail.status.value,
        "word": _word(thumbnail, final=final),
        "time": time,
        "size": size,
        "reason": reason_words(moment, thumbnail.timestamp) if moment else "This moment was removed from the table.",
        "now": _time_in_force(thumbnail, moment),
        "error": thumbnail.error if ended else None,
        "note": None if ended else thumbnail.error,
        "progress": thumbnail.progress if thumbnail.status is ThumbnailStatus.PROCESSING else None,
        "late": thumbnail.is_late,
        "picture": picture_link(thumbnail.picture),
        "width": thumbnail.width,
        "height": thumbnail.height,
        "download": studio().media.link(thumbnail.picture, filename=file_name(review, thumbnail))
        if thumbnail.picture
        else None,
        "alt": f"Frame at {time}, {size}" + (f": {moment.reason}" if moment and moment.reason else ""),
    }


def _time_in_force(thumbnail: Thumbnail, moment: Moment | None) -> str | None:
    """The moment's time, where it has changed since and nothing has been cut at it in this card's place."""
    if moment is None or moment.timestamp == thumbnail.timestamp or thumbnail.superseded_by is not None:
        return None
    return format_time(moment.timestamp)


def _is_older(thumbnail: Thumbnail, moment: Moment | None) -> bool:
    """Whether its card offers to cut it at the moment's new time; what was given up or is late is tried again there."""
    can_be_tried = thumbnail.status in GIVEN_UP or thumbnail.is_late
    return not can_be_tried and _time_in_force(thumbnail, moment) is not None


def _word(thumbnail: Thumbnail, *, final: bool) -> str:
    if final:
        return "Final"
    if thumbnail.is_late:
        return "Late"
    word = STATUS_WORDS[thumbnail.status]
    if thumbnail.status is ThumbnailStatus.PROCESSING and thumbnail.progress:
        word += f" · {round(100 * thumbnail.progress)} %"
    return word


@telling(PLACE)
def _act(review_id: str, key: str) -> None:
    """Carry out what the person pressed on a card."""
    pressed = st.session_state[key]["act"]
    thumbnail_id = str(pressed["id"])
    match pressed["do"]:
        case "choose":
            studio().store.choose_final(review_id, thumbnail_id, who())
        case "again":
            _again([thumbnail_id])
        case "recut":
            _recut([thumbnail_id])
        case "wait":
            studio().store.keep_waiting(thumbnail_id)
        case "cancel":
            _cancel(review_id, [thumbnail_id])
    st.rerun()  # as after all presses here: the page around the cards shows it too


@telling(PLACE)
def _again(thumbnail_ids: list[str]) -> None:
    for thumbnail_id in thumbnail_ids:
        workflows.cut(studio().store.retry(thumbnail_id, who()))
    st.rerun()


@telling(PLACE)
def _recut(thumbnail_ids: list[str]) -> None:
    for thumbnail_id in thumbnail_ids:
        workflows.cut(studio().store.recut(thumbnail_id, who()))
    st.rerun()


@telling(PLACE)
def _cancel(review_id: str, thumbnail_ids: list[str]) -> None:
    """Stop waiting. Services have no way to take a job back, and the person is told so."""
    stopped = studio().store.cancel_thumbnails(review_id, thumbnail_ids, who())
    found = (studio().extractors.get(name) for name in dict.fromkeys(one.extractor for one in stopped))
    services = [one.label for one in found if one is not None and one.is_service]
    if services:
        note(PLACE, f"{' and '.join(services)} cannot take a job back: it may still finish what was asked.")
    st.rerun()
