"""Watching a film: small samples of it, measured, and the shots that they show; key frames first, then closer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from math import ceil, floor
from threading import Lock

from posterframe.ahead import abreast, ahead
from posterframe.contracts import Quality, Report
from posterframe.expressions import open_eyes
from posterframe.likeness import Look, look_at
from posterframe.quality import (
    glance,
    glimpse,
    read_text_load,
    rescored,
    warnings,
    with_faces,
    working_height,
)
from posterframe.refine import OPEN
from posterframe.shots import STEP, find_shots, transition
from posterframe.timecode import format_time
from posterframe.video import Frame, Pixels, Video

_PLACES = 15
"""The share of a film that one key frame may stand for where nothing new begins is a fifteenth."""

_LONG, _TRIED = 10.0, 8
"""Seconds from which a shot is long, and about how many of its samples are compared by the faces that they show."""

_KEPT = 200
"""Samples of a film up to which their pictures are kept: 35 MB."""

_ROOM = 500
"""Frames at working size that are kept of what was watched closely: 86 MB."""

_AHEAD = 16
"""Samples of a stretch that are made ready while one before it is watched: those of sixteen seconds at least."""

_BEHIND = 1.0
"""Seconds behind the last sample of a stretch that are watched too: its best frame is looked for there."""

_KEYS = 0.5
"""The share of watching that is done once all key frames have been seen."""


@dataclass(frozen=True)
class Sample:
    """A small frame of a film, measured.

    ``seen_at``: when its frame starts, which may be before the part that is watched; ``timestamp`` is not.
    ``opens_shot``: what stands before it shows another scene. ``is_key``: it decodes alone, and so do those behind it
    without those before. ``pixels`` are kept where there are not too many of them. ``glimpsed`` is its quality, or what
    that cannot exceed where a ``text_load`` is still to be asked for.
    """

    timestamp: float
    seen_at: float
    look: Look
    glimpsed: Quality
    text_load: Callable[[], float] | None = None
    pixels: Pixels | None = None
    opens_shot: bool = False
    is_key: bool = False

    @cached_property
    def quality(self) -> Quality:
        """All that a glance measures, and what faces add where they were looked at."""
        if self.text_load is None:
            return self.glimpsed
        return rescored(replace(self.glimpsed, text_load=self.text_load()))


@dataclass(frozen=True)
class _Stretch:
    """What is watched closely, from a key frame up to the next, and up to ``room`` frames of it that are kept."""

    start: float
    end: float
    room: int
    frames: list[Frame] = field(default_factory=list)

    @property
    def length(self) -> float:
        return self.end - self.start

    def shows(self, timestamp: float) -> bool:
        """Whether most of what lies around a time is here."""
        return bool(self.frames) and self.start <= timestamp < self.frames[-1].timestamp - 2 * STEP


def _interval(length: float) -> float:
    """Seconds between samples: dense in a short film, whose every shot counts; about a hundred in a longer one.

    An hour is still seen every ten and a half seconds: just more than the 250 frames that encoders put between key
    frames, at 23.976 a second, so in a long film key frames are all there is to watch.
    """
    return min(max(0.5, length / 100), 10.5)


class Watch:
    """Watches a film from ``start`` to ``end`` (seconds): its key frames at once, and more where that is asked for.

    ``samples`` are what has been seen, in order, and ``shots`` are ranges of them. ``each`` is given every frame that
    is measured, at working size. Damaged frames are left out; ``has_damage`` tells whether there were any.
    """

    samples: list[Sample]
    shots: list[range]
    has_damage: bool

    def __init__(
        self, video: Video, start: float, end: float, report: Report, each: Callable[[Frame], None] | None = None
    ) -> None:
        self._video, self.start, self.end = video, start, end
        self._report, self._each = report, each
        self._height = working_height(video.info.width, video.info.height)
        self._interval = _interval(end - start)
        self._keeps = (end - start) / self._interval <= _KEPT
        self._showing = Lock()
        self.has_damage = False
        self._eyes: dict[float, float] = {}
        self._measured: dict[float, Quality] = {}
        unseen: list[tuple[float, float]] = []
        keys = video.skim(
            self._interval,
            calm=(end - start) / _PLACES,
            between=lambda *span: unseen.append(span),
            start=start,
            end=end,
            max_height=self._height,
        )
        with ahead(keys) as frames:
            seen = self._sampled(self._whole(frames), (start, end), (0.0, _KEYS), "Watching", is_key=True)
        if not seen:  # in a long still no frame begins, and in a bad file none may be whole
            still = video.frames_between(start, start, max_height=self._height)
            seen = self._sampled(still, (start, end), (_KEYS, _KEYS), "Watching")
        self._set(seen)
        self._unseen = [unseen[place] for place in _scattered(len(unseen))]
        self._looked_into = 0
        self._stretches: list[_Stretch] = []

    @property
    def has_more(self) -> bool:
        """Whether there are stretches between key frames that may show something new."""
        return self._looked_into < len(self._unseen)

    def look_closer(self, stretches: int) -> None:
        """Watch that many more stretches between key frames, scattered over the film."""
        looked_into = [self._stretch(*span) for span in self._unseen[self._looked_into :][:stretches]]
        whole = sum(stretch.length for stretch in looked_into)
        closely = (self._watched_closely(stretch, stretch.length / whole) for stretch in looked_into)
        added: list[Sample] = []
        with abreast(closely, _AHEAD, self._video.at_once) as watched:
            for stretch, frames in zip(looked_into, watched, strict=True):
                done = [_KEYS + (1 - _KEYS) * (self._looked_into + part) / len(self._unseen) for part in (0, 1)]
                added += self._sampled(frames, (stretch.start, stretch.end), (done[0], done[1]), "Watching closer")
                self._looked_into += 1
        self._set([*added, *self.samples])

    def look_at_all(self) -> None:
        """Measure all frames that were kept of what was watched closely: a sound one may lie between two samples."""
        kept = [frame for stretch in self._stretches for frame in stretch.frames]
        looked_at = self._sampled(kept, (self.start, self.end), (1.0, 1.0), "Watching every frame")
        self._set([*looked_at, *self.samples])

    def _stretch(self, start: float, end: float) -> _Stretch:
        """A stretch to watch closely, with its share of the room that is left."""
        left = _ROOM - sum(stretch.room for stretch in self._stretches)
        self._stretches.append(_Stretch(start, end, min(left, ceil((end - start) / STEP))))
        return self._stretches[-1]

    def _watched_closely(self, stretch: _Stretch, share: float) -> Generator[Frame]:
        """Those frames of a stretch that are to be measured; more of them are kept for ``around``.

        It gets cores after its ``share`` of what is watched: of two stretches a long one would decode alone for most
        of the time.
        """
        one_of = min(self._video.at_once, round(1 / share))
        apart = self._interval  # from the key frames at both ends, and half as far as from each other
        due = stretch.start + apart
        others = max(0, floor(stretch.length / (2 * apart)) - 1)
        end = min(stretch.end, due + 2 * apart * others + _BEHIND)
        frames = self._video.scan(STEP, start=stretch.start, end=end, max_height=self._height, one_of=one_of)
        for frame in self._whole(frames):
            if len(stretch.frames) < stretch.room:
                stretch.frames.append(frame)
            if due <= frame.timestamp < stretch.end - apart:
                yield frame
                due = frame.timestamp + 2 * apart

    def around(self, sample: Sample, reach: float) -> Generator[Frame]:
        """Frames ``STEP`` apart around a sample, none decoded twice where the film has been watched closely.

        Only those behind it where what stands before is another shot, or costs more; none in a long still. Several
        threads may go through the frames around a sample each.
        """
        first = max(0.0, sample.timestamp - (0.0 if sample.opens_shot or sample.is_key else reach))
        last = first + 2 * reach
        for stretch in self._stretches:
            if stretch.shows(sample.timestamp):
                yield from (frame for frame in stretch.frames if first <= frame.timestamp <= last)
                return
        one_of = self._video.at_once
        yield from self._whole(self._video.scan(STEP, start=first, end=last, max_height=self._height, one_of=one_of))

    def _whole(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            if frame.damaged:
                self.has_damage = True
            else:
                yield frame

    def shown(self, sample: Sample) -> Frame:
        """The frame of a sample, decoded anew; several threads may ask for one each."""
        with self._showing:
            return self._video.frame_at(sample.timestamp, max_height=self._height)

    def _sampled(
        self,
        frames: Iterable[Frame],
        span: tuple[float, float],
        done: tuple[float, float],
        words: str,
        *,
        is_key: bool = False,
    ) -> list[Sample]:
        """The samples that these frames of a span make, while the share ``done`` of watching rises."""
        samples = []
        for frame in frames:
            if self._each is not None:
                self._each(frame)
            samples.append(self._sample(frame, is_key=is_key))
            at = samples[-1].timestamp
            share = min(1.0, (at - span[0]) / max(span[1] - span[0], 1e-3))
            self._report(done[0] + share * (done[1] - done[0]), f"{words} · {_clock(at)} of {_clock(self.end)}")
        return samples

    def _sample(self, frame: Frame, *, is_key: bool) -> Sample:
        """A frame, measured. Lettering in key frames is only looked for when one may be chosen.

        Elsewhere it is read while a thread decodes what comes next, which costs no time.
        """
        seen_at = frame.timestamp
        at, look = max(seen_at, self.start), look_at(frame.pixels)
        if is_key and self._keeps:
            text_load = cache(partial(read_text_load, frame.pixels))
            return Sample(at, seen_at, look, glimpse(frame.pixels), text_load, frame.pixels, is_key=True)
        pixels = frame.pixels if self._keeps else None
        return Sample(at, seen_at, look, glance(frame.pixels), None, pixels, is_key=is_key)

    def _set(self, seen: Sequence[Sample]) -> None:
        """Take these for all that has been seen; of two at one time the later one."""
        samples = sorted({sample.timestamp: sample for sample in seen}.values(), key=lambda sample: sample.timestamp)
        self.shots = find_shots([sample.look for sample in samples])
        opening = {shot[0] for shot in self.shots}
        self.samples = [replace(_among(samples, i), opens_shot=i in opening) for i in range(len(samples))]

    def with_expressions(self, count: int) -> list[Sample]:
        """The samples, of which some with open eyes are measured in full, where a shot shows somebody near for long.

        So what faces add to a score, and smiles, decides which of them is proposed. Only ``count`` shots, the best of
        the long ones, are looked at.
        """
        samples = list(self.samples)
        for shot in self._long_shots()[:count]:
            best = max(shot, key=lambda i: samples[i].glimpsed.score)
            if not self._open_eyes(samples[best]):
                continue
            tried = sorted({best, *shot[:: -(-len(shot) // _TRIED)]})
            widest = max(self._open_eyes(samples[i]) for i in tried)
            for i in tried:
                if self._open_eyes(samples[i]) >= OPEN * widest:
                    glimpsed = replace(self._measured[samples[i].timestamp], steadiness=samples[i].glimpsed.steadiness)
                    samples[i] = replace(samples[i], glimpsed=rescored(glimpsed))
        self._video.rest()
        return samples

    def _open_eyes(self, sample: Sample) -> float:
        """How open eyes are, together, remembered; where there are any, all else about faces is measured too."""
        at = sample.timestamp
        if at not in self._eyes:
            self._report(1.0, "Looking at faces")
            pixels = self.shown(sample).pixels if sample.pixels is None else sample.pixels
            self._eyes[at] = open_eyes(pixels)
            self._measured[at] = with_faces(sample.glimpsed, pixels)
        return self._eyes[at]

    def _long_shots(self) -> list[list[int]]:
        """The samples of each long shot that seem sound, as indices; the shot with the best of all comes first."""
        samples = self.samples
        long = (shot for shot in self.shots if samples[shot[-1]].timestamp - samples[shot[0]].timestamp >= _LONG)
        sound = [[i for i in shot if not warnings(samples[i].glimpsed)] for shot in long]
        return sorted(filter(None, sound), key=lambda shot: -max(samples[i].glimpsed.score for i in shot))


def _clock(seconds: float) -> str:
    """Minutes and seconds, without tenths."""
    return format_time(floor(seconds)).rpartition(".")[0]


def _scattered(count: int) -> list[int]:
    """All numbers below ``count``, so ordered that any first few of them lie far apart (J. van der Corput, 1935)."""
    bits = count.bit_length()
    return sorted(range(count), key=lambda number: int(f"{number:0{bits}b}"[::-1], 2))


def _among(samples: Sequence[Sample], i: int) -> Sample:
    """A sample that knows whether it lies in a dissolve or a fade between its neighbours."""
    if not 0 < i < len(samples) - 1:
        return samples[i]
    steadiness = 1 - transition(*(sample.look for sample in samples[i - 1 : i + 2]))
    return replace(samples[i], glimpsed=rescored(replace(samples[i].glimpsed, steadiness=steadiness)))
