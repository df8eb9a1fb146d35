"""The frame of the moment in turn, and beneath it the whole film as a line: to look at, to go about in, to mark on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from components.front_end import front_end
from components.session import picture_link
from components.words import DECISION_WORDS
from posterframe.contracts import VideoInfo
from posterframe.model import Moment, Review, SourceKind
from posterframe.timecode import format_time

PLAYED = (SourceKind.UPLOAD, SourceKind.SAMPLE)
"""Films that we serve ourselves. Of others the browser is given no address: it would tell a stranger who looks."""

_player = front_end(
    "player",
    """
    <div class="player">
      <div class="stage">
        <img class="still"><div class="rough"></div><video class="film" playsinline preload="none" hidden></video>
      </div>
      <div class="line" role="group" aria-label="The whole film">
        <div class="rail" role="slider" tabindex="0" aria-label="Place in the film" aria-valuemin="0"></div>
        <div class="ticks"></div>
        <div class="head"></div>
        <div class="bubble" hidden><div class="tile"></div><span class="when"></span></div>
      </div>
      <div class="bar">
        <span class="time"></span>
        <button type="button" class="play" title="Without sound">Play<kbd>K</kbd></button>
        <button type="button" class="mark" title="At the place that you point at">Mark a moment<kbd>M</kbd></button>
      </div>
    </div>
    """,
)


def show_player(
    review: Review,
    video: VideoInfo,
    moments: Sequence[Moment],
    moment: Moment,
    *,
    on_go: Callable[[str], None],
    on_mark: Callable[[float], None],
) -> None:
    """``on_go`` is given the id of the moment that a person goes to, ``on_mark`` the time, in seconds, of a new one."""
    key = f"player-{review.id}"
    _player(
        key=key,
        data=_data(review, video, moments, moment),
        on_go_change=partial(_pass_on, key, "go", on_go),
        on_mark_change=partial(_pass_on, key, "mark", on_mark),
    )


def _pass_on(key: str, name: str, act: Callable[[Any], None]) -> None:
    act(st.session_state[key][name])


def _data(review: Review, video: VideoInfo, moments: Sequence[Moment], moment: Moment) -> dict[str, Any]:
    """What the browser draws; plain values only."""
    board = review.storyboard
    return {
        "moment": moment.id,
        "at": moment.timestamp,
        "picture": picture_link(moment.preview),
        "alt": f"Frame at {format_time(moment.timestamp)}",
        "shape": [video.width, video.height],
        "duration": max(video.duration, 0.1),
        "fps": video.fps or 25,
        "film": picture_link(review.location) if review.source in PLAYED else None,
        "board": {"picture": picture_link(board.picture), "times": board.times, "columns": board.columns}
        if board
        else None,
        "ticks": [_tick(one, number) for number, one in enumerate(moments, 1)],
    }


def _tick(moment: Moment, number: int) -> dict[str, Any]:
    return {
        "id": moment.id,
        "at": moment.timestamp,
        "name": f"Moment {number}",
        "state": moment.decision.value,
        "word": DECISION_WORDS[moment.decision].lower(),
        "picture": picture_link(moment.preview),
    }
