"""What a file does not tell, or tells wrongly: when its pictures end, how fast they follow, and whether evenly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from av.video.frame import VideoFrame

from posterframe.decoding.source import Packet, Source, start_of, time_of

_SAMPLE = 60
"""How many frames' times are looked at to judge the frame rate."""

_UNEVEN = 0.2
"""Distances between frames that differ by more than this share of the middle one make a variable frame rate.

Clocks of phones jitter by a few percent, and Matroska counts whole milliseconds.
"""

_TAIL = 1.0
"""How far before its claimed end, in seconds, a video is entered to see its real one."""


class Timing(NamedTuple):
    """Ticks at which the pictures end, frames per second on average, and whether their distances vary."""

    end: int
    fps: float
    variable: bool


def measure(source: Source, first: VideoFrame) -> Timing:
    """Find the timing of a source; reads a little at its start and end where the index does not say enough."""
    distances = sorted(_distances_in_index(source) or _distances_at_start(source))
    variable = bool(distances) and _is_uneven(distances)
    end = _end_by_index(source, first) if not variable else None
    if end is None:
        end = _end_by_packets(source) or start_of(first) + (first.duration or 0)
    rate = source.stream.average_rate or source.stream.guessed_rate
    end = max(end, start_of(first) + (round(1 / (rate * source.tick)) if rate else 1))  # a frame is shown for a while
    return Timing(end, _fps(source, distances, end - start_of(first), variable=variable), variable)


def _is_uneven(distances: list[int]) -> bool:
    """Whether sorted distances differ by more than rounding does."""
    spread = distances[-1] - distances[0]
    return spread > 2 and spread > _UNEVEN * distances[len(distances) // 2]


def _fps(source: Source, distances: list[int], length: int, *, variable: bool) -> float:
    """The average over the whole video where the number of frames is known, else over the sample."""
    rate = source.stream.average_rate or source.stream.guessed_rate
    if rate and not variable:
        return float(rate)
    if source.stream.frames > 1 and length > 0:
        return float(source.stream.frames / (length * source.tick))
    return float(len(distances) / (sum(distances) * source.tick)) if distances else float(rate or 0)


def _distances_in_index(source: Source) -> list[int]:
    """Ticks from frame to frame at the start, middle and end of a complete index, as the mp4 family has it."""
    entries = source.stream.index_entries
    count = len(entries)
    if "mov" not in source.format_name or count < max(2, source.stream.frames):
        return []
    places = {0, max(0, count // 2 - _SAMPLE), max(0, count - _SAMPLE)}
    runs = ([entry.timestamp for entry in entries[place : place + _SAMPLE]] for place in places)
    return [distance for run in runs for distance in _distances(run)]


def _distances_at_start(source: Source) -> list[int]:
    source.rewind()
    return _distances([ticks for packet in islice(source.packets(), _SAMPLE) if (ticks := time_of(packet)) is not None])


def _distances(times: list[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(sorted(set(times)))]


def _end_by_index(source: Source, first: VideoFrame) -> int | None:
    """The claimed end where the index shows that the file is whole."""
    entries = source.stream.index_entries
    if "mov" not in source.format_name or not len(entries) or not source.stream.duration:
        return None
    last = entries[len(entries) - 1]
    if last.pos + last.size > source.view.size():
        return None
    return start_of(first) + source.stream.duration


def _end_by_packets(source: Source) -> int | None:
    """The end of the last frame that is really there; where no seek finds one, by going through the whole file."""
    claimed = source.claimed_duration
    if claimed is not None and source.seek(source.start + claimed - int(_TAIL / source.tick)):
        end = _end_of_last(source.packets())
        if end is not None:
            return end
    source.rewind()
    return _end_of_last(source.packets())


def _end_of_last(packets: Iterator[Packet]) -> int | None:
    times = ((start, start + (packet.duration or 0)) for packet in packets if (start := time_of(packet)) is not None)
    return max(times, default=(0, None))[1]
