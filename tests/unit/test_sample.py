"""The sample film is what samples/README.md and its truth say, down to the pixels."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

SAMPLES = Path(__file__).parents[2] / "samples"
FILM = SAMPLES / "sample.mp4"
LARGEST = 2_500_000
EDGE = 0.1
"""Seconds kept clear of a span's borders, where a frame may belong to either side."""


@dataclass(frozen=True)
class Span:
    start: float
    end: float
    kind: str
    good: bool
    label: str

    def times(self, count: int) -> list[float]:
        return [float(t) for t in np.linspace(self.start + EDGE, self.end - EDGE, count)]


TRUTH = [Span(**entry) for entry in json.loads((SAMPLES / "sample.truth.json").read_text("utf-8"))]
GOOD = [span for span in TRUTH if span.good]


def span_of(kind: str) -> Span:
    (only,) = (span for span in TRUTH if span.kind == kind)
    return only


def grey_at(times: Iterable[float]) -> list[NDArray[np.float64]]:
    """The brightness (0–1) of the frames shown at the given times, at a quarter of the film's size."""
    pictures = []
    with av.open(str(FILM)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        for timestamp in times:
            container.seek(int(timestamp / stream.time_base), stream=stream)
            frame = next(f for f in container.decode(stream) if f.time + f.duration * stream.time_base > timestamp)
            pictures.append(frame.to_ndarray(format="rgb24", width=320, height=180).mean(axis=2) / 255)
    return pictures


def sharpness(grey: NDArray[np.float64]) -> float:
    """The variance of the Laplacian, times 1000."""
    middle = grey[1:-1, 1:-1]
    return float((grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * middle).var() * 1000)


def test_the_film_is_small_enough_to_be_kept_in_git() -> None:
    assert FILM.stat().st_size <= LARGEST


def test_the_film_is_forty_seconds_of_720p_h264_that_every_browser_plays() -> None:
    with av.open(str(FILM)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (1280, 720)
        assert stream.average_rate == 24
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(40, abs=0.1)


def test_the_index_stands_before_the_pictures_so_that_playing_starts_at_once() -> None:
    data = FILM.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_a_seek_never_has_more_than_four_seconds_to_decode() -> None:
    with av.open(str(FILM)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        keys = [
            float(packet.pts * stream.time_base)
            for packet in container.demux(stream)
            if packet.is_keyframe and packet.pts is not None
        ]
    assert keys[0] == 0
    assert all(later - earlier <= 4 for earlier, later in itertools.pairwise([*keys, 40.0]))


def test_the_truth_covers_the_whole_film_without_gaps() -> None:
    assert TRUTH[0].start == 0
    assert TRUTH[-1].end == 40
    assert all(span.start < span.end for span in TRUTH)
    assert all(before.end == after.start for before, after in itertools.pairwise(TRUTH))


def test_the_truth_has_every_kind_of_bad_span_and_several_good_ones() -> None:
    bad = {span.kind for span in TRUTH if not span.good}
    assert bad == {"fade", "title", "defocus", "whip_pan", "dark", "crossfade", "end_card"}
    assert {span.kind for span in GOOD} >= {"hero", "closeup", "overhead"}
    assert all(span.label for span in TRUTH)


def test_the_film_begins_in_black_and_ends_in_plain_paper() -> None:
    first, last = grey_at([0.0, span_of("end_card").times(2)[1]])
    assert first.max() < 0.02
    assert np.mean(np.abs(last - np.median(last)) < 0.02) > 0.9


@pytest.mark.parametrize("span", GOOD, ids=lambda span: span.kind)
def test_a_good_span_is_bright_from_end_to_end(span: Span) -> None:
    assert all(0.3 < grey.mean() < 0.8 for grey in grey_at(span.times(3)))


@pytest.mark.parametrize("kind", ["defocus", "whip_pan"])
def test_no_frame_of_a_blurred_span_is_half_as_sharp_as_the_hero(kind: str) -> None:
    hero = min(sharpness(grey) for grey in grey_at(span_of("hero").times(3)))
    assert all(sharpness(grey) < hero / 2 for grey in grey_at(span_of(kind).times(7)))


def test_the_dark_scene_is_dark_but_not_black() -> None:
    assert all(0.02 < grey.mean() < 0.12 for grey in grey_at(span_of("dark").times(3)))


def test_the_title_is_a_still_page_full_of_print() -> None:
    early, late = grey_at(span_of("title").times(2))
    paper, rows_with_print = np.mean(early > 0.95), np.mean((early < 0.8).any(axis=1))
    assert np.abs(early - late).max() < 0.1
    assert paper > 0.6
    assert rows_with_print > 0.4


def test_the_cross_fade_mixes_the_shots_on_either_side() -> None:
    span = span_of("crossfade")
    before, middle, after = grey_at([span.start - EDGE, (span.start + span.end) / 2, span.end + EDGE])
    mixed = np.abs((before + after) / 2 - middle).mean()
    assert mixed < np.abs(before - middle).mean() / 2
    assert mixed < np.abs(after - middle).mean() / 2


@pytest.mark.parametrize("span", GOOD, ids=lambda span: span.kind)
def test_a_good_shot_moves_slowly(span: Span) -> None:
    start, end = span.times(2)
    now, then, last = grey_at([start, start + 1 / 24, end])
    assert np.abs(now - then).mean() < 0.02 < np.abs(now - last).mean()
