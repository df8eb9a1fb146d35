"""Which stretches of a video, each from one key frame up to the next, hold nothing that its key frame does not show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from posterframe.decoding.source import Packet, Source, time_of

_NEW_PICTURE = 0.35
"""A frame with at least this share of the bytes of a key frame beside it may begin another shot.

Of 75 stretches of composed films, all 26 with a cut in them had one of 0.44 and more, but for a cut to plain black
(0.22).
"""


@dataclass(frozen=True)
class Rule:
    """When a key frame is enough: its stretch is no longer than ``step``; or than ``calm``, and nothing new begins.

    Both in ticks.
    """

    step: int
    calm: int = 0

    def is_enough(self, length: int, largest: int, *keys: int) -> bool:
        """Whether it is for a stretch of this length, with frames of up to ``largest`` bytes between these ``keys``."""
        return length <= self.step or (length <= self.calm and largest < _NEW_PICTURE * min(keys))


@dataclass(frozen=True)
class Stretch:
    """From a key frame up to the next, in ticks of decoding; ``calm``: the key frame shows all there is."""

    start: int
    end: int
    calm: bool


def stretches_of(source: Source, start: int, end: int, rule: Rule) -> list[Stretch]:
    """All stretches of that time as the index of the container tells them; nothing where it lacks frames."""
    times, sizes, is_key, end = source.index(start, end)
    keys = np.flatnonzero(is_key).tolist()
    found = []
    for at, following in pairwise([*keys, len(times)]):
        begins, until = int(times[at]), int(times[following]) if following < len(times) else end
        largest = int(sizes[at + 1 : following].max(initial=0))
        beside = sizes[[at, following] if following < len(times) else [at]].tolist()
        found.append(Stretch(begins, until, rule.is_enough(until - begins, largest, *beside)))
    return found


def stand_at(source: Source, stretch: Stretch) -> bool:
    """Stand at the key frame of a stretch; False when the container cannot.

    It is sought from just before the next one: an index counts in decoding order, where a key frame comes before its
    time, and what is sought at its place there is the key frame before it.
    """
    return source.seek(stretch.end - 1)


def packets_of(source: Source, stretches: Iterable[Stretch]) -> Iterator[Packet]:
    """What is to be decoded of them, each sought by itself, so that nothing of calm ones but the key frame is read."""
    for stretch in stretches:
        if not stand_at(source, stretch):
            continue
        for number, packet in enumerate(source.packets()):
            if number and (stretch.calm or packet.is_keyframe):
                break
            yield packet


def keys_of(packets: Iterable[Packet], end: int, rule: Rule, between: Callable[[int, int], None]) -> Iterator[Packet]:
    """The key frames among packets in order, up to the time ``end``; ``between`` is told of what needs more."""
    key: Packet | None = None
    largest = 0
    for packet in packets:
        if not packet.is_keyframe:
            largest = max(largest, packet.size)
            continue
        at = _place(packet)
        if key is not None and not rule.is_enough(min(at, end) - _place(key), largest, key.size, packet.size):
            between(_place(key), min(at, end))
        if at >= end:
            return
        yield packet
        key, largest = packet, 0
    if key is not None and not rule.is_enough(end - _place(key), largest, key.size):
        between(_place(key), end)


def _place(packet: Packet) -> int:
    return time_of(packet) or 0
