"""Which stretches of a video, each from one key frame up to the next, hold nothing that its key frame does not show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from posterframe.decoding.source import Packet, Source, time_of

# A frame with at least this share of the bytes of a key frame beside it may begin another shot. Of 75 stretches of
# composed films, all 26 with a cut in them had one of 0.44 and more, but for a cut to plain black (0.22).
_NEW_PICTURE = 0.35
# Compressed frames kept back until it is clear whether they are needed, in bytes.
MAX_WAITING = 32 * 1024 * 1024
# How much shorter than the video an index may be, in seconds, and still tell of all of it.
_INDEX_MAY_LACK = 1.0


@dataclass(frozen=True)
class Rule:
    """When a key frame is enough: its stretch is no longer than ``step``; or than ``calm``, and nothing new begins.

    Both in ticks.
    """

    step: int
    calm: int

    def is_enough(self, length: int, largest: int, *keys: int) -> bool:
        """Whether it is for a stretch of this length, with frames of up to ``largest`` bytes between these ``keys``."""
        return length <= self.step or (length <= self.calm and largest < _NEW_PICTURE * min(keys))


@dataclass(frozen=True)
class Stretch:
    """From a key frame up to the next, in ticks of decoding; ``calm``: the key frame shows all there is."""

    start: int
    end: int
    calm: bool


def stretches_of(source: Source, start: int, end: int, rule: Rule) -> list[Stretch] | None:
    """All stretches of that time as the index of the container tells them; None where it lacks frames."""
    times, sizes, is_key = source.index()
    if not times.size or (end - int(times[-1])) * source.tick > _INDEX_MAY_LACK:
        return None
    first = source.key_before(start)
    keys = np.flatnonzero(is_key if first is None else is_key & (times >= first)).tolist()
    found = []
    for at, following in pairwise([*keys, len(times)]):
        begins, until = int(times[at]), int(times[following]) if following < len(times) else end
        if begins >= end:
            break
        largest = int(sizes[at + 1 : following].max(initial=0))
        beside = sizes[[at, following] if following < len(times) else [at]].tolist()
        found.append(Stretch(begins, until, rule.is_enough(until - begins, largest, *beside)))
    return found


def packets_of(source: Source, stretches: Iterable[Stretch]) -> Iterator[Packet]:
    """What is to be decoded of them, each sought by itself, so that nothing of calm ones but the key frame is read."""
    for stretch in stretches:
        # Just before the next one: an index counts in decoding order, where key frames come before their time.
        if not source.seek(stretch.end - 1):
            continue
        for number, packet in enumerate(source.packets()):
            if number and (stretch.calm or packet.is_keyframe):
                break
            yield packet


def without_calm(packets: Iterable[Packet], rule: Rule) -> Iterator[Packet]:
    """Packets in order, but of a calm stretch the key frame alone. Keeps back what may turn out not to be needed."""
    key: Packet | None = None
    held: list[Packet] = []
    held_bytes = 0
    for packet in packets:
        if packet.is_keyframe:
            largest = max((one.size for one in held), default=0)
            if key is not None and not rule.is_enough(_between(key, packet), largest, key.size, packet.size):
                yield from held
            key, held, held_bytes = packet, [], 0
            yield packet
        elif key is None:
            yield packet
        else:
            held.append(packet)
            held_bytes += packet.size
            if not rule.is_enough(_between(key, packet), packet.size, key.size) or held_bytes > MAX_WAITING:
                yield from held
                key, held = None, []


def _between(one: Packet, other: Packet) -> int:
    return (time_of(other) or 0) - (time_of(one) or 0)
