"""What happens to pictures between the camera and the screen: slow moves, focus, whip pans, dissolves. Pure numpy.

A picture is display-referred sRGB from 0 to 1 in float32, shape (height, width, 3); its depth map comes from the
camera. Light adds up before the display's curve, so blurs are reckoned in linear light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

WIDTH: Final = 1280
HEIGHT: Final = 720
FOURIER_WIDTH: Final = 1344
FOURIER_HEIGHT: Final = 768
"""The frame with a margin for blurs, in sizes that a Fourier transform is quick at (products of 2, 3 and 7)."""

GAMMA: Final = 2.2
"""The power that stands for sRGB's curve; close enough for a blur."""

HIGHLIGHT_GAIN: Final = 2.0
"""How much brighter than white a clipped highlight is taken to be, so that it blurs into a visible disc."""


@dataclass(frozen=True)
class Framing:
    """How a still fills the screen: ``zoom`` 1 shows all of it; ``x`` and ``y`` shift the view, in screen pixels.

    ``slide`` is how far (screen pixels) the camera has moved sideways: near things shift against far ones.
    """

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    slide: float = 0.0

    def toward(self, other: Framing, progress: float) -> Framing:
        """The framing at ``progress`` (0–1) of a steady move to another one. Zoom grows by equal ratios."""
        return Framing(
            zoom=self.zoom * (other.zoom / self.zoom) ** progress,
            x=self.x + (other.x - self.x) * progress,
            y=self.y + (other.y - self.y) * progress,
            slide=self.slide + (other.slide - self.slide) * progress,
        )


def nearness(depth: Picture) -> Picture:
    """A depth map as parallax: 1 for the nearest point, 0 for the farthest, soft at the edges of things."""
    inverse = np.float32(1) / depth
    low, high = inverse.min(), inverse.max()
    return box_blur((inverse - low) / (high - low), 2)


def box_blur(plane: Picture, radius: int) -> Picture:
    """The mean over a square of ``2 · radius + 1`` pixels of a single plane."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(plane, padding, mode="edge"), axis=axis, dtype=np.float64)
        size = plane.shape[axis]
        high = np.take(sums, np.arange(size) + 2 * radius + 1, axis=axis)
        low = np.take(sums, np.arange(size), axis=axis)
        plane = ((high - low) / (2 * radius + 1)).astype(np.float32)
    return plane


def sample(source: Picture, x: Picture, y: Picture) -> Picture:
    """The source at fractional pixel positions, bilinear, edges held. Works for planes and for pictures."""
    height, width = source.shape[:2]
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    across, down = x - left.astype(np.float32), y - top.astype(np.float32)
    if source.ndim == 3:
        across, down = across[..., None], down[..., None]
    flat = source.reshape(height * width, *source.shape[2:])
    corner = top * width + left
    upper = flat.take(corner, 0) * (1 - across) + flat.take(corner + 1, 0) * across
    lower = flat.take(corner + width, 0) * (1 - across) + flat.take(corner + width + 1, 0) * across
    mixed: Picture = upper * (1 - down) + lower * down
    return mixed


def frame(still: Picture, near: Picture, framing: Framing) -> Picture:
    """What the screen shows of a still under a framing, shape (720, 1280, 3)."""
    height, width = still.shape[:2]
    scale = width / WIDTH / framing.zoom
    columns = np.arange(WIDTH, dtype=np.float32) - (WIDTH - 1) / 2 + framing.x
    rows = np.arange(HEIGHT, dtype=np.float32) - (HEIGHT - 1) / 2 + framing.y
    x, y = np.meshgrid(columns * scale + (width - 1) / 2, rows * scale + (height - 1) / 2)
    shifted = x
    if framing.slide:
        to_near = near.shape[1] / width
        # The shift depends on the depth at the place it leads to: a few rounds find it.
        for _ in range(3):
            shifted = x + framing.slide * scale * (sample(near, shifted * to_near, y * to_near) - 0.5)
    return sample(still, shifted, y)


def defocus(picture: Picture, radius: float) -> Picture:
    """The picture through a lens out of focus: every point becomes a disc of ``radius`` pixels, at most 22."""
    margin = (FOURIER_HEIGHT - HEIGHT) // 2
    light = picture**GAMMA
    light *= 1 + (HIGHLIGHT_GAIN - 1) * np.clip((picture.min(axis=2, keepdims=True) - 0.93) / 0.07, 0, 1)
    padding = ((margin, margin), (margin, FOURIER_WIDTH - WIDTH - margin), (0, 0))
    spectrum = np.fft.rfft2(np.pad(light, padding, mode="edge"), axes=(0, 1))
    down = np.fft.fftfreq(FOURIER_HEIGHT, 1 / FOURIER_HEIGHT)
    across = np.fft.fftfreq(FOURIER_WIDTH, 1 / FOURIER_WIDTH)
    disc = np.clip(radius + 0.5 - np.hypot(across, down[:, None]), 0, 1)
    lens = np.fft.rfft2(disc / disc.sum())
    blurred = np.fft.irfft2(spectrum * lens[..., None], s=(FOURIER_HEIGHT, FOURIER_WIDTH), axes=(0, 1))
    inside = blurred[margin : margin + HEIGHT, margin : margin + WIDTH]
    return np.clip(inside, 0, 1).astype(np.float32) ** np.float32(1 / GAMMA)


def join(strips: list[Picture], overlap: int) -> Picture:
    """Strips of one height side by side, each dissolved into the next over ``overlap`` pixels."""
    joined = strips[0]
    ramp = np.linspace(0, 1, overlap, dtype=np.float32)[None, :, None]
    for strip in strips[1:]:
        seam = joined[:, -overlap:] * (1 - ramp) + strip[:, :overlap] * ramp
        joined = np.concatenate([joined[:, :-overlap], seam, strip[:, overlap:]], axis=1)
    return joined


def running_light(strip: Picture) -> NDArray[np.float64]:
    """The light of a strip summed from its left edge, for ``pan``: shape (height, width + 1, 3)."""
    return np.cumsum(np.pad(strip**GAMMA, ((0, 0), (1, 0), (0, 0))), axis=1, dtype=np.float64)


def pan(sums: NDArray[np.float64], start: float, end: float) -> Picture:
    """One frame of a pan whose left edge goes from ``start`` to ``end`` (pixels) while the shutter is open.

    The exposure is the mean of all that passed a pixel: a difference of the running sums of light.
    """

    def until(edge: float) -> NDArray[np.float64]:
        place = np.clip(np.arange(WIDTH) + edge, 0, sums.shape[1] - 1.001)
        whole = place.astype(np.int32)
        part = (place - whole)[None, :, None]
        total: NDArray[np.float64] = sums[:, whole] * (1 - part) + sums[:, whole + 1] * part
        return total

    light = (until(end) - until(start)) / (end - start)
    return np.clip(light, 0, 1).astype(np.float32) ** np.float32(1 / GAMMA)


def ease(progress: float) -> float:
    """Smooth start, smooth stop: 3p² − 2p³ on 0–1."""
    p = min(max(progress, 0.0), 1.0)
    return p * p * (3 - 2 * p)
