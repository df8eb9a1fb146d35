"""Asking for a part of a video: before the first round, and for more moments."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from posterframe.contracts import Part
from posterframe.model import Review
from posterframe.studio import Studio
from tests.app.conftest import error_on, open_page, press, snapshot_of
from tests.waiting import wait_for


def fields(page: AppTest, key: str) -> tuple[TextInput, TextInput]:
    """From, and to."""
    return page.text_input(key=f"{key}-from"), page.text_input(key=f"{key}-to")


def test_a_part_is_asked_for_and_kept_with_its_round(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    start, end = fields(page, f"again-{review.id}")
    start.input("0:02.5")
    end.input("4.5").run()
    press(page, "Suggest more")
    assert snapshot_of(studio, review.id).rounds[-1].wish.part == Part(2.5, 4.5)
    said = " ".join(caption.value.replace("\\", "") for caption in open_page(review.id).caption)
    assert "watched from 0:02.5 to 0:04.5" in said
    studio.store.cancel_round(snapshot_of(studio, review.id).rounds[-1].id, "Kim")
    again = fields(open_page(review.id), f"again-{review.id}")
    assert [field.value for field in again] == ["0:02.5", "0:04.5"]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (("soon", ""), "is not a time in the video"),
        (("5", "3"), "at least a second after it starts"),
        (("30", ""), "The video ends at 0:07.0"),
    ],
    ids=["no time", "ends before it starts", "past the end"],
)
def test_a_part_that_cannot_be_watched_gets_a_sentence_and_no_round(
    studio: Studio, review: Review, times: tuple[str, str], words: str
) -> None:
    page = open_page(review.id)
    for field, time in zip(fields(page, f"again-{review.id}"), times, strict=True):
        field.input(time)
    page.run()
    assert words in error_on(page)
    assert next(button for button in page.button if button.label == "Suggest more").disabled
    assert len(snapshot_of(studio, review.id).rounds) == 1


def test_a_part_past_the_end_is_told_once_and_the_way_on_is_to_ask_differently(studio: Studio) -> None:
    page = open_page()
    fields(page, "start")[0].input("9:00").run()
    press(page, "Try the sample film")
    made = studio.store.reviews()[0].review
    wait_for(lambda: snapshot_of(studio, made.id).rounds[-1].state.is_final, 60)
    page = open_page(made.id)
    assert "The video ends at 0:40.0" in error_on(page)
    assert not page.subheader, "nothing stands empty"
    assert "Try again" not in [button.label for button in page.button]
    assert [field.value for field in fields(page, f"again-{made.id}")] == ["", ""]
    press(page, "Suggest moments")
    asked = snapshot_of(studio, made.id).rounds[-1]
    studio.store.cancel_round(asked.id, "Kim")
    assert asked.wish.part == Part()


def test_options_count_for_the_sample_film_too(studio: Studio) -> None:
    page = open_page()
    fields(page, "start")[0].input("0:10").run()
    press(page, "Try the sample film")
    found = snapshot_of(studio, studio.store.reviews()[0].review.id)
    studio.store.cancel_round(found.rounds[-1].id, "Kim")
    assert found.rounds[-1].wish.part == Part(10.0)


def test_a_bad_part_starts_nothing(studio: Studio) -> None:
    before = len(studio.store.reviews())
    page = open_page()
    fields(page, "start")[0].input("later").run()
    press(page, "Try the sample film")
    assert "The times under Options cannot be used" in page.error[-1].value
    assert len(studio.store.reviews()) == before


def test_what_is_typed_just_before_the_press_counts(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    fields(page, f"again-{review.id}")[0].input("0:02.5")
    press(page, "Suggest more")
    asked = snapshot_of(studio, review.id).rounds[-1]
    studio.store.cancel_round(asked.id, "Kim")
    assert asked.wish.part == Part(2.5)


def test_a_time_that_cannot_be_used_typed_just_before_the_press_starts_nothing(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    fields(page, f"again-{review.id}")[0].input("soon")
    press(page, "Suggest more")
    assert "is not a time in the video" in error_on(page)
    assert len(snapshot_of(studio, review.id).rounds) == 1
