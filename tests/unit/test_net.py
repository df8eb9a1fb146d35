"""Reading videos from a server: what is fetched, what is kept, and what reaches the disk."""

from __future__ import annotations

import io
import os
import random
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from posterframe.errors import BadInput, ServiceFailed, Stopped
from posterframe.net import Limits, Net
from posterframe.net.limits import BLOCK_BYTES, KIB, LONGEST_RUN, MIB
from posterframe.video import Footage
from tests.films import noisy, scene, write_film
from tests.servers import Behaviour, MediaServer

QUICK = Limits(connect_timeout=1, read_timeout=1, request_deadline=3, attempts=2, first_pause=0.01, longest_pause=0.05)
NO_RANGES = Behaviour(ranges=False)


def video_of(size: int, seed: int = 0) -> bytes:
    """Bytes that begin like an mp4 and are different everywhere."""
    return (b"\0\0\0\x18ftypmp42" + random.Random(seed).randbytes(size))[:size]


SMALL = video_of(600 * KIB)
LARGE = video_of(12 * MIB + 345)


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as running:
        yield running


@pytest.fixture
def net(server: MediaServer, tmp_path: Path) -> Net:
    return Net(frozenset({server.host}), tmp_path / "cache", QUICK)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The system refuses to write more than this into any file, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def read(net: Net, url: str) -> bytes:
    with net.open(url) as file:
        return file.read()


class TestReading:
    def test_gives_the_bytes_of_any_place_as_a_local_file_does(self, server: MediaServer, net: Net) -> None:
        local, chance = io.BytesIO(LARGE), random.Random(1)
        with net.open(server.add("/film.mp4", LARGE)) as remote:
            assert remote.size == remote.seek(0, io.SEEK_END) == len(LARGE)
            for _ in range(300):
                place, size = chance.randrange(len(LARGE) + 1000), chance.choice([0, 1, 100, 32 * KIB, 700 * KIB])
                assert remote.seek(place) == local.seek(place)
                assert remote.read(size) == local.read(size)
                assert remote.tell() == local.tell()
            remote.seek(-10, io.SEEK_END)
            assert remote.read() == LARGE[-10:]
            buffer = bytearray(20)
            remote.seek(5)
            assert remote.readinto(buffer) == 20
            assert buffer == LARGE[5:25]

    def test_closed_or_before_the_start_it_refuses_as_files_do(self, server: MediaServer, net: Net) -> None:
        with net.open(server.add("/film.mp4", SMALL)) as remote, pytest.raises(ValueError, match="no place"):
            remote.seek(-1)
        with pytest.raises(ValueError, match="closed"):
            remote.read(1)

    def test_a_few_places_of_a_long_file_cost_a_few_blocks(self, server: MediaServer, net: Net) -> None:
        with net.open(server.add("/film.mp4", LARGE)) as remote:
            for place in (0, len(LARGE) - 100, 6 * MIB, 3 * MIB, 6 * MIB + 5, 9 * MIB):
                remote.seek(place)
                assert remote.read(50) == LARGE[place : place + 50]
            assert remote.requests_made == len(server.requests) == 5
            assert remote.bytes_fetched == server.body_bytes < 5 * BLOCK_BYTES

    def test_reading_on_takes_more_at_a_time_and_nothing_twice(self, server: MediaServer, net: Net) -> None:
        with net.open(server.add("/film.mp4", LARGE)) as remote:
            while remote.read(32 * KIB):
                pass
            assert remote.bytes_fetched == len(LARGE)
            assert remote.requests_made <= 8
            sizes = [int(last) - int(first) + 1 for first, last in map(_bounds, server.requests)]
            assert max(sizes) <= LONGEST_RUN * BLOCK_BYTES

    def test_two_places_read_on_in_turns_are_both_read_ahead(self, server: MediaServer, net: Net) -> None:
        with net.open(server.add("/film.mp4", LARGE)) as remote:
            for step in range(0, 4 * MIB, 64 * KIB):
                for base in (0, 6 * MIB):
                    remote.seek(base + step)
                    remote.read(64 * KIB)
            assert remote.requests_made <= 12

    def test_memory_is_bounded_and_forgotten_blocks_come_from_the_disk(
        self, server: MediaServer, tmp_path: Path
    ) -> None:
        little = Limits(memory_bytes=LONGEST_RUN * BLOCK_BYTES)
        url = server.add("/film.mp4", LARGE)
        with Net(frozenset({server.host}), tmp_path, little).open(url) as remote:
            assert remote.read() == LARGE
            asked = remote.requests_made
            remote.seek(0)
            assert remote.read() == LARGE
            assert remote.requests_made == asked

    def test_only_gets_are_sent_and_nothing_compressed_is_asked_for(self, server: MediaServer, net: Net) -> None:
        read(net, server.add("/film.mp4", SMALL))
        assert {request.method for request in server.requests} == {"GET"}
        assert {request.headers["Accept-Encoding"] for request in server.requests} == {"identity"}
        assert {request.headers["Host"] for request in server.requests} == {server.host}

    def test_threads_share_one_net(self, server: MediaServer, net: Net) -> None:
        url = server.add("/film.mp4", SMALL)
        results: list[bytes] = []
        threads = [threading.Thread(target=lambda: results.append(read(net, url))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [SMALL] * 6

    @pytest.mark.parametrize("behaviour", [Behaviour(), NO_RANGES], ids=["ranges", "no ranges"])
    def test_a_real_film_with_its_index_at_the_end_decodes_as_from_the_disk(
        self, behaviour: Behaviour, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        grain = noisy(scene(1), 60)
        film = tmp_path / "film.mp4"
        local = write_film(film, [np.roll(grain, 3 * number, axis=1) for number in range(120)])
        url = server.add("/film.mp4", film.read_bytes(), behaviour=behaviour)
        with local.open() as here, Footage("film", url, lambda: net.open(url)).open() as there:
            assert there.info.duration == here.info.duration
            for at in (5.9, 0.0, 3.3):
                assert np.array_equal(there.frame_at(at).pixels, here.frame_at(at).pixels)


def _bounds(request: object) -> tuple[str, str]:
    first, _, last = str(getattr(request, "range", "")).removeprefix("bytes=").partition("-")
    return first, last


READER = """
import sys; from pathlib import Path; from posterframe.net import Net
with Net(frozenset({sys.argv[1]}), Path(sys.argv[3])).open(sys.argv[2]) as file:
    sys.stdout.buffer.write(file.read()); sys.stderr.write(str(file.bytes_fetched))
"""


def reader(server: MediaServer, url: str, folder: Path) -> subprocess.Popen[bytes]:
    """Another process that reads the whole video; the bytes on its output, what it fetched on its errors."""
    command = [sys.executable, "-c", READER, server.host, url, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class TestKeeping:
    @pytest.mark.parametrize(
        ("behaviour", "again"),
        [
            pytest.param(Behaviour(), 1, id="ranges and a tag"),
            pytest.param(Behaviour(tags=False), BLOCK_BYTES, id="ranges and no tag"),
            pytest.param(Behaviour(ranges=False), 0, id="no ranges but a tag"),
            pytest.param(Behaviour(ranges=False, tags=False), BLOCK_BYTES, id="no ranges and no tag"),
        ],
    )
    def test_what_one_process_read_the_next_does_not_fetch_again(
        self, behaviour: Behaviour, again: int, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        url = server.add("/film.mp4", LARGE, behaviour=behaviour)
        assert read(net, url) == LARGE
        data, fetched = reader(server, url, tmp_path / "cache").communicate()
        assert data == LARGE
        assert int(fetched) == again

    def test_processes_at_the_same_time_do_not_spoil_each_others_blocks(
        self, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        url = server.add("/film.mp4", LARGE)
        both = [reader(server, url, tmp_path / "cache") for _ in range(2)]
        assert [process.communicate()[0] for process in both] == [LARGE, LARGE]
        assert read(net, url) == LARGE

    @pytest.mark.parametrize("behaviour", [Behaviour(), Behaviour(tags=False), NO_RANGES], ids=["tag", "none", "whole"])
    def test_a_video_that_was_replaced_is_read_anew(self, behaviour: Behaviour, server: MediaServer, net: Net) -> None:
        url = server.add("/film.mp4", SMALL, behaviour=behaviour)
        assert read(net, url) == SMALL
        other = video_of(len(SMALL), seed=2)
        server.add("/film.mp4", b"\0" + other[1:], behaviour=behaviour)
        assert read(net, url) == b"\0" + other[1:]

    def test_a_video_that_is_replaced_while_it_is_read_is_an_error_not_a_mixture(
        self, server: MediaServer, net: Net
    ) -> None:
        url = server.add("/film.mp4", LARGE)
        with net.open(url) as remote:
            remote.read(100)
            server.add("/film.mp4", video_of(len(LARGE), seed=2))
            remote.seek(6 * MIB)
            with pytest.raises(ServiceFailed, match=r"/film\.mp4 was changed while it was being read"):
                remote.read(100)
        assert read(net, url) == video_of(len(LARGE), seed=2)

    def test_a_damaged_block_is_fetched_again(self, server: MediaServer, net: Net, tmp_path: Path) -> None:
        url = server.add("/film.mp4", LARGE)
        read(net, url)
        damaged = [path for path in (tmp_path / "cache").iterdir() if path.name.endswith(("-1", "-2", "-3"))]
        for path, content in zip(damaged, (b"", b"\0" * 100, path_with_a_flipped_bit(damaged[2])), strict=True):
            path.write_bytes(content)
        assert read(net, url) == LARGE
        with net.open(url) as remote:
            assert remote.read() == LARGE
            assert remote.bytes_fetched == 1

    def test_the_folder_stays_below_its_bound_and_what_was_used_last_stays(
        self, server: MediaServer, tmp_path: Path
    ) -> None:
        net = Net(frozenset({server.host}), tmp_path, Limits(disk_bytes=20 * BLOCK_BYTES))
        films = [video_of(6 * BLOCK_BYTES, seed) for seed in range(5)]
        urls = [server.add(f"/{number}.mp4", film) for number, film in enumerate(films)]
        for age, url in enumerate(urls[:3]):
            read(net, url)
            for path in tmp_path.iterdir():
                os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 100 + age))
        assert read(net, urls[0]) == films[0]
        assert read(net, urls[3]) == films[3]
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20 * BLOCK_BYTES
        with net.open(urls[0]) as remote:
            assert remote.read() == films[0]
            assert remote.bytes_fetched == 1

    @pytest.mark.parametrize("behaviour", [Behaviour(), NO_RANGES], ids=["ranges", "no ranges"])
    def test_a_cache_that_cannot_be_written_does_not_matter(
        self, behaviour: Behaviour, server: MediaServer, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("in the way")
        net = Net(frozenset({server.host}), tmp_path / "file" / "cache", QUICK)
        assert read(net, server.add("/film.mp4", SMALL, behaviour=behaviour)) == SMALL

    def test_a_full_disk_does_not_stop_the_reading(self, server: MediaServer, net: Net, tmp_path: Path) -> None:
        url = server.add("/film.mp4", LARGE)
        with files_no_larger_than(100 * KIB):
            assert read(net, url) == LARGE
        assert not list((tmp_path / "cache").glob("new-*"))

    def test_the_folder_is_for_its_owner_only_and_names_nothing(
        self, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        read(net, server.add("/film.mp4", SMALL) + "?signature=secret")
        assert (tmp_path / "cache").stat().st_mode & 0o077 == 0
        assert not [path for path in (tmp_path / "cache").iterdir() if "film" in path.name or "secret" in path.name]


def path_with_a_flipped_bit(path: Path) -> bytes:
    stored = bytearray(path.read_bytes())
    stored[len(stored) // 2] ^= 1
    return bytes(stored)


class TestWithoutRanges:
    def test_the_video_is_downloaded_once_and_nothing_stays_without_a_cache(
        self, server: MediaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with Net(frozenset({server.host})).open(server.add("/film.mp4", LARGE, behaviour=NO_RANGES)) as remote:
            remote.seek(-100, io.SEEK_END)
            assert remote.read() == LARGE[-100:]
            assert remote.bytes_fetched == len(LARGE)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("tags", [True, False])
    def test_a_video_of_unknown_length_is_read_too(
        self, tags: bool, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        url = server.add("/film.mp4", SMALL, behaviour=Behaviour(ranges=False, length=False, tags=tags))
        assert read(net, url) == SMALL
        assert bool(list((tmp_path / "cache").glob("*-whole"))) is tags

    @pytest.mark.parametrize(
        "behaviour",
        [Behaviour(ranges=False, claims_size=10**13), Behaviour(ranges=False, length=False)],
        ids=["said so", "found out"],
    )
    def test_one_that_is_too_large_is_refused(self, behaviour: Behaviour, server: MediaServer, tmp_path: Path) -> None:
        net = Net(frozenset({server.host}), tmp_path, Limits(whole_bytes=MIB))
        with pytest.raises(BadInput, match=r"/film\.mp4 is larger than 1 MB"):
            net.open(server.add("/film.mp4", LARGE, behaviour=behaviour))
        assert not list(tmp_path.iterdir())

    def test_the_download_is_told_of_and_can_be_stopped(self, server: MediaServer, net: Net, tmp_path: Path) -> None:
        told: list[float] = []

        def stop_half_way(fraction: float, doing: str) -> None:
            told.append(fraction)
            if fraction > 0.5:
                raise Stopped("Cancelled.")

        with pytest.raises(Stopped):
            net.open(server.add("/film.mp4", LARGE, behaviour=NO_RANGES), report=stop_half_way)
        assert told == sorted(told)
        assert told[0] < 0.1
        assert told[-1] < 0.6
        assert not list((tmp_path / "cache").iterdir())

    def test_a_full_disk_gets_a_sentence(self, server: MediaServer, net: Net, tmp_path: Path) -> None:
        url = server.add("/film.mp4", LARGE, behaviour=NO_RANGES)
        with files_no_larger_than(MIB), pytest.raises(ServiceFailed, match="no room on the disk"):
            net.open(url)
        assert not list((tmp_path / "cache").iterdir())


class TestDownload:
    @pytest.mark.parametrize("behaviour", [Behaviour(), NO_RANGES], ids=["ranges", "no ranges"])
    def test_brings_the_whole_file_and_tells_how_far_it_is(
        self, behaviour: Behaviour, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        told: list[float] = []
        url = server.add("/film.mp4", LARGE, behaviour=behaviour)
        net.download(url, tmp_path / "a.mp4", max_bytes=len(LARGE), report=lambda done, doing: told.append(done))
        assert (tmp_path / "a.mp4").read_bytes() == LARGE
        assert told == sorted(told)
        assert len(told) > 5
        assert told[-1] == 1.0

    def test_fetches_only_what_was_not_read_before(self, server: MediaServer, net: Net, tmp_path: Path) -> None:
        url = server.add("/film.mp4", LARGE)
        with net.open(url) as remote:
            remote.read(4 * MIB)
        net.download(url, tmp_path / "a.mp4", max_bytes=MIB * 100)
        assert server.body_bytes == len(LARGE) + 1

    @pytest.mark.parametrize("behaviour", [Behaviour(), NO_RANGES], ids=["ranges", "no ranges"])
    def test_leaves_nothing_of_a_file_that_is_too_large(
        self, behaviour: Behaviour, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        url = server.add("/film.mp4", LARGE, behaviour=behaviour)
        with pytest.raises(BadInput, match="is larger than 8 MB"):
            net.download(url, tmp_path / "a.mp4", max_bytes=8 * MIB)
        assert not [path for path in tmp_path.iterdir() if path.name != "cache"]

    def test_leaves_what_was_there_when_it_fails_or_is_stopped(
        self, server: MediaServer, net: Net, tmp_path: Path
    ) -> None:
        target = tmp_path / "a.mp4"
        target.write_bytes(b"before")
        url = server.add("/film.mp4", LARGE)
        with files_no_larger_than(MIB), pytest.raises(ServiceFailed, match="no room on the disk"):
            net.download(url, target, max_bytes=MIB * 100)

        def stop(fraction: float, doing: str) -> None:
            raise Stopped("Cancelled.")

        with pytest.raises(Stopped):
            net.download(url, target, max_bytes=MIB * 100, report=stop)
        assert target.read_bytes() == b"before"
        assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "cache"}

    def test_a_folder_that_is_not_there_gets_a_sentence(self, server: MediaServer, net: Net, tmp_path: Path) -> None:
        url = server.add("/film.mp4", SMALL)
        with pytest.raises(ServiceFailed, match="cannot be written to the disk"):
            net.download(url, tmp_path / "nowhere" / "a.mp4", max_bytes=MIB)


class TestFetch:
    def test_brings_a_small_body(self, server: MediaServer, net: Net) -> None:
        assert net.fetch(server.add("/picture.webp", SMALL), max_bytes=len(SMALL), deadline=5) == SMALL
        assert server.requests[0].range is None

    @pytest.mark.parametrize(
        ("behaviour", "says"),
        [
            pytest.param(Behaviour(status=404), "nothing at", id="gone"),
            pytest.param(Behaviour(status=403), "does not let us read", id="forbidden"),
            pytest.param(Behaviour(status=503), "a fault of its own", id="fault"),
            pytest.param(Behaviour(redirect_to="http://169.254.169.254/"), "private address", id="redirect"),
            pytest.param(Behaviour(stop_after=10), "broke off|in the middle", id="cut short"),
            pytest.param(Behaviour(length=False), "more than 0.5 MB", id="large"),
            pytest.param(Behaviour(claims_size=10**12), "more than 0.5 MB", id="said to be large"),
            pytest.param(Behaviour(drip=0.05), "too slow", id="drips"),
        ],
    )
    def test_fails_as_a_service_fails(self, behaviour: Behaviour, says: str, server: MediaServer, net: Net) -> None:
        with pytest.raises(ServiceFailed, match=says) as caught:
            net.fetch(server.add("/picture.webp", SMALL, behaviour=behaviour), max_bytes=512 * KIB, deadline=0.8)
        assert "upload" not in str(caught.value).lower() or "private address" in str(caught.value)

    def test_a_private_address_is_refused_here_too(self, server: MediaServer) -> None:
        with pytest.raises(ServiceFailed, match="private address"):
            Net().fetch(server.add("/picture.webp", SMALL), max_bytes=MIB, deadline=1)
        assert not server.requests
