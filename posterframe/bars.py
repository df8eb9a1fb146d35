"""Black bars beside a picture, which are no part of it: films come in other shapes than the files they are kept in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posterframe.video import Pixels

Window = tuple[slice, slice]
"""Rows and columns of a picture."""

_BLACK = 14
"""Level (0–255) that red, green and blue do not exceed in a bar: coding leaves some of what stands beside it."""

_STRAY = 0.02
"""Share of a line of a bar that may exceed it."""

_LIT = 0.5
"""Share of the first and of the last line between bars that is lighter, at least."""

_NARROWEST = 1 / 40
"""Width of a bar, at least, as a share of the picture's side: narrower ones change no measure."""

_UNEVEN = 1 / 60
"""How much wider one bar may be than the other, as a share of the same side."""


def between_bars(pixels: Pixels) -> Window:
    """What lies between two bars, above and below or left and right; the whole picture where there are none.

    What has black on all four sides stands on black, as a title or a mark may do, and is not cut out of it.
    """
    height, width = pixels.shape[:2]
    rows, columns = slice(0, height), slice(0, width)
    if _is_black(pixels[0]) and _is_black(pixels[-1]):
        between = _between((pixels.max(2) > _BLACK).mean(1))
        if not (_is_black(pixels[between, 0]) and _is_black(pixels[between, -1])):
            rows = between
    elif _is_black(pixels[:, 0]) and _is_black(pixels[:, -1]):
        columns = _between((pixels.max(2) > _BLACK).mean(0))
    return rows, columns


def around(one: Window, other: Window) -> Window:
    """The smallest window that holds both."""
    if one == other:
        return one
    rows, columns = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True))
    return rows, columns


def _is_black(line: Pixels) -> bool:
    return bool(np.count_nonzero(line > _BLACK) <= _STRAY * line.size)


def _between(lit: NDArray[np.float64]) -> slice:
    """The lines between two bars, from the share of each line that is lighter than a bar; all where there are none."""
    lines = np.flatnonzero(lit > _STRAY)
    everything = slice(0, len(lit))
    if lines.size < 3:
        return everything
    first, last = int(lines[0]), int(lines[-1])
    before, after = first, len(lit) - 1 - last
    are_bars = min(before, after) >= _NARROWEST * len(lit) and abs(before - after) <= _UNEVEN * len(lit)
    if not are_bars or min(lit[first + 1], lit[last - 1]) < _LIT:  # the outermost lines may be mixed with the bars
        return everything
    return slice(first, last + 1)
