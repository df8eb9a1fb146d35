"""A review is taken out of the library and brought back; its page tells of it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from posterframe.contracts import Wish
from posterframe.model import Review, SourceKind
from posterframe.studio import Studio
from tests.app.conftest import open_page, press, snapshot_of
from tests.app.test_review_page import links_on


@pytest.fixture
def mistyped(studio: Studio) -> Review:
    """A review whose video is not there; nothing watches it."""
    made, first = studio.store.create_review(
        "*Mistyped* (film)", SourceKind.URL, "https://example.invalid/mistyped.mp4", Wish(), "local", "Kim"
    )
    studio.store.cancel_round(first.id, "Kim")
    return made


def library(search: str) -> AppTest:
    page = open_page()
    page.switch_page("../pages/library.py").run()
    page.text_input(key="search").input(search).run()
    assert not page.exception
    return page


def read(text: str) -> str:
    """As a person reads it: without what keeps letters from being Markdown."""
    return text.replace("\\", "").replace("\u2060", "")


def said_on(page: AppTest) -> str:
    return " ".join(read(caption.value) for caption in page.caption)


def test_a_review_is_removed_in_the_library_and_brought_back_where_it_stood(review: Review, mistyped: Review) -> None:
    page = library("mistyped.mp4")
    remove = page.button(key=f"remove-{mistyped.id}")
    assert read(remove.label) == "Remove *“*Mistyped* (film)”*", "its name tells which of many it removes"
    remove.click().run()
    assert not page.exception
    assert "Removed “*Mistyped* (film)”." in said_on(page)
    assert not links_on(page)
    assert not links_on(library("mistyped.mp4")), "somebody else does not see it any more"
    press(page, "Bring it back")
    assert [read(label) for label in links_on(page)] == ["*Mistyped* (film)"]
    assert "Removed" not in said_on(page)


def test_the_page_of_a_removed_review_says_who_removed_it_and_brings_it_back(studio: Studio, review: Review) -> None:
    before = snapshot_of(studio, review.id)
    studio.store.remove_moment(before.moments[0].id, "Somebody")
    studio.store.remove_review(review.id, "Kim")
    studio.store.restore_review(review.id, "Lee")
    studio.store.remove_review(review.id, "Max")
    page = open_page(review.id)
    assert page.title[0].value == "This review was removed"
    removed = snapshot_of(studio, review.id).review.removed_at
    assert f"Max removed “Three scenes” on {removed:%d %B %Y at %H:%M} UTC." in said_on(page)
    assert not page.dataframe
    press(page, "Bring it back")
    assert len(page.dataframe[0].value) == 2
    assert snapshot_of(studio, review.id).moments == before.moments[1:]


def test_a_page_that_was_open_meanwhile_begins_nothing_and_shows_that_it_is_removed(
    studio: Studio, review: Review
) -> None:
    page = open_page(review.id)
    studio.store.remove_review(review.id, "Kim")
    press(page, "Suggest more")
    assert page.title[0].value == "This review was removed"
    assert len(snapshot_of(studio, review.id).rounds) == 1
