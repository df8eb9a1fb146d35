"""What videos and pictures are called, after the address or the file they came from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from components.session import tidy_name
from components.words import bundle_name, file_name, file_names, size_words
from posterframe.contracts import Fit, Format, Shape, ThumbnailStatus
from posterframe.model import Review, SourceKind, Thumbnail
from posterframe.registry import name_of, title_of
from posterframe.shapes import PRESETS, USUAL

NOW = datetime.now(UTC)
REVIEW = Review("r", "Harbour: at dawn!", SourceKind.UPLOAD, "videos/0.mp4", NOW, NOW)


@pytest.mark.parametrize(
    ("url", "name", "title"),
    [
        ("https://example.com/films/coffee-and_cups.mp4?token=a/b.c#t=4", "coffee-and_cups.mp4", "coffee and cups"),
        ("https://example.com/My%20Film.mp4", "My Film.mp4", "My Film"),
        ("https://example.com/%C3%9Cber%20uns.mp4", "Über uns.mp4", "Über uns"),
        ("https://example.com/Top%205%20%231%20tips%3F.mp4", "Top 5 #1 tips?.mp4", "Top 5 #1 tips?"),
        ("https://example.com/100%25.mp4", "100%.mp4", "100%"),
        ("https://example.com/clip.1.mp4", "clip.1.mp4", "clip.1"),
        ("https://example.com/AC%2FDC%5Clive.mp4", "AC DC live.mp4", "AC DC live"),
        ("https://example.com/..%2F..%2Fetc%2Fpasswd", ".. .. etc passwd", ".. .. etc passwd"),
        ("https://example.com/one%0Atwo%00%7F.mp4", "one two  .mp4", "one two"),
        ("https://example.com/films/", "films", "films"),
        ("https://example.com/%2F", "Video", "Video"),
    ],
)
def test_an_address_gives_a_name_as_people_write_it(url: str, name: str, title: str) -> None:
    assert (name_of(url), title_of(name_of(url))) == (name, title)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Top 5 #1 tips.mp4", "Top 5 #1 tips"),
        ("#shorts.mp4", "#shorts"),
        ("100%.mp4", "100%"),
        ("50%20off.mp4", "50%20off"),
        ("Who? Me.mov", "Who? Me"),
        ("my_holiday-film.webm", "my holiday film"),
        ("-.mp4", "Video"),
    ],
)
def test_the_name_of_a_file_is_its_title_without_the_ending(name: str, title: str) -> None:
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("timestamp", "time"),
    [(4.44, "0m04-4"), (125.0, "2m05-0"), (3599.9, "59m59-9"), (3725.0, "1h02m05-0"), (36000.0, "10h00m00-0")],
)
def test_a_downloads_name_tells_hours_from_minutes_and_has_no_colon(timestamp: float, time: str) -> None:
    assert file_name(REVIEW, _thumbnail(timestamp)) == f"harbour-at-dawn-{time}-1280x720.webp"


def test_downloads_of_the_same_name_are_numbered_where_they_are_saved_together() -> None:
    first, second, other, third = (_thumbnail(at) for at in (4.41, 4.44, 9.0, 4.44))
    assert file_names(REVIEW, [first, second, other, third]) == {
        "harbour-at-dawn-0m04-4-1280x720.webp": first,
        "harbour-at-dawn-0m04-4-1280x720-2.webp": second,
        "harbour-at-dawn-0m09-0-1280x720.webp": other,
        "harbour-at-dawn-0m04-4-1280x720-3.webp": third,
    }
    assert bundle_name(REVIEW) == "harbour-at-dawn-thumbnails.zip"


@pytest.mark.parametrize(
    ("shape", "asked", "cut"),
    [
        (PRESETS["Square · 1080×1080"], "Square · 1080×1080 · JPEG", "Square · 1280×720 · JPEG · 84 kB"),
        (PRESETS["YouTube · 1280×720"], "YouTube · 1280×720 · JPEG", "YouTube · 1280×720 · JPEG · 84 kB"),
        (
            replace(PRESETS[USUAL], fit=Fit.FILL, quality=95),
            "Web · 1280×720 · WEBP",
            "Web · 1280×720 · WEBP · 84 kB",
        ),
        (PRESETS["Responsive · 640 wide"], "Responsive · 640 wide · WEBP", "Responsive · 1280×720 · WEBP · 84 kB"),
        (
            PRESETS["As large as the video"],
            "As large as the video · PNG",
            "As large as the video · 1280×720 · PNG · 84 kB",
        ),
        (Shape(1280, 720, Format.JPEG), "1280×720 · JPEG", "1280×720 · JPEG · 84 kB"),
    ],
)
def test_a_picture_is_called_by_the_name_of_the_size_that_was_chosen(shape: Shape, asked: str, cut: str) -> None:
    ready = replace(_thumbnail(4.4), shape=shape)
    assert size_words(ready) == asked
    assert size_words(replace(ready, picture=f"thumbnails/{'0' * 64}.webp", bytes=84_321)) == cut


def _thumbnail(timestamp: float) -> Thumbnail:
    ready = ThumbnailStatus.READY
    return Thumbnail("t", "r", "m", timestamp, Shape(), "local", ready, NOW, NOW, width=1280, height=720)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (" Ana  Lee ", "Ana Lee"),
        ("Zoë 日本 🎬", "Zoë 日本 🎬"),
        ("a\nb\x00\u202ec", "abc"),
        ("x" * 100, "x" * 80),
        (None, ""),
        ({"name": "Ana"}, "{'name': 'Ana'}"),
    ],
)
def test_a_persons_name_is_one_short_line(given: object, name: str) -> None:
    assert tidy_name(given) == name
