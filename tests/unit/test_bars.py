"""Black bars beside a picture: found where there are some, and no part of what is measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from posterframe.bars import Window, between_bars
from posterframe.composition import read_composition
from posterframe.likeness import are_twins, difference, look_at
from posterframe.quality import glance, read_text_load
from tests.films import Pixels, letterboxed, noisy, pillarboxed, plain, scene, still, title_card
from tests.unit.test_local_picker import picked

Boxed = Callable[[Pixels], Pixels]

WHOLE = slice(0, 180), slice(0, 320)
LETTERBOX = slice(22, 158), slice(0, 320)
PILLARBOX = slice(0, 180), slice(110, 210)


def mark_on_black() -> Pixels:
    """A flat mark in the middle, which nothing but black surrounds."""
    picture = plain(0)
    picture[60:120, 60:260] = (250, 180, 40)
    return picture


def scene_under_a_night_sky() -> Pixels:
    picture = scene(1).copy()
    picture[:40] = 0
    return picture


@pytest.mark.parametrize(
    ("picture", "window"),
    [
        pytest.param(scene(1), WHOLE, id="a scene"),
        pytest.param(letterboxed(scene(1)), LETTERBOX, id="bars above and below"),
        pytest.param(pillarboxed(scene(1)), PILLARBOX, id="bars at both sides"),
        pytest.param(noisy(letterboxed(scene(1)), 3), LETTERBOX, id="bars with what coding leaves"),
        pytest.param(letterboxed(scene(1) // 4), LETTERBOX, id="a dark scene between bars"),
        pytest.param(scene_under_a_night_sky(), WHOLE, id="black above only"),
        pytest.param(plain(0), WHOLE, id="black"),
        pytest.param(title_card(), WHOLE, id="a title on near-black"),
        pytest.param(np.where(title_card() > 100, title_card(), 0), WHOLE, id="a title on black"),
        pytest.param(mark_on_black(), WHOLE, id="a mark on black"),
        pytest.param(np.full((1, 1, 3), 0, np.uint8), (slice(0, 1), slice(0, 1)), id="one black pixel"),
    ],
)
def test_bars_are_found_where_there_are_some(picture: Pixels, window: Window) -> None:
    assert between_bars(picture) == window


boxed_in_each_way = pytest.mark.parametrize(
    ("boxed", "window"), [(letterboxed, LETTERBOX), (pillarboxed, PILLARBOX)], ids=["above and below", "at both sides"]
)


@boxed_in_each_way
def test_what_stands_between_bars_is_measured_as_if_there_were_none(boxed: Boxed, window: Window) -> None:
    for seed in (1, 5, 9):
        with_bars, alone = boxed(scene(seed)), scene(seed)[window]
        assert glance(with_bars) == glance(alone)
        assert read_text_load(with_bars) == read_text_load(alone)
        assert read_composition(with_bars) == read_composition(alone)


@boxed_in_each_way
def test_bars_make_no_two_pictures_alike(boxed: Boxed, window: Window) -> None:
    one, other = scene(2), scene(4)
    alone = difference(look_at(one[window]), look_at(other[window]))
    assert difference(look_at(boxed(one)), look_at(boxed(other))) == pytest.approx(alone, rel=0.15)
    assert not are_twins(look_at(boxed(one)), look_at(boxed(other)))


def test_where_bars_are_found_in_one_picture_only_all_is_compared() -> None:
    boxed, whole = look_at(letterboxed(scene(2))), look_at(scene(2))
    assert difference(boxed, whole) == difference(whole, boxed) > 0


@boxed_in_each_way
def test_each_scene_of_a_film_between_bars_is_proposed(boxed: Boxed, window: Window, tmp_path: Path) -> None:
    found = picked(tmp_path, *(still(boxed(scene(seed)), 2) for seed in (3, 7, 10)))
    assert sorted(int(proposal.timestamp / 2) for proposal in found.proposals) == [0, 1, 2]
    assert not any(proposal.warnings for proposal in found.proposals)
