"""Going through things from the best on, where it costs less to know how good one can be than how good it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeVar

T = TypeVar("T")


def best_first(
    items: Sequence[T], at_most: Callable[[T], float], merit: Callable[[T], float], fits: Callable[[T], bool]
) -> Iterator[T]:
    """The items by falling ``merit``, which is never above ``at_most`` and is only asked of those that may come next.

    Items that do not fit when their turn comes are left out. Of equals the one that stands earlier comes first.
    """
    queue = [(-at_most(item), place) for place, item in enumerate(items)]
    heapify(queue)
    while queue:
        expected, place = heappop(queue)
        item = items[place]
        if fits(item):
            known = -merit(item)
            if known > expected:
                heappush(queue, (known, place))
            else:
                yield item
