"""Shots and transitions, read from the looks of a video's frames in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from posterframe.likeness import Look, difference
from posterframe.quality import ramp

STEP = 0.12
"""Seconds between pictures that are compared to see whether they lie in a dissolve."""

SLOW_STEPS = tuple(count * STEP for count in range(1, 7))
"""The same for slow dissolves, of up to three seconds."""

_SAME_TIME = 1e-3
"""Seconds that times may be off."""

_CUT = 0.6
"""Difference between neighbours from which a new shot begins; likeness.py says what was measured."""

_SAME = 0.08
"""Difference up to which nothing happens between two pictures, so that nothing can be in transition."""

_FAR = 0.5
"""Difference from which one scene may have turned into another."""

_STEADY_PACE = 0.3
"""How much smaller one of two changes may be than the other if both belong to one dissolve."""

_EVEN_PACE = 0.7
"""The same for slow dissolves, of which a frame well before them must not seem a part."""


def is_same_scene(one: Look, other: Look) -> bool:
    """Whether two pictures show one scene from about the same place."""
    return difference(one, other) <= _CUT


def find_shots(looks: Sequence[Look]) -> list[range]:
    """Runs of frames that show one scene, as ranges of indices; together they cover everything."""
    cuts = [i for i in range(1, len(looks)) if not is_same_scene(looks[i - 1], looks[i])]
    return [range(start, end) for start, end in zip([0, *cuts], [*cuts, len(looks)], strict=True) if end > start]


def part_at_dissolves(looks: Sequence[Look], shot: range, dissolving: Sequence[bool]) -> list[range]:
    """A run of frames, parted where frames that are ``dissolving`` lead from one scene to another.

    Those frames are a part of their own; where they lead back to the same scene, as a movement can that is taken for a
    dissolve, nothing is parted.
    """
    parts: list[range] = []
    for fades, places in groupby(shot, key=lambda i: dissolving[i]):
        run = list(places)
        part = range(run[0], run[-1] + 1)
        before = parts[-2] if len(parts) > 1 and not fades else None
        if before is not None and is_same_scene(looks[before[-1]], looks[part[0]]):
            parts[-2:] = [range(before[0], part[-1] + 1)]
        else:
            parts.append(part)
    return parts


def transition(one: Look, two: Look, three: Look) -> float:
    """How surely three pictures at equal steps of time lie in one dissolve or fade: 0–1.

    There each picture is a weighted sum of the same two (A. Hanjalic, IEEE CSVT 12, 2002), so what changes from the
    first to the second is what changes from the second to the third. Things that move never repeat a change: the
    cosine of the two changes was 0.98 and more in dissolves, 0.92 and more in fades, and under 0.78 in 95 % of other
    frames.
    """
    if difference(one, three) < _SAME:
        return 0.0
    first, second = two.colours - one.colours, three.colours - two.colours
    sizes = sorted((float(np.linalg.norm(first)), float(np.linalg.norm(second))))
    if sizes[0] < _STEADY_PACE * sizes[1]:
        return 0.0
    return ramp(float(np.vdot(first, second)) / (sizes[0] * sizes[1]), 0.82, 0.92)


def slow_dissolves(looks: Sequence[Look], times: Sequence[float]) -> NDArray[np.float64]:
    """How surely each frame of a window lies in a slow dissolve: 0–1, shape (frames,). ``times`` are in seconds.

    Within larger steps things move too, so that changes are less alike than ``transition`` asks for. But where one
    scene turns into another without a cut, nothing else was seen to change twice in about the same direction: so did 95
    of 100 frames in the middle of dissolves of two seconds between the clips, 85 in those of three, and one of 500
    elsewhere.
    """

    @cache
    def is_cut(i: int) -> bool:
        return not is_same_scene(looks[i - 1], looks[i])

    at = np.asarray(times)
    colours = np.stack([look.colours.ravel() for look in looks])
    colours -= colours.mean(0)
    products = colours @ colours.T
    sizes = np.diagonal(products)
    squares = np.maximum(sizes[:, None] + sizes - 2 * products, 1e-6)  # of the distance between two frames
    sure = np.zeros(len(at))
    for step in SLOW_STEPS:
        two = np.flatnonzero((at - step >= at[0] - _SAME_TIME) & (at + step <= at[-1] + _SAME_TIME))
        one, three = (np.searchsorted(at, at[two] + way * step - _SAME_TIME) for way in (-1, 1))
        first, second = squares[one, two], squares[two, three]
        cosines = (squares[one, three] - first - second) / (2 * np.sqrt(first * second))
        even = np.minimum(first, second) >= _EVEN_PACE**2 * np.maximum(first, second)
        for i in np.flatnonzero(even & (cosines > 0.2)):
            is_far = difference(looks[one[i]], looks[three[i]]) >= _FAR
            if is_far and not any(map(is_cut, range(one[i] + 1, three[i] + 1))):
                places = [one[i], two[i], three[i]]
                sure[places] = np.maximum(sure[places], ramp(float(cosines[i]), 0.2, 0.4))
    return sure


def movement(one: Look, other: Look, seconds: float) -> float:
    """How fast the picture changes between two frames of a shot: 0 for a still, 1 for a whip pan."""
    return ramp(difference(one, other) / max(seconds, 1e-3), 0.8, 6.0)
