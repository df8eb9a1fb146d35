"""Timestamps as Gemini writes them: read in every spelling seen, checked against the video, repaired or refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from posterframe.contracts import WHOLE, Part
from posterframe.errors import BadInput
from posterframe.timecode import format_time, parse_time

TIME_NAMES: Final = ("timestamp", "time", "timestamp_seconds", "seconds", "start", "at")
"""What models call a time; the first is what they are asked to call it."""

SLACK: Final = 1.0
"""Gemini samples one frame a second, so a time this many seconds outside the video still means its edge."""

_LAST_FRAME: Final = 0.05
"""Seconds before the end where a time past it is put: within the last frame or two of any common rate."""

_LEAST_MILLISECONDS: Final = 1000
"""A lone number below this is never taken for milliseconds: 45 in a video of 40 s is a wrong time, not 0.045 s."""

_LEAST_HOURS: Final = 3600
"""From here on a number may be a clock with a fraction that was taken for hours: 1:07.41 as 1:07:41 as 4061.

Where that fits, milliseconds always fit too, so it is never settled on: it keeps the others from being taken.
"""

_FULL_WIDTH: Final = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
_LONGEST: Final = 60
"""Letters of a time that are looked at."""

_RANGE = re.compile(r"\s*(?:-->|–|—|-|\bto\b|\buntil\b|\band\b)\s*")
_WORDS = (
    (re.compile(r"milliseconds?|msecs?"), "ms"),
    (re.compile(r"hours?|hrs?"), "h"),
    (re.compile(r"minutes?|mins?|['′’]"), "m"),
    (re.compile(r"seconds?|secs?|[\"″”]"), "s"),
)
_AROUND = re.compile(r"^(?:(?:at|from|between|t\s*=|about|approx\.?|around|~|≈|@|pt|\[|\()\s*)+|[\]).\s]+$")
_ASIDE = re.compile(r"(?<=[\ds])\s*\([^()]*\)$")
_CLOCK_WITH_UNIT = re.compile(r"(?<=\d)\s*[hms]$")
_CLOCK_WITH_FRAMES = re.compile(r"(\d{2}:\d{2}:\d{2})[:;]\d{2}")
_MILLISECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*ms")
_CLOCK_WITH_FRACTION = re.compile(r"(?:(\d{1,3}):)?(\d{2}):(\d{2,3})")


@dataclass(frozen=True)
class Time:
    """A time in seconds, and in words what was done to it (None for nothing)."""

    seconds: float
    repair: str | None = None


@dataclass(frozen=True)
class NoTime:
    """Why something is no time in this video, to stand in a warning."""

    why: str


@dataclass(frozen=True)
class _Reading:
    """One way to read what was written; ``how`` names it where it is not the plain one."""

    seconds: float
    how: str | None = None


@dataclass(frozen=True)
class _Span:
    """From where to where times may lie, in seconds, and how that is called where one does not."""

    start: float
    end: float
    name: str

    def holds(self, seconds: float) -> bool:
        return self.start - SLACK <= seconds <= self.end + SLACK

    def clamped(self, seconds: float) -> float:
        return seconds if self.start <= seconds < self.end else max(self.start, min(seconds, self.end - _LAST_FRAME))


def _span(duration: float | None, part: Part) -> _Span | None:
    """None where nothing is known of it."""
    if duration is not None and (part.is_whole or part.start >= duration):
        return _Span(part.start, duration, f"the video, which is {format_time(duration)} long")
    if part.is_whole:
        return None
    start, end = part.span(math.inf if duration is None else duration)
    until = f"to {format_time(end)}" if math.isfinite(end) else "on"
    return _Span(start, end, f"the part to be watched, from {format_time(start)} {until}")


def read_times(values: Sequence[Any], duration: float | None, part: Part = WHOLE) -> list[Time | NoTime]:
    """Each value as a time within a part of a video of ``duration`` seconds, None where its length is not known.

    A plain reading that lies there is taken. Otherwise the times of one reply are looked at together, since a model
    that writes one time in milliseconds, or from the start of the part, writes all of them so; then each on its own,
    where it is repaired when exactly one other reading lies there.
    """
    span = _span(duration, part)
    values = [_unwrapped(value) for value in values]
    numbers = [_as_number(value) for value in values]
    read_number = _shared_unit([number for number in numbers if number is not None], span)
    readings = [
        _text_readings(value) if number is None else read_number(number)
        for value, number in zip(values, numbers, strict=True)
    ]
    if span and _count_from_part(readings, span):
        readings = [[_from_part(each[0], span.start)] if each else [] for each in readings]
    return [_settle(value, each, span) for value, each in zip(values, readings, strict=True)]


def as_written(value: Any) -> float | str:
    """A value that was read as a time, as ``read_times`` can read it again, fit to be stored."""
    value = _unwrapped(value)
    return value if isinstance(value, int | float) else _printable(str(value), _LONGEST)


def _unwrapped(value: Any) -> Any:
    """The time in ``["1:07"]`` and ``{"seconds": 67}``."""
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    if isinstance(value, Mapping):
        return next((value[name] for name in TIME_NAMES if value.get(name) is not None), None)
    return value


def _as_number(value: Any) -> float | None:
    """A number, also one written as text; None for everything else, also for what no video can be as long as."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value.strip().replace(",", ".")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _count_from_part(readings: Sequence[Sequence[_Reading]], span: _Span) -> bool:
    """Whether the times of a reply do not all fit as they are, and do when they count from the start of the part."""
    plain = [each[0].seconds for each in readings if each]
    fit_as_they_are = not math.isfinite(span.end) or all(map(span.holds, plain))
    return not fit_as_they_are and all(span.holds(span.start + seconds) for seconds in plain)


def _from_part(reading: _Reading, start: float) -> _Reading:
    return _Reading(start + reading.seconds, "counted from the start of the part")


def _settle(written: Any, readings: Sequence[_Reading], span: _Span | None) -> Time | NoTime:
    if not readings:
        return NoTime(f"“{_shown(written)}” is not a time")
    plain = readings[0]
    if span is None:
        return (
            Time(plain.seconds, _repaired(written, plain)) if plain.seconds >= 0 else NoTime("it is before the start")
        )
    if span.holds(plain.seconds):
        return Time(span.clamped(plain.seconds), _repaired(written, plain) or _moved(plain.seconds, span))
    fitting = [reading for reading in readings[1:] if span.holds(reading.seconds)]
    if len(fitting) == 1:
        return Time(span.clamped(fitting[0].seconds), _repaired(written, fitting[0]))
    if fitting:
        return NoTime(f"“{_shown(written)}” can be read in {len(fitting)} ways")
    return NoTime(f"“{_shown(written)}” is outside {span.name}")


def _moved(seconds: float, span: _Span) -> str | None:
    if span.start <= seconds <= span.end:
        return None
    return f"The time lay just outside the {'part' if span.start else 'video'} and was moved to its edge."


def _repaired(written: Any, reading: _Reading) -> str | None:
    if reading.how is None:
        return None
    return f"Time repaired: “{_shown(written)}” was read as {reading.how}, {format_time(max(0.0, reading.seconds))}."


def _shown(written: Any) -> str:
    text = f"{written:g}" if isinstance(written, float) and abs(written) < 1e6 else str(written)
    return "".join(character for character in _printable(text, 24) if character not in "<>`")


def _printable(text: str, longest: int) -> str:
    return "".join(character for character in text[:longest] if character.isprintable())


def _number_readings(value: float) -> list[_Reading]:
    """A lone number: seconds; else milliseconds, minutes and seconds run together (107 for 1:07), or a wrong clock."""
    readings = [_Reading(value)]
    if value >= _LEAST_MILLISECONDS:
        readings.append(_milliseconds(value))
    if (run_together := _run_together(value)) is not None and value >= 100:
        readings.append(run_together)
    if value >= _LEAST_HOURS:
        readings.append(_wrong_clock(value))
    return readings


def _wrong_clock(value: float) -> _Reading:
    """Minutes, seconds and hundredths that were taken for hours, minutes and seconds."""
    return _Reading(value // 3600 * 60 + value // 60 % 60 + value % 60 / 100, "minutes, seconds and hundredths")


def _milliseconds(value: float) -> _Reading:
    return _Reading(value / 1000, "milliseconds")


def _run_together(value: float) -> _Reading | None:
    minutes, seconds = divmod(value, 100)
    if value < 0 or seconds >= 60:
        return None
    return _Reading(minutes * 60 + seconds, "minutes and seconds run together" if minutes else None)


def _shared_unit(numbers: Sequence[float], span: _Span | None) -> Callable[[float], Sequence[_Reading]]:
    """How to read every number of a reply, when seconds do not fit all of them but exactly one other unit does."""
    if span is None or len(numbers) < 2 or all(map(span.holds, numbers)):
        return _number_readings
    in_milliseconds = max(numbers) >= _LEAST_MILLISECONDS and all(
        number == 0 or (number >= 100 and span.holds(number / 1000)) for number in numbers
    )
    joined = [_run_together(number) for number in numbers]
    in_minutes = all(reading is not None and span.holds(reading.seconds) for reading in joined)
    in_clocks = all(number >= _LEAST_HOURS and span.holds(_wrong_clock(number).seconds) for number in numbers)
    if in_milliseconds and not (in_minutes or in_clocks):
        return lambda number: [_milliseconds(number)]
    if in_minutes and not in_milliseconds:
        return lambda number: [reading] if (reading := _run_together(number)) else []
    return _number_readings


def _text_readings(value: Any) -> list[_Reading]:
    """A clock (``1:07.41``, ``00:01:07,4``) or units (``67s``, ``1m07s``); of a range, its start."""
    if not isinstance(value, str) or not (text := _tidy(value)):
        return []
    if match := _MILLISECONDS.fullmatch(text):
        return [_Reading(float(match[1]) / 1000)]
    if match := _CLOCK_WITH_FRAMES.fullmatch(text):
        return [_Reading(parse_time(match[1]))]  # a frame is less than what a time is known to
    try:
        readings: list[_Reading] = [_Reading(parse_time(text))]
    except BadInput:
        readings = []
    if match := _CLOCK_WITH_FRACTION.fullmatch(text):
        fraction = int(match[3]) / 10 ** len(match[3])
        seconds = int(match[1] or 0) * 60 + int(match[2]) + fraction
        readings.append(_Reading(seconds, "a clock that ends in a fraction of a second"))
    return readings


def _tidy(value: str) -> str:
    """Without what stands around the time: words, brackets, an end of a range, full-width digits and long units."""
    text = value[:_LONGEST].translate(_FULL_WIDTH).strip().lower()
    text = _AROUND.sub("", _ASIDE.sub("", text))
    if not text.startswith("-"):
        text = _RANGE.split(text)[0]
    for pattern, unit in _WORDS:
        text = pattern.sub(unit, text)
    text = _AROUND.sub("", _ASIDE.sub("", text)).strip()
    return _CLOCK_WITH_UNIT.sub("", text) if ":" in text else text
