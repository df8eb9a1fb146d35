"""Files that were cut off or damaged: what is whole is shown, and nothing that is not whole is proposed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest

from posterframe.contracts import Wish, ignore_progress
from posterframe.pickers.local import LocalPicker
from posterframe.refine import appraise, look_around, refine, shown_at
from posterframe.video import Footage
from tests.films import FPS, Pixels, moving, scene, write_film
from tests.kinds_of_film import of_every_kind, opened
from tests.numbered_films import Film, number_in

KEYS_EVERY = 2.0
"""Seconds between the key frames of these films."""

TORN = (2.5, 2.9)
"""Between these times, in seconds, data is damaged; pictures carry that on up to the next key frame."""


def _packets(data: bytes, start: float, end: float) -> Iterator[tuple[int, int]]:
    """Where the packets of a part of a film lie in its file, and how long they are, in bytes."""
    with av.open(io.BytesIO(data), "r") as container:
        for packet in container.demux(video=0):
            if packet.pos is not None and packet.pts is not None and start <= packet.pts * packet.time_base < end:
                yield packet.pos, packet.size


def _overwritten(data: bytes, kept: int = 40) -> bytes:
    """A film whose packets are noise there, but for so many of their first bytes."""
    damaged = bytearray(data)
    noise = np.random.default_rng(1)
    for at, size in _packets(data, *TORN):
        damaged[at + kept : at + size] = noise.bytes(size - kept)
    return bytes(damaged)


def _lost(data: bytes) -> bytes:
    """A transport stream of which pieces were lost there, as on the way through the air."""
    lost = {at // 188 + 2 for at, size in _packets(data, *TORN) if size > 3 * 188}
    return b"".join(data[at : at + 188] for at in range(0, len(data), 188) if at // 188 not in lost)


def _panned(seed: int, at: float) -> Pixels:
    return scene(seed, shift=30 * at)


def _film(path: Path) -> Footage:
    """Three scenes of two seconds each, in which the camera moves, with a key frame at the start of each."""
    scenes = [moving(partial(_panned, seed), KEYS_EVERY) for seed in (1, 2, 3)]
    return write_film(path, *scenes, options={"g": str(int(KEYS_EVERY * FPS)), "sc_threshold": "0", "bf": "0"})


def _hevc_film() -> bytes:
    """The like of it in HEVC."""
    keys = int(KEYS_EVERY * FPS)
    options = {"x265-params": f"log-level=none:scenecut=0:bframes=0:keyint={keys}:min-keyint={keys}"}
    return Film(3 * keys, FPS, codec="libx265", keys_every=keys, options=options, draw=_drawn).render()


def _drawn(number: int, width: int, height: int) -> Pixels:
    shot, at = divmod(number / FPS, KEYS_EVERY)
    return scene(1 + int(shot), width=width, height=height, shift=30 * at)


@pytest.fixture(params=["mp4", "ts"])
def torn(request: pytest.FixtureRequest, tmp_path: Path) -> Footage:
    path = tmp_path / f"film.{request.param}"
    footage = _film(path)
    path.write_bytes({"mp4": _overwritten, "ts": _lost}[request.param](path.read_bytes()))
    return footage


def test_of_a_film_that_is_whole_no_frame_counts_as_damaged(tmp_path: Path) -> None:
    with _film(tmp_path / "film.ts").open() as video:
        assert not any(frame.damaged for frame in video.frames_between(0, 6))
        assert not any(frame.damaged for frame in video.scan(0.1))


def test_damage_is_known_up_to_the_next_key_frame(torn: Footage) -> None:
    with torn.open() as video:
        frames = list(video.frames_between(0, 6))
        assert {frame.damaged for frame in frames if frame.timestamp < TORN[0] - 0.1} == {False}
        assert {frame.damaged for frame in frames if TORN[1] <= frame.timestamp < 2 * KEYS_EVERY - 0.1} == {True}
        assert {frame.damaged for frame in frames if frame.timestamp > 2 * KEYS_EVERY + 0.1} == {False}
        assert [frame.timestamp for frame in video.scan(0.1) if frame.damaged][-1] > 3.7


def test_nothing_is_suggested_from_where_a_film_is_damaged(torn: Footage) -> None:
    found = LocalPicker().pick(torn, Wish(), ignore_progress)
    times = sorted(proposal.timestamp for proposal in found.proposals)
    assert [int(time / KEYS_EVERY) for time in times] == [0, 1, 2]
    assert times[1] < TORN[0]
    assert found.warnings == ("This video is damaged in places; frames there were left out.",)
    assert LocalPicker().pick(torn, Wish(), ignore_progress) == found


def test_a_damaged_frame_is_left_for_a_whole_one(torn: Footage) -> None:
    with torn.open() as video:
        assert refine(video, 3.0).timestamp < TORN[0]
        assert refine(video, 3.7, reach=0.2).timestamp > 3.4, "where no frame is whole"


def test_of_hevc_no_frame_is_shown_that_stands_on_one_that_is_lost() -> None:
    with opened(_overwritten(_hevc_film(), kept=4)) as video:
        times = [frame.timestamp for frame in video.frames_between(0, 6)]
    assert not [time for time in times if TORN[0] < time < 2 * KEYS_EVERY - 0.01]
    assert times[-1] > 5.9


@of_every_kind
@pytest.mark.parametrize("interval", [0.1, 0.3, 0.9])
def test_where_a_scan_leaves_frames_out_nothing_counts_as_damaged(film: Film, interval: float) -> None:
    with opened(film.render()) as video:
        for start in (0.0, 0.7):
            assert not any(frame.damaged for frame in video.scan(interval, start=start))
            keys = video.skim(interval, calm=1.0, between=lambda *_: None, start=start)
            assert not any(frame.damaged for frame in keys)


def test_a_damaged_frame_is_looked_at_with_a_warning(torn: Footage) -> None:
    with torn.open() as video:
        window = look_around(video, 3.7, reach=0.2)
        asked = shown_at(window, 3.7)
        assert asked.timestamp == video.frame_at(3.7).timestamp
        assert "in a damaged part of the file" in appraise(asked, window).warnings


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_a_film_that_was_cut_off_gives_what_came_and_says_what_is_missing(container: str) -> None:
    options = {"movflags": "faststart"} if container == "mp4" else {}
    data = Film(frames=200, keys_every=20, container=container, container_options=options).render()
    with opened(data) as video:
        assert video.info.missing == 0.0
    with opened(data[: len(data) // 2]) as video:
        duration = video.info.duration
        assert video.info.missing == pytest.approx(8.0 - duration, abs=0.1)
        assert 2 < duration < 6
        for timestamp in (0.0, duration / 2, duration, 7.9):
            frame = video.frame_at(timestamp)
            assert number_in(frame.pixels) == round(frame.timestamp * 25)
        assert max(frame.timestamp for frame in video.scan(0.5)) > duration - 2


def test_damage_in_the_middle_is_passed_over() -> None:
    data = bytearray(Film(frames=200, keys_every=20, container_options={"movflags": "faststart"}).render())
    third = len(data) // 3
    data[third : 2 * third] = np.random.default_rng(1).integers(0, 255, third, dtype=np.uint8).tobytes()
    with opened(bytes(data)) as video:
        assert number_in(video.frame_at(0.4).pixels) == 10
        assert number_in(video.frame_at(7.8).pixels) == 195
        assert video.frame_at(4.0).pixels.shape == (108, 192, 3)
        assert len(list(video.scan(0.5))) >= 4
