"""The frames around a moment in a row: a click, or a comma and a full stop, nudges the moment to another of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import floor
from typing import Any

import streamlit as st

from components.front_end import front_end
from components.session import picture_link, studio, telling, who
from posterframe import workflows
from posterframe.contracts import VideoInfo
from posterframe.model import Moment
from posterframe.timecode import format_time

PLACE = "decide"
"""Where it is told that a nudge could not be stored."""

USUAL = 7
"""Frames of most strips."""

SLIMMEST, WIDEST = 0.4, 4.0
"""Width against height from which and up to which frames are shown in their own shape."""

_strip = front_end("filmstrip", '<div class="strip" role="group" aria-label="Frames around this moment"></div>')


def show_filmstrip(moment: Moment, video: VideoInfo) -> None:
    """Its room stays free while there is no preview, which it is made with."""
    key = f"strip-{moment.id}"
    shape = min(max(video.width / video.height, SLIMMEST), WIDEST)
    _strip(key=key, data={"shape": shape, **_data(moment)}, on_nudge_change=partial(_nudge, moment.id, key))


def _data(moment: Moment) -> dict[str, Any]:
    """What the browser draws; plain values only."""
    strip = moment.filmstrip
    if strip is None:
        return {"picture": None, "frames": [], "current": 0, "blanks": USUAL}
    labels = zip(strip.times, _labels(strip.times), strict=True)
    shown = [time for time in strip.times if time <= moment.timestamp + 0.001]
    notes = {strip.times[strip.best]: "sharpest"}
    if moment.suggested_timestamp is not None:
        nearest = min(strip.times, key=lambda time: abs(time - moment.suggested_timestamp))  # type: ignore[operator]
        if abs(nearest - moment.suggested_timestamp) < (strip.times[-1] - strip.times[0]) / len(strip.times):
            notes[nearest] = "suggested" if nearest not in notes else "suggested, sharpest"
    return {
        "picture": picture_link(strip.picture),
        "frames": [{"at": time, "time": label, "note": notes.get(time, "")} for time, label in labels],
        "current": max(0, len(shown) - 1),
        "blanks": 0,
    }


def _labels(times: Sequence[float]) -> list[str]:
    """The times as one reads them: to the tenth, or to the hundredth where frames are so near each other."""
    tenths = [format_time(time) for time in times]
    if len(set(tenths)) == len(tenths):
        return tenths
    return [f"{tenth}{floor(time * 100 + 1e-6) % 10}" for tenth, time in zip(tenths, times, strict=True)]


@telling(PLACE)
def _nudge(moment_id: str, key: str) -> None:
    studio().store.retime(moment_id, float(st.session_state[key]["nudge"]), who())
    workflows.preview(moment_id)
