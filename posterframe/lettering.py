"""Lettering: how much of a picture is text, read by a small network that was trained on rendered type.

benchmarks/train_lettering.py made its weights (lettering.npz, 30 KB); numpy runs it in a few milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

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

_BLOCK = (2, 6)
"""Rows and columns of cells that make a block of lettering."""

_SOLID = 0.85
"""Share of the cells of a block that must be lettering.

On the tune clips: at most 0.06 of a good frame lies in blocks, 0.08 and more under two lines of a title.
"""

_PLENTY = 0.6
"""Text load from which nobody needs to look again."""

_PLAIN = 0.4
"""Share of drawn cells up to which a picture may be a word before a plain ground.

Of 300 huge words, all have 0.26 of their cells drawn at most.
"""

_STRICTER = 0.1
"""What is taken off a text load that was read at half the size.

Of 300 huge words, 296 have a load of 0.57 and more at half the size. Good frames of the tune clips with as few cells
drawn have 0.43 at most, shelves and crowded rooms more.
"""

_GROUND = 8
"""Grey levels by which the ground of a page may differ from its most frequent one; print differs by twice that."""

_EMPTY_ROW = 0.02
"""Share of a row that may be drawn where there is no line of print."""

_LINE = 16
"""Pixels from one line of print to the next at most; a page has three and more. Larger type the network sees."""

_STROKES = 0.2
"""Ends of strokes along rows for each pixel of print, at least: 0.35 and more in pages, two for a row of a thing."""

_EVEN = 1e-4
"""Variance of how much of each row is drawn, below which nothing takes turns."""


@cache
def use_one_thread() -> None:
    """Let numpy multiply with one thread in the whole process.

    Matrices here are small, and more threads would spin where a decoder could work.
    """
    threadpool_limits(1, "blas")


@cache
def _weights() -> list[Values]:
    """Of each layer a matrix: a row per filter, a column per weight (row, column, depth of its kernel), then its bias.

    The first one takes brightness as it is, 0–255, though it was trained on values from -0.5 to 0.5.
    """
    use_one_thread()
    with np.load(Path(__file__).with_name("lettering.npz")) as stored:
        kernels = [stored[f"k{i}"].astype(np.float32) for i in range(len(LAYERS))]
        biases = [stored[f"b{i}"].astype(np.float32) for i in range(len(LAYERS))]
    biases[0] = biases[0] - kernels[0].sum((0, 1, 2)) / 2
    kernels[0] = kernels[0] / np.float32(255)
    return [
        np.concatenate([kernel.reshape(-1, kernel.shape[-1]), bias[None]]).T.copy()
        for kernel, bias in zip(kernels, biases, strict=True)
    ]


class _Room:
    """Memory to work in, one array for each name: fresh memory for each frame would cost more than the work itself."""

    def __init__(self) -> None:
        self._arrays: dict[str, Values] = {}

    def of(self, name: str, *shape: int) -> Values:
        """An array of that shape, filled with whatever was left there."""
        size = math.prod(shape)
        array = self._arrays.get(name)
        if array is None or array.size < size:
            array = self._arrays[name] = np.empty(size, np.float32)
        return array[:size].reshape(shape)


_empty_rooms: list[_Room] = []
"""Those that nobody works in now: threads come and go."""


@contextmanager
def _a_room() -> Iterator[_Room]:
    try:
        room = _empty_rooms.pop()
    except IndexError:
        room = _Room()
    yield room
    _empty_rooms.append(room)


def lettering(y: Values) -> NDArray[np.bool_]:
    """Where there is lettering, for cells of CELL × CELL pixels of the brightness ``y`` (0–255) at working size."""
    with _a_room() as room:
        values = _convolve(y[None], _weights()[0], LAYERS[0], room, around=127.5)
        for weights, layer in zip(_weights()[1:], LAYERS[1:], strict=True):
            values = _convolve(values, weights, layer, room)
        letters: NDArray[np.bool_] = values[0] > 0
        return letters


def _convolve(planes: Values, weights: Values, layer: Layer, room: _Room, *, around: float = 0) -> Values:
    """The next layer's planes, shape (filters, rows, columns), from those of the layer before.

    ``planes`` are rectified first, and count as ``around`` beyond their edges. They are dealt out into one plane for
    each place within the stride, each laid out in one line, so that what lies under a weight of the kernel is a single
    run of values; what runs have beyond the ends of rows is dropped last.
    """
    depth, height, width = planes.shape
    stride, reach = layer.stride, layer.dilation * (layer.size // 2)
    rows, columns = -(-height // stride), -(-width // stride)
    high, wide = rows + 2 * reach // stride + 1, columns + 2 * reach // stride
    padded = room.of("padded", depth, high * stride, wide * stride)
    padded.fill(around)
    np.maximum(planes, 0, out=padded[:, reach : reach + height, reach : reach + width])
    dealt = room.of("dealt", stride, stride, depth, high, wide)
    dealt[:] = padded.reshape(depth, high, stride, wide, stride).transpose(2, 4, 0, 1, 3)
    runs = dealt.reshape(stride, stride, depth, high * wide)
    length = rows * wide
    under = room.of("under", weights.shape[1], length)
    under[-1] = 1
    for number, (row, column) in enumerate(product(range(layer.size), repeat=2)):
        down, along = row * layer.dilation, column * layer.dilation
        start = down // stride * wide + along // stride
        under[number * depth : (number + 1) * depth] = runs[down % stride, along % stride, :, start : start + length]
    found = np.matmul(weights, under, out=room.of("found", len(weights), length))
    return found.reshape(-1, rows, wide)[..., :columns]


def text_load(y: Values) -> float:
    """How much of a picture is lettering (0–1): 1 for a page or a large title, 0.1 to 0.4 for a subtitle.

    Where much is plain it is read at two sizes, since letters of a third of the height and more are too large for what
    the network sees; and lines too small for it are known by how they follow each other.
    """
    load, drawn = _load(y)
    if load > _PLENTY:
        return load
    if drawn <= _PLAIN:
        load = max(load, _load(_halved(y))[0] - _STRICTER)
    return max(load, _page(y))


def _page(y: Values) -> float:
    """How surely (0–1) a picture is a page of small print: on one ground, full rows and empty ones take even turns.

    Read from how far the autocorrelation of what is drawn in each row falls and rises again, up to ``_LINE`` pixels on:
    by 1.7 and more in pages of prose and code, by next to nothing in frames of the clips.
    """
    some = y[::4, ::4]
    counts = np.bincount(some.astype(np.uint8).ravel(), minlength=256)
    near = np.convolve(counts, np.ones(2 * _GROUND + 1), "same")
    ground = int(near.argmax())
    if near[ground] < some.size / 2:
        return 0.0
    ink = np.abs(y - ground) > 2 * _GROUND
    rows = ink.mean(1)
    drawn = np.flatnonzero(rows > _EMPTY_ROW)
    ends = np.count_nonzero(ink[:, 1:] != ink[:, :-1])
    if drawn.size < 3 * _LINE or ends < _STROKES * np.count_nonzero(ink):
        return 0.0
    rows = rows[drawn[0] : drawn[-1] + 1]
    rows -= rows.mean()
    alike = [float(np.mean(rows[lag:] * rows[: len(rows) - lag])) for lag in range(_LINE + 1)]
    if alike[0] < _EVEN:
        return 0.0
    swing = max(alike[lag] - min(alike[1:lag]) for lag in range(3, _LINE + 1))
    return float(np.interp(swing, (alike[0], 1.5 * alike[0]), (0, 1)))


def _halved(y: Values) -> Values:
    """The same picture at half the size."""
    even = y[: y.shape[0] // 2 * 2, : y.shape[1] // 2 * 2]
    rows = even[::2] + even[1::2]
    halved: Values = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    return halved


def _load(y: Values) -> tuple[float, float]:
    """The larger of two figures: how much of what is drawn is lettering, counted in cells; and how much of the picture
    lies in solid blocks of it, a sixth of the picture being 1, for a title over a scene that is drawn all over.

    And the share of cells in which anything is drawn.
    """
    if min(y.shape) < CELL:
        return 0.0, 0.0
    rows, columns = y.shape[0] // CELL, y.shape[1] // CELL
    letters = lettering(y)[:rows, :columns]
    steps = np.abs(np.diff(y, axis=1, append=y[:, -1:]))[: rows * CELL, : columns * CELL]
    tallest = steps.reshape(rows, CELL, -1).max(1).reshape(rows, columns, CELL).max(2)
    drawn = letters | (tallest > _DRAWN)
    of_drawing = float(letters.sum() / max(int(drawn.sum()), rows * columns // 50, 1))
    return max(of_drawing, min(1.0, 6 * _in_blocks(letters))), float(drawn.mean())


def _in_blocks(letters: NDArray[np.bool_]) -> float:
    """The share of places at which a window of ``_BLOCK`` cells is nearly all lettering."""
    needed = _SOLID * min(_BLOCK[0], letters.shape[0]) * min(_BLOCK[1], letters.shape[1])
    return float((window_sums(letters.astype(np.float32), *_BLOCK) >= needed).mean())
