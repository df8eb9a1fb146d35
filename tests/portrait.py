"""Somebody drawn, for tests and pictures about faces: the detector finds a face there, and the networks read it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.films import scene

_FINE = 4
_HAIR, _SKIN, _SHADE, _LID, _DARK = (60, 40, 30), (222, 172, 142), (205, 150, 122), (205, 152, 124), (50, 33, 26)


class _Sketch:
    """Draws around the middle of a face, in units of its radius."""

    def __init__(self, width: int, height: int, x: float, y: float, radius: float) -> None:
        self.image = Image.new("RGB", (width * _FINE, height * _FINE), (70, 90, 110))
        self._draw = ImageDraw.Draw(self.image)
        self._x, self._y, self._radius = x * _FINE, y * _FINE, radius * _FINE

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._x + x * self._radius, self._y + y * self._radius

    def oval(self, x: float, y: float, width: float, height: float, colour: tuple[int, int, int]) -> None:
        self._draw.ellipse((*self._at(x - width, y - height), *self._at(x + width, y + height)), fill=colour)

    def shape(self, colour: tuple[int, int, int], *corners: tuple[float, float]) -> None:
        self._draw.polygon([self._at(*corner) for corner in corners], fill=colour)

    def line(self, box: tuple[float, float, float, float], start: int, end: int, thickness: float) -> None:
        around = (*self._at(*box[:2]), *self._at(*box[2:]))
        self._draw.arc(around, start, end, fill=_DARK, width=round(thickness * self._radius))

    def mouth(self, box: tuple[float, float, float, float], colour: tuple[int, int, int]) -> None:
        self._draw.chord((*self._at(*box[:2]), *self._at(*box[2:])), 10, 170, fill=colour)


def portrait(
    *, eyes: float = 1.0, smiling: bool = False, x: float = 160, radius: float = 52, width: int = 320, height: int = 180
) -> NDArray[np.uint8]:
    """Somebody before a plain wall; ``eyes`` are shut at 0 and wide open at 1."""
    sketch = _Sketch(width, height, x, 92, radius)
    sketch.shape((50, 60, 120), (-0.9, 2), (-0.5, 1.2), (0.5, 1.2), (0.9, 2))
    sketch.shape((190, 140, 115), (-0.35, 0.7), (0.35, 0.7), (0.35, 1.4), (-0.35, 1.4))
    sketch.oval(0, -0.25, 0.88, 1.05, _HAIR)
    sketch.oval(0, 0, 0.78, 1.05, _SKIN)
    sketch.shape(_HAIR, (-0.75, -0.45), (-0.6, -1), (0.6, -1), (0.75, -0.45), (0.3, -0.72), (-0.3, -0.72))
    for side in (-1, 1):
        sketch.oval(0.8 * side, 0.05, 0.09, 0.2, _SHADE)
        _draw_eye(sketch, 0.33 * side, eyes)
        sketch.oval(0.08 * side, 0.27, 0.05, 0.03, (150, 100, 85))
    sketch.shape((208, 156, 128), (-0.04, -0.1), (0.04, -0.1), (0.13, 0.25), (-0.13, 0.25))
    if smiling:
        sketch.mouth((-0.38, 0.2, 0.38, 0.72), (150, 50, 50))
        sketch.mouth((-0.33, 0.3, 0.33, 0.62), (250, 250, 250))
    else:
        sketch.oval(0, 0.55, 0.24, 0.07, (180, 90, 85))
    smooth = sketch.image.filter(ImageFilter.GaussianBlur(0.02 * radius * _FINE))
    return np.asarray(smooth.resize((width, height), Image.Resampling.BOX))


def somebody(*, eyes: float = 1.0, smiling: bool = False, x: int = 160, radius: float = 52) -> NDArray[np.uint8]:
    """Somebody before a shelf full of sharp things."""
    person = portrait(eyes=eyes, smiling=smiling, x=x, radius=radius)
    picture = scene(1).copy()
    picture[:, x - 60 : x + 60] = person[:, x - 60 : x + 60]
    return picture


def _draw_eye(sketch: _Sketch, x: float, opening: float) -> None:
    sketch.line((x - 0.2, -0.42, x + 0.2, -0.15), 200, 340, 0.06)
    sketch.oval(x, -0.1, 0.19, 0.13, _LID)
    if opening == 0:
        sketch.line((x - 0.16, -0.16, x + 0.16, -0.05), 20, 160, 0.035)
        return
    sketch.oval(x, -0.1, 0.16, 0.085 * opening, (245, 245, 245))
    sketch.oval(x, -0.1, 0.075, 0.08 * opening, _DARK)
    sketch.line((x - 0.17, -0.1 - 0.1 * opening, x + 0.17, -0.1 + 0.1 * opening), 190, 350, 0.03)
