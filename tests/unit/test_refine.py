"""Refine, on films rendered for the purpose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from posterframe.errors import BadInput
from posterframe.refine import Refined, refine
from tests.films import (
    FPS,
    Pixels,
    defocused,
    dissolve,
    moving,
    plain,
    scene,
    smeared,
    still,
    title_card,
    write_film,
)
from tests.portrait import somebody


def refined(folder: Path, asked: float, *parts: Iterable[Pixels], reach: float = 1.0) -> Refined:
    with write_film(folder / "film.mp4", *parts).open() as video:
        return refine(video, asked, reach=reach)


def test_a_soft_frame_is_left_for_a_sharp_one_of_the_same_shot(tmp_path: Path) -> None:
    found = refined(tmp_path, 0.6, still(defocused(scene(1)), 1), still(scene(1), 1), still(scene(2), 2))
    assert 1.0 <= found.timestamp < 2.0
    assert found.warnings == ()
    assert found.explanation == "moved 0.4 s, since the frame there is blurred"


def test_a_sharper_shot_next_door_does_not_lure_it_away(tmp_path: Path) -> None:
    found = refined(tmp_path, 0.9, still(defocused(scene(1), 0.6), 1), still(scene(2), 2))
    assert found.timestamp < 1.0


@pytest.mark.parametrize(
    "unusable",
    [
        pytest.param(still(plain(0), 1), id="black"),
        pytest.param(still(title_card(), 1), id="a title card"),
        pytest.param(still(defocused(scene(3), 8), 1), id="a blurred shot"),
        pytest.param(dissolve(scene(3), scene(1), 1), id="a dissolve"),
    ],
)
def test_it_leaves_a_shot_in_which_nothing_passes(tmp_path: Path, unusable: Iterable[Pixels]) -> None:
    found = refined(tmp_path, 0.5, unusable, still(scene(1), 2))
    assert 1.0 <= found.timestamp <= 1.5
    assert found.warnings == ()


def test_the_still_moments_of_a_shaken_shot_win(tmp_path: Path) -> None:
    def shaken(at: float) -> Pixels:
        return scene(1) if 0.7 <= at < 0.85 else smeared(scene(1, shift=40 * (round(at * FPS) % 3)), 30)

    found = refined(tmp_path, 0.3, moving(shaken, 1.5))
    assert 0.7 <= found.timestamp < 0.85


def test_a_frame_that_is_already_best_stays_where_it_is(tmp_path: Path) -> None:
    found = refined(tmp_path, 1.0, still(scene(1), 2))
    assert found.timestamp == pytest.approx(1.0, abs=1 / FPS)
    assert not found.explanation.startswith("moved")


def test_refining_a_refined_time_changes_nothing(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", still(defocused(scene(1)), 1), still(scene(1), 1))
    with film.open() as video:
        first = refine(video, 0.4)
        assert refine(video, first.timestamp).timestamp == first.timestamp


def test_where_all_is_bad_it_gives_the_least_bad_with_a_warning(tmp_path: Path) -> None:
    found = refined(tmp_path, 0.5, still(plain(0), 1))
    assert 0 <= found.timestamp <= 1
    assert "nearly empty" in found.warnings


@pytest.mark.parametrize("asked", [0.0, 0.95, 1.0, 50.0, -3.0])
def test_times_at_and_beyond_the_edges_of_the_film_find_a_frame(tmp_path: Path, asked: float) -> None:
    assert 0 <= refined(tmp_path, asked, still(scene(1), 1)).timestamp < 1


def test_what_is_no_time_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        refined(tmp_path, float("nan"), still(scene(1), 1))


def test_a_film_of_one_frame_is_its_own_best(tmp_path: Path) -> None:
    assert refined(tmp_path, 0.0, [scene(1)]).timestamp == 0


def test_a_dissolve_is_no_bridge_to_another_scene(tmp_path: Path) -> None:
    softer, sharper = defocused(scene(1), 0.7), scene(2)
    parts = (still(softer, 2), dissolve(softer, sharper, 0.4), still(sharper, 2))
    assert refined(tmp_path, 1.8, *parts).timestamp < 2.05


def test_faces_that_were_asked_for_are_kept(tmp_path: Path) -> None:
    empty_room = scene(1).copy()
    empty_room[:, 100:220] = defocused(scene(1), 1)[:, 100:220]
    found = refined(tmp_path, 0.3, still(defocused(somebody(), 0.6), 1), still(empty_room, 1))
    assert found.timestamp < 1.0
    assert found.quality.faces == 1


def test_it_waits_for_the_end_of_a_blink(tmp_path: Path) -> None:
    blinking, looking = still(somebody(eyes=0.0), 0.5), still(defocused(somebody(), 0.5), 0.5)
    found = refined(tmp_path, 0.2, blinking, looking)
    assert found.timestamp >= 0.5
    assert re.fullmatch(r"moved 0\.\d s to open eyes", found.explanation)
