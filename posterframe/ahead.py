"""Items that a thread of its own makes ahead, while those before them are worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class _Last:
    """Stands behind the last item: why there is no other."""

    error: BaseException | None = None


@contextmanager
def ahead(items: Generator[T], most: int = 4) -> Iterator[Iterator[T]]:
    """The same items in the same order, of which a thread makes up to ``most`` before they are asked for.

    It pays where they are made without holding Python's lock, as pictures are decoded. What ``items`` raises is raised
    where the next of them is asked for. Once the context is left, ``items`` is closed and nothing works on it.
    """
    made: SimpleQueue[T | _Last] = SimpleQueue()
    room, left = Semaphore(most), Event()

    def make() -> None:
        try:
            with closing(items):
                for item in items:
                    made.put(item)
                    room.acquire()
                    if left.is_set():
                        return
            made.put(_Last())
        except BaseException as error:
            made.put(_Last(error))

    def take() -> Iterator[T]:
        while not isinstance(item := made.get(), _Last):
            yield item
            room.release()
        if item.error is not None:
            raise item.error

    thread = Thread(target=make, daemon=True)
    thread.start()
    try:
        yield take()
    finally:
        left.set()
        room.release()
        thread.join()
