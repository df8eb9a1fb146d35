"""The small pictures of a whole film, made of the frames of one pass through it."""

from __future__ import annotations

from itertools import pairwise
from typing import BinaryIO

import numpy as np
import pytest

from posterframe.contracts import Wish, ignore_progress
from posterframe.pickers.local import LocalPicker
from posterframe.storyboard import TILES, DrawnStoryboard, StoryboardMaker, draw_storyboard
from posterframe.video import Footage, Frame
from tests.films import HEIGHT, WIDTH, plain, scene, still, write_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """Five seconds of one scene, five of another."""
    path = tmp_path_factory.mktemp("storyboard") / "film.mp4"
    return write_film(path, still(scene(1), 5), still(scene(2), 5))


class Counting:
    """Footage that counts how often it is opened."""

    def __init__(self, footage: Footage) -> None:
        self.opened = 0
        self._open = footage.open_file
        self.footage = Footage(footage.name, None, self._open_file)

    def _open_file(self) -> BinaryIO:
        self.opened += 1
        return self._open()


def tile(storyboard: DrawnStoryboard, number: int) -> np.ndarray:
    top, left = number // storyboard.columns * 90, number % storyboard.columns * 160
    return storyboard.pixels[top : top + 90, left : left + 160].astype(float)


def test_the_storyboard_shows_the_whole_film_in_order_with_its_times(film: Footage) -> None:
    with film.open() as video:
        storyboard = draw_storyboard(video)
    assert storyboard.columns == 10
    assert storyboard.pixels.shape[1] == 10 * 160
    assert storyboard.times[0] == 0
    assert all(0 < later - earlier < 0.3 for earlier, later in pairwise((*storyboard.times, 10.0)))
    for number, time in enumerate(storyboard.times):
        assert np.abs(tile(storyboard, number) - scene(1 if time < 5 else 2)[::2, ::2]).mean() < 12


def test_the_picker_s_pass_gives_pictures_for_a_storyboard_without_another_one(film: Footage) -> None:
    counting = Counting(film)
    maker = StoryboardMaker(10.0)
    picked = LocalPicker().pick(counting.footage, Wish(), ignore_progress, each=maker.add)
    storyboard = maker.storyboard()
    assert picked == LocalPicker().pick(film, Wish(), ignore_progress)
    assert counting.opened == 1
    assert storyboard is not None
    assert storyboard.times[0] == 0
    assert list(storyboard.times) == sorted(storyboard.times)


@pytest.mark.parametrize(
    ("times", "is_even"), [(range(2, TILES, 3), True), (range(60), False), (range(0, TILES, 4), False)]
)
def test_it_is_told_where_a_storyboard_would_leave_out_much(times: range, is_even: bool) -> None:
    maker = StoryboardMaker(TILES)
    for time in times:
        maker.add(Frame(float(time), 1.0, plain(time)))
    assert maker.is_even == is_even


@pytest.mark.parametrize(
    ("width", "height", "expected"), [(WIDTH, HEIGHT, (160, 90)), (90, 160, (51, 90)), (640, 90, (160, 22))], ids=str
)
def test_tiles_keep_the_shape_of_the_film(width: int, height: int, expected: tuple[int, int]) -> None:
    maker = StoryboardMaker(1.0)
    maker.add(Frame(0.0, 1.0, np.zeros((height, width, 3), np.uint8)))
    storyboard = maker.storyboard()
    assert storyboard is not None
    assert storyboard.pixels.shape == (*expected[::-1], 3)


def test_a_storyboard_never_holds_more_pictures_than_it_has_tiles() -> None:
    maker = StoryboardMaker(TILES)
    for number in range(3 * TILES):
        maker.add(Frame(number / 2, 0.5, plain(number % 256)))
    storyboard = maker.storyboard()
    assert storyboard is not None
    assert storyboard.times == tuple(range(TILES))


def test_without_a_frame_there_is_no_storyboard() -> None:
    assert StoryboardMaker(10.0).storyboard() is None
