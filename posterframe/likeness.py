"""What a picture looks like from afar: enough to tell shots apart and to see that two frames are the same picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, sqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from posterframe.bars import Window, around, between_bars
from posterframe.summing import mean, variance, window_sums
from posterframe.video import Pixels

_SIZE = (32, 18)

_TWINS = 5
"""Bits of 63 in which two hashes may differ and still mean one picture."""

_STRAY = 2
"""Cells of a look by which a part may have moved and still be the same."""

_PART = 4
"""Side of such a part, in cells."""

_OTHER = 0.8
"""Difference from which nobody needs to look for what is new."""

_NEW = 0.9
"""Change (0–1 and more) from which two pictures show different things.

Two seconds apart on the tune clips and on others looked at: up to 0.87 where people sit and talk, a camera drifts or
a flower opens; 1.0 and more where a ball has flown, a can has been lifted or somebody else has come in.
"""

_PLAIN = 32.0
"""Contrast, in grey levels, below which no less is taken: small things that move before black make no new scene."""


@dataclass(frozen=True)
class Look:
    """A thumbnail of a thumbnail, shape (18, 32, 3), 0–255.

    ``within`` is what lies between black bars, ``contrast`` that of this part, in grey levels.
    """

    colours: NDArray[np.float32]
    within: Window
    contrast: float

    @cached_property
    def perceptual_hash(self) -> int:
        """63 bits: the signs of the low cosine frequencies against their median (C. Zauner, "pHash", 2010)."""
        grey = self.colours[self.within].mean(2)
        low = (_cosines(grey.shape[0]) @ grey @ _cosines(grey.shape[1]).T).ravel()[1:]
        return int("".join("1" if bit else "0" for bit in low > np.median(low)), 2)


def look_at(pixels: Pixels) -> Look:
    """The look of a picture of any size."""
    small = np.asarray(Image.fromarray(pixels).resize(_SIZE, Image.Resampling.BOX, reducing_gap=1.0), np.float32)
    height, width = pixels.shape[:2]
    rows, columns = between_bars(pixels)
    within = _whole_cells(rows, height, _SIZE[1]), _whole_cells(columns, width, _SIZE[0])
    spreads = [sqrt(variance(plane)) for plane in np.ascontiguousarray(small[within].reshape(-1, 3).T)]
    return Look(small, within, sum(spreads) / 3)


def _whole_cells(lines: slice, length: int, cells: int) -> slice:
    """Of so many cells over ``length`` lines, those that only show these lines; a cell at least."""
    start, end = ceil(lines.start * cells / length), lines.stop * cells // length
    return slice(start, end) if end > start else slice(0, cells)


def _cosines(length: int) -> NDArray[np.float32]:
    """The eight lowest cosine waves over this length, one per row."""
    positions = (np.arange(length, dtype=np.float32) + 0.5) / length
    return np.cos(np.pi * np.arange(8, dtype=np.float32)[:, None] * positions)


def difference(one: Look, other: Look) -> float:
    """Mean difference of colour, place by place, against the contrast of both: about 1 for unrelated pictures.

    Measured half a second apart on real clips: 0.64–1.7 across cuts, up to 0.35 within shots from a tripod and
    0.75 within shots from a hand that follows something.
    """
    contrast = max((one.contrast + other.contrast) / 2, _PLAIN)
    within = around(one.within, other.within)
    return mean(np.abs(one.colours[within] - other.colours[within])) / contrast


def change(one: Look, other: Look) -> float:
    """How much is new in the part that has changed most, a 36th of the picture: 0, or about 1 for another thing.

    Each part is looked for around its own place in the other picture too, as video coders do (block matching), so a
    camera that drifts changes little, while somebody who comes in counts in full, however small.
    """
    contrast = max((one.contrast + other.contrast) / 2, _PLAIN)
    return max(_not_found(one, other), _not_found(other, one)) / contrast


def _not_found(one: Look, other: Look) -> float:
    """The mean difference, in grey levels, in the part of one picture that the other one matches worst."""
    around = np.pad(other.colours, ((_STRAY, _STRAY), (_STRAY, _STRAY), (0, 0)), mode="edge")
    red, green, blue = np.moveaxis(np.abs(sliding_window_view(around, one.colours.shape) - one.colours), -1, 0)
    return float(window_sums(red + green + blue, _PART, _PART).min((0, 1, 2)).max()) / (3 * _PART**2)


def are_twins(one: Look, other: Look) -> bool:
    """Whether a person would call them the same picture: by their hashes, or since nothing in them is new."""
    if (one.perceptual_hash ^ other.perceptual_hash).bit_count() <= _TWINS:
        return True
    return difference(one, other) < _OTHER and change(one, other) < _NEW
