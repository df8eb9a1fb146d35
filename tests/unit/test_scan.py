"""Quick passes through a video: true frames, about as many as asked, and little read for them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from posterframe.decoding.scanner import nearest
from posterframe.video import Video
from tests.kinds_of_film import CountingFile, noise, of_every_kind, opened
from tests.numbered_films import Film, number_in


def untold(start: float, end: float) -> None:
    """Do nothing with what a skim tells."""


@pytest.mark.parametrize("keys_every", [5, 12, 30, 1000])
@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize("interval", [0.2, 0.5, 2.0])
def test_a_scan_gives_a_true_frame_about_every_interval(keys_every: int, container: str, interval: float) -> None:
    film = Film(frames=250, keys_every=keys_every, container=container)
    with opened(film.render()) as video:
        frames = list(video.scan(interval, max_height=108))
    times = [frame.timestamp for frame in frames]
    assert [number_in(frame.pixels) for frame in frames] == [round(time * 25) for time in times]
    assert len(frames) == pytest.approx(10 / interval, abs=2)
    assert max(later - earlier for earlier, later in pairwise(times)) <= 1.5 * interval + 0.25


@of_every_kind
@pytest.mark.parametrize("interval", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("keys_only", [False, True], ids=["scan", "skim"])
def test_no_frame_is_mistaken_for_another(film: Film, interval: float, keys_only: bool) -> None:
    starts = [start - film.starts()[0] for start in film.starts()]
    with opened(film.render()) as video:
        pass_through = video.skim(interval, calm=1, between=untold) if keys_only else video.scan(interval)
        frames = list(pass_through)
    assert frames[0].timestamp == 0
    assert [starts[number_in(frame.pixels)] for frame in frames] == pytest.approx(
        [frame.timestamp for frame in frames], abs=0.002
    )
    assert all(later.timestamp > earlier.timestamp for earlier, later in pairwise(frames))


@pytest.mark.parametrize("keys_every", [7, 12])
@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_scan_of_open_groups_of_pictures_loses_no_frame(codec: str, container: str, keys_every: int) -> None:
    parameters = "open-gop=1:bframes=3:log-level=none"
    options = {"x264-params": parameters, "x265-params": parameters}
    film = Film(frames=200, codec=codec, container=container, keys_every=keys_every, options=options)
    with opened(film.render()) as video:
        frames = list(video.scan(0.9))
    times = [frame.timestamp for frame in frames]
    assert [number_in(frame.pixels) for frame in frames] == [round(time * 25) for time in times]
    assert len(frames) == 9
    assert max(later - earlier for earlier, later in pairwise(times)) <= 1.5 * 0.9 + 0.25


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [([0, 10, 20, 30], [0, 1, 3]), ([4], [0]), ([5], [1]), ([14, 15], [2]), ([99], [3]), ([], [])],
)
def test_the_nearest_of_several_places_is_chosen_once(wanted: list[int], chosen: list[int]) -> None:
    assert nearest([0, 9, 12, 24], wanted) == chosen


def test_a_scan_of_dense_key_frames_reads_only_those() -> None:
    data = Film(frames=250, keys_every=25, width=640, height=360, draw=noise, options={"crf": "30"}).render()
    file = CountingFile(data)
    with Video(file, "film.mp4") as video:
        before = file.bytes_read
        assert len(list(video.scan(2.0))) == 5
    assert file.bytes_read - before < len(data) / 3


@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
@pytest.mark.parametrize(
    ("calm", "spans"), [(3.0, [(4, 6)]), (1.0, [(0, 2), (2, 4), (4, 6), (6, 8), (8, 10)])], ids=["short", "long"]
)
def test_a_skim_gives_key_frames_and_tells_where_more_may_be(
    container: str, calm: float, spans: list[tuple[float, float]]
) -> None:
    def two_scenes(number: int, width: int, height: int) -> NDArray[np.uint8]:
        return noise(int(number >= 130), width, height)

    told: list[tuple[float, float]] = []
    film = Film(frames=250, keys_every=50, draw=two_scenes, container=container)
    with opened(film.render()) as video:
        times = [frame.timestamp for frame in video.skim(0.5, calm=calm, between=lambda *span: told.append(span))]
    assert times == pytest.approx([0, 2, 4, 6, 8], abs=0.01)
    assert np.ravel(told) == pytest.approx(np.ravel(spans), abs=0.15)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_a_skim_of_a_part_begins_with_the_key_frame_before_it(container: str) -> None:
    told: list[tuple[float, float]] = []
    with opened(Film(frames=250, keys_every=50, container=container).render()) as video:
        frames = video.skim(0.5, calm=0.6, between=lambda *span: told.append(span), start=2.5, end=5)
        times = [frame.timestamp for frame in frames]
    assert times == pytest.approx([2, 4], abs=0.01)
    assert np.ravel(told) == pytest.approx([2.5, 4, 4, 5], abs=0.15)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_a_skim_of_dense_key_frames_gives_one_for_each_interval(container: str) -> None:
    with opened(Film(frames=250, keys_every=5, container=container).render()) as video:
        assert len(list(video.skim(2.0, calm=9, between=untold))) == 5


@pytest.mark.parametrize(("start", "end"), [(4.0, 7.0), (0.0, 3.0), (9.0, 10.0), (4.3, 5.3)])
@pytest.mark.parametrize("keys_every", [12, 50, 250], ids=["dense keys", "some keys", "one key"])
@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
def test_a_scan_of_a_part_gives_true_frames_of_it(container: str, keys_every: int, start: float, end: float) -> None:
    with opened(Film(frames=250, keys_every=keys_every, container=container).render()) as video:
        frames = list(video.scan(0.5, start=start, end=end))
    times = [frame.timestamp for frame in frames]
    assert [number_in(frame.pixels) for frame in frames] == [round(time * 25) for time in times]
    assert all(start - 0.25 <= time <= end for time in times)
    assert len(times) == pytest.approx((end - start) / 0.5, abs=1)


def test_a_scan_of_a_part_reads_little_of_the_rest() -> None:
    data = Film(frames=500, keys_every=25, width=640, height=360, draw=noise, options={"crf": "30"}).render()
    file = CountingFile(data)
    with Video(file, "film.mp4") as video:
        before = file.bytes_read
        assert list(video.scan(0.2, start=10, end=11))
    assert file.bytes_read - before < len(data) / 3


def test_stretches_that_a_skim_tells_of_are_each_read_once() -> None:
    options = {"crf": "30", "bf": "3", "b_strategy": "0", "sc_threshold": "0"}
    data = Film(frames=500, keys_every=100, width=640, height=360, draw=noise, options=options).render()
    file = CountingFile(data)
    told: list[tuple[float, float]] = []
    with Video(file, "film.mp4") as video:
        assert len(list(video.skim(0.5, calm=1, between=lambda *span: told.append(span)))) == 5
        before = file.bytes_read
        assert all(list(video.scan(0.1, start=start, end=end, one_of=2)) for start, end in told)
    assert len(told) == 5
    assert file.bytes_read - before < 1.5 * len(data)


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"], ids=["mp4", "fragmented mp4"])
@pytest.mark.parametrize("b_frames", [0, 3])
def test_a_stretch_that_a_skim_tells_of_is_read_from_its_own_key_frame(b_frames: int, flags: str) -> None:
    film = Film(frames=250, keys_every=50, options={"bf": str(b_frames)}, container_options={"movflags": flags})
    told: list[tuple[float, float]] = []
    with opened(film.render()) as video:
        assert len(list(video.skim(0.5, calm=1, between=lambda *span: told.append(span)))) == 5
        for start, end in told:
            frames = list(video.scan(0.2, start=start, end=end))
            assert len(frames) == pytest.approx((end - start) / 0.2, abs=1)
            assert [number_in(frame.pixels) for frame in frames] == [round(frame.timestamp * 25) for frame in frames]
    assert len(told) == 5


@pytest.mark.parametrize("b_frames", [0, 3])
def test_a_part_of_no_length_at_a_key_frame_is_that_frame(b_frames: int) -> None:
    with opened(Film(frames=250, keys_every=50, options={"bf": str(b_frames)}).render()) as video:
        keys = [frame.timestamp for frame in video.skim(0.5, calm=10, between=untold)]
        assert len(keys) == 5
        for key in keys:
            assert [frame.timestamp for frame in video.scan(0.2, start=key, end=key)] == [key]


def test_a_scan_makes_pictures_of_the_height_asked() -> None:
    with opened(Film().render()) as video:
        assert {frame.pixels.shape for frame in video.scan(0.5, max_height=36)} == {(36, 64, 3)}


def test_a_scan_needs_an_interval() -> None:
    with opened(Film().render()) as video, pytest.raises(ValueError, match="interval above 0"):
        video.scan(0)
