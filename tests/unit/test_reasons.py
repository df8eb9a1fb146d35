"""What is said in praise of a frame: only what holds against the rest of its film."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posterframe.composition import Composition
from posterframe.contracts import Quality
from posterframe.reasons import Sight, write_reasons

PLAIN = Quality(
    score=0.7, sharpness=0.5, exposure=1.0, contrast=0.5, colourfulness=0.3, steadiness=1.0, emptiness=0.0,
    text_load=0.0, brightness=0.3,
)  # fmt: skip
NOTHING = Composition("", 0.0, 0.0, 0.0, 0.5, "", "", calm_background=False)


def reason(quality: Quality, composition: Composition = NOTHING, others: float = 0.5) -> str:
    """The reason for a frame of a film whose other frames have so much sharpness."""
    film = [replace(PLAIN, sharpness=others)] * 9 + [quality]
    return write_reasons([Sight(quality, composition)], film)[0]


@pytest.mark.parametrize(
    ("sharpness", "others", "said"),
    [
        pytest.param(0.9, 0.8, "The sharpest frame in the film.", id="nothing is sharper"),
        pytest.param(0.78, 0.8, "Crisp focus.", id="as sharp as the film gets"),
        pytest.param(0.7, 0.95, "The best frame of its scene.", id="the film has much crisper frames"),
        pytest.param(0.4, 0.4, "The best frame of its scene.", id="nothing to praise"),
    ],
)
def test_focus_is_praised_as_far_as_it_leads_the_film(sharpness: float, others: float, said: str) -> None:
    assert reason(replace(PLAIN, sharpness=sharpness), others=others) == said


@pytest.mark.parametrize(
    ("faces", "area", "said"),
    [(1, 0.1, "close-up"), (1, 0.02, "a clear face"), (1, 0.004, "a person"), (2, 0.05, "two"), (4, 0.1, "group")],
    ids=["close", "medium", "far", "two", "many"],
)
def test_people_are_named_by_number_and_size(faces: int, area: float, said: str) -> None:
    assert said in reason(replace(PLAIN, faces=faces, face_area=area)).lower()


def test_a_colour_a_place_and_room_for_a_title_are_told() -> None:
    composition = replace(NOTHING, colour="red", colour_share=0.2, room="on the left", subject="on the right")
    assert reason(PLAIN, composition) == "A strong red; room for a title on the left; one clear subject on the right."


def test_one_sentence_holds_a_frame_against_the_film_in_one_way_only_once() -> None:
    good = replace(PLAIN, sharpness=0.85, colourfulness=0.7, contrast=0.9, brightness=0.6)
    better = replace(good, sharpness=0.9, colourfulness=0.75, contrast=0.95, brightness=0.65)
    (said,) = write_reasons([Sight(good, NOTHING)], [PLAIN] * 20 + [good, better])
    assert said.lower().count("than nearly all of the film") == 1
    assert said.count(";") == 2


def test_the_next_frame_is_praised_in_other_words() -> None:
    sights = [Sight(replace(PLAIN, faces=2, face_area=0.05), NOTHING)] * 2
    first, second = write_reasons(sights, [PLAIN] * 9)
    assert first != second


def test_a_still_surpasses_nothing() -> None:
    film = [replace(PLAIN, sharpness=0.89)] * 9
    best = Sight(replace(PLAIN, sharpness=0.9), NOTHING)
    assert write_reasons([best], [*film, best.quality]) == ["Crisp focus."]


def test_nothing_is_praised_in_how_an_empty_picture_is_built() -> None:
    built = Composition("", 0.0, 0.0, 0.0, 0.05, "on the left", "", calm_background=True)
    assert reason(PLAIN, built).startswith("A clear subject before a calm background; room for a title on the left")
    assert reason(replace(PLAIN, emptiness=1.0), built) == "The best frame of its scene."
