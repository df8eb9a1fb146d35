"""The strip around a moment and the sprite of a whole film, on films rendered for the purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from posterframe.errors import BadInput, Stopped
from posterframe.filmstrip import Sprite, SpriteMaker, hover_sprite, spread, strip
from posterframe.model import Wish, ignore_progress
from posterframe.pickers.local import LocalPicker
from posterframe.refine import look_around
from posterframe.video import Footage, Frame
from tests.films import FPS, HEIGHT, WIDTH, defocused, moving, plain, scene, still, write_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """Two seconds out of focus, two in focus, two of another scene."""
    path = tmp_path_factory.mktemp("strip") / "film.mp4"
    return write_film(path, still(defocused(scene(1)), 2), still(scene(1), 2), still(scene(2), 2))


def test_a_strip_shows_the_frames_around_a_moment_side_by_side(film: Footage) -> None:
    with film.open() as video:
        found = strip(look_around(video, 3.0, reach=0.6), 3.0, frames=7, height=90)
    assert found.sprite.shape == (90, 7 * 160, 3)
    assert found.times == pytest.approx([2.4, 2.6, 2.8, 3.0, 3.2, 3.4, 3.6], abs=1 / FPS)
    middle = found.sprite[:, 3 * 160 : 4 * 160].astype(float)
    assert np.abs(middle - scene(1)[::2, ::2]).mean() < 12


def test_the_best_frame_of_a_strip_is_the_sharp_one_and_always_shown(film: Footage) -> None:
    with film.open() as video:
        found = strip(look_around(video, 1.9, reach=0.6), 1.9, frames=5)
    assert any(time == pytest.approx(1.9) for time in found.times), "the frame at the time itself is not shown"
    assert found.times[found.best] >= 2.0 - 1e-6


@pytest.mark.parametrize(("asked", "first", "last"), [(0.0, 0.0, 0.6), (6.0, 5.35, 5.95), (99.0, 5.35, 5.95)])
def test_a_strip_ends_where_the_film_ends(film: Footage, asked: float, first: float, last: float) -> None:
    with film.open() as video:
        found = strip(look_around(video, asked, reach=0.6), asked)
    assert (found.times[0], found.times[-1]) == pytest.approx((first, last), abs=0.06)
    assert len(found.times) == 7


def test_a_film_of_one_frame_has_a_strip_of_one(tmp_path: Path) -> None:
    with write_film(tmp_path / "one.mp4", [scene(1)]).open() as video:
        found = strip(look_around(video, 0.0, reach=0.6), 0.0)
    assert (found.times, found.best) == ((0.0,), 0)


def test_no_time_is_refused_in_a_sentence(film: Footage) -> None:
    with film.open() as video, pytest.raises(BadInput, match="no time"):
        look_around(video, float("nan"), reach=0.6)


@pytest.mark.parametrize(
    ("length", "count", "kept", "places"),
    [
        (13, 7, (6, 6), [0, 2, 4, 6, 8, 10, 12]),
        (13, 7, (6, 9), [0, 2, 4, 6, 9, 10, 12]),
        (13, 3, (5, 6), [5, 6, 12]),
        (13, 2, (5, 6), [5, 6]),
        (4, 7, (0, 3), [0, 1, 2, 3]),
        (1, 7, (0, 0), [0]),
    ],
)
def test_a_strip_spreads_evenly_and_keeps_what_it_must(
    length: int, count: int, kept: tuple[int, int], places: list[int]
) -> None:
    assert spread(length, count, *kept) == places


def test_too_few_places_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        spread(10, 1, 2, 3)


class Counting:
    """Footage that counts how often it is opened."""

    def __init__(self, footage: Footage) -> None:
        self.opened = 0
        self._open = footage.open_file
        self.footage = Footage(footage.name, None, self._open_file)

    def _open_file(self) -> BinaryIO:
        self.opened += 1
        return self._open()


def tile(sprite: Sprite, number: int) -> np.ndarray:
    width, height = sprite.tile
    top, left = number // sprite.columns * height, number % sprite.columns * width
    return sprite.picture[top : top + height, left : left + width].astype(float)


def test_the_sprite_shows_the_whole_film_in_order_with_its_times(film: Footage) -> None:
    with film.open() as video:
        sprite = hover_sprite(video, tiles=12)
    assert sprite.tile == (160, 90)
    assert sprite.columns == 10
    assert sprite.picture.shape == (2 * 90, 10 * 160, 3)
    assert sprite.times == pytest.approx([number / 2 for number in range(12)], abs=0.3)
    for number, seed in ((5, 1), (11, 2)):
        assert np.abs(tile(sprite, number) - scene(seed)[::2, ::2]).mean() < 12


def test_the_picker_s_pass_gives_pictures_for_a_sprite_without_another_one(film: Footage) -> None:
    counting = Counting(film)
    maker = SpriteMaker(6.0, tiles=12)
    picked = LocalPicker().pick(counting.footage, Wish(), ignore_progress, each=maker.add)
    sprite = maker.sprite()
    assert picked == LocalPicker().pick(film, Wish(), ignore_progress)
    assert counting.opened == 1
    assert sprite is not None
    assert sprite.times[0] == 0
    assert list(sprite.times) == sorted(sprite.times)


@pytest.mark.parametrize(("times", "is_even"), [(range(2, 10, 3), True), (range(6), False), (range(0, 10, 4), False)])
def test_it_is_told_where_a_sprite_would_leave_out_much(times: range, is_even: bool) -> None:
    maker = SpriteMaker(10.0, tiles=10)
    for time in times:
        maker.add(Frame(float(time), 1.0, plain(time)))
    assert maker.is_even == is_even


@pytest.mark.parametrize(
    ("width", "height", "expected"), [(WIDTH, HEIGHT, (160, 90)), (90, 160, (51, 90)), (640, 90, (160, 22))], ids=str
)
def test_tiles_keep_the_shape_of_the_film(width: int, height: int, expected: tuple[int, int]) -> None:
    maker = SpriteMaker(1.0)
    maker.add(Frame(0.0, 1.0, np.zeros((height, width, 3), np.uint8)))
    sprite = maker.sprite()
    assert sprite is not None
    assert sprite.tile == expected


def test_a_sprite_never_holds_more_pictures_than_asked() -> None:
    maker = SpriteMaker(10.0, tiles=5)
    for number in range(200):
        maker.add(Frame(number / 20, 0.05, plain(number)))
    sprite = maker.sprite()
    assert sprite is not None
    assert sprite.times == pytest.approx((0.0, 2.0, 4.0, 6.0, 8.0))


def test_without_a_frame_there_is_no_sprite() -> None:
    assert SpriteMaker(10.0).sprite() is None


def test_a_sprite_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    told: list[float] = []

    def report(fraction: float, doing: str) -> None:
        told.append(fraction)
        if fraction > 0.4:
            raise Stopped("Cancelled.")

    draw: Callable[[float], np.ndarray] = lambda at: scene(1, shift=20 * at)  # noqa: E731
    film = write_film(tmp_path / "film.mp4", moving(draw, 3))
    with film.open() as video, pytest.raises(Stopped):
        hover_sprite(video, report=report)
    assert told == sorted(told)
    assert told[0] < 0.1
