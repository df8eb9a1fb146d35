"""Lettering: how much of a picture is text, read by a small network that was trained on rendered type.

benchmarks/train_lettering.py made its weights (lettering.npz, 30 KB); numpy runs it in a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from posterframe.summing import window_sums

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One convolution: the side of its kernel, its number of filters, its stride and its dilation."""

    size: int
    filters: int
    stride: int = 1
    dilation: int = 1


LAYERS = (Layer(5, 8, 2), Layer(3, 16, 2), Layer(3, 24, 2), Layer(3, 24, 1, 2), Layer(3, 24, 1, 2), Layer(1, 1))
"""After the third layer a value stands for CELL × CELL pixels; with the dilated ones it has seen 81 × 81."""

CELL = 8

_DRAWN = 9.0
"""Step of brightness between neighbouring pixels, in grey levels, from which a cell is neither plain nor blurred."""


_BLOCK, _SOLID = (2, 6), 0.85
"""Rows and columns of cells that make a block of lettering, and the share of them that must be lettering.

On the tune clips: at most 0.06 of a good frame lies in blocks, 0.08 and more under two lines of a title.
"""


@cache
def _weights() -> list[tuple[Values, Values]]:
    """Kernels as matrices (size · size · depth, filters), and biases."""
    with np.load(Path(__file__).with_name("lettering.npz")) as stored:
        kernels = [stored[f"k{i}"].astype(np.float32) for i in range(len(LAYERS))]
        biases = [stored[f"b{i}"].astype(np.float32) for i in range(len(LAYERS))]
    return [(kernel.reshape(-1, kernel.shape[-1]), bias) for kernel, bias in zip(kernels, biases, strict=True)]


def lettering(y: Values) -> NDArray[np.bool_]:
    """Where there is lettering, for cells of CELL × CELL pixels of the brightness ``y`` (0–255) at working size."""
    values = (y / np.float32(255) - np.float32(0.5))[..., None]
    for (kernel, bias), layer in zip(_weights(), LAYERS, strict=True):
        values = _convolve(values, kernel, layer) + bias
        if layer is not LAYERS[-1]:
            np.maximum(values, 0, out=values)
    return values[..., 0] > 0


def _convolve(values: Values, kernel: Values, layer: Layer) -> Values:
    """Each window of the padded values, written out as a row, times the kernel matrix."""
    reach = layer.dilation * (layer.size // 2)
    padded = np.pad(values, ((reach, reach), (reach, reach), (0, 0)))
    span = 2 * reach + 1
    windows = sliding_window_view(padded, (span, span), axis=(0, 1))[:: layer.stride, :: layer.stride]
    windows = windows[..., :: layer.dilation, :: layer.dilation].transpose(0, 1, 3, 4, 2)
    return windows.reshape(*windows.shape[:2], -1) @ kernel


def text_load(y: Values) -> float:
    """How much of a picture is lettering (0–1): 1 for a page or a large title, 0.1 for a subtitle or a sign.

    The larger of two figures: how much of what is drawn is lettering, counted in cells; and how much of the picture
    lies in solid blocks of it, a sixth of the picture being 1, for a title over a scene that is drawn all over.
    """
    if min(y.shape) < CELL:
        return 0.0
    rows, columns = y.shape[0] // CELL, y.shape[1] // CELL
    letters = lettering(y)[:rows, :columns]
    steps = np.abs(np.diff(y, axis=1, append=y[:, -1:]))[: rows * CELL, : columns * CELL]
    drawn = letters | (steps.reshape(rows, CELL, columns, CELL).max((1, 3)) > _DRAWN)
    of_drawing = float(letters.sum() / max(int(drawn.sum()), rows * columns // 50, 1))
    return max(of_drawing, min(1.0, 6 * _in_blocks(letters)))


def _in_blocks(letters: NDArray[np.bool_]) -> float:
    """The share of places at which a window of ``_BLOCK`` cells is nearly all lettering."""
    needed = _SOLID * min(_BLOCK[0], letters.shape[0]) * min(_BLOCK[1], letters.shape[1])
    return float((window_sums(letters.astype(np.float32), *_BLOCK) >= needed).mean())
