"""Many frames of one video: in the order asked, no stretch decoded twice, several at once."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from posterframe.video import Frame, Video
from tests.kinds_of_film import CountingFile, noise, of_every_kind, opened
from tests.numbered_films import Film, number_in


class WatchedFile(io.BytesIO):
    """Remembers which threads have read it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.readers: set[str] = set()

    def read(self, size: int | None = -1) -> bytes:
        self.readers.add(threading.current_thread().name)
        return super().read(size)


@pytest.mark.parametrize(
    "asked", [[1, 40, 13, 41, 2, 1, 30], [49, 0, 25], [3, 3, 3], [], [5, 6, 30, 48]], ids=lambda asked: f"asked {asked}"
)
def test_many_frames_come_in_the_order_asked(asked: list[int]) -> None:
    with opened(Film().render()) as video:
        numbers = [number_in(frame.pixels) for frame in video.frames_at([number / 25 for number in asked])]
    assert numbers == asked


def test_frames_asked_in_disorder_read_no_stretch_twice() -> None:
    data = Film(frames=180, draw=noise, options={"crf": "1"}, keys_every=60).render()
    times = [at / 25 for at in (6, 165, 90, 15, 135, 66, 54, 174, 114)]
    file = CountingFile(data)
    with Video(file, "film.mp4") as video:
        before = file.bytes_read
        assert len(list(video.frames_at(times))) == len(times)
    assert file.bytes_read - before < 1.3 * len(data)


@of_every_kind
def test_frames_of_several_stretches_are_true_ones(film: Film) -> None:
    starts = [start - film.starts()[0] for start in film.starts()]
    with opened(film.render()) as video:
        frames = list(video.frames_at(starts[::5]))
    assert [number_in(frame.pixels) for frame in frames] == list(range(0, len(starts), 5))


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_two_stretches_are_decoded_at_once(container: str) -> None:
    file = WatchedFile(Film(frames=180, container=container, keys_every=60, draw=noise).render())
    with Video(file, "film") as video:
        file.readers.clear()
        assert len(list(video.frames_at([1.0, 3.0, 6.0]))) == 3
    assert len(file.readers - {threading.current_thread().name}) >= 2


def test_who_stops_asking_for_frames_leaves_no_thread_behind() -> None:
    with opened(Film(frames=180, keys_every=60).render()) as video:
        before = set(threading.enumerate())
        frames = video.frames_at([1.0, 3.0, 6.0])
        next(frames)
        assert set(threading.enumerate()) - before
        frames.close()
        assert not set(threading.enumerate()) - before
        assert number_in(video.frame_at(4.0).pixels) == 100


def test_several_threads_may_scan_one_video_at_once() -> None:
    with opened(Film(frames=250).render()) as video, ThreadPoolExecutor(4) as threads:

        def scanned(start: float) -> list[Frame]:
            return list(video.scan(0.2, start=start, end=start + 4))

        for frames in threads.map(scanned, [0.0, 2.0, 4.0, 6.0]):
            assert len(frames) >= 18
            assert [number_in(frame.pixels) for frame in frames] == [round(frame.timestamp * 25) for frame in frames]


def test_reads_of_one_video_may_take_turns() -> None:
    with opened(Film(frames=100).render()) as video:
        walk, scan = video.frames_between(0, 4), video.scan(0.5)
        numbers = []
        for _, frame in zip(scan, walk, strict=False):
            numbers.append(number_in(frame.pixels))
            video.frame_at(3.0)
    assert numbers == list(range(8))


def test_other_frames_may_be_asked_for_between_many() -> None:
    with opened(Film(frames=200, keys_every=20).render()) as video:
        for asked, frame in enumerate(video.frames_at([at / 2 for at in range(16)])):
            other = video.frame_at(7.5 - asked / 2)
            assert number_in(frame.pixels) == asked * 25 // 2
            assert number_in(other.pixels) == (15 - asked) * 25 // 2


def test_after_a_rest_frames_are_found_as_before() -> None:
    with opened(Film(frames=100).render()) as video:
        assert [number_in(frame.pixels) for frame in video.frames_at([1.0, 3.0])] == [25, 75]
        video.rest()
        assert number_in(video.frame_at(2.0).pixels) == 50
        assert [number_in(frame.pixels) for frame in video.frames_at([1.0, 3.0])] == [25, 75]
