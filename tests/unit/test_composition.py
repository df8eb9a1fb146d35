"""Where things stand in a picture, and what its colours are called."""

from __future__ import annotations

import numpy as np
import pytest

from posterframe.composition import on_thirds, read_composition, salience, subject_size
from tests.films import Pixels, noisy, plain, scene

WHITE, GREEN, MUSTARD, BARK, SKY = (235, 235, 235), (110, 160, 40), (235, 200, 40), (110, 70, 35), (30, 60, 200)


def thing(left: int, top: int, size: int = 50) -> Pixels:
    """Something with a pattern of its own before a plain grey wall."""
    picture = plain(190).copy()
    picture[top : top + size, left : left + size] = scene(2)[60 : 60 + size, 60 : 60 + size] // 2
    picture[top : top + size : 4, left : left + size] = 20
    return picture


def painted(colour: tuple[int, int, int]) -> Pixels:
    """White, with half of it in one colour."""
    picture = np.full((180, 320, 3), WHITE, np.uint8)
    picture[:90] = colour
    return picture


def test_a_lone_thing_is_a_smaller_subject_than_a_picture_that_is_drawn_all_over() -> None:
    everywhere = noisy(plain(128), 60)
    assert subject_size(salience(thing(90, 60))) < 0.15
    assert subject_size(salience(everywhere)) > 0.5
    assert read_composition(everywhere).subject == ""


def test_two_things_that_stand_apart_are_not_called_one_subject() -> None:
    two = np.concatenate([thing(20, 65)[:, :160], thing(250, 65)[:, 160:]], axis=1)
    assert read_composition(two).subject == ""


@pytest.mark.parametrize(
    ("left", "where"), [(20, "on the left"), (135, "in the middle"), (250, "on the right")], ids=str
)
def test_the_side_on_which_a_lone_thing_stands_is_named(left: int, where: str) -> None:
    assert read_composition(thing(left, 65)).subject == where


@pytest.mark.parametrize(
    ("centre", "value"),
    [((1 / 3, 2 / 3), 1.0), ((0.5, 0.5), 0.0), ((0.0, 0.0), 0.0), ((0.4, 1 / 3), 0.7)],
    ids=["where thirds cross", "the middle", "a corner", "near a crossing"],
)
def test_thirds_count_from_the_points_where_they_cross(centre: tuple[float, float], value: float) -> None:
    assert on_thirds(centre) == pytest.approx(value, abs=0.05)


def test_a_title_has_room_on_the_side_where_nothing_is() -> None:
    crowded = noisy(plain(128), 60)
    with_room = crowded.copy()
    with_room[:, 200:] = 128
    assert read_composition(with_room).room == "on the right"
    assert read_composition(crowded).room == ""


def test_what_stands_in_the_lower_right_corner_is_under_the_badge() -> None:
    assert read_composition(thing(268, 128)).under_badge > 0.4
    assert read_composition(thing(40, 60)).under_badge < 0.05


@pytest.mark.parametrize(
    ("colour", "name"), [(GREEN, "green"), (MUSTARD, "yellow"), (BARK, ""), (SKY, "blue"), (WHITE, "")], ids=str
)
def test_colours_have_the_names_that_people_give_them(colour: tuple[int, int, int], name: str) -> None:
    assert read_composition(painted(colour)).colour == name


@pytest.mark.parametrize("shape", [(1, 1), (16, 9), (180, 2), (720, 1280)], ids=str)
def test_every_figure_of_every_size_lies_between_0_and_1(shape: tuple[int, int]) -> None:
    found = read_composition(np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8))
    figures = (found.on_thirds, found.under_badge, found.colour_share)
    assert all(0 <= figure <= 1 for figure in figures), figures
