"""Sums over every place of a window, for measures that look for the best or the fullest part of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def window_sums(values: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """The sum in the window at each place where all of it fits; a window larger than the values is cut to them.

    By a summed area table (F. Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984).
    """
    rows, columns = min(rows, values.shape[0]), min(columns, values.shape[1])
    table = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    sums: NDArray[np.float32] = (
        table[rows:, columns:] - table[:-rows, columns:] - table[rows:, :-columns] + table[:-rows, :-columns]
    )
    return sums
