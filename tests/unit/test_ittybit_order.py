"""What is sent to Ittybit: checked strictly, whatever comes in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posterframe.contracts import Cut, Fit, Format, Shape
from posterframe.errors import BadInput
from posterframe.ittybit.order import order, quality_word

VIDEO = "https://example.com/film.mp4"
CUT = Cut("key", 14.2, Shape())


def test_a_cut_becomes_the_body_of_a_job() -> None:
    assert order(CUT, VIDEO) == {
        "kind": "image",
        "input": VIDEO,
        "options": {
            "start": 14.2,
            "width": 1280,
            "height": 720,
            "fit": "cover",
            "position": "center",
            "format": "webp",
            "quality": "high",
        },
        "metadata": {"posterframe_key": "key"},
    }


def test_the_service_is_told_where_to_call_if_it_can_reach_us() -> None:
    told = order(CUT, VIDEO, "https://frames.example/hooks/jobs")
    assert told == order(CUT, VIDEO) | {"webhook_url": "https://frames.example/hooks/jobs"}


@pytest.mark.parametrize("fit", list(Fit))
def test_there_is_always_a_fit_and_a_background_only_with_contain(fit: Fit) -> None:
    options = order(replace(CUT, shape=Shape(fit=fit)), VIDEO)["options"]
    assert options["fit"] == fit.value
    assert ("background" in options) == (fit is Fit.CONTAIN)


@pytest.mark.parametrize("format_", list(Format))
def test_every_format_is_sent_in_the_services_word(format_: Format) -> None:
    assert order(replace(CUT, shape=Shape(format=format_)), VIDEO)["options"]["format"] == format_.value


def test_a_side_that_follows_the_other_is_not_sent() -> None:
    options = order(replace(CUT, shape=Shape(640, None)), VIDEO)["options"]
    assert options["width"] == 640
    assert "height" not in options


@pytest.mark.parametrize(
    ("quality", "word"),
    [
        (1, "very_low"),
        (40, "very_low"),
        (41, "low"),
        (75, "medium"),
        (85, "high"),
        (91, "very_high"),
        (100, "very_high"),
    ],
)
def test_quality_is_sent_as_a_word(quality: int, word: str) -> None:
    assert quality_word(quality) == word


@pytest.mark.parametrize(
    ("cut", "source", "sentence"),
    [
        pytest.param(replace(CUT, timestamp=-0.1), VIDEO, "not in the video", id="before the start"),
        pytest.param(replace(CUT, timestamp=float("nan")), VIDEO, "not in the video", id="not a number"),
        pytest.param(replace(CUT, timestamp=float("inf")), VIDEO, "not in the video", id="endless"),
        pytest.param(replace(CUT, shape=Shape(0, 10)), VIDEO, "width of 0 pixels", id="no width"),
        pytest.param(replace(CUT, shape=Shape(10, 8193)), VIDEO, "height of 8193 pixels", id="too high"),
        pytest.param(replace(CUT, shape=Shape(quality=101)), VIDEO, "quality of 101", id="too good"),
        pytest.param(replace(CUT, shape=Shape(position="somewhere")), VIDEO, "position", id="an unknown position"),
        pytest.param(replace(CUT, shape=Shape(position="top-left")), VIDEO, "Ittybit does not know", id="a corner"),
        pytest.param(CUT, "file:///etc/passwd", "http and https", id="a file"),
        pytest.param(CUT, "s3://bucket/film.mp4", "http and https", id="a bucket"),
        pytest.param(CUT, "https://[bad/film.mp4", "http and https", id="an impossible address"),
        pytest.param(CUT, "https:///film.mp4", "http and https", id="no host"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_sentence(cut: Cut, source: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        order(cut, source)
