"""Our reading of video beside the best ffmpeg command for each kind of it, in the same run: one table per topic.

    python -m benchmarks.frames                two composed films behind each other, in four codecs, from 360p to 4K
    python -m benchmarks.frames --films 6      six of them, which make more than three minutes
    python -m benchmarks.frames --restless     ten scenes of a second, again and again, instead
    python -m benchmarks.frames VIDEO …        these instead; --usual: four of the clips

Shorter films are made a minute long by copying their packets, unless --short is given. Every way takes its turn in each
round, so that a slow moment of the machine meets all of them; times are medians. "× as fast" is ffmpeg's time divided
by ours; the same for work counts seconds of all cores, against the ffmpeg that needs fewest: other work on the machine
hardly changes it. Over HTTP a server in a process of its own answers 20 ms late, and counts the bytes that each way
fetches.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import BinaryIO

import av
from av.video.stream import VideoStream
from imageio_ffmpeg import get_ffmpeg_exe

from benchmarks.compose import CLIPS, SAMPLE, composed_films, joined
from benchmarks.peers import ffmpeg_thumbnail, posterframe
from benchmarks.serving import Server, served
from posterframe.net import Net
from posterframe.video import Video

USUAL = ["sam2_01_dog.mp4", "intel_one-by-one-person-detection.mp4", "simpl_split2.webm", "simpl_av1.webm"]
SHARES = (0.11, 0.31, 0.52, 0.73, 0.93)
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


def ffmpegs() -> list[str]:
    """The ffmpeg commands at hand: the system's, and the imageio-ffmpeg wheel's; RuntimeError when there is none."""
    return [*filter(None, [shutil.which("ffmpeg")]), get_ffmpeg_exe()]


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


@dataclass(frozen=True)
class Topic:
    """A table: what is measured, from what factor on we are content, and its rows so far."""

    title: str
    aim: float
    rows: list[str] = field(default_factory=list)

    def add(self, film: str, ways: dict[str, Way], rounds: int, fetched: Callable[[Way], str] | None = None) -> None:
        """Run our way and the others in turns; one row has ours and the quickest of the others."""
        costs = in_turns(ways, rounds)
        ours = costs.pop("ours")
        name, best = min(costs.items(), key=lambda item: item[1].clock)
        least = min(cost.work for cost in costs.values())
        cells = [film, f"{best.clock / ours.clock:.2f}", f"≥ {self.aim:.1f}", f"{least / ours.work:.2f}", name]
        cells += [fetched(ways["ours"]), fetched(ways[name])] if fetched else []
        self.rows.append(f"| {' | '.join(cells)} |")
        print(f"{self.title}: {self.rows[-1]}", file=sys.stderr, flush=True)

    def print(self) -> None:
        """The whole table."""
        headings = ["film", "× as fast", "aim", "× as little work", "the quickest ffmpeg"]
        headings += ["fetched by us", "by ffmpeg"] if self.rows and self.rows[0].count("|") > len(headings) + 1 else []
        print(f"\n### {self.title}\n\n| {' | '.join(headings)} |\n|{'---|' * len(headings)}")
        print("\n".join(self.rows), flush=True)


@dataclass(frozen=True)
class Topics:
    """The tables of this benchmark."""

    picking: Topic = field(default_factory=lambda: Topic("Five picks, beside the thumbnail filter", 2.0))
    key_frames: Topic = field(default_factory=lambda: Topic("A scan, beside decoding key frames only", 1.0))
    from_file: Topic = field(default_factory=lambda: Topic("Five frames at given times, from a file", 1.0))
    over_http: Topic = field(default_factory=lambda: Topic("Five frames at given times, over HTTP", 1.0))

    def measure(self, path: Path, name: str, server: Server, rounds: int) -> None:
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
        picking: dict[str, Way] = {"ours": partial(posterframe, path)}
        for command in ffmpegs():
            for ways, source in ((from_file, str(path)), (over_http, url)):
                ways[f"{version(command)}, a command each"] = partial(ffmpeg_for_each_time, command, source, times)
                ways[f"{version(command)}, one command"] = partial(ffmpeg_with_many_inputs, command, source, times)
            key_frames[version(command)] = partial(ffmpeg_key_frames, command, path)
        picking["ffmpeg thumbnail"] = partial(ffmpeg_thumbnail, path)
        self.key_frames.add(name, key_frames, rounds)
        self.from_file.add(name, from_file, rounds)
        self.over_http.add(name, over_http, rounds, fetched)
        self.picking.add(name, picking, rounds)

    def print(self) -> None:
        for topic in (self.picking, self.key_frames, self.from_file, self.over_http):
            topic.print()


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


def lengthened(path: Path, folder: Path, seconds: float = 60.0) -> Path:
    """The same clip over and over, its packets copied."""
    target = folder / f"long-{path.name}"
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


def edited(codec: str, height: int, folder: Path, films: int) -> Path:
    """So many films with two to four seconds to a scene, in a codec at a height; key frames are the encoder's."""
    return _encoded(_composed(folder, films), codec, height, folder)


def restless(codec: str, height: int, folder: Path) -> Path:
    """Ten seconds of the sample film, one of every four so that all its scenes are there, in a codec at a height."""
    every_fourth = "select=lt(mod(t\\,4)\\,1),setpts=N/FRAME_RATE/TB,"
    return _encoded(SAMPLE, codec, height, folder, every_fourth, ["-g", "120"])


@cache
def _composed(folder: Path, films: int) -> Path:
    return joined(list(composed_films("report", films, folder)), folder)


def _encoded(film: Path, codec: str, height: int, folder: Path, filters: str = "", more: Sequence[str] = ()) -> Path:
    """A film in a codec at a height, after what ``filters`` do to it; ``more`` is for the encoder."""
    target = folder / f"{codec.split()[0]}-{height}.{'webm' if codec in ('vp9', 'av1') else 'mp4'}"
    _run(
        *(ffmpegs()[-1], "-i", str(film), "-an", "-vf", f"{filters}scale=-2:{height}"),
        *(*more, *CODECS[codec], "-y", str(target)),
    )
    return target


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path)
    parser.add_argument("--usual", action="store_true", help="four of the clips instead of one film in all formats")
    parser.add_argument("--restless", action="store_true", help="a film that changes its scene every second instead")
    parser.add_argument("--films", type=int, default=2, help="how many composed films are joined")
    parser.add_argument("--short", action="store_true", help="leave films as short as they are")
    parser.add_argument("--heights", nargs="*", type=int, default=HEIGHTS)
    parser.add_argument("--rounds", type=int, default=0, help="for each film; usually 3 up to 720p and 1 above")
    options = parser.parse_args()
    videos = options.videos or ([CLIPS / name for name in USUAL] if options.usual else [])
    topics = Topics()
    posterframe(SAMPLE)  # a worker of the app has all that picking needs loaded
    with tempfile.TemporaryDirectory() as folder, served() as server:
        for path in videos:
            film = path if options.short else lengthened(path, Path(folder))
            topics.measure(film, path.stem, server, options.rounds or 3)
        for height in [] if videos else options.heights:
            for codec in CODECS:
                make = restless if options.restless else partial(edited, films=options.films)
                path = lengthened(make(codec, height, Path(folder)), Path(folder))
                topics.measure(path, f"{codec} {height}p", server, options.rounds or (3 if height <= 720 else 1))
    topics.print()


if __name__ == "__main__":
    main()
