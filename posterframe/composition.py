"""How a picture is laid out and coloured, as far as it can be said in words: for reasons, not for the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posterframe.faces import Face, find_faces
from posterframe.quality import at_working_size, luma, ramp
from posterframe.video import Pixels

_HUES = ((15, "red"), (45, "orange"), (70, "yellow"), (165, "green"), (200, "teal"), (260, "blue"), (335, "pink"))
"""Where each name of a hue ends, in degrees; above the last one it is red again. Violet goes with pink or blue."""

_COLOURED = 0.35
"""Saturation from which a pixel counts as coloured rather than greyish."""

_CELLS = (9, 16)

_BADGE = (0.86, 0.88)
"""Where the badge with a video's length begins, as shares of width and height; it reaches to the lower right corner."""


@dataclass(frozen=True)
class Composition:
    """What can be said of a picture as a whole.

    ``colour`` names the hue that most coloured pixels share, with the share (0–1) of the picture that has it.
    ``warmth`` is -1 for blue light to 1 for candle light. ``room`` says where a title would cover nothing. ``subject``
    says where the drawing is gathered, and is empty when it is all over the picture. ``calm_background`` is true where
    most of the picture is calm. ``badge_is_clear`` tells that the lower right corner, where players print
    the length, holds nothing.
    """

    colour: str
    colour_share: float
    warmth: float
    room: str
    subject: str
    calm_background: bool
    badge_is_clear: bool


def read_composition(pixels: Pixels) -> Composition:
    """Look at one picture of any size."""
    picture = at_working_size(pixels)
    colour, share = _strongest_hue(picture)
    red, _, blue = (float(mean) for mean in picture.reshape(-1, 3).mean(0))
    drawing = _drawing(picture)
    busy = drawing > 0.3
    columns = drawing.mean(0)
    thirds = [float(part.mean()) for part in np.array_split(columns, 3)]
    gathered = max(thirds) / max(sum(thirds), 1e-6)
    return Composition(
        colour=colour,
        colour_share=share,
        warmth=ramp(red - blue, 0, 70) - ramp(blue - red, 0, 70),
        room=_room(busy),
        subject=("on the left", "in the middle", "on the right")[int(np.argmax(thirds))] if gathered > 0.5 else "",
        calm_background=bool(0.08 < (drawing > 0.6).mean() < 0.45 and (drawing < 0.25).mean() > 0.45),
        badge_is_clear=not busy[-2:, -4:].any(),
    )


def cautions(pixels: Pixels) -> tuple[str, ...]:
    """What a person should know of a sound picture before it stands in a list of videos, in plain words."""
    faces = find_faces(at_working_size(pixels))
    return ("the length badge would cover a face",) if any(_is_under_badge(face) for face in faces) else ()


def _is_under_badge(face: Face) -> bool:
    """Whether the badge would cover some of the inner half of a face's box."""
    left, top = _BADGE
    return face.x + face.width / 4 > left and face.y + face.height / 4 > top


def _strongest_hue(picture: Pixels) -> tuple[str, float]:
    values = picture.reshape(-1, 3).astype(np.float32) / 255
    high, low = values.max(1), values.min(1)
    spread = high - low
    coloured = (spread > _COLOURED * np.maximum(high, 1e-6)) & (high > 0.3)
    if coloured.mean() < 0.05:
        return "", 0.0
    red, green, blue = values[coloured].T
    top, spread = high[coloured], spread[coloured]
    degrees = 60 * np.select(
        [top == red, top == green],
        [((green - blue) / spread) % 6, (blue - red) / spread + 2],
        (red - green) / spread + 4,
    )
    names = np.searchsorted([end for end, _ in _HUES], degrees) % len(_HUES)
    counts = np.bincount(names, weights=spread, minlength=len(_HUES))
    strongest = int(np.argmax(counts))
    if counts[strongest] < 0.5 * counts.sum():
        return "", 0.0
    return _HUES[strongest][1], float((names == strongest).sum() / len(values))


def _drawing(picture: Pixels) -> NDArray[np.float32]:
    """How much fine drawing there is in each of 9 × 16 parts, against the busiest tenth of them: 0–1."""
    y = luma(picture)
    steps = np.abs(np.diff(y, axis=0, append=y[-1:])) + np.abs(np.diff(y, axis=1, append=y[:, -1:]))
    parts = np.array(
        [[part.mean() for part in np.array_split(row, _CELLS[1], axis=1)] for row in np.array_split(steps, _CELLS[0])],
        np.float32,
    )
    drawing: NDArray[np.float32] = np.minimum(parts / max(float(np.percentile(parts, 90)), 1.0), 1.0, dtype=np.float32)
    return drawing


def _room(busy: NDArray[np.bool_]) -> str:
    """The side on which at least a third of the picture is nearly free of drawing while the rest is not."""
    third = _CELLS[1] // 3
    sides = {"on the left": busy[:, :third], "on the right": busy[:, -third:], "at the top": busy[:3]}
    side = min(sides, key=lambda name: float(sides[name].mean()))
    return side if sides[side].mean() < 0.08 and busy.mean() > 0.15 else ""
