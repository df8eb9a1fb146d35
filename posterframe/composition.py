"""How a picture is laid out and coloured: for reasons and cautions, not for the score; docs/measures.md says why."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posterframe.faces import Face, find_faces
from posterframe.quality import at_working_size, looked_at, luma, ramp
from posterframe.video import Pixels

Map = NDArray[np.float32]
"""One value for each of 9 × 16 parts of a picture, 0–1, shape (9, 16)."""

_HUES = ((15, "red"), (45, "orange"), (58, "yellow"), (165, "green"), (200, "teal"), (260, "blue"), (335, "pink"))
"""Where each name of a hue ends, in degrees; above the last one it is red again. Violet goes with pink or blue."""

_COLOURED = (0.5, 0.4)
"""Saturation and brightness (0–1) from which a pixel counts as coloured rather than greyish or nearly black."""

_BROWN = 0.65
"""Brightness (0–1) below which orange and yellow are brown to the eye, which is no strong colour."""

_CELLS = (9, 16)

_BUSY = 0.3
"""Drawing (0–1) above which a part of the picture is no place for a title."""

_LONE = 0.34
"""Size (0–1) of what strikes the eye up to which it is one thing, not several.

A squirrel on a branch has 0.32, three bottles 0.26, people in a room 0.5.
"""

_GATHERED = 0.2
"""Spread (as a share of the width) of what strikes the eye up to which it is one thing, not several.

A squirrel on a branch has 0.18, three bottles 0.30, people in a room 0.26.
"""

BADGE = (0.86, 0.88)
"""Where the badge with a video's length begins, as shares of width and height; it reaches to the lower right corner."""


@dataclass(frozen=True)
class Composition:
    """What can be said of a picture as a whole.

    ``colour`` names the hue that most of the colour has, with the share (0–1) of the picture that has it.
    ``warmth`` is -1 for blue light to 1 for candle light. ``on_thirds`` and ``under_badge`` are 0–1; the functions of
    their names say what they mean. ``room`` says where a title would cover nothing. ``subject`` says where the only
    subject stands, and is empty when there are many. ``calm_background`` is true where most of the picture is calm.
    """

    colour: str
    colour_share: float
    warmth: float
    on_thirds: float
    under_badge: float
    room: str
    subject: str
    calm_background: bool


def read_composition(pixels: Pixels) -> Composition:
    """Look at one picture of any size."""
    picture = _with_parts(looked_at(pixels))
    colour, share = _strongest_hue(picture)
    red, blue = (float(picture[..., channel].mean()) for channel in (0, 2))
    drawing = drawing_of(picture)
    striking = _salience(picture, drawing)
    centre = _centre(striking)
    is_lone = subject_size(striking) < _LONE and _spread(striking, centre[0]) < _GATHERED
    side, room = title_room(drawing)
    return Composition(
        colour=colour,
        colour_share=share,
        warmth=ramp(red - blue, 0, 70) - ramp(blue - red, 0, 70),
        on_thirds=on_thirds(centre),
        under_badge=under_badge(striking),
        room=side if room > 0.92 and (drawing > _BUSY).mean() > 0.15 else "",
        subject=("on the left", "in the middle", "on the right")[min(2, int(3 * centre[0]))] if is_lone else "",
        calm_background=bool(0.08 < (drawing > 0.6).mean() < 0.45 and (drawing < 0.25).mean() > 0.45),
    )


def _with_parts(picture: Pixels) -> Pixels:
    """The picture, made so large that each of its parts has a pixel."""
    height, width = picture.shape[:2]
    size = (max(width, _CELLS[1]), max(height, _CELLS[0]))
    return picture if size == (width, height) else np.asarray(Image.fromarray(picture).resize(size))


def salience(picture: Pixels) -> Map:
    """How much each of 9 × 16 parts strikes the eye, 0–1: by its drawing, and by how unlike the picture's border it is.

    What touches the border is background more often than not (Y. Wei et al., "Geodesic saliency using background
    priors", ECCV 2012); the dozen parts of the border that are most alike count, so one of many backgrounds is enough.
    """
    return _salience(picture, drawing_of(picture))


def _salience(picture: Pixels, drawing: Map) -> Map:
    small = np.asarray(Image.fromarray(picture).resize(_CELLS[::-1], Image.Resampling.BOX), np.float32)
    border = np.concatenate([small[0], small[-1], small[1:-1, 0], small[1:-1, -1]])
    unlike = np.sort(np.linalg.norm(small[:, :, None] - border, axis=-1), axis=-1)[..., :12].mean(-1)
    striking = np.sqrt(drawing * unlike)
    most = max(float(striking.max()), 1e-6)
    return np.asarray(striking / most, np.float32)


def _weights(striking: Map) -> Map:
    """Salience as weights that sum to 1, the strongest parts counting most; even where nothing strikes the eye."""
    squares = striking**2 + np.float32(1e-6)
    return np.asarray(squares / squares.sum(), np.float32)


def subject_size(striking: Map) -> float:
    """The share of the picture (0–1) that what strikes the eye fills: small for a lone thing, 1 if it is everywhere.

    The inverse participation ratio (1 / Σ w² over weights w), as physics and ecology count how many share something.
    """
    return min(1.0, float(1 / (_weights(striking) ** 2).sum()) / striking.size)


def _centre(striking: Map) -> tuple[float, float]:
    """The centre of gravity of what strikes the eye, as shares of width and height."""
    weights = _weights(striking)
    rows, columns = (np.arange(length) + 0.5 for length in striking.shape)
    return float(weights.sum(0) @ columns) / striking.shape[1], float(weights.sum(1) @ rows) / striking.shape[0]


def _spread(striking: Map, centre: float) -> float:
    """The standard deviation, along the width, of what strikes the eye around its centre, as a share of the width."""
    columns = (np.arange(striking.shape[1]) + 0.5) / striking.shape[1]
    return sqrt(float(_weights(striking).sum(0) @ (columns - centre) ** 2))


def on_thirds(centre: tuple[float, float]) -> float:
    """How near (0–1) the subject's centre is to a point where lines of thirds cross; 0 in the middle of the picture.

    The rule of thirds as P. Obrador et al. measure it ("The role of image composition in image aesthetics", ICIP 2010).
    """
    x, y = (min(abs(at - 1 / 3), abs(at - 2 / 3)) for at in centre)
    return ramp(sqrt(x**2 + y**2), sqrt(2) / 6, 0)


def title_room(drawing: Map) -> tuple[str, float]:
    """The calmest third of the picture (left, right or top), and how much of it (0–1) is free of drawing."""
    busy = drawing > _BUSY
    third = _CELLS[1] // 3
    sides = {"on the left": busy[:, :third], "on the right": busy[:, -third:], "at the top": busy[:3]}
    side = min(sides, key=lambda name: float(sides[name].mean()))
    return side, 1 - float(sides[side].mean())


def under_badge(striking: Map) -> float:
    """How striking (0–1) the corner is that the badge with a video's length covers, against the rest of the picture."""
    left, top = BADGE
    rows, columns = striking.shape
    return float(striking[round(top * rows) :, round(left * columns) :].mean())


def cautions(pixels: Pixels) -> tuple[str, ...]:
    """What a person should know of a sound picture before it stands in a list of videos, in plain words."""
    faces = find_faces(at_working_size(pixels))
    return ("the length badge would cover a face",) if any(is_under_badge(face) for face in faces) else ()


def is_under_badge(face: Face) -> bool:
    """Whether the badge would cover some of the inner half of a face's box."""
    left, top = BADGE
    return face.x + face.width / 4 > left and face.y + face.height / 4 > top


def _strongest_hue(picture: Pixels) -> tuple[str, float]:
    values = np.ascontiguousarray(picture.reshape(-1, 3).T) / np.float32(255)
    high = values.max(0)
    spread = high - values.min(0)
    coloured = (spread > _COLOURED[0] * np.maximum(high, 1e-6)) & (high > _COLOURED[1])
    if coloured.mean() < 0.05:
        return "", 0.0
    red, green, blue = values[:, coloured]
    top, spread = high[coloured], spread[coloured]
    degrees = 60 * np.select(
        [top == red, top == green],
        [((green - blue) / spread) % 6, (blue - red) / spread + 2],
        (red - green) / spread + 4,
    )
    names = np.searchsorted([end for end, _ in _HUES], degrees) % len(_HUES)
    counts = np.bincount(names, weights=spread, minlength=len(_HUES))
    strongest = int(np.argmax(counts))
    name, own = _HUES[strongest][1], names == strongest
    is_brown = name in ("orange", "yellow") and float(np.median(top[own])) < _BROWN
    if is_brown or counts[strongest] < 0.5 * counts.sum():
        return "", 0.0
    return name, float(own.sum() / high.size)


def drawing_of(picture: Pixels) -> Map:
    """How much fine drawing there is in each of 9 × 16 parts, against the busiest tenth of them: 0–1."""
    y = luma(picture)
    steps = np.abs(np.diff(y, axis=0, append=y[-1:])) + np.abs(np.diff(y, axis=1, append=y[:, -1:]))
    rows, columns = (np.arange(parts + 1) * length // parts for parts, length in zip(_CELLS, steps.shape, strict=True))
    sums = np.add.reduceat(np.add.reduceat(steps, rows[:-1], axis=0), columns[:-1], axis=1)
    parts = sums / np.outer(np.diff(rows), np.diff(columns)).astype(np.float32)
    drawing: Map = np.minimum(parts / max(float(np.percentile(parts, 90)), 1.0), 1.0, dtype=np.float32)
    return drawing
