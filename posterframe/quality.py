"""What one frame is worth, measured on its pixels: figures of 0–1, with the papers that they come from.

All measures are taken at one working size (as many pixels as 320×180), so that figures of a quick scan and of the
final picture can be compared. docs/measures.md shows each with pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, hypot, log1p, sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posterframe.bars import between_bars
from posterframe.contracts import Quality
from posterframe.expressions import smile
from posterframe.faces import find_faces
from posterframe.lettering import text_load
from posterframe.summing import mean, variance, window_sums
from posterframe.video import Pixels

Luma = NDArray[np.float32]
"""Brightness 0–255, shape (height, width)."""

WORKING_AREA = 320 * 180

CELL = 12
"""Side of the square cells, in working pixels, in which edges and emptiness are read."""

_GRAIN_IN_STEPS = 4.5
"""What grain of one grey level adds to the largest step in a cell, in grey levels.

Measured by blurring good frames of the tune clips (radius 2 to 2.5) and adding grain of 16 to 24.
"""

_GRAIN_IN_HEIGHTS = 2.5
"""What the same grain adds to the height of an edge in a cell, in grey levels; measured in the same way."""

_SPARSE = 0.35
"""The share of cells with drawing up to which a picture may be a mark on a plain ground."""

_PLACE = 4
"""Side of the squares, in cells, in which focus is read."""

_FEWEST_EDGES = 6
"""How many of the 16 cells of such a square must hold an edge."""


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


def looked_at(pixels: Pixels) -> Pixels:
    """What is measured of a picture: what lies between black bars, at working size."""
    picture = at_working_size(pixels)
    return picture[between_bars(picture)]


def luma(pixels: Pixels) -> Luma:
    """Brightness as BT.601 weighs the three colours."""
    return pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def ramp(value: float, start: float, end: float) -> float:
    """0 up to ``start``, 1 from ``end`` on, a straight line between; ``start`` may be the larger one."""
    return min(1.0, max(0.0, (value - start) / (end - start)))


def grain(y: Luma) -> float:
    """Standard deviation of the noise, in grey levels: Immerkær's mask, read where the picture is calmest.

    J. Immerkær, "Fast noise variance estimation", CVIU 64 (1996). The mask is blind to edges and slopes; the cell that
    a fifth of all are calmer than keeps it blind to texture too. 0 for pictures too small to have one.
    """
    if min(y.shape) < CELL + 2:
        return 0.0
    across = y[:, :-2] + y[:, 2:]
    across -= 2 * y[:, 1:-1]
    response = across[:-2] + across[2:]
    response -= 2 * across[1:-1]
    cells = _means(np.abs(response, out=response)).ravel()
    return float(np.partition(cells, cells.size // 5)[cells.size // 5]) * sqrt(np.pi / 2) / 6


@dataclass(frozen=True)
class Edges:
    """How much of an edge's height is climbed in one pixel (1: a knife's edge), per cell; NaN where there is none.

    The inverse of the edge width of P. Marziliano et al., "A no-reference perceptual blur metric", ICIP 2002. It does
    not depend on contrast, so neither darkness nor lettering changes it. What ``grain`` (in grey levels) adds to
    steps and heights is taken off, and cells whose contrast could be grain are left out, so noise cannot fake it.
    Shape of both: (rows, columns) of cells.
    """

    along_x: Luma
    along_y: Luma
    grain: float


def read_edges(y: Luma) -> Edges:
    """The edges of a picture along both directions."""
    if min(y.shape) < CELL + 2:
        return Edges(np.zeros((0, 0), np.float32), np.zeros((0, 0), np.float32), 0.0)
    noise = grain(y)
    return Edges(_steepness(np.ascontiguousarray(y.T), noise).T, _steepness(y, noise), noise)


def _steepness(y: Luma, noise: float) -> Luma:
    """Per cell, the largest step down a column as a share of the highest edge; NaN where that could be ``noise``."""
    heights = _tallest(_bands(y).max(1) - _bands(y).min(1))
    steps = _tallest(_bands(np.abs(np.diff(y, axis=0, append=y[-1:]))).max(1))
    shares = np.maximum(steps - _GRAIN_IN_STEPS * noise, 0) / np.maximum(heights - _GRAIN_IN_HEIGHTS * noise, 1)
    return np.where(heights > max(20.0, 7 * noise), np.minimum(shares, 1), np.float32(np.nan))


def _bands(values: Luma) -> Luma:
    """The picture in bands as high as a cell, shape (rows, CELL, width); a rest at the edges is left out."""
    rows, columns = values.shape[0] // CELL, values.shape[1] // CELL
    return values[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns * CELL)


def _tallest(columns: Luma) -> Luma:
    """The largest of the values in each cell's columns: shape (rows, width) to (rows, columns of cells)."""
    tallest: Luma = columns.reshape(columns.shape[0], -1, CELL).max(2)
    return tallest


def _means(values: Luma) -> Luma:
    """The mean of each cell, shape (rows, columns) of cells."""
    bands = _bands(values).sum(1)
    means: Luma = bands.reshape(len(bands), -1, CELL) @ np.full(CELL, 1 / CELL**2, np.float32)
    return means


def sharpness(y: Luma, edges: Edges) -> float:
    """Whether some part of the picture is in focus and not smeared, and how much fine detail it all shows: 0–1."""
    in_focus = ramp(focus(edges), 0.3, 0.5)
    return in_focus * detail(y, edges.grain) if in_focus else 0.0


def focus(edges: Edges) -> float:
    """How steep edges are, 0–1, where they are steepest: a sharp subject before a soft background counts in full.

    The root mean square over four by four cells with edges of both directions; a pan smears those across its way and
    leaves the others alone, so of both directions the softer counts. The best place of the picture is taken.
    """
    if not edges.along_x.size:
        return 0.0
    places = np.minimum(_mean_steepness(edges.along_x), _mean_steepness(edges.along_y))
    return float(np.sqrt(places.max()))


def _mean_steepness(steepness: Luma) -> Luma:
    """The mean square in each square of cells, 0 where too few of them hold an edge."""
    known = ~np.isnan(steepness)
    counts = window_sums(known.astype(np.float32), _PLACE, _PLACE)
    sums = window_sums(np.where(known, steepness, np.float32(0)) ** 2, _PLACE, _PLACE)
    return np.where(counts >= _FEWEST_EDGES, sums / np.maximum(counts, 1), np.float32(0))


def detail(y: Luma, noise: float) -> float:
    """Variance of the Laplacian without what ``noise`` adds to it (20 σ² for this mask), on a logarithmic scale.

    J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000. 1 from 4000 on; 0 for
    pictures of less than three pixels on a side.
    """
    if min(y.shape) < 3:
        return 0.0
    laplacian = y[:-2, 1:-1] + y[2:, 1:-1]
    laplacian += y[1:-1, :-2]
    laplacian += y[1:-1, 2:]
    laplacian -= 4 * y[1:-1, 1:-1]
    return min(1.0, log1p(max(0.0, variance(laplacian) - 20 * noise**2)) / log1p(4000.0))


def exposure(y: Luma) -> float:
    """1 where light and dark parts both keep their drawing; towards 0 the darker or the more burnt out.

    Read from percentiles, so that a lit face before a black wall and a small product on white are well exposed; a
    picture that is dark as a whole loses up to two fifths, since little of it is left at the size of a thumbnail.
    """
    levels = np.cumsum(Image.fromarray(y.astype(np.uint8)).histogram()) / y.size
    dark, light = (float(np.searchsorted(levels, share)) for share in (0.02, 0.97))
    return min(ramp(light, 45, 130), ramp(dark, 220, 140)) * (0.6 + 0.4 * ramp(mean(y), 15, 70))


def contrast(y: Luma) -> float:
    """Standard deviation of brightness (RMS contrast; E. Peli, JOSA A 7, 1990); 1 from a quarter of the range on."""
    return min(1.0, sqrt(variance(y)) / 64)


def colourfulness(pixels: Pixels) -> float:
    """D. Hasler and S. Süsstrunk, "Measuring colourfulness in natural images", SPIE 2003; 1 is their "extremely"."""
    red, green, blue = np.ascontiguousarray(pixels.reshape(-1, 3).T).astype(np.float32)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = sqrt(variance(red_green) + variance(yellow_blue))
    return min(1.0, (spread + 0.3 * hypot(mean(red_green), mean(yellow_blue))) / 109)


def emptiness(picture: Pixels, y: Luma, noise: float) -> float:
    """How little there is to see: 1 for a plain card or a lone flat mark on it, 0 for a picture drawn all over.

    Read from the share of cells that hold any drawing, a sixth of which is enough. Where little is drawn, with flat
    shapes in few colours, it is a mark or a logo, which counts as empty too: 0.9 of its pixels are as bright as their
    neighbour and it has 3 to 15 colours; filmed things have 0.57 and 15 to 330, a rendered bottle on white 0.59 and 20
    to 32.
    """
    if min(y.shape) < CELL:
        return 1.0
    lowest = -_tallest(-_bands(y).min(1))
    busy = _tallest(_bands(y).max(1)) - lowest > max(12.0, 7 * noise)
    share = float(busy.mean())
    if share > _SPARSE:
        return 0.0
    flat = ramp(_flatness(y, busy), 0.62, 0.75)
    mark = flat * ramp(_colours(picture), 24, 16) if flat else 0.0
    return max(ramp(share, 1 / 6, 0.01), mark)


def _flatness(y: Luma, busy: NDArray[np.bool_]) -> float:
    """The share of pixels, among those in ``busy`` cells, that are within a grey level of the next in their row."""
    if not busy.any():
        return 1.0
    alike = (np.abs(np.diff(y, axis=1, append=y[:, -1:])) < 1).astype(np.float32)
    return mean(_means(alike)[busy])


def _colours(picture: Pixels) -> int:
    """How many colours, of 16 levels each of red, green and blue, fill more than a two-thousandth of the picture."""
    red, green, blue = np.moveaxis(picture.astype(np.uint16) >> 4, 2, 0)
    counts = np.bincount((red << 8 | green << 4 | blue).ravel())
    return int((counts > red.size / 2000).sum())


def glance(pixels: Pixels, *, steadiness: float = 1.0) -> Quality:
    """All measures but faces, which cost more than the rest together: for looking through many frames."""
    picture = looked_at(pixels)
    y = luma(picture)
    return _told(picture, y, text_load(y), steadiness)


def glimpse(pixels: Pixels) -> Quality:
    """What ``glance`` measures but for the text load, which costs as much as the rest: it can only lower the score."""
    picture = looked_at(pixels)
    return _told(picture, luma(picture))


def read_text_load(pixels: Pixels) -> float:
    """What a ``glimpse`` leaves out."""
    return text_load(luma(looked_at(pixels)))


def _told(picture: Pixels, y: Luma, text_load: float = 0.0, steadiness: float = 1.0) -> Quality:
    """The quality of a picture at working size, of which that much is lettering."""
    edges = read_edges(y)
    return rescored(
        Quality(
            score=0.0,
            sharpness=sharpness(y, edges),
            exposure=exposure(y),
            contrast=contrast(y),
            colourfulness=colourfulness(picture),
            steadiness=steadiness,
            emptiness=emptiness(picture, y, edges.grain),
            text_load=text_load,
            brightness=mean(y) / 255,
        )
    )


def measure(pixels: Pixels, *, steadiness: float = 1.0) -> Quality:
    """All measures of one frame. ``steadiness`` (0–1) is what its neighbours in time say; see shots.py."""
    picture = at_working_size(pixels)
    return with_faces(glance(picture, steadiness=steadiness), picture)


def with_faces(quality: Quality, pixels: Pixels) -> Quality:
    """What ``glance`` measured, and what faces in the same frame add."""
    picture = at_working_size(pixels)
    faces = [face for face in find_faces(picture) if face.is_whole]
    if not faces:
        return quality
    area = min(1.0, sum(face.area for face in faces))
    return rescored(replace(quality, faces=len(faces), face_area=area, smile=smile(picture)))


_LEAST = 0.05
"""What is left of a score with the worst fault there is, so that bad frames can still be told from worse ones."""


def _legible(text_load: float) -> float:
    """What lettering leaves of a score: a page of it is still more than nothing, and more so the less it is covered.

    So of a film of slides the one with most of a picture is taken, before its blank and black frames.
    """
    return max(ramp(text_load, 0.55, 0.3), 2 * _LEAST * (2 - text_load))


def rescored(quality: Quality) -> Quality:
    """The same measures with their score: what makes a frame appealing, held down by its worst fault."""
    appeal = (
        0.45 * quality.sharpness
        + 0.2 * quality.contrast
        + 0.2 * quality.colourfulness
        + 0.15 * (1 - exp(-12 * quality.face_area))
        + 0.1 * quality.smile
    )
    soundness = min(
        ramp(quality.exposure, 0.0, 0.6),
        ramp(quality.sharpness, 0.05, 0.45),
        ramp(quality.steadiness, 0.0, 0.7),
        _legible(quality.text_load),
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
