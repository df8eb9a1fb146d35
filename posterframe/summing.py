"""Sums over every place of a window, for measures that look for the best or the fullest part of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


def window_sums(values: Values, rows: int, columns: int) -> Values:
    """The sum in the window at each place where all of it fits; a window larger than the values is cut to them.

    Rows and columns are the last two axes; what stands before them is kept apart. Shifted copies are added: for windows
    of a few cells that is quicker than a summed area table, and exact.
    """
    return _runs(_runs(values, rows, -2), columns, -1)


def _runs(values: Values, length: int, axis: int) -> Values:
    """The sums of all runs of so many values along an axis."""
    along = np.moveaxis(values, axis, 0)
    length = min(length, len(along))
    places = len(along) - length + 1
    sums = along[:places].copy()
    for shift in range(1, length):
        sums += along[shift : shift + places]
    return np.moveaxis(sums, 0, axis)
