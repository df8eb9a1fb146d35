"""Cuts, dissolves, fades and movement, read from small looks of frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image

from posterframe.likeness import are_twins, change, difference, look_at
from posterframe.shots import find_shots, movement, part_at_dissolves, slow_dissolves, transition
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


def dissolving(at: float) -> Pixels:
    """What one moving camera shows, until what another shows takes its place from the first second to the third."""
    share = min(1.0, max(0.0, (at - 1) / 2))
    return ((1 - share) * scene(1, shift=30 * at) + share * scene(2, shift=-30 * at)).astype(np.uint8)


def test_a_slow_dissolve_is_known_though_all_moves_in_it() -> None:
    times = [number / 20 for number in range(81)]
    sure = slow_dissolves([look_at(dissolving(at)) for at in times], times)
    assert sure[[25, 30, 40, 50, 55]].min() == 1
    assert sure[:10].max() == sure[-10:].max() == 0


def zoomed(at: float) -> Pixels:
    """A scene that the camera comes nearer to, twice as near after two seconds."""
    width, height = 160 * (1 - at / 4), 90 * (1 - at / 4)
    box = (160 - width, 90 - height, 160 + width, 90 + height)
    return np.asarray(Image.fromarray(scene(5)).resize((320, 180), box=box))


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(lambda at: panned(40 * at), id="a slow pan"),
        pytest.param(lambda at: panned(160 * at), id="a fast pan"),
        pytest.param(zoomed, id="a zoom"),
        pytest.param(lambda at: scene(1 + int(at)), id="a cut"),
        pytest.param(lambda at: scene(1 + int(4 * at)), id="many cuts"),
        pytest.param(lambda at: (scene(1), plain(90), scene(2))[int(at / 0.7)], id="a grey card between two scenes"),
        pytest.param(lambda at: noisy(scene(1), 15, round(20 * at)), id="grain"),
    ],
)
def test_what_moves_or_cuts_is_no_slow_dissolve(shown: Callable[[float], Pixels]) -> None:
    times = [number / 20 for number in range(41)]
    assert slow_dissolves([look_at(shown(at)) for at in times], times).max() == 0


@pytest.mark.parametrize("times", [[0.0], [0.0, 2.0], [0.0, 1.5, 3.0]], ids=["one frame", "two frames", "few frames"])
def test_where_frames_are_few_nothing_dissolves_slowly(times: list[float]) -> None:
    assert not slow_dissolves([look_at(dissolving(at)) for at in times], times).any()


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
