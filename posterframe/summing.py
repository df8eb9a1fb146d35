"""Sums over every place of a window, for measures that look for the best or the fullest part of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def window_sums(values: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """The sum in the window at each place where all of it fits; a window larger than the values is cut to them.

    Rows and columns are the last two axes; what stands before them is kept apart. Shifted copies are added: for windows
    of a few cells that is quicker than a summed area table, and exact.
    """
    rows, columns = min(rows, values.shape[-2]), min(columns, values.shape[-1])
    high, wide = values.shape[-2] - rows + 1, values.shape[-1] - columns + 1
    tall = values[..., :high, :].copy()
    for shift in range(1, rows):
        tall += values[..., shift : shift + high, :]
    sums = tall[..., :wide].copy()
    for shift in range(1, columns):
        sums += tall[..., shift : shift + wide]
    return sums
