"""Cuts, dissolves, fades and movement, read from small looks of frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from posterframe.likeness import are_twins, change, difference, look_at
from posterframe.shots import find_shots, movement, part_at_dissolves, transition
from tests.films import Pixels, defocused, dissolve, noisy, plain, scene


def panned(offset: float) -> Pixels:
    """One scene from a camera that has turned by so many pixels."""
    return scene(5, shift=offset)


@pytest.mark.parametrize(
    ("frames", "lengths"),
    [
        pytest.param([scene(1)] * 3 + [scene(2)] * 2, [3, 2], id="a hard cut"),
        pytest.param([scene(1)] * 4, [4], id="one still scene"),
        pytest.param([panned(4 * step) for step in range(6)], [6], id="a slow pan is one shot"),
        pytest.param([noisy(scene(1), 15, seed) for seed in range(4)], [4], id="grain makes no cut"),
        pytest.param([scene(1)], [1], id="a single frame"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_shots_are_found(frames: Sequence[Pixels], lengths: Sequence[int]) -> None:
    assert [len(shot) for shot in find_shots([look_at(frame) for frame in frames])] == lengths


@pytest.mark.parametrize(
    ("frames", "in_transition"),
    [
        pytest.param(list(dissolve(scene(1), scene(2), 1.0))[4:15:5], True, id="the middle of a dissolve"),
        pytest.param(list(dissolve(scene(1), scene(2), 1.0))[:9:4], True, id="the beginning of a dissolve"),
        pytest.param(list(dissolve(plain(0), scene(1), 1.0))[2:13:5], True, id="a fade from black"),
        pytest.param(list(dissolve(scene(1), plain(255), 1.0))[4:15:5], True, id="a fade to white"),
        pytest.param([scene(1), scene(1), scene(2)], False, id="just before a cut"),
        pytest.param([scene(1), scene(2), scene(2)], False, id="just after a cut"),
        pytest.param([scene(1)] * 3, False, id="a still scene"),
        pytest.param([panned(0), panned(20), panned(40)], False, id="a pan"),
        pytest.param([noisy(scene(1), 12, seed) for seed in range(3)], False, id="grain"),
    ],
)
def test_dissolves_and_fades_are_told_from_cuts_and_movement(frames: Sequence[Pixels], in_transition: bool) -> None:
    one, two, three = (look_at(frame) for frame in frames)
    assert (transition(one, two, three) > 0.5) is in_transition


def test_movement_grows_with_the_pace_of_the_camera() -> None:
    still, slow, fast = (movement(look_at(panned(0)), look_at(panned(step)), 0.05) for step in (0, 2, 60))
    assert still == 0
    assert slow < 0.5 < fast


def test_twins_survive_encoding_and_grain_but_not_another_scene() -> None:
    original = look_at(scene(1))
    assert are_twins(original, look_at(noisy(scene(1), 10)))
    assert are_twins(original, look_at(defocused(scene(1), 2)))
    assert are_twins(original, look_at(np.kron(scene(1), np.ones((3, 3, 1), np.uint8))))
    assert not are_twins(original, look_at(scene(2)))


def test_a_camera_that_drifts_shows_the_same_picture() -> None:
    assert are_twins(look_at(panned(0)), look_at(panned(12)))


def test_something_small_that_comes_in_makes_another_picture() -> None:
    alone, joined = scene(1), scene(1).copy()
    joined[60:120, 200:250] = (20, 20, 20)
    assert difference(look_at(alone), look_at(joined)) < 0.15
    assert not are_twins(look_at(alone), look_at(joined))
    assert change(look_at(alone), look_at(joined)) == change(look_at(joined), look_at(alone))


def test_difference_is_symmetric_and_zero_for_the_same_picture() -> None:
    one, other = look_at(scene(1)), look_at(scene(2))
    assert difference(one, one) == 0
    assert difference(one, other) == difference(other, one) > 0.5


def test_a_run_is_parted_where_a_dissolve_leads_to_another_scene() -> None:
    one, other = look_at(scene(1)), look_at(scene(2))
    assert part_at_dissolves([one, one, one, other, other], range(5), [False, False, True, False, False]) == [
        range(2),
        range(2, 3),
        range(3, 5),
    ]


def test_what_was_taken_for_a_dissolve_but_leads_nowhere_parts_nothing() -> None:
    one = look_at(scene(1))
    assert part_at_dissolves([one] * 5, range(5), [False, True, False, True, False]) == [range(5)]


def test_a_dissolve_at_the_end_of_a_run_is_a_part_of_its_own() -> None:
    one = look_at(scene(1))
    assert part_at_dissolves([one] * 4, range(4), [True, False, False, True]) == [range(1), range(1, 3), range(3, 4)]
