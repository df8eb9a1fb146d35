"""Expressions: how far the eyes of a face are open, and whether it smiles, read by two small networks.

Their weights (expressions.npz) are those of face-api.js by Vincent Mühler, under the licence in expressions.LICENSE;
benchmarks/import_expressions.py took them out of its package. numpy runs each network in 8 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from math import hypot
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posterframe.faces import find_faces
from posterframe.lettering import use_one_thread
from posterframe.summing import window_sums

Values = NDArray[np.float32]

_SIDE = 112
"""Pixels along each side of the square in which the networks see a face."""

_MEANS = np.array([122.782, 117.001, 104.298], np.float32)[:, None, None]
"""Red, green and blue that are taken off each pixel, as in training."""

_LEAST = 40
"""Width of a face, in pixels, from which its eyes can be read. On faces of 33 pixels the figures follow the mouth."""

_EYES = (36, 42)
"""Where each eye's six landmarks begin among the 68: a corner, two of the upper lid, the other corner, two below."""

_HAPPY = 1
"""Which of the seven expressions that are told apart is the happy one."""

_PATCH = (28, 16)
"""Width and height of the picture of an eye, in pixels."""

_EYE = 21.5
"""Width of the eye in that picture, in pixels."""

_PUPIL = 5
"""Side of a pupil in that picture, in pixels."""


def open_eyes(pixels: NDArray[np.uint8]) -> float:
    """How far the eyes of those seen near are open, added up: to be compared between frames of the same people only.

    0 where no face is large enough. ``pixels`` at working size, shape (height, width, 3).
    """
    return _open_eyes(pixels.shape, np.ascontiguousarray(pixels).tobytes())


@lru_cache(maxsize=8)
def _open_eyes(shape: tuple[int, ...], picture: bytes) -> float:
    """As ``open_eyes``, remembered for a moment: choosing and explaining ask about the same pictures."""
    total = 0.0
    for face in _near_faces(np.frombuffer(picture, np.uint8).reshape(shape)):
        landmarks = _run("landmarks", face).reshape(-1, 2) * _SIDE
        total += sum(_opening(face.convert("L"), landmarks[first : first + 6]) for first in _EYES)
    return total


def smile(pixels: NDArray[np.uint8]) -> float:
    """How surely (0–1) those seen near smile, on average; 0 where no face is large enough."""
    sure = []
    for face in _near_faces(pixels):
        told = np.exp(_run("expressions", face))
        sure.append(float(told[_HAPPY] / told.sum()))
    return sum(sure) / max(1, len(sure))


def _near_faces(pixels: NDArray[np.uint8]) -> Iterator[Image.Image]:
    """Those of the largest two faces that can be read, each in a square; what lies beyond the picture is black."""
    height, width = pixels.shape[:2]
    for face in find_faces(pixels)[:2]:
        if face.width * width >= _LEAST:
            reach = max(face.width * width, face.height * height) / 2
            x, y = face.x * width, face.y * height
            square = (round(x - reach), round(y - reach), round(x + reach), round(y + reach))
            yield Image.fromarray(pixels).crop(square).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)


def _opening(grey: Image.Image, eye: Values) -> float:
    """How high an eye stands against its width, times how dark it is where it is darkest.

    The first is the eye aspect ratio of T. Soukupová and J. Čech, "Real-time eye blink detection using facial
    landmarks", CVWW 2016; lids that are shut still have some of it. A pupil is darker than lashes are at its size.
    """
    lids = hypot(*(eye[1] - eye[5])) + hypot(*(eye[2] - eye[4]))
    width = max(1.0, hypot(*(eye[3] - eye[0])))
    patch = _upright(grey, eye[0], eye[3])
    pupil = window_sums(patch, _PUPIL, _PUPIL).min() / _PUPIL**2
    return lids / (2 * width) * (1 - float(pupil) / max(1.0, float(np.percentile(patch, 90))))


def _upright(grey: Image.Image, left: Values, right: Values) -> Values:
    """The surroundings of an eye, turned so that its corners lie on a level."""
    along = (right - left) / _EYE
    down = np.array([-along[1], along[0]])
    start = (left + right) / 2 - along * _PATCH[0] / 2 - down * _PATCH[1] / 2
    across, upward = (along[0], down[0], start[0]), (along[1], down[1], start[1])
    turned = grey.transform(_PATCH, Image.Transform.AFFINE, (*across, *upward), Image.Resampling.BILINEAR)
    return np.asarray(turned, np.float32)


@cache
def _weights() -> dict[str, Values]:
    """Weights by network and layer; most are stored as bytes, with their step and their least value."""
    use_one_thread()
    with np.load(Path(__file__).with_suffix(".npz")) as stored:
        scales = zip(stored["names"].tolist(), stored["scales"].tolist(), strict=True)
        return {name: (stored[name] * step + least).astype(np.float32) for name, (step, least) in scales}


def _run(network: str, face: Image.Image) -> Values:
    """The figures that a network gives for a face: four blocks, the mean of each plane, one matrix."""
    weights = _weights()
    values = (np.asarray(face, np.float32).transpose(2, 0, 1) - _MEANS) / np.float32(255)
    for number in range(4):
        values = _block(f"{network}/dense{number}", values)
    answer: Values = values.mean((1, 2)) @ weights[f"{network}/fc/weights"] + weights[f"{network}/fc/bias"]
    return answer


def _block(name: str, values: Values) -> Values:
    """Half as many rows and columns, then three more layers, each fed with the sum of all before it."""
    weights = _weights()
    if (kernel := weights.get(f"{name}/conv0/filters")) is not None:
        total = _mixed(np.concatenate(_shifted(values, stride=2)), kernel, weights[f"{name}/conv0/bias"])
    else:
        total = _separable(f"{name}/conv0", values, stride=2)
    total = np.maximum(total, 0)
    for number in (1, 2, 3):
        total = total + _separable(f"{name}/conv{number}", np.maximum(total, 0))
    return np.maximum(total, 0)


def _separable(name: str, values: Values, *, stride: int = 1) -> Values:
    """A kernel for each plane, then a matrix that mixes the planes."""
    weights = _weights()
    kernel = weights[f"{name}/depthwise_filter"].reshape(9, -1, 1, 1)
    first, *others = _shifted(values, stride=stride)
    planes = first * kernel[0]
    for part, weight in zip(others, kernel[1:], strict=True):
        planes += part * weight
    return _mixed(planes, weights[f"{name}/pointwise_filter"], weights[f"{name}/bias"])


def _mixed(planes: Values, matrix: Values, bias: Values) -> Values:
    """New planes, each a weighted sum of all the old ones, and its bias."""
    mixed: Values = matrix.reshape(len(planes), -1).T @ planes.reshape(len(planes), -1) + bias[:, None]
    return mixed.reshape(-1, *planes.shape[1:])


def _shifted(values: Values, *, stride: int) -> list[Values]:
    """What lies under each of the nine weights of a kernel; TensorFlow pads an even picture behind only, if by half."""
    before = 0 if stride == 2 else 1
    _, high, wide = values.shape
    padded = np.pad(values, ((0, 0), (before, 1), (before, 1)))
    places = np.ndindex(3, 3)
    return [padded[:, row : row + high : stride, column : column + wide : stride] for row, column in places]
