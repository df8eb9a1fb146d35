"""Small pictures of a whole film in a grid, to hover over: of frames that somebody reads anyway, or of its own scan."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from posterframe.filmstrip import fitted
from posterframe.video import Frame, Pixels, Video

TILES = 100
"""The most pictures in a storyboard: one for each percent of a progress bar."""

TILE = (160, 90)
"""The box that a storyboard's pictures are fitted into, in pixels."""

_COLUMNS = 10
"""Pictures in a row of a storyboard: 1600 pixels, which every browser takes."""

_SPARSEST = 3
"""How many places a storyboard's pictures may lie apart before it is made anew."""


@dataclass(frozen=True)
class DrawnStoryboard:
    """Frames of a whole film, row by row in one picture: the one at ``times[i]`` is the tile ``i``, from the left."""

    pixels: Pixels
    times: tuple[float, ...]
    columns: int


class StoryboardMaker:
    """Gathers the pictures of a storyboard from the frames of one pass through a film, whoever makes that pass.

    Holds small pictures only, at most ``TILES``, evenly over ``duration`` seconds. Frames may come in any order.
    """

    def __init__(self, duration: float) -> None:
        self._each = max(duration, 1e-3) / TILES
        self._taken: dict[int, tuple[float, Pixels]] = {}

    def add(self, frame: Frame) -> None:
        """Take a frame if it is the first of its part of the film; frames may come in any size and number."""
        part = min(TILES - 1, int(frame.timestamp / self._each))
        if part not in self._taken:
            self._taken[part] = frame.timestamp, fitted(frame.pixels, TILE)

    @property
    def is_even(self) -> bool:
        """Whether no long part of the film is without a picture, as it may be where only key frames were watched."""
        edges = [-1, *sorted(self._taken), TILES]
        return all(later - earlier <= _SPARSEST for earlier, later in pairwise(edges))

    def storyboard(self) -> DrawnStoryboard | None:
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
        return DrawnStoryboard(sheet, times, columns)


def draw_storyboard(video: Video) -> DrawnStoryboard:
    """The storyboard of a film that nobody has passed through here: one quick scan of its own.

    Where the local picker watches, its ``each`` gives ``StoryboardMaker.add`` frames at no cost, often enough of them.
    """
    maker = StoryboardMaker(video.info.duration)
    for frame in video.scan(max(video.info.duration / TILES, 1e-3), max_height=TILE[1]):
        maker.add(frame)
    storyboard = maker.storyboard()
    assert storyboard is not None, "a video that opens has a frame"
    return storyboard
