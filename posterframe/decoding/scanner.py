"""A cheap pass through a whole video: key frames where they are near enough, as few others as possible elsewhere."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain

from av.video.frame import VideoFrame

from posterframe.decoding.nal import starts_order_anew
from posterframe.decoding.source import Packet, Source, start_of, time_of
from posterframe.decoding.stretches import Rule, Stretch, keys_of, packets_of, stand_at, stretches_of

_BEYOND = 0.25
"""How far beyond a wanted time to feed the decoder, in seconds: the next frame that others need lies within."""

_MAX_WAITING = 32 * 1024 * 1024
"""Compressed frames kept back until it is clear whether they are needed, in bytes."""


def scan(
    open_source: Callable[[], Source], start: int, end: int, interval: int, *, rough: bool
) -> Generator[VideoFrame]:
    """About one frame for each step of a grid of times from ``start`` to ``end``, in order.

    A ``rough`` scan leaves out the smoothing of block edges, which pictures at half size or less hardly show. Sources
    are opened where decoding is to begin.
    """
    with closing(open_source()) as source:
        stretches = _stretches(source, start, end, Rule(interval))
        if not any(stretch.calm for stretch in stretches):
            if stretches:
                stand_at(source, stretches[0])
            _decode_less(source, rough=rough)
            yield from _GridScan(source, start, interval).frames(source.packets(), end)
            return
        near = set(_near(stretches, range(start, end, interval)))
        wanted = [stretch for stretch in stretches if stretch in near or not stretch.calm]
        yield from _from_stretches(open_source, source, wanted, start, end, interval, rough=rough)


def skim(
    open_source: Callable[[], Source],
    start: int,
    end: int,
    interval: int,
    *,
    calm: int,
    between: Callable[[int, int], None],
    rough: bool,
) -> Generator[VideoFrame]:
    """The key frames nearest to the steps of a grid of times from ``start`` to ``end``, in order, each once.

    The first may be from before ``start``. ``between`` is told of the stretches, from one key frame to the next, that
    are longer than ``interval``, and longer than ``calm`` or such that something new may begin in them. ``rough`` and
    the sources are as ``scan`` has them.
    """
    rule = Rule(interval, calm)
    with closing(open_source()) as source:
        stretches = _stretches(source, start, end, rule)
        if not stretches:
            _decode_less(source, rough=rough)
            keys = keys_of(source.packets(), end, rule, between)
            first = next(keys, None)
            if first is not None:
                start = _beginning(start, time_of(first) or 0, interval)
                yield from _GridScan(source, start, interval, with_gaps=True).frames(chain([first], keys), end)
            return
        for stretch in stretches:
            if not stretch.calm:
                between(stretch.start, min(stretch.end, end))
        start = _beginning(start, stretches[0].start, interval)
        near = [replace(stretch, calm=True) for stretch in _near(stretches, range(start, end, interval))]
        yield from _from_stretches(open_source, source, near, start, end, interval, rough=rough)


def _beginning(start: int, key: int, interval: int) -> int:
    """Where a grid of times begins that ``key`` is to serve, though it may stand before ``start``."""
    return key if start - key > interval // 2 else start


def _decode_less(source: Source, *, rough: bool) -> None:
    context = source.stream.codec_context
    context.skip_frame = "NONREF"
    if rough:
        context.options = {**context.options, "skip_loop_filter": "all"}


def _stretches(source: Source, start: int, end: int, rule: Rule) -> list[Stretch]:
    """All that the index of a video tells; nothing where its container has none of all frames."""
    return stretches_of(source, start, end, rule) if "mov" in source.format_name else []


def _near(stretches: Sequence[Stretch], grid: range) -> list[Stretch]:
    """Those that begin nearest to the times of a grid."""
    return [stretches[at] for at in nearest([stretch.start for stretch in stretches], grid)]


def _from_stretches(
    open_source: Callable[[], Source],
    source: Source,
    stretches: Sequence[Stretch],
    start: int,
    end: int,
    interval: int,
    *,
    rough: bool,
) -> Iterator[VideoFrame]:
    """A grid of frames from these alone: ``source`` moves from key frame to key frame, and another one decodes.

    A seek would stop a decoder's threads.
    """
    with closing(open_source()) as decoder:
        _decode_less(decoder, rough=rough)
        packets = packets_of(source, stretches)
        yield from _GridScan(decoder, start, interval, with_gaps=True).frames(packets, end)


def nearest(places: Sequence[int], wanted: Iterable[int]) -> list[int]:
    """Indexes of the places nearest to rising wanted ones, each once; of two that are as near, the earlier."""
    chosen: list[int] = []
    at = 0
    for place in wanted:
        while at + 1 < len(places) and abs(places[at + 1] - place) < abs(places[at] - place):
            at += 1
        if not chosen or chosen[-1] != at:
            chosen.append(at)
    return chosen


def _decode_after_gap(source: Source, key: Packet) -> list[VideoFrame]:
    """Decode a key frame when what stands before it was left out, so that no picture is lost or misplaced."""
    context = source.stream.codec_context
    is_anew = starts_order_anew(context.codec.canonical_name, context.extradata or b"", bytes(key))
    held = [] if is_anew else source.drain()
    return held + source.decode(key)


class _GridScan:
    """Gives about one frame for each step of a grid of times.

    Each time on the grid is served by the key frame nearest to it, if that is at most half an interval away; key
    frames decode alone. Only where there is none are the frames up to that time decoded, without those that no other
    frame needs. What follows the last wanted time before a key frame is never decoded. ``with_gaps``: packets
    are missing before key frames.
    """

    def __init__(self, source: Source, start: int, interval: int, *, with_gaps: bool = False) -> None:
        self._source = source
        self._with_gaps = with_gaps
        self._interval = interval
        self._reach = interval // 2
        self._beyond = int(_BEYOND / source.tick)
        self._due = start
        self._waiting: deque[tuple[int, Packet]] = deque()
        self._waiting_bytes = 0
        self._wanted: deque[int] = deque()
        self._after_gap: set[int] = set()

    def frames(self, packets: Iterable[Packet], end: int) -> Iterator[VideoFrame]:
        """The frames up to ``end``, in order, from packets in decoding order, some of which are read beyond it."""
        for packet in packets:
            ticks = time_of(packet)
            if ticks is not None:
                if ticks >= end + self._beyond:
                    break
                yield from self._decode(self._needed_with(ticks, packet))
        yield from self._decode(self._serve(end))
        yield from self._served(self._source.decode(None))

    def _decode(self, packets: list[Packet]) -> Iterator[VideoFrame]:
        for packet in packets:
            if packet.is_keyframe and (self._with_gaps or time_of(packet) in self._after_gap):
                yield from self._served(_decode_after_gap(self._source, packet))
            else:
                yield from self._served(self._source.decode(packet))

    def _served(self, frames: list[VideoFrame]) -> Iterator[VideoFrame]:
        """Those of the frames that are the first at or after a wanted time."""
        for frame in frames:
            if self._wanted and self._wanted[0] <= start_of(frame):
                while self._wanted and self._wanted[0] <= start_of(frame):
                    self._wanted.popleft()
                yield frame

    def _needed_with(self, ticks: int, packet: Packet) -> list[Packet]:
        """What is to be decoded now that this packet has come: what serves the times that nothing later can serve."""
        if not packet.is_keyframe:
            self._keep(ticks, packet)
            needed = self._serve(ticks - self._reach)
            return needed if self._waiting_bytes < _MAX_WAITING else needed + self._take(math.inf)
        needed = self._serve(ticks - self._reach)
        if self._due < ticks and ticks - self._due < self._due - self._waiting_key():
            self._want(ticks)
            needed.append(packet)
            self._drop_waiting_before(ticks)
        else:
            needed += self._serve(ticks)
            self._drop_waiting_before(ticks)
            self._keep(ticks, packet)
        return needed

    def _serve(self, limit: int) -> list[Packet]:
        """What is to be decoded for the times on the grid before ``limit``."""
        needed: list[Packet] = []
        while self._due < limit:
            key = self._waiting_key()
            if self._due - key <= self._reach:
                needed += self._take(key)
                self._want(int(key))
            else:
                needed += self._take(self._due + self._beyond)
                self._want(self._due)
        return needed

    def _want(self, ticks: int) -> None:
        self._wanted.append(ticks)
        self._due += self._interval

    def _waiting_key(self) -> float:
        """When the key frame that was kept back starts; minus infinity if there is none."""
        return self._waiting[0][0] if self._waiting and self._waiting[0][1].is_keyframe else -math.inf

    def _keep(self, ticks: int, packet: Packet) -> None:
        self._waiting.append((ticks, packet))
        self._waiting_bytes += packet.size

    def _drop_waiting_before(self, key: int) -> None:
        if self._waiting:
            self._after_gap.add(key)
        self._waiting.clear()
        self._waiting_bytes = 0

    def _take(self, ticks: float) -> list[Packet]:
        """Packets kept back, in their order, up to the first that starts at or after a time."""
        taken: list[Packet] = []
        while self._waiting:
            start, packet = self._waiting.popleft()
            self._waiting_bytes -= packet.size
            taken.append(packet)
            if start >= ticks:
                break
        return taken
