"""What one frame is worth, measured on its pixels: every figure 0–1, each with the paper that it comes from.

All measures are taken at one working size (as many pixels as 320×180), so that figures of a quick scan and of the
final picture can be compared. docs/measures.md shows each with pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, log1p, sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posterframe.faces import find_faces
from posterframe.lettering import text_load
from posterframe.model import Quality
from posterframe.video import Pixels

Luma = NDArray[np.float32]
"""Brightness 0–255, shape (height, width)."""

WORKING_AREA = 320 * 180

CELL = 12
"""Side of the square cells, in working pixels, in which edges and emptiness are read."""


def working_height(width: int, height: int) -> int:
    """The height, in pixels, at which a video of this size has as many pixels as 320×180; never more than it has."""
    return max(2, min(height, round(sqrt(WORKING_AREA * height / width))))


def at_working_size(pixels: Pixels) -> Pixels:
    """The same picture, averaged down to the working size; smaller ones are left alone."""
    height, width = pixels.shape[:2]
    wanted = working_height(width, height)
    if height <= wanted * 1.1:
        return pixels
    size = (max(2, round(width * wanted / height)), wanted)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def luma(pixels: Pixels) -> Luma:
    """Brightness as BT.601 weighs the three colours."""
    return pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def ramp(value: float, start: float, end: float) -> float:
    """0 up to ``start``, 1 from ``end`` on, a straight line between; ``start`` may be the larger one."""
    return min(1.0, max(0.0, (value - start) / (end - start)))


def grain(y: Luma) -> float:
    """Standard deviation of the noise, in grey levels: Immerkær's mask, read where the picture is calmest.

    J. Immerkær, "Fast noise variance estimation", CVIU 64 (1996). The mask is blind to edges and slopes; taking the
    calmest fifth of all cells keeps it blind to texture too.
    """
    across = y[:, :-2] - 2 * y[:, 1:-1] + y[:, 2:]
    response = np.abs(across[:-2] - 2 * across[1:-1] + across[2:])
    bands = _bands(response).mean(1)
    return float(np.percentile(bands.reshape(len(bands), -1, CELL).mean(2), 20)) * sqrt(np.pi / 2) / 6


@dataclass(frozen=True)
class Edges:
    """How much of an edge's height is climbed in one pixel (1: a knife's edge), per cell that holds one.

    The inverse of the edge width of P. Marziliano et al., "A no-reference perceptual blur metric", ICIP 2002. It does
    not depend on contrast, so neither darkness nor lettering changes it, and cells whose contrast could be ``grain``
    (in grey levels) are left out, so noise cannot fake it.
    """

    along_x: Luma
    along_y: Luma
    grain: float


def read_edges(y: Luma) -> Edges:
    """The edges of a picture along both directions."""
    if min(y.shape) < CELL + 2:
        return Edges(np.zeros(0, np.float32), np.zeros(0, np.float32), 0.0)
    noise = grain(y)
    floor = max(20.0, 7 * noise)
    return Edges(_steepness(np.ascontiguousarray(y.T), floor), _steepness(y, floor), noise)


def _steepness(y: Luma, floor: float) -> Luma:
    """Per cell, the largest step down a column as a share of the highest edge, where that exceeds ``floor``."""
    heights = _tallest(_bands(y).max(1) - _bands(y).min(1))
    steps = _tallest(_bands(np.abs(np.diff(y, axis=0, append=y[-1:]))).max(1))
    steep = heights > floor
    return steps[steep] / heights[steep]


def _bands(values: Luma) -> Luma:
    """The picture in bands as high as a cell, shape (rows, CELL, width); a rest at the edges is left out."""
    rows, columns = values.shape[0] // CELL, values.shape[1] // CELL
    return values[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns * CELL)


def _tallest(columns: Luma) -> Luma:
    """The largest of the values in each cell's columns: shape (rows, width) to (rows, columns of cells)."""
    tallest: Luma = columns.reshape(columns.shape[0], -1, CELL).max(2)
    return tallest


def sharpness(y: Luma, edges: Edges) -> float:
    """Whether something in the picture is in focus and nothing smeared it, and how much fine detail it then shows.

    Focus is the steepness that the sharpest fifth of edges reaches, so a sharp subject before a soft background
    counts as sharp. Detail tells frames that are in focus apart.
    """
    steepness = np.concatenate((edges.along_x, edges.along_y))
    if steepness.size < 4:
        return 0.0
    focus = ramp(float(np.percentile(steepness, 80)), 0.25, 0.6)
    return focus * (1 - motion_blur(edges)) * detail(y, edges.grain)


def detail(y: Luma, noise: float) -> float:
    """Variance of the Laplacian without what ``noise`` adds to it (20 σ² for this mask), on a logarithmic scale.

    J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000. 1 from 4000 on.
    """
    laplacian = 4 * y[1:-1, 1:-1] - y[:-2, 1:-1] - y[2:, 1:-1] - y[1:-1, :-2] - y[1:-1, 2:]
    return min(1.0, log1p(max(0.0, float(laplacian.var()) - 20 * noise**2)) / log1p(4000.0))


def motion_blur(edges: Edges) -> float:
    """How smeared the picture is in one direction, 0–1: edges across the movement go soft, whatever the focus."""
    if min(edges.along_x.size, edges.along_y.size) < 8:
        return 0.0
    return ramp(min(float(np.median(edges.along_x)), float(np.median(edges.along_y))), 0.32, 0.18)


def exposure(y: Luma) -> float:
    """1 where light and dark parts both keep their drawing; towards 0 the darker or the more burnt out.

    Read from percentiles, so that a lit face before a black wall and a product on white are well exposed; a picture
    that is dark as a whole loses up to two fifths, since little of it is left at the size of a thumbnail.
    """
    levels = np.cumsum(np.bincount(y.astype(np.uint8).ravel(), minlength=256)) / y.size
    dark, light = (float(np.searchsorted(levels, share)) for share in (0.05, 0.97))
    return min(ramp(light, 45, 130), ramp(dark, 220, 140)) * (0.6 + 0.4 * ramp(float(y.mean()), 15, 70))


def contrast(y: Luma) -> float:
    """Standard deviation of brightness (RMS contrast; E. Peli, JOSA A 7, 1990); 1 from a quarter of the range on."""
    return min(1.0, float(y.std()) / 64)


def colourfulness(pixels: Pixels) -> float:
    """D. Hasler and S. Süsstrunk, "Measuring colourfulness in natural images", SPIE 2003; 1 is their "extremely"."""
    red, green, blue = np.moveaxis(pixels.astype(np.float32), 2, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = sqrt(float(red_green.var() + yellow_blue.var()))
    return min(1.0, (spread + 0.3 * sqrt(float(red_green.mean() ** 2 + yellow_blue.mean() ** 2))) / 109)


def emptiness(y: Luma, noise: float) -> float:
    """How little there is to see: 1 for a plain card, 0 once a sixth of all cells holds any drawing."""
    if min(y.shape) < CELL:
        return 1.0
    lowest = -_tallest(-_bands(y).min(1))
    busy = _tallest(_bands(y).max(1)) - lowest > max(12.0, 7 * noise)
    return ramp(float(busy.mean()), 1 / 6, 0.01)


def glance(pixels: Pixels, *, steadiness: float = 1.0) -> Quality:
    """All measures but faces, which cost more than the rest together: for looking through many frames."""
    picture = at_working_size(pixels)
    y = luma(picture)
    edges = read_edges(y)
    return rescored(
        Quality(
            score=0.0,
            sharpness=sharpness(y, edges),
            exposure=exposure(y),
            contrast=contrast(y),
            colourfulness=colourfulness(picture),
            steadiness=steadiness,
            emptiness=emptiness(y, edges.grain),
            text_load=text_load(y),
            brightness=float(y.mean()) / 255,
        )
    )


def measure(pixels: Pixels, *, steadiness: float = 1.0) -> Quality:
    """All measures of one frame. ``steadiness`` (0–1) is what its neighbours in time say; see shots.py."""
    picture = at_working_size(pixels)
    faces = find_faces(picture)
    area = min(1.0, sum(face.area for face in faces))
    return rescored(replace(glance(picture, steadiness=steadiness), faces=len(faces), face_area=area))


_LEAST = 0.05
"""What is left of a score with the worst fault there is, so that bad frames can still be told from worse ones."""


def rescored(quality: Quality) -> Quality:
    """The same measures with their score: what makes a frame appealing, held down by its worst fault."""
    appeal = (
        0.45 * quality.sharpness
        + 0.2 * quality.contrast
        + 0.2 * quality.colourfulness
        + 0.15 * (1 - exp(-12 * quality.face_area))
    )
    soundness = min(
        ramp(quality.exposure, 0.0, 0.6),
        ramp(quality.sharpness, 0.05, 0.45),
        ramp(quality.steadiness, 0.0, 0.7),
        ramp(quality.text_load, 0.55, 0.3),
        ramp(quality.emptiness, 1.0, 0.4),
    )
    return replace(quality, score=max(_LEAST, soundness) * (0.4 + 0.6 * min(1.0, appeal)))


_FAULTS: tuple[tuple[str, Callable[[Quality], bool]], ...] = (
    ("nearly empty", lambda quality: quality.emptiness > 0.85),
    ("dark", lambda quality: quality.exposure < 0.33 and quality.brightness < 0.5),
    ("burnt out", lambda quality: quality.exposure < 0.33 and quality.brightness >= 0.5),
    ("blurred", lambda quality: quality.sharpness < 0.2),
    ("soft", lambda quality: 0.2 <= quality.sharpness < 0.35),
    ("mostly text", lambda quality: quality.text_load > 0.45),
    ("in a transition or a fast move", lambda quality: quality.steadiness < 0.4),
)


def warnings(quality: Quality) -> tuple[str, ...]:
    """What is wrong with a frame, in a few plain words each; empty for a sound one."""
    return tuple(words for words, applies in _FAULTS if applies(quality))
