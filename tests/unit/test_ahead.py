"""Items made ahead by a thread: the same ones, in order, no more of them than asked, and an end to it."""

from __future__ import annotations

from collections.abc import Generator
from threading import Event, current_thread

import pytest

from posterframe.ahead import ahead


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
    assert maker.made <= 6


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
