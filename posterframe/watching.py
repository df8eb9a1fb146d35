"""Watching a film through: small samples of it, measured, and the shots that they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import floor

from posterframe.ahead import ahead
from posterframe.expressions import open_eyes
from posterframe.likeness import Look, look_at
from posterframe.model import Quality, Report
from posterframe.quality import glance, measure, rescored, warnings, working_height
from posterframe.refine import OPEN
from posterframe.shots import find_shots, transition
from posterframe.timecode import format_time
from posterframe.video import Frame, Pixels, Video

_PLACES = 15
"""The share of a film that one key frame may stand for where nothing new begins is a fifteenth."""

_LONG, _TRIED = 10.0, 8
"""Seconds from which a shot is long, and how many of its samples are compared by the faces that they show."""


@dataclass(frozen=True)
class Sample:
    """A frame of the first pass. ``opens_shot``: what stands before it shows another scene."""

    timestamp: float
    look: Look
    quality: Quality
    opens_shot: bool = False


def _interval(length: float) -> float:
    """Seconds between samples: dense in a short film, whose every shot counts; about a hundred in a longer one.

    From ten minutes or so on, key frames are near enough, and nothing else is decoded; an hour is still seen every ten
    and a half seconds: just more than the 250 frames that encoders put between key frames, at 23.976 a second.
    """
    return min(max(0.5, length / 100), 10.5)


def watch(
    video: Video, start: float, end: float, report: Report, each: Callable[[Frame], None] | None = None
) -> tuple[list[Sample], list[range]]:
    """The film from ``start`` to ``end`` (seconds) in small samples, each measured, and its shots as ranges of them.

    ``each`` is given every frame that is read, in order and at working size.
    """
    length = end - start
    height = working_height(video.info.width, video.info.height)
    samples: list[Sample] = []
    shown = video.scan(_interval(length), calm=length / _PLACES, start=start, end=end, max_height=height)
    with ahead(shown) as frames:
        first = next(frames, None) or video.frame_at(start, max_height=height)  # in a long still, no frame begins
        for frame in chain([first], frames):
            if each is not None:
                each(frame)
            samples.append(Sample(max(frame.timestamp, start), look_at(frame.pixels), glance(frame.pixels)))
            done = min(1.0, (frame.timestamp - start) / max(length, 1e-3))
            report(done, f"Watching · {_clock(frame.timestamp)} of {_clock(end)}")
    shots = find_shots([sample.look for sample in samples])
    samples = [_among_neighbours(samples, i) for i in range(len(samples))]
    for shot in shots:
        samples[shot[0]] = replace(samples[shot[0]], opens_shot=True)
    return samples, shots


def _clock(seconds: float) -> str:
    """Minutes and seconds, without tenths."""
    return format_time(floor(seconds)).rpartition(".")[0]


def _among_neighbours(samples: Sequence[Sample], i: int) -> Sample:
    """A sample that knows whether it lies in a dissolve or a fade between its neighbours."""
    if not 0 < i < len(samples) - 1:
        return samples[i]
    steadiness = 1 - transition(*(sample.look for sample in samples[i - 1 : i + 2]))
    return replace(samples[i], quality=rescored(replace(samples[i].quality, steadiness=steadiness)))


def with_expressions(
    video: Video, samples: Sequence[Sample], shots: Sequence[range], count: int, report: Report
) -> list[Sample]:
    """The samples, of which some with open eyes are measured in full, where a shot shows somebody near for long.

    So what faces add to a score, and smiles, decides which of them is proposed. Only so many shots, the best of the
    long ones, are looked at.
    """
    measured = list(samples)
    height = working_height(video.info.width, video.info.height)

    def seen(i: int) -> Pixels:
        report(1.0, "Looking at faces")
        return video.frame_at(samples[i].timestamp, max_height=height).pixels

    for shot in _long_shots(samples, shots)[:count]:
        best = max(shot, key=lambda i: samples[i].quality.score)
        if not open_eyes(seen(best)):
            continue
        tried = {i: seen(i) for i in sorted({best, *shot[:: -(-len(shot) // _TRIED)]})}
        opened = {i: open_eyes(pixels) for i, pixels in tried.items()}
        for i, pixels in tried.items():
            if opened[i] >= OPEN * max(opened.values()):
                quality = measure(pixels, steadiness=samples[i].quality.steadiness)
                measured[i] = replace(samples[i], quality=quality)
    return measured


def _long_shots(samples: Sequence[Sample], shots: Sequence[range]) -> list[list[int]]:
    """The sound samples of each long shot, as indices; the shot with the best of all comes first."""
    long = (shot for shot in shots if samples[shot[-1]].timestamp - samples[shot[0]].timestamp >= _LONG)
    sound = [[i for i in shot if not warnings(samples[i].quality)] for shot in long]
    return sorted(filter(None, sound), key=lambda shot: -max(samples[i].quality.score for i in shot))
