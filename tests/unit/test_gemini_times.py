"""Timestamps in every spelling: read, checked against the video, repaired or refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterframe.contracts import Part
from posterframe.gemini.times import SLACK, NoTime, Time, as_written, read_times


@pytest.mark.parametrize(
    "written",
    [
        67, 67.0, "67", "67.0", "67,0", " 67 ", "67s", "67 s", "67 sec", "67 seconds", "67.0 Seconds", "1:07", "01:07",
        "1:07.0", "1:07.00", "0:01:07", "00:01:07", "00:01:07.000", "00:01:07,000", "1m07s", "1m 7s", "1 min 7 sec",
        "1 minute 7 seconds", "0h1m7s", "PT1M7S", "67000ms", "67000 milliseconds", "1'07\"", "1′07″", "[01:07]",
        "(1:07)", "at 1:07", "about 67 seconds", "~67s", "t=67", "@1:07", "1:07 - 1:09", "1:07-1:09", "1:07 to 1:09",
        "00:01:07,000 --> 00:01:09,000", "1:07 – 1:09", "00:01:07:12", "00:01:07;12", "1:07 (67s)", "1:07 min",
        "1:07.0 sec", "67 s.", "67.", "from 1:07 to 1:10", "between 1:07 and 1:10", "at about 1:07", "１：０７", "６７",
        ["1:07"], [67], {"seconds": 67}, {"timestamp": "1:07", "frame": 3},
    ],
)  # fmt: skip
def test_every_spelling_of_the_same_time_is_read_without_repair(written: Any) -> None:
    assert read_times([written], 90.0) == [Time(67.0)]
    assert read_times([written], None) == [Time(67.0)]


@pytest.mark.parametrize("written", ["1:07.41", "00:01:07.41", "67.41s", "67.41", 67.41, "00:01:07,41"])
def test_fractions_of_a_second_are_kept(written: Any) -> None:
    assert read_times([written], 90.0) == [Time(67.41)]


@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        False,
        "",
        "soon",
        "1:2:3:4",
        [67, 70],
        [],
        {"frame": 67},
        {"seconds": None},
        "00:01:07:1x",
        math.nan,
        math.inf,
        "nan",
        "1e999",
        10**400,
        "١:٠٧x",
    ],
    ids=str,
)
def test_what_is_no_time_is_refused(written: Any) -> None:
    assert isinstance(read_times([written], 90.0)[0], NoTime)


@pytest.mark.parametrize(
    ("written", "duration", "seconds"),
    [
        (67000, 90.0, 67.0),
        ("67000", 90.0, 67.0),
        (107, 90.0, 67.0),
        ("07:41", 60.0, 7.41),
        ("00:42:12", 90.0, 42.12),
        ("00:42:120", 90.0, 42.12),
        (90.4, 90.0, 89.95),
        ("1:30.9", 90.0, 89.95),
        (-0.4, 90.0, 0.0),
    ],
)
def test_a_time_outside_with_one_other_reading_is_repaired_and_marked(
    written: Any, duration: float, seconds: float
) -> None:
    (time,) = read_times([written], duration)
    assert isinstance(time, Time)
    assert time.seconds == pytest.approx(seconds)
    assert time.repair is not None


@pytest.mark.parametrize(
    ("written", "duration"),
    [(45, 40.0), (-3, 40.0), ("2:00", 60.0), (86_400, 8.0), (1500, 1000.0), ("1:00:00", 30.0), (4061, 90.0)],
    ids=["a little past the end", "before the start", "a clock past the end", "far past the end", "two other readings",
         "an hour", "milliseconds or a clock taken for hours"],
)  # fmt: skip
def test_a_time_outside_without_a_single_other_reading_is_refused(written: Any, duration: float) -> None:
    assert isinstance(read_times([written], duration)[0], NoTime)


@pytest.mark.parametrize(
    ("written", "duration", "seconds"),
    [
        ([67000, 12000, 500], 90.0, [67.0, 12.0, 0.5]),
        ([1200, 65000, 900_000], 3600.0, [1.2, 65.0, 900.0]),
        (["1200", "65000", "0"], 3600.0, [1.2, 65.0, 0.0]),
        ([107, 42, 15], 90.0, [67.0, 42.0, 15.0]),
        ([150, 215, 130], 140.0, [110.0, 135.0, 90.0]),
        ([4061, 4105], 90.0, []),
        ([12.5, 30.0, 8.0], 40.0, [12.5, 30.0, 8.0]),
    ],
    ids=["milliseconds", "milliseconds, some of which could be seconds", "as text", "run together", "all run together",
         "two units that fit", "seconds"],
)  # fmt: skip
def test_the_numbers_of_one_reply_have_one_unit(written: list[Any], duration: float, seconds: list[float]) -> None:
    times = read_times(written, duration)
    assert [time.seconds for time in times if isinstance(time, Time)] == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ([67, "1:30", 119.5], [67, 90, 119.5]),
        ([120.6, 59.4], [119.95, 60]),
        ([7, "0:30", 59.5], [67, 90, 119.5]),
        ([5], [65]),
        ([67_000, 90_000], [67, 90]),
        ([107, 170], [107]),
        ([45, 70], [70]),
        ([275], []),
    ],
    ids=["in it", "at its edges", "all counted from its start", "one counted from its start", "milliseconds",
         "one past its end", "one before its start", "far past its end"],
)  # fmt: skip
def test_times_are_held_against_the_part_that_was_watched(written: list[Any], seconds: list[float]) -> None:
    times = read_times(written, 300.0, Part(60, 120))
    assert [time.seconds for time in times if isinstance(time, Time)] == pytest.approx(seconds)
    assert [time.why.partition(" is ")[2] for time in times if isinstance(time, NoTime)] == [
        "outside the part to be watched, from 1:00.0 to 2:00.0"
    ] * (len(written) - len(seconds))


@pytest.mark.parametrize("duration", [None, 300.0])
def test_a_part_without_an_end_is_held_to_its_start(duration: float | None) -> None:
    kept, dropped = read_times([250, 20], duration, Part(100))
    assert kept == Time(250.0)
    assert isinstance(dropped, NoTime)


def test_a_video_that_ends_before_the_part_is_what_is_named() -> None:
    (dropped,) = read_times([70], 30.0, Part(60, 120))
    assert dropped == NoTime("“70” is outside the video, which is 0:30.0 long")


@pytest.mark.parametrize("written", ["1:07:41", 4061, ["1:07"], {"seconds": 67.5}, "1:07\x00\ud800"], ids=repr)
def test_what_was_written_can_be_stored_and_read_again(written: Any) -> None:
    kept = as_written(written)
    json.dumps(kept).encode().decode()
    assert str(kept).isprintable()
    assert read_times([kept], None) == read_times([written], None) or "\x00" in str(written)


@given(
    st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)), max_size=8),
    st.floats(min_value=0.04, max_value=20_000),
)
def test_whatever_is_written_a_time_lies_in_the_video(written: list[Any], duration: float) -> None:
    times = read_times(written, duration)
    assert len(times) == len(written)
    assert all(0 <= time.seconds <= duration for time in times if isinstance(time, Time))


@given(st.floats(min_value=0, max_value=10_000), st.floats(min_value=0.1, max_value=10_000))
def test_seconds_that_lie_in_the_video_are_never_changed(seconds: float, duration: float) -> None:
    (time,) = read_times([seconds], duration)
    if seconds < duration:
        assert time == Time(seconds)
    elif isinstance(time, Time) and seconds > duration:
        assert time.repair is not None
        assert seconds <= duration + SLACK or time.seconds < seconds
