"""Refine: from a time that is about right to the best steady frame near it, in the same shot."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain, islice
from typing import Self

from posterframe.ahead import ahead
from posterframe.composition import cautions
from posterframe.contracts import Quality
from posterframe.expressions import open_eyes
from posterframe.faces import find_faces
from posterframe.likeness import Look, difference, look_at
from posterframe.merit import best_first
from posterframe.quality import (
    detail,
    glance,
    grain,
    looked_at,
    luma,
    read_edges,
    rescored,
    sharpness,
    warnings,
    with_faces,
    working_height,
)
from posterframe.shots import SLOW_STEPS, STEP, find_shots, movement, part_at_dissolves, slow_dissolves, transition
from posterframe.video import Frame, Pixels, Video

_STEADY = 0.5
"""Steadiness (0–1) from which a frame may be chosen."""

_DISSOLVING = 0.5
"""How surely (0–1) a frame must lie in a dissolve for what is behind it to count as another shot."""

_DISSOLVING_PACE = 0.6
"""Difference in a second from which a dissolve goes on: 1.1 in those of two seconds, under 0.4 in most shots."""

_WORTH_MOVING = 0.001
"""How much sharper (0–1) another frame must be before we leave the time that was asked for."""

_NEARER = 0.0003
"""What a second of distance weighs against sharpness (0–1): little more than that of two equal frames the nearer wins.

With 0.01 for both, the chosen frame was sharper than 57 % of its scene on the real tune films; with these, than 77 %.
"""

_NOTABLE = 0.02
"""A gain of sharpness (0–1) that a person can see; it is a sixth of the Laplacian's variance."""

OPEN, _COMPARED = 0.85, 3
"""How far eyes must be open, against the widest of the same people nearby, and how many frames are compared for it.

Shut ones have 0.65 to 0.8 of that, laughing ones 0.85 and more; a blink is over within the quarter second between
frames that are compared.
"""

_DAMAGED = "in a damaged part of the file"
"""A warning, and why a frame was left for another one."""

_SPREAD = 0.25
"""Seconds between the frames of a shot that are tried when its sharpest one turns out to be faulty."""


@dataclass(frozen=True)
class Refined:
    """The frame that was found, why it is better than the one asked for, and what it is worth."""

    timestamp: float
    quality: Quality
    warnings: tuple[str, ...]
    explanation: str


@dataclass(frozen=True)
class Seen:
    """A frame of a window at working size, and what its neighbours say of its steadiness.

    ``detail`` (0–1) is what its sharpness cannot exceed: it costs half as much to read. ``known`` is what was measured
    of it before, but for its steadiness.
    """

    timestamp: float
    pixels: Pixels
    look: Look
    detail: float
    known: Quality | None = None
    steadiness: float = 1.0
    dissolving: bool = False
    damaged: bool = False

    @classmethod
    def of(cls, frame: Frame, known: Quality | None = None) -> Self:
        """One that has not been compared with its neighbours."""
        y = luma(looked_at(frame.pixels))
        look = look_at(frame.pixels)
        return cls(frame.timestamp, frame.pixels, look, detail(y, grain(y)), known, damaged=frame.damaged)

    @cached_property
    def sharpness(self) -> float:
        """As quality.py takes it, 0–1."""
        if self.known is not None:
            return self.known.sharpness
        y = luma(looked_at(self.pixels))
        return sharpness(y, read_edges(y))

    def is_sharper_than(self, other: Seen) -> bool:
        return other.detail < self.sharpness or other.sharpness < self.sharpness

    @cached_property
    def glanced(self) -> Quality:
        """All measures but faces: choosing, comparing and explaining ask for them."""
        if self.known is not None:
            return rescored(replace(self.known, steadiness=self.steadiness))
        return glance(self.pixels, steadiness=self.steadiness)

    def measure(self) -> Quality:
        return with_faces(self.glanced, self.pixels)


def refine(video: Video, timestamp: float, *, reach: float = 1.0) -> Refined:
    """The best steady frame within ``reach`` seconds of ``timestamp``.

    It stays in the shot that is shown at ``timestamp``, and leaves it only when nothing in that shot passes. Times
    before the start and past the end mean the first and the last frame. Raises ``BadInput`` for what is no number.
    """
    window = look_around(video, timestamp, reach=reach)
    asked = shown_at(window, timestamp)
    return _measured(asked, choose(window, asked), window)


def appraise(seen: Seen, window: Sequence[Seen]) -> Refined:
    """A frame of a window as it is, and how it stands among the others."""
    return _measured(seen, seen, window)


def _measured(asked: Seen, best: Seen, window: Sequence[Seen]) -> Refined:
    quality = best.measure()
    said = warnings(quality) + (cautions(best.pixels) if quality.faces else ())
    if best.damaged:
        said += (_DAMAGED,)
    return Refined(best.timestamp, quality, said, _explain(asked, best, window))


def look_around(video: Video, timestamp: float, *, reach: float) -> Sequence[Seen]:
    """Every frame within ``reach`` seconds, in order; at least the one shown at ``timestamp``. Raises as ``refine``."""
    height = working_height(video.info.width, video.info.height)
    timestamp = min(max(timestamp, 0.0), video.info.duration)
    with ahead(video.frames_between(max(0.0, timestamp - reach), timestamp + reach, max_height=height)) as frames:
        return compared([Seen.of(frame) for frame in frames])


def compared(window: Sequence[Seen]) -> Sequence[Seen]:
    """The frames of a window, in order, with what their neighbours say of each."""
    looks = [seen.look for seen in window]
    times = [seen.timestamp for seen in window]
    moves = [movement(looks[i], looks[i + 1], times[i + 1] - times[i]) for i in range(len(window) - 1)]

    @cache
    def fading(one: int, two: int, three: int) -> float:
        return transition(looks[one], looks[two], looks[three])

    slow = slow_dissolves(looks, times)
    steady = []
    for i, seen in enumerate(window):
        fade = max((fading(*places) for places in _triples(times, i)), default=0.0)
        fade = max(fade, float(slow[i]))
        unrest = max(min(moves[max(0, i - 1) : i + 1], default=0.0), fade)
        steady.append(replace(seen, steadiness=1 - unrest, dissolving=fade > _DISSOLVING))
    return _dissolving_to_the_end(_dissolving_to_the_end(steady)[::-1])[::-1]


def _dissolving_to_the_end(window: Sequence[Seen]) -> Sequence[Seen]:
    """The same frames, where the last few go on as a dissolve before them: what would tell lies beyond the window."""
    last = max((i for i, seen in enumerate(window) if seen.dissolving), default=len(window) - 1)
    seconds = abs(window[-1].timestamp - window[last].timestamp)
    goes_on = difference(window[last].look, window[-1].look) > _DISSOLVING_PACE * seconds
    if seconds > SLOW_STEPS[-1] / 2 or not goes_on:
        return window
    rest = [replace(seen, steadiness=window[last].steadiness, dissolving=True) for seen in window[last + 1 :]]
    return [*window[: last + 1], *rest]


def _triples(times: Sequence[float], i: int) -> Iterable[tuple[int, int, int]]:
    """Three frames about a step of time apart that frame ``i`` is the last, the middle or the first of."""

    def at(steps: int) -> int:
        return bisect_left(times, times[i] + steps * STEP - 1e-3)

    before, after = min(at(-1), i - 1), at(1)
    places = min(at(-2), before - 1), before, i, after, max(at(2), after + 1)
    within = [place for place in places if 0 <= place < len(times)]
    return zip(within, within[1:], within[2:], strict=False)


def shown_at(window: Sequence[Seen], timestamp: float) -> Seen:
    """The frame that is on screen at a time."""
    return window[max(0, bisect_right([seen.timestamp for seen in window], timestamp + 5e-4) - 1)]


def choose(window: Sequence[Seen], asked: Seen) -> Seen:
    """The best frame: the sharpest sound one of the shot; another shot's nearest only if the shot has none.

    Damaged frames are left out, unless all are. In the shot itself it has at least as many faces as the frame that was
    asked for, if any sound one has, and of a few such frames the sharpest with open eyes is taken.
    """
    window = [seen for seen in window if not seen.damaged] or window
    shots = sorted(_shots_in(window), key=lambda shot: min(abs(seen.timestamp - asked.timestamp) for seen in shot))
    wanted = len(find_faces(asked.pixels))
    for shot in shots:
        sound = (seen for seen in _in_order_of_merit(shot, asked) if not warnings(seen.glanced))
        sharpest = next(sound, None)
        if sharpest is not None:
            if not wanted or shot is not shots[0]:
                return sharpest
            faced = (seen for seen in chain([sharpest], sound) if len(find_faces(seen.pixels)) >= wanted)
            return _with_open_eyes(islice(faced, _COMPARED)) or sharpest
    return max(shots[0], key=lambda seen: (min(seen.steadiness, _STEADY), seen.sharpness))


def _with_open_eyes(faced: Iterator[Seen]) -> Seen | None:
    """The first whose eyes are nearly as open as those of any; None of none.

    Where the eyes of the first cannot be read, no others are looked for: the people are too far away.
    """
    first = next(faced, None)
    if first is None or not open_eyes(first.pixels):
        return first
    few = [first, *faced]
    opened = [open_eyes(seen.pixels) for seen in few]
    return next(seen for seen, eyes in zip(few, opened, strict=True) if eyes >= OPEN * max(opened))


def _shots_in(window: Sequence[Seen]) -> list[list[Seen]]:
    """The frames of a window, shot by shot."""
    looks, dissolving = [seen.look for seen in window], [seen.dissolving for seen in window]
    parts = (part for shot in find_shots(looks) for part in part_at_dissolves(looks, shot, dissolving))
    return [[window[i] for i in part] for part in parts]


def _in_order_of_merit(shot: Sequence[Seen], asked: Seen) -> Iterator[Seen]:
    """The steady frames of a shot that are worth a full glance: the sharpest, then others spread over the shot."""

    def merit(seen: Seen, sharpness: float) -> float:
        stays = _WORTH_MOVING if seen is asked else 0.0
        return sharpness + stays - _NEARER * abs(seen.timestamp - asked.timestamp)

    tried: list[Seen] = []
    for seen in best_first(
        [seen for seen in shot if seen.steadiness >= _STEADY],
        lambda seen: merit(seen, seen.detail),
        lambda seen: merit(seen, seen.sharpness),
        lambda seen: all(abs(seen.timestamp - other.timestamp) >= _SPREAD for other in tried),
    ):
        tried.append(seen)
        yield seen


def _explain(asked: Seen, best: Seen, window: Sequence[Seen]) -> str:
    """Why the frame was moved, or how it stands among its neighbours, in a few words; may be empty."""
    weaker = sum(best.is_sharper_than(seen) for seen in window) / len(window)
    standing = f"sharper than {weaker:.0%} of the frames around it" if weaker > 0.5 else ""
    distance = abs(best.timestamp - asked.timestamp)
    if distance < 0.05:
        return standing
    faults = (_DAMAGED,) if asked.damaged else warnings(asked.glanced)
    if faults:
        return f"moved {distance:.1f} s, since the frame there is {faults[0]}"
    if 0 < open_eyes(asked.pixels) < OPEN * open_eyes(best.pixels):
        return f"moved {distance:.1f} s to open eyes"
    gain = "a sharper frame" if best.sharpness - asked.sharpness > _NOTABLE else "the sharpest frame nearby"
    return ", ".join(filter(None, (f"moved {distance:.1f} s to {gain}", standing)))
