"""Small pictures in a row or a grid: the frames around a moment to nudge it by, and the whole film to hover over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from PIL import Image

from posterframe.model import Report, ignore_progress
from posterframe.refine import Seen, choose, shown_at
from posterframe.video import Frame, Pixels, Video

TILES = 100
"""The most pictures in a sprite of a whole film: one for each percent of a progress bar."""

TILE = (160, 90)
"""The box that a sprite's pictures are fitted into, in pixels."""

_COLUMNS = 10
"""Pictures in a row of a sprite: 1600 pixels, which every browser takes."""

_SPARSEST = 3
"""How many places a sprite's pictures may lie apart before it is made anew."""


@dataclass(frozen=True)
class Strip:
    """Frames around a moment, side by side in one picture, each as wide as the others.

    ``times`` are when each starts, rising. ``best`` is the index of the one that refine's rule prefers among all that
    lie around the moment.
    """

    sprite: Pixels
    times: tuple[float, ...]
    best: int


@dataclass(frozen=True)
class Sprite:
    """Frames of a whole film, row by row in one picture: the one at ``times[i]`` is tile ``i``, counted from the left.

    ``tile`` is the width and height of each, in pixels.
    """

    picture: Pixels
    times: tuple[float, ...]
    columns: int
    tile: tuple[int, int]


def strip(window: Sequence[Seen], timestamp: float, *, frames: int = 7, height: int = 90) -> Strip:
    """Up to ``frames`` frames of a window, ``height`` pixels high, the one that is shown at a time among them."""
    asked = shown_at(window, timestamp)
    times = [seen.timestamp for seen in window]
    best = times.index(choose(window, asked).timestamp)
    places = spread(len(window), frames, times.index(asked.timestamp), best)
    shown = [window[place] for place in places]
    return Strip(
        sprite=np.concatenate([_fitted(seen.pixels, (None, height)) for seen in shown], axis=1),
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


class SpriteMaker:
    """Gathers the pictures of a sprite from the frames of one pass through a film, whoever makes that pass.

    Holds small pictures only, at most ``tiles``, evenly over ``duration`` seconds. Frames may come in any order.
    """

    def __init__(self, duration: float, *, tiles: int = TILES, box: tuple[int, int] = TILE) -> None:
        self._each = max(duration, 1e-3) / tiles
        self._tiles = tiles
        self._box = box
        self._taken: dict[int, tuple[float, Pixels]] = {}

    def add(self, frame: Frame) -> None:
        """Take a frame if it is the first of its part of the film; frames may come in any size and number."""
        part = min(self._tiles - 1, int(frame.timestamp / self._each))
        if part not in self._taken:
            self._taken[part] = frame.timestamp, _fitted(frame.pixels, self._box)

    @property
    def is_even(self) -> bool:
        """Whether no long part of the film is without a picture, as it may be where only key frames were watched."""
        edges = [-1, *sorted(self._taken), self._tiles]
        return all(later - earlier <= _SPARSEST for earlier, later in pairwise(edges))

    def sprite(self) -> Sprite | None:
        """All that was gathered, in the order of time; None before the first frame."""
        if not self._taken:
            return None
        times, pictures = zip(*(self._taken[part] for part in sorted(self._taken)), strict=True)
        height, width = pictures[0].shape[:2]
        columns = min(_COLUMNS, len(pictures))
        sheet = np.zeros((ceil(len(pictures) / columns) * height, columns * width, 3), np.uint8)
        for number, picture in enumerate(pictures):
            top, left = number // columns * height, number % columns * width
            sheet[top : top + height, left : left + width] = picture
        return Sprite(sheet, times, columns, (width, height))


def hover_sprite(
    video: Video, *, tiles: int = TILES, box: tuple[int, int] = TILE, report: Report = ignore_progress
) -> Sprite:
    """The sprite of a film that nobody has passed through here: one quick scan of its own.

    Where the local picker watches, its ``each`` gives ``SpriteMaker.add`` frames at no cost, often enough of them.
    """
    maker = SpriteMaker(video.info.duration, tiles=tiles, box=box)
    for frame in video.scan(max(video.info.duration / tiles, 1e-3), max_height=box[1]):
        maker.add(frame)
        report(min(1.0, frame.timestamp / max(video.info.duration, 1e-3)), "Making small pictures of the film")
    sprite = maker.sprite()
    assert sprite is not None, "a video that opens has a frame"
    return sprite


def _fitted(pixels: Pixels, box: tuple[int | None, int]) -> Pixels:
    """A picture made as high as the box, or as wide where it would not fit (None: as wide as it comes)."""
    height, width = pixels.shape[:2]
    scale = box[1] / height if box[0] is None else min(box[0] / width, box[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX if scale < 1 else None))
