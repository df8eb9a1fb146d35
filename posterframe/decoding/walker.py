"""Exact frames: the one shown at a time, and the ones after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from av.video.frame import VideoFrame

from posterframe.decoding.source import STEPS_BACK, Source, start_of, time_of

_WALK = 10.0
"""Without an index, walking on is taken to be cheaper than a seek over this many seconds."""

_NEAR = 0.25
"""Frames that no other frame needs are not decoded until this many seconds before the wanted time."""


class Shown(NamedTuple):
    """A frame and when the next one replaces it (None where that is not known)."""

    frame: VideoFrame
    until: int | None


class Walker:
    """Walks a source in the order it is shown; stands on one frame and knows the one after it."""

    def __init__(self, source: Source) -> None:
        source.open_decoder()
        self._source = source
        self._frames: Iterator[VideoFrame] = self._decode()
        self._current: VideoFrame | None = None
        self._ahead: VideoFrame | None = None
        self._near = int(_NEAR / source.tick)
        self._skip_before: int | None = None
        self._last_skipped: int | None = None

    def first(self) -> VideoFrame | None:
        """The first frame that decodes, or None. To be called once, before anything else."""
        self._ahead = next(self._frames, None)
        return self._ahead

    def key_before(self, ticks: int) -> int | None:
        """Where the index of the container has the key frame for a time; None without an index."""
        return self._source.key_before(ticks)

    def at(self, ticks: int) -> Shown | None:
        """The frame shown at a time: the last that starts at or before it, else the first one there is."""
        self._walk_to(ticks, skip=True)
        if self._may_have_skipped_it():
            self._current = None
            self._walk_to(ticks, skip=False)
        if self._current is not None:
            return Shown(self._current, None if self._ahead is None else start_of(self._ahead))
        return None if self._ahead is None else Shown(self._ahead, None)

    def after(self, ticks: int) -> Shown | None:
        """The first frame that starts after a time, or None at the end."""
        shown = self.at(ticks)
        if shown is None or start_of(shown.frame) > ticks:
            return shown
        return None if shown.until is None else self.at(shown.until)

    def _walk_to(self, ticks: int, *, skip: bool) -> None:
        self._skip_before = ticks - self._near if skip else None
        if not self._is_on_the_way(ticks):
            self._start_before(ticks)
        while self._ahead is not None and start_of(self._ahead) <= ticks:
            self._current, self._ahead = self._ahead, next(self._frames, None)

    def _is_on_the_way(self, ticks: int) -> bool:
        """Whether to go on from here: the time lies ahead, and no key frame between is a shorter way."""
        if self._current is None or start_of(self._current) > ticks:
            return False
        if self._ahead is None or start_of(self._ahead) > ticks:
            return True
        key = self._source.key_before(ticks)
        if key is None:
            return (ticks - start_of(self._ahead)) * self._source.tick < _WALK
        return key <= start_of(self._ahead)

    def _may_have_skipped_it(self) -> bool:
        """Whether a frame was skipped that would be shown now; happens where one picture stands for long."""
        if self._last_skipped is None:
            return False
        return self._current is None or self._last_skipped > start_of(self._current)

    def _start_before(self, ticks: int) -> None:
        for step in STEPS_BACK:
            target = ticks - int(step / self._source.tick)
            if target <= self._source.start:
                break
            if self._source.seek(target) and self._restarted_at() <= ticks:
                return
        self._source.rewind()
        self._restarted_at()

    def _restarted_at(self) -> float:
        """Decode from where the source stands; the start of the first frame there, infinite if there is none."""
        self._last_skipped = None
        self._current = None
        self._frames = self._decode()
        self._ahead = next(self._frames, None)
        return float("inf") if self._ahead is None else start_of(self._ahead)

    def _decode(self) -> Iterator[VideoFrame]:
        """Frames from where the source stands, in the order shown."""
        last: int | None = None
        for packet in self._source.packets():
            self._choose_what_to_skip(time_of(packet))
            for frame in self._source.decode(packet):
                if last is None or start_of(frame) > last:
                    last = start_of(frame)
                    yield frame
        yield from (frame for frame in self._source.decode(None) if last is None or start_of(frame) > last)

    def _choose_what_to_skip(self, ticks: int | None) -> None:
        far = self._skip_before is not None and ticks is not None and ticks < self._skip_before
        self._source.stream.codec_context.skip_frame = "NONREF" if far else "DEFAULT"
        if far and ticks is not None:
            self._last_skipped = max(ticks, self._last_skipped or ticks)
