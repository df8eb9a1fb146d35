"""Videos: opened, probed and read frame by frame with PyAV. FFmpeg never opens an address by itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from queue import SimpleQueue
from typing import BinaryIO, Self

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from posterframe.ahead import abreast
from posterframe.contracts import VideoInfo
from posterframe.decoding.colour import Converter
from posterframe.decoding.file import SharedFile
from posterframe.decoding.probe import measure
from posterframe.decoding.scanner import scan, skim
from posterframe.decoding.source import Source, give_back_memory, is_damaged, share_memory, start_of
from posterframe.decoding.walker import Shown, Walker
from posterframe.errors import BadInput

Pixels = NDArray[np.uint8]
"""An upright sRGB picture with square pixels, shape (height, width, 3)."""

_TOLERANCE = 0.0005
"""A time this little before a frame's own, in seconds, finds it: times travel as whole milliseconds (JSON, tables)."""

_STRETCH = 10
"""Seconds that are decoded in one go where the key frames are not known."""

_LARGE = 2560 * 1440
"""Pixels of a picture from which decoders that are gone leave much memory behind."""


_MISSING = 0.1
"""The share of a video that a file may claim beyond its pictures: sound often ends a little later."""


@dataclass(frozen=True)
class Frame:
    """One frame as displayed: shown from ``timestamp`` for ``duration`` seconds.

    ``damaged``: parts of it had to be made up by the decoder, as far as that tells.
    """

    timestamp: float
    duration: float
    pixels: Pixels
    damaged: bool = False


@dataclass(frozen=True)
class Footage:
    """A video that can be opened again and again; nothing is read before ``open``.

    ``url`` is the http(s) address where the person gave one. ``open_file`` gives a fresh seekable binary file:
    a local one, or one that reads a server through byte ranges. ``key`` is the media key of a video stored with us.
    """

    name: str
    url: str | None
    open_file: Callable[[], BinaryIO]
    key: str | None = None

    def open(self) -> Video:
        """Open and probe the video. Raises as ``Video`` does."""
        return Video(self.open_file(), self.name)


class Video:
    """An open video. A context manager; owns the file it is given and closes it.

    Any number of threads may ``scan`` and ``skim`` it at once; its other methods are for one thread at a time.

    Times are seconds from the first frame. Opening raises ``BadInput`` with a sentence for what is no video; what
    the file itself raises while it is read passes through as it is. Damaged parts are passed over. ``max_height``
    in pixels makes pictures smaller, never larger, and sooner.
    """

    info: VideoInfo

    def __init__(self, file: BinaryIO, name: str) -> None:
        share_memory()
        self._file = SharedFile(file)
        self._name = name
        self._opened = ExitStack()
        self._opened.callback(self._file.close)
        self._exact = self._opened.enter_context(ExitStack())
        self._walkers: list[Walker] = []
        try:
            source = self._exact.enter_context(closing(Source(self._file, name)))
            self._facts = source.facts
            self._is_large = source.stream.width * source.stream.height > _LARGE
            if self._is_large:
                source.use_one_thread()
            self._probe(source)
            if self._is_large:
                self.rest()
            else:
                self._walkers.append(Walker(source))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened, and the file; closing twice is fine."""
        self._opened.close()

    def rest(self) -> None:
        """Close the decoders of exact frames, which hold up to 200 MB at 4K; the next such frame opens others.

        Not while such frames are still being asked for.
        """
        self._walkers.clear()
        self._exact.close()

    def take_care(self) -> None:
        """From now on, decode with one thread each: of what is damaged, several tell and show now this, now that."""
        self.rest()
        self._facts = self._facts._replace(threads=1)

    @property
    def at_once(self) -> int:
        """How many parts of it should be decoded at once: 2, but 1 where pictures fill much memory."""
        return 1 if self._is_large else 2

    def frame_at(self, timestamp: float, *, max_height: int | None = None) -> Frame:
        """The frame shown at a time: the last one that starts at or before it; past the end, the last frame.

        Raises ``BadInput`` for a time that is negative or not a number.
        """
        return self._frame(self._shown_at(self._ticks(timestamp), self._walker), max_height)

    def frames_at(self, timestamps: Sequence[float], *, max_height: int | None = None) -> Generator[Frame]:
        """The frames shown at many times, in the order asked, as ``frame_at`` gives them.

        What lies between two key frames is decoded once for all times within it, and two such stretches at once. Only
        pictures of stretches being decoded are held until their turn comes; times in rising order hold few.
        """
        targets = [self._ticks(timestamp) for timestamp in timestamps]
        by_stretch: dict[int, set[int]] = {}
        for target in targets:
            by_stretch.setdefault(self._stretch_of(target), set()).add(target)
        idle: SimpleQueue[Walker] = SimpleQueue()

        def decoded(stretch: set[int]) -> Generator[tuple[int, Frame]]:
            walker = idle.get()
            try:
                for target in sorted(stretch):
                    yield target, self._frame(self._shown_at(target, walker), max_height)
            finally:
                idle.put(walker)

        stretches = map(decoded, by_stretch.values())
        still_asked = Counter(targets)
        held: dict[int, Frame] = {}
        with self._lent(min(self.at_once, len(by_stretch))) as walkers, abreast(stretches, 1, len(walkers)) as decoding:
            for walker in walkers:
                idle.put(walker)
            frames = chain.from_iterable(decoding)
            for target in targets:
                while target not in held:
                    held.update([next(frames)])
                still_asked[target] -= 1
                yield held[target] if still_asked[target] else held.pop(target)

    def frames_between(self, start: float, end: float, *, max_height: int | None = None) -> Generator[Frame]:
        """Every frame that is shown at some time from ``start`` to ``end``, in order, one at a time."""
        last = self._ticks(end)
        shown: Shown | None = self._shown_at(self._ticks(start), self._walker)
        while shown is not None and (at := start_of(shown.frame)) <= last:
            yield self._frame(shown, max_height)
            shown = self._walker.after(at)

    def scan(
        self,
        interval: float,
        *,
        start: float = 0.0,
        end: float | None = None,
        max_height: int = 180,
        one_of: int = 1,
    ) -> Generator[Frame]:
        """The video, or a part of it, in small pictures, about one for each ``interval`` seconds, as cheaply as can be.

        Frames come in order, each with its true time, which is up to half an interval from the even grid: key
        frames are preferred. Other reads of this video may go on in between; where scans go on at once, this is
        ``one_of`` so many.
        """
        span = self._span(interval, start, end)
        return self._pictures(
            scan(self._opener(span, one_of), span.start, span.stop, span.step, rough=self._is_rough(max_height)),
            span.stop,
            max_height,
        )

    def skim(
        self,
        interval: float,
        *,
        calm: float,
        between: Callable[[float, float], None],
        start: float = 0.0,
        end: float | None = None,
        max_height: int = 180,
    ) -> Generator[Frame]:
        """The key frames alone, at most one for each ``interval`` seconds; what ``scan`` says holds for the rest.

        The first may be from before ``start``. ``between`` is told, by and by and in order, of spans (seconds) between
        key frames that are longer than ``interval``, and longer than ``calm`` seconds or with a frame so large that
        another shot may begin.
        """
        span = self._span(interval, start, end)

        def tell(begins: int, until: int) -> None:
            begins = max(begins, span.start)
            if begins < until:
                between(*(self._seconds(ticks - self._origin) for ticks in (begins, until)))

        return self._pictures(
            skim(
                self._opener(span),
                span.start,
                span.stop,
                span.step,
                calm=round(calm / self._tick),
                between=tell,
                rough=self._is_rough(max_height),
            ),
            span.stop,
            max_height,
        )

    def _span(self, interval: float, start: float, end: float | None) -> range:
        """A grid of times, in ticks, over a part of the video."""
        if not interval > 0:
            raise ValueError(f"frames need an interval above 0, not {interval}")
        last = self._end if end is None else min(self._end, self._origin + round(end / self._tick) + 1)
        return range(self._origin + round(start / self._tick), last, max(1, round(interval / self._tick)))

    def _opener(self, span: range, one_of: int = 1) -> Callable[[], Source]:
        """Opens sources that stand where that part of the video begins."""

        def open_source() -> Source:
            source = Source(self._file, self._name, self._facts)
            if one_of > 1:
                source.share_cores(one_of)
            if span.start > self._origin:
                source.seek_key(span.start)
            return source

        return open_source

    def _is_rough(self, max_height: int) -> bool:
        return max_height * 2 <= self.info.height

    def _pictures(self, frames: Generator[VideoFrame], end: int, max_height: int) -> Generator[Frame]:
        with ExitStack() as cleanup:
            if self._is_large:
                cleanup.callback(give_back_memory)
            for frame in cleanup.enter_context(closing(frames)):
                if start_of(frame) < end:
                    yield self._frame(Shown(frame, None), max_height)

    @property
    def _walker(self) -> Walker:
        return self._some_walkers(1)[0]

    def _some_walkers(self, count: int) -> list[Walker]:
        """The first so many; each is opened when it is first needed, since a decoder of 4K holds up to 200 MB."""
        while len(self._walkers) < count:
            if self._is_large:
                give_back_memory()
            source = self._exact.enter_context(closing(Source(self._file, self._name, self._facts)))
            source.rewind()  # Matroska reads its index when it is first sought in
            self._walkers.append(Walker(source))
        return self._walkers[:count]

    @contextmanager
    def _lent(self, count: int) -> Iterator[list[Walker]]:
        """So many walkers, which nobody else gets meanwhile."""
        lent = self._some_walkers(count)
        self._walkers = self._walkers[count:]
        try:
            yield lent
        finally:
            self._walkers = lent + self._walkers

    def _probe(self, source: Source) -> None:
        first = Walker(source).first()
        if first is None:
            source.view.check()
            raise BadInput(f"{self._name} has no picture that can be decoded; it may be cut off or damaged.")
        timing = measure(source, first)
        self._tick = source.tick
        self._origin = start_of(first)
        self._end = timing.end
        self._converter = Converter(first, source.stream.sample_aspect_ratio)
        duration = float((timing.end - self._origin) * source.tick)
        missing = float((source.claimed_duration or 0) * source.tick) - duration
        self.info = VideoInfo(
            duration=duration,
            width=self._converter.width,
            height=self._converter.height,
            fps=timing.fps,
            codec=source.stream.codec_context.codec.canonical_name,
            variable_frame_rate=timing.variable,
            rotation=self._converter.orientation.rotation,
            bytes=source.view.size(),
            missing=missing if missing > max(1.0, _MISSING * duration) else 0.0,
        )

    def _ticks(self, timestamp: float) -> int:
        if not math.isfinite(timestamp) or timestamp < 0:
            raise BadInput(
                f"{timestamp:g} s is no time in {self._name}; give seconds from 0 to {self.info.duration:.1f}."
            )
        ticks = self._origin + math.floor((min(timestamp, self.info.duration) + _TOLERANCE) / self._tick)
        return min(ticks, max(self._origin, self._end - 1))

    def _stretch_of(self, ticks: int) -> int:
        """A mark for what is decoded in one go with a time: its key frame, or its place where no index tells."""
        key = self._walker.key_before(ticks)
        return math.floor(ticks * self._tick / _STRETCH) if key is None else key

    def _shown_at(self, ticks: int, walker: Walker) -> Shown:
        shown = walker.at(ticks)
        if shown is None:
            raise BadInput(f"{self._name} cannot be decoded any further; it may be cut off or damaged.")
        return shown

    def _frame(self, shown: Shown, max_height: int | None) -> Frame:
        frame = shown.frame
        start = start_of(frame)
        length = shown.until - start if shown.until is not None else frame.duration or 0
        return Frame(
            timestamp=self._seconds(start - self._origin),
            duration=self._seconds(length),
            pixels=self._converter.picture(frame, max_height),
            damaged=is_damaged(frame),
        )

    def _seconds(self, ticks: int) -> float:
        return ticks * self._tick.numerator / self._tick.denominator
