"""Items made ahead by threads: the same ones, in order, no more of them than asked, and an end to it."""

from __future__ import annotations

from collections.abc import Generator
from threading import Event, current_thread

import pytest

from posterframe.ahead import abreast, ahead


class Maker:
    """Makes numbers and remembers what became of it."""

    def __init__(self, count: int = 100) -> None:
        self.count = count
        self.made = 0
        self.reached = Event()
        self.closed_by = ""

    def numbers(self, reach: int = 0) -> Generator[int]:
        try:
            for number in range(self.count):
                self.made += 1
                if self.made == reach:
                    self.reached.set()
                yield number
        finally:
            self.closed_by = current_thread().name


def test_the_same_items_come_in_order() -> None:
    with ahead(Maker().numbers()) as numbers:
        assert list(numbers) == list(range(100))


def test_no_more_are_made_than_were_allowed() -> None:
    maker = Maker()
    with ahead(maker.numbers(reach=4), most=3) as numbers:
        assert next(numbers) == 0
        assert maker.reached.wait(10)
        assert next(numbers) == 1
    assert maker.made <= 5


def test_a_context_that_is_left_early_has_stopped_and_closed_its_source() -> None:
    maker = Maker()
    with ahead(maker.numbers()) as numbers:
        next(numbers)
    assert maker.made < 10
    assert maker.closed_by not in ("", current_thread().name)


def test_what_goes_wrong_is_raised_where_its_item_would_have_come() -> None:
    def broken() -> Generator[int]:
        yield 1
        raise OSError("gone")

    with ahead(broken()) as numbers:
        assert next(numbers) == 1
        with pytest.raises(OSError, match="gone"):
            next(numbers)


def test_nothing_to_make_is_an_end_at_once() -> None:
    with ahead(Maker(0).numbers()) as numbers:
        assert list(numbers) == []


def test_sources_abreast_give_their_items_one_source_after_the_other() -> None:
    with abreast(Maker(count).numbers() for count in (3, 0, 2)) as sources:
        assert [list(numbers) for numbers in sources] == [[0, 1, 2], [], [0, 1]]


def test_the_next_source_is_at_work_before_the_first_is_done() -> None:
    one, two, three = Maker(), Maker(), Maker()
    with abreast([one.numbers(), two.numbers(reach=1), three.numbers()]) as sources:
        first = next(sources)
        assert next(first) == 0
        assert two.reached.wait(10)
        assert three.made == 0


def test_no_other_source_is_at_work_where_that_is_not_wanted() -> None:
    one, two = Maker(9), Maker(2)
    with abreast([one.numbers(reach=4), two.numbers()], wide=1) as sources:
        first = next(sources)
        assert one.reached.wait(10)
        assert two.made == 0
        assert list(first) == list(range(9))
        assert list(next(sources)) == [0, 1]


def test_a_source_is_taken_when_another_has_ended_but_not_too_many_of_them() -> None:
    makers = [Maker(), *(Maker(2) for _ in range(4))]
    with abreast(maker.numbers(reach=2) for maker in makers) as sources:
        next(sources)
        assert all(maker.reached.wait(10) for maker in makers[:4])
        assert makers[4].made == 0
        next(sources)
        assert makers[4].reached.wait(10)


def test_what_is_left_of_a_source_is_dropped_for_the_next() -> None:
    one, two = Maker(), Maker()
    with abreast([one.numbers(), two.numbers()]) as sources:
        next(next(sources))
        assert next(next(sources)) == 0
        assert one.made < 10
        assert one.closed_by


def test_a_context_that_is_left_early_has_stopped_all_its_sources() -> None:
    makers = [Maker(), Maker(), Maker()]
    with abreast(maker.numbers(reach=1) for maker in makers) as sources:
        next(sources)
        assert all(maker.reached.wait(10) for maker in makers[:2])
    assert all(maker.closed_by for maker in makers[:2])
    assert makers[2].made == 0


def test_what_goes_wrong_in_a_source_is_raised_in_its_turn() -> None:
    def broken() -> Generator[int]:
        yield from ()
        raise OSError("gone")

    with abreast([Maker(2).numbers(), broken()]) as sources:
        assert list(next(sources)) == [0, 1]
        with pytest.raises(OSError, match="gone"):
            list(next(sources))
