"""Starting a review: what is refused, in which words, and what is not lost by it."""

from __future__ import annotations

import pytest

from posterframe.contracts import Wish
from posterframe.model import RoundState, SourceKind
from posterframe.studio import Studio
from tests.app.conftest import error_on, open_page, press
from tests.app.test_review_page import links_on

REFUSED = {
    "nothing": ("", "Paste the URL of a video first"),
    "no URL": ("my holiday film", "Copy it once more"),
    "a file of the server": ("file:///etc/passwd", "begins with http:// or https://"),
    "ftp": ("ftp://example.com/film.mp4", "begins with http:// or https://"),
    "a data URL": ("data:video/mp4;base64,AAAA", "begins with http:// or https://"),
    "a password in it": ("https://kim:secret@example.com/film.mp4", "password"),
    "loopback": ("http://127.0.0.1/film.mp4", "private address"),
    "loopback as a number": ("http://2130706433/film.mp4", "private address"),
    "loopback in hex": ("http://0x7f000001/film.mp4", "private address"),
    "loopback in octal": ("http://0177.0.0.1/film.mp4", "private address"),
    "loopback as IPv6": ("http://[::ffff:127.0.0.1]/film.mp4", "private address"),
    "cloud metadata": ("http://169.254.169.254/latest/film.mp4", "private address"),
    "a playlist": ("https://example.com/live.m3u8", "playlist"),
    "a YouTube page": ("https://www.youtube.com/watch?v=abcdefghijk", "YouTube"),
    "a Vimeo page": ("https://vimeo.com/12345", "Vimeo"),
}


@pytest.mark.parametrize(("url", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_address_gets_a_sentence_and_starts_nothing(studio: Studio, url: str, words: str) -> None:
    before = len(studio.store.reviews())
    page = open_page()
    page.text_input[0].input(url)
    press(page, "Find moments")
    assert words in error_on(page)
    assert page.text_input[0].value == url
    assert len(studio.store.reviews()) == before


def test_an_address_copied_from_one_of_our_sentences_is_taken(studio: Studio) -> None:
    page = open_page()
    page.text_input[0].input(" www\u2060.example.invalid/harbour.mp4 ")
    press(page, "Find moments")
    made = studio.store.reviews()[0]
    assert (made.review.title, made.review.location) == ("harbour", "https://www.example.invalid/harbour.mp4")
    studio.store.remove_review(made.review.id, "Kim")


def test_what_came_to_nothing_is_not_offered_to_go_on_with(studio: Studio) -> None:
    made, first = studio.store.create_review(
        "Mistyped once", SourceKind.URL, "https://example.invalid/a.mp4", Wish(), "local", "Kim"
    )
    assert "Mistyped once" in links_on(open_page())
    studio.store.finish_round(first.id, RoundState.FAILED, error="It is not there.")
    assert "Mistyped once" not in links_on(open_page())
    assert made.id in [one.review.id for one in studio.store.reviews()]


def test_an_address_of_no_review_says_so_and_shows_the_way_out(studio: Studio) -> None:
    page = open_page("nowhere")
    assert page.title[0].value == "This review is not here"
