"""Times as people write and read them: 0:04.4, 1:02:03, 4.4, 1m 2s."""

from __future__ import annotations

import math
import re
from typing import Final

from posterframe.contracts import Part
from posterframe.errors import BadInput

SHORTEST_PART: Final = 1.0
"""Seconds: less is a frame and its neighbours, for which nobody has to watch."""

_CLOCK = re.compile(r"(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,3}):(?P<s>\d{1,2}(?:\.\d*)?)")
_UNITS = re.compile(r"(?:(?P<h>\d{1,3})\s*h)?\s*(?:(?P<m>\d{1,5})\s*m(?:in)?)?\s*(?:(?P<s>\d{1,7}(?:\.\d*)?)\s*s?)?")


def format_time(seconds: float) -> str:
    """Minutes, seconds and tenths: 4.44 is 0:04.4, 3725 is 1:02:05.0. Tenths are rounded down, as players do."""
    tenths = math.floor(seconds * 10 + 1e-6)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    clock = f"{minutes}:{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{clock:0>7}" if hours else clock


def parse_time(text: str) -> float:
    """Seconds from what a person typed. Raises ``BadInput`` when it is no time, or a negative one."""
    tidy = text.strip().lower().replace(",", ".")
    if not tidy:
        raise BadInput("Give a time in the video. Write it like 0:04.4 or 4.4.")
    match = _CLOCK.fullmatch(tidy) or _UNITS.fullmatch(tidy)
    if match is None:
        raise BadInput(f"“{text.strip()[:40]}” is not a time in the video. Write it like 0:04.4 or 4.4.")
    return int(match["h"] or 0) * 3600 + int(match["m"] or 0) * 60 + float(match["s"] or 0)


def clamp_time(seconds: float, duration: float) -> float:
    """The nearest time that lies within a video of this many seconds.

    Raises ``BadInput`` for a time that is not a number.
    """
    if not math.isfinite(seconds):
        raise BadInput("That is not a time in the video. Write it like 0:04.4 or 4.4.")
    return min(max(seconds, 0.0), max(duration, 0.0))


def check_time(seconds: float, duration: float | None) -> float:
    """The same time, if a video of this many seconds (None: not known yet) has it. Raises ``BadInput`` if not."""
    if not math.isfinite(seconds) or seconds < 0:
        raise BadInput("That is not a time in the video. Write it like 0:04.4 or 4.4.")
    if duration is not None and seconds > duration:
        raise BadInput(f"The video ends at {format_time(duration)}. Give a time before that.")
    return seconds


def parse_part(start: str, end: str) -> Part:
    """The part of a video between two times as a person types them; nothing typed is the video's own start or end.

    Raises ``BadInput`` for what is no time, and for a part that is not at least a second long.
    """
    part = Part(parse_time(start) if start.strip() else 0.0, parse_time(end) if end.strip() else None)
    if part.end is not None and part.end - part.start < SHORTEST_PART:
        raise BadInput("A part of the video has to end at least a second after it starts. Choose other times.")
    return part


def check_part(part: Part, duration: float) -> tuple[float, float]:
    """From where to where a video of this many seconds is watched. Raises ``BadInput`` where it does not go so far."""
    start, end = part.span(duration)
    if start > 0 and end - start < SHORTEST_PART:
        raise BadInput(f"The video ends at {format_time(duration)}. Let the part start at least a second before that.")
    return start, end
