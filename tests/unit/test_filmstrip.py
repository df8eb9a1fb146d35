"""The frames around a moment in a row, on films rendered for the purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from posterframe.errors import BadInput
from posterframe.filmstrip import draw_filmstrip, spread
from posterframe.refine import look_around
from posterframe.video import Footage
from tests.films import FPS, defocused, scene, still, write_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """Two seconds out of focus, two in focus, two of another scene."""
    path = tmp_path_factory.mktemp("filmstrip") / "film.mp4"
    return write_film(path, still(defocused(scene(1)), 2), still(scene(1), 2), still(scene(2), 2))


def test_a_filmstrip_shows_the_frames_around_a_moment_side_by_side(film: Footage) -> None:
    with film.open() as video:
        found = draw_filmstrip(look_around(video, 3.0, reach=0.6), 3.0, frames=7, height=90)
    assert found.pixels.shape == (90, 7 * 160, 3)
    assert found.times == pytest.approx([2.4, 2.6, 2.8, 3.0, 3.2, 3.4, 3.6], abs=1 / FPS)
    middle = found.pixels[:, 3 * 160 : 4 * 160].astype(float)
    assert np.abs(middle - scene(1)[::2, ::2]).mean() < 12


def test_the_best_frame_of_a_filmstrip_is_the_sharp_one_and_always_shown(film: Footage) -> None:
    with film.open() as video:
        found = draw_filmstrip(look_around(video, 1.9, reach=0.6), 1.9, frames=5)
    assert any(time == pytest.approx(1.9) for time in found.times), "the frame at the time itself is not shown"
    assert found.times[found.best] >= 2.0 - 1e-6


@pytest.mark.parametrize(("asked", "first", "last"), [(0.0, 0.0, 0.6), (6.0, 5.35, 5.95), (99.0, 5.35, 5.95)])
def test_a_filmstrip_ends_where_the_film_ends(film: Footage, asked: float, first: float, last: float) -> None:
    with film.open() as video:
        found = draw_filmstrip(look_around(video, asked, reach=0.6), asked)
    assert (found.times[0], found.times[-1]) == pytest.approx((first, last), abs=0.06)
    assert len(found.times) == 7


def test_a_film_of_one_frame_has_a_filmstrip_of_one(tmp_path: Path) -> None:
    with write_film(tmp_path / "one.mp4", [scene(1)]).open() as video:
        found = draw_filmstrip(look_around(video, 0.0, reach=0.6), 0.0)
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
def test_a_filmstrip_spreads_evenly_and_keeps_what_it_must(
    length: int, count: int, kept: tuple[int, int], places: list[int]
) -> None:
    assert spread(length, count, *kept) == places


def test_too_few_places_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        spread(10, 1, 2, 3)
