"""Frames at given times and scans of key frames, against the best ffmpeg command for each, in the same run.

    python -m benchmarks.frames [VIDEO …]      clips made two minutes long by copying their packets
    python -m benchmarks.frames --formats      one film in four codecs, from 360p to 4K

Every way takes its turn in each round, so that a slow moment of the machine meets all of them; times are medians. The
ratio of work counts seconds of all cores instead, against the ffmpeg that needs fewest: other work on the machine
does not change it.
Over HTTP a server in a process of its own answers 20 ms late, and counts the bytes that each way fetches.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import BinaryIO

import av
from av.video.stream import VideoStream

from posterframe.net import Net
from posterframe.video import Video
from tests.servers import Behaviour, MediaServer

CLIPS = Path(__file__).parents[2] / "shared/videos"
USUAL = ["sam2_01_dog.mp4", "intel_one-by-one-person-detection.mp4", "simpl_split2.webm", "simpl_av1.webm"]
SAMPLE = Path(__file__).parents[1] / "samples/sample.mp4"
SHARES = (0.11, 0.31, 0.52, 0.73, 0.93)
LATENCY = 0.02
SCAN_HEIGHT = 180
HEIGHTS = (360, 720, 1080, 2160)
CODECS = {
    "h264": ["-c:v", "libx264", "-preset", "veryfast"],
    "hevc 10-bit": [
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p10le",
        "-x265-params",
        "log-level=1",
    ],
    "vp9": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-b:v", "4M"],
    "av1": ["-c:v", "libsvtav1", "-preset", "12", "-crf", "35"],
}

Way = Callable[[], object]


@dataclass
class Server:
    """A range server in another process."""

    pipe: Connection

    def add(self, path: Path) -> str:
        self.pipe.send(path)
        return str(self.pipe.recv())

    def bytes_sent(self) -> int:
        self.pipe.send(None)
        return int(self.pipe.recv())


@contextmanager
def served() -> Iterator[Server]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Server(ours)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    with MediaServer() as server:
        while True:
            asked = pipe.recv()
            if isinstance(asked, Path):
                pipe.send(server.add(f"/{asked.name}", asked.read_bytes(), behaviour=Behaviour(latency=LATENCY)))
            else:
                pipe.send(server.body_bytes)


def ffmpegs() -> list[str]:
    """The ffmpeg commands at hand: the system's, and the one in the imageio-ffmpeg wheel."""
    found = [path for path in [shutil.which("ffmpeg")] if path]
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        found.append(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        pass
    if not found:
        sys.exit("No ffmpeg to compare with: install one, or the imageio-ffmpeg package.")
    return found


def our_frames(open_file: Callable[[], BinaryIO], times: list[float]) -> None:
    with Video(open_file(), "film") as video:
        for frame in video.frames_at(times):
            assert frame.pixels.size


def our_scan(path: Path, interval: float) -> int:
    with Video(path.open("rb"), "film") as video:
        return sum(1 for _ in video.scan(interval, max_height=SCAN_HEIGHT))


def ffmpeg_for_each_time(command: str, source: str, times: list[float]) -> None:
    for at in times:
        _run(command, "-ss", f"{at:.3f}", "-i", source, *_picture(0))


def ffmpeg_with_many_inputs(command: str, source: str, times: list[float]) -> None:
    """One command that opens the film once for each time: no frame is decoded in vain, and all cores are busy."""
    inputs = [word for at in times for word in ("-ss", f"{at:.3f}", "-i", source)]
    _run(command, *inputs, *[word for number in range(len(times)) for word in _picture(number)])


def ffmpeg_key_frames(command: str, path: Path) -> None:
    scale = f"scale=-2:{SCAN_HEIGHT}:flags=area"
    skip = ["-skip_frame", "nokey", "-i", str(path), "-fps_mode", "passthrough"]
    _run(command, *skip, "-an", "-vf", scale, "-pix_fmt", "rgb24", "-f", "rawvideo", "-y", "/dev/null")


def _picture(source: int) -> list[str]:
    """To write the next frame of an input as the bare pixels that our frames are too."""
    return ["-map", f"{source}:v:0", "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-y", "/dev/null"]


def _run(command: str, *words: str) -> None:
    subprocess.run([command, "-nostdin", "-v", "error", *words], check=True, stderr=subprocess.DEVNULL)


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of work on all cores, children's included."""

    clock: float
    work: float


def cost_of(way: Way) -> Cost:
    clock, work = time.perf_counter(), _work()
    way()
    return Cost(time.perf_counter() - clock, _work() - work)


def _work() -> float:
    """Seconds that this process and its finished children have kept cores busy."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_turns(ways: dict[str, Way], rounds: int) -> dict[str, Cost]:
    """The median cost of each way."""
    costs = [{name: cost_of(way) for name, way in ways.items()} for _ in range(rounds)]
    return {
        name: Cost(median(each[name].clock for each in costs), median(each[name].work for each in costs))
        for name in ways
    }


def report(
    film: str, what: str, ways: dict[str, Way], rounds: int, fetched: Callable[[Way], str] | None = None
) -> None:
    """One row: our way, and the quickest of the others."""
    costs = in_turns(ways, rounds)
    ours = costs.pop("ours")
    name, best = min(costs.items(), key=lambda item: item[1].clock)
    least = min(cost.work for cost in costs.values())
    cells = [film, what, f"{ours.clock:.3f}", f"{best.clock:.3f}", name]
    cells += [f"{ours.clock / best.clock:.2f}", f"{ours.work / least:.2f}"]
    cells.append(f"{fetched(ways['ours'])} / {fetched(ways[name])}" if fetched else "")
    print(f"| {' | '.join(cells)} |", flush=True)


def measure(path: Path, name: str, server: Server, rounds: int) -> None:
    """The rows of one film."""
    with Video(path.open("rb"), name) as video:
        times = [video.info.duration * share for share in SHARES]
    url, net = server.add(path), Net(allow_hosts=frozenset({"127.0.0.1"}))

    def fetched(way: Way) -> str:
        before = server.bytes_sent()
        way()
        return f"{(server.bytes_sent() - before) / path.stat().st_size:.0%}"

    from_file: dict[str, Way] = {"ours": partial(our_frames, lambda: path.open("rb"), times)}
    over_http: dict[str, Way] = {"ours": partial(our_frames, partial(net.open, url), times)}
    key_frames: dict[str, Way] = {"ours": partial(our_scan, path, widest_gap(path))}
    for command in ffmpegs():
        for ways, source in ((from_file, str(path)), (over_http, url)):
            ways[f"{version(command)}, a command each"] = partial(ffmpeg_for_each_time, command, source, times)
            ways[f"{version(command)}, one command"] = partial(ffmpeg_with_many_inputs, command, source, times)
        key_frames[version(command)] = partial(ffmpeg_key_frames, command, path)
    report(name, "5 frames, file", from_file, rounds)
    report(name, "5 frames, HTTP", over_http, rounds, fetched)
    report(name, "key frames", key_frames, rounds)


@cache
def version(command: str) -> str:
    """Name and number, as the command tells them."""
    told = subprocess.run([command, "-version"], capture_output=True, text=True, check=True).stdout
    return "ffmpeg " + told.split()[2].partition("-")[0]


def widest_gap(path: Path) -> float:
    """Seconds between the two key frames that are furthest apart, the end included."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [
            (float(packet.pts * stream.time_base), packet.is_keyframe)
            for packet in container.demux(stream)
            if packet.pts is not None and stream.time_base
        ]
    keys = [*sorted(at for at, is_key in packets if is_key), max(at for at, _ in packets)]
    return max(later - earlier for earlier, later in pairwise(keys)) + 0.1


def lengthened(path: Path, folder: Path, seconds: float = 120.0) -> Path:
    """The same clip over and over, its packets copied."""
    target = folder / path.name
    with av.open(str(target), "w") as output:
        copied: VideoStream | None = None
        offset = 0
        while True:
            with av.open(str(path)) as source:
                stream = source.streams.video[0]
                assert stream.time_base is not None
                copied = copied or output.add_stream_from_template(stream, opaque=True)
                end = offset
                for packet in source.demux(stream):
                    if packet.pts is None or packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    end = max(end, packet.pts + (packet.duration or 1))
                    packet.stream = copied
                    packet.time_base = stream.time_base
                    output.mux(packet)
                if end * stream.time_base >= seconds:
                    return target
                offset = end


def rendered(codec: str, height: int, folder: Path) -> Path:
    """Ten seconds of the sample film in a codec at a height."""
    target = folder / f"{codec.split()[0]}-{height}.{'webm' if codec in ('vp9', 'av1') else 'mp4'}"
    size = ["-t", "10", "-an", "-vf", f"scale=-2:{height}", "-g", "120"]
    _run(ffmpegs()[-1], "-i", str(SAMPLE), *size, *CODECS[codec], "-y", str(target))
    return target


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path)
    parser.add_argument("--formats", action="store_true", help="one film in four codecs, from 360p to 4K")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    videos = options.videos or [CLIPS / name for name in USUAL if (CLIPS / name).exists()] or [SAMPLE]
    print("| film | what | ours, s | ffmpeg, s | the quickest ffmpeg | ratio | ratio of work | fetched |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, served() as server:
        if options.formats:
            films = (
                (rendered(codec, height, Path(folder)), f"{codec} {height}p") for codec in CODECS for height in HEIGHTS
            )
        else:
            films = ((lengthened(path, Path(folder)), path.stem) for path in videos)
        for path, name in films:
            measure(path, name, server, options.rounds)


if __name__ == "__main__":
    main()
