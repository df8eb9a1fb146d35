"""Going through things from the best on without asking for more than that takes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from posterframe.merit import best_first

Bounded = tuple[int, int]
"""A merit, and what it is known not to exceed."""

bounded = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: (min(pair), max(pair)))


def in_order(
    items: list[Bounded],
    merit: Callable[[Bounded], float] = lambda item: item[0],
    fits: Callable[[Bounded], bool] = lambda _: True,
) -> list[Bounded]:
    return list(best_first(items, lambda item: item[1], merit, fits))


@given(st.lists(bounded))
def test_things_come_by_falling_merit(items: list[Bounded]) -> None:
    assert [merit for merit, _ in in_order(items)] == sorted((merit for merit, _ in items), reverse=True)


def test_of_equals_the_earlier_comes_first() -> None:
    assert in_order([(2, 2), (3, 3), (3, 4), (3, 3)]) == [(3, 3), (3, 4), (3, 3), (2, 2)]


def test_merit_is_only_asked_of_what_may_come_next() -> None:
    asked: list[Bounded] = []

    def merit(item: Bounded) -> float:
        asked.append(item)
        return item[0]

    first = islice(best_first([(1, 5), (4, 4), (3, 3)], lambda item: item[1], merit, lambda _: True), 1)
    assert list(first) == [(4, 4)]
    assert (3, 3) not in asked


def test_what_does_not_fit_any_more_when_its_turn_comes_is_left_out() -> None:
    crowded: set[int] = set()
    items = best_first(
        [(5, 5), (5, 6), (1, 1)], lambda item: item[1], lambda item: item[0], lambda item: item[0] not in crowded
    )
    assert next(items) == (5, 5)
    crowded.add(5)
    assert list(items) == [(1, 1)]
