"""Times as people write and read them."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterframe.contracts import WHOLE, Part
from posterframe.errors import BadInput
from posterframe.timecode import check_part, check_time, clamp_time, format_time, parse_part, parse_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00.0"),
        (4.44, "0:04.4"),
        (4.4, "0:04.4"),
        (59.99, "0:59.9"),
        (61.25, "1:01.2"),
        (3725, "1:02:05.0"),
        (36000, "10:00:00.0"),
    ],
)
def test_times_read_as_minutes_seconds_and_tenths(seconds: float, text: str) -> None:
    assert format_time(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4.4", 4.4),
        ("0:04.4", 4.4),
        ("1:02:03", 3723.0),
        (" 12 s", 12.0),
        ("1m 2s", 62.0),
        ("1h", 3600.0),
        ("4,4", 4.4),
    ],
)
def test_a_time_is_understood_however_it_is_typed(text: str, seconds: float) -> None:
    assert parse_time(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "-3", "nan", "inf", "0:04:", "1:2:3:4", "<b>4</b>", "4 4"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match=r"Write it like 0:04\.4"):
        parse_time(text)


@pytest.mark.parametrize("text", ["9" * 400, "9" * 310 + "h", "9" * 5000 + "m"])
def test_a_number_too_long_to_be_a_time_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not a time"):
        parse_time(text)


@given(st.text("0123456789hms:., "))
def test_what_looks_like_a_time_is_one_or_is_refused(text: str) -> None:
    with suppress(BadInput):
        assert 0 <= parse_time(text) < math.inf


@given(st.floats(0, 359_000))
def test_what_is_shown_can_be_typed_and_is_the_same_tenth(seconds: float) -> None:
    shown = format_time(seconds)
    assert format_time(parse_time(shown)) == shown
    assert -1e-6 <= seconds - parse_time(shown) < 0.1 + 1e-6


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_no_number_is_never_clamped_into_one(seconds: float) -> None:
    with pytest.raises(BadInput):
        clamp_time(seconds, 10)


@pytest.mark.parametrize(("seconds", "within"), [(-1, 0), (3, 3), (99, 10)])
def test_a_suggested_time_is_brought_into_the_video(seconds: float, within: float) -> None:
    assert clamp_time(seconds, 10) == within


def test_a_time_past_the_end_is_refused_with_the_length() -> None:
    with pytest.raises(BadInput, match=r"The video ends at 0:40\.0"):
        check_time(41, 40)


@pytest.mark.parametrize(
    ("start", "end", "part"),
    [
        ("", " ", WHOLE),
        ("1:00", "", Part(60)),
        ("", "1:30.5", Part(0, 90.5)),
        ("60", "2m", Part(60, 120)),
    ],
)
def test_a_part_is_read_from_two_times_of_which_either_can_be_left_out(start: str, end: str, part: Part) -> None:
    assert parse_part(start, end) == part


@pytest.mark.parametrize(("start", "end"), [("10", "10.9"), ("20", "10"), ("soon", ""), ("", "0")])
def test_a_part_that_is_none_is_refused(start: str, end: str) -> None:
    with pytest.raises(BadInput):
        parse_part(start, end)


@pytest.mark.parametrize(
    ("part", "span"), [(WHOLE, (0, 40)), (Part(10), (10, 40)), (Part(10, 20), (10, 20)), (Part(10, 99), (10, 40))]
)
def test_a_part_ends_with_the_video(part: Part, span: tuple[float, float]) -> None:
    assert check_part(part, 40) == span


@pytest.mark.parametrize("start", [39.5, 40, 99])
def test_a_part_that_the_video_does_not_have_is_refused_with_its_length(start: float) -> None:
    with pytest.raises(BadInput, match=r"The video ends at 0:40\.0"):
        check_part(Part(start), 40)
