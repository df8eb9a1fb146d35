"""Sums, means and spreads of large arrays, for measures: quicker than numpy's own, which copy or convert more."""

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


def mean(values: NDArray[np.float32]) -> float:
    """The mean of all values."""
    return float(values.sum()) / values.size


def variance(values: NDArray[np.float32]) -> float:
    """The mean squared distance of all values from their mean."""
    distances = values - np.float32(mean(values))
    return float(np.vdot(distances, distances)) / values.size
