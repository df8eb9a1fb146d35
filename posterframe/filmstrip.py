"""The frames around a moment, small and in a row, to nudge it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from posterframe.refine import Seen, choose, shown_at
from posterframe.video import Pixels


@dataclass(frozen=True)
class DrawnFilmstrip:
    """Frames around a moment, side by side in one picture, each as wide as the others.

    ``times`` are when each starts, rising. ``best`` is the index of the one that refine's rule prefers among all that
    lie around the moment.
    """

    pixels: Pixels
    times: tuple[float, ...]
    best: int


def draw_filmstrip(window: Sequence[Seen], timestamp: float, *, frames: int = 7, height: int = 90) -> DrawnFilmstrip:
    """Up to ``frames`` frames of a window, ``height`` pixels high, the one that is shown at a time among them."""
    asked = shown_at(window, timestamp)
    times = [seen.timestamp for seen in window]
    best = times.index(choose(window, asked).timestamp)
    places = spread(len(window), frames, times.index(asked.timestamp), best)
    shown = [window[place] for place in places]
    return DrawnFilmstrip(
        pixels=np.concatenate([fitted(seen.pixels, (None, height)) for seen in shown], axis=1),
        times=tuple(seen.timestamp for seen in shown),
        best=places.index(best),
    )


def spread(length: int, count: int, *kept: int) -> list[int]:
    """Up to ``count`` indices about evenly from 0 to ``length - 1``; each of ``kept`` takes the place of its nearest.

    Raises ``ValueError`` where ``count`` is less than those kept.
    """
    if count < len(set(kept)):
        raise ValueError(f"{count} places are too few for {len(set(kept))} that are kept")
    even = {round(place) for place in np.linspace(0, length - 1, min(count, length))}
    for place in kept:
        if place not in even:
            even.remove(min(even.difference(kept), key=lambda other: (abs(other - place), other)))
            even.add(place)
    return sorted(even)


def fitted(pixels: Pixels, box: tuple[int | None, int]) -> Pixels:
    """A picture made as high as the box, or as wide where it would not fit (None: as wide as it comes)."""
    height, width = pixels.shape[:2]
    scale = box[1] / height if box[0] is None else min(box[0] / width, box[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX if scale < 1 else None))
