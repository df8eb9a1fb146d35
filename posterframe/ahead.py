"""Work that threads of their own do ahead, while what came before it is worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Lock, Semaphore, Thread
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
    room, left = Semaphore(most - 1), Event()

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
            room.release()
            yield item
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


@contextmanager
def abreast(sources: Iterable[Generator[T]], most: int = 4, wide: int = 2) -> Iterator[Iterator[Iterator[T]]]:
    """The items of each source, source by source, while ``wide`` of the sources are at work, as ``ahead`` has it.

    Once the next are asked for, what is left of those before is dropped. Sources are taken as they are needed: one when
    another has come to its end, though no more than twice ``wide`` wait to be asked for.
    """
    started: deque[tuple[ExitStack, Iterator[T]]] = deque()
    waiting = iter(sources)
    changing = Lock()
    at_work, left = 0, False

    def start() -> None:
        nonlocal at_work
        with changing:
            while at_work < wide and len(started) < 2 * wide and not left:
                source = next(waiting, None)
                if source is None:
                    return
                at_work += 1
                stack = ExitStack()
                started.append((stack, stack.enter_context(ahead(watched(source), most))))

    def watched(source: Generator[T]) -> Generator[T]:
        nonlocal at_work
        try:
            yield from source
        finally:
            with changing:
                at_work -= 1
            start()

    def in_turn() -> Iterator[Iterator[T]]:
        start()
        while started:
            stack, items = started[0]
            yield items
            stack.close()
            with changing:
                started.popleft()
            start()

    try:
        yield in_turn()
    finally:
        with changing:
            left = True
        for stack, _ in started:
            stack.close()
