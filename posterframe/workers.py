"""Processes for heavy work, so that pages stay quick: nothing decodes or measures beside a page.

They are started by command, and not by ``multiprocessing``, which would run the main module again in each of
them; under Streamlit that is the page of the moment.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any, ParamSpec, TypeVar, cast

from posterframe.errors import ServiceFailed

P = ParamSpec("P")
T = TypeVar("T")

NICENESS = 10
"""Workers yield the processor to the pages (Unix niceness, 0 is normal and 19 the most polite)."""

TRIES = 2
"""A worker that the system kills (memory, a crash in a decoder) is replaced once before the work is given up."""


class Leaving(BaseException):
    """This process is ending while work was under way.

    Not an ``Exception``: the workflow engine must not take it for the work's result, so that the work goes on
    after the next start, exactly as after a kill.
    """


class Workers:
    """Up to a fixed number of processes that run functions for threads of this one."""

    def __init__(self, processes: int) -> None:
        self._places = threading.Semaphore(processes)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._leaving = False

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an importable function in a worker and wait for its result; what it raises is raised here.

        Raises ``ServiceFailed`` when no worker could be started or each died, ``Leaving`` when this process is ending.
        """
        with self._places:
            for _ in range(TRIES):
                worker = self._take()
                try:
                    succeeded, result = worker.ask(function, args, kwargs)
                except (EOFError, OSError):
                    self._discard(worker)
                    continue
                except BaseException:  # what was asked, or the answer, cannot be sent
                    self._discard(worker)
                    raise
                with self._lock:
                    self._idle.append(worker)
                if not succeeded:
                    raise cast(Exception, result)
                return cast(T, result)
            if self._leaving:
                raise Leaving
        raise ServiceFailed(
            "This machine stopped the work twice, most likely for want of memory. Try again, or try a smaller video."
        )

    def close(self) -> None:
        """End the workers at once, whatever they are doing."""
        with self._lock:
            self._leaving = True
            workers = set(self._all)
        for worker in workers:
            worker.kill()

    def _take(self) -> _Worker:
        with self._lock:
            if self._leaving:
                raise Leaving
            if self._idle:
                return self._idle.pop()
            try:
                worker = _Worker()
            except OSError as error:
                raise ServiceFailed(
                    "This machine could not start the work, most likely for want of memory. Try again."
                ) from error
            self._all.add(worker)
            return worker

    def _discard(self, worker: _Worker) -> None:
        worker.kill()
        with self._lock:
            self._all.discard(worker)


class _Worker:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            command = [sys.executable, "-m", "posterframe.workers", str(theirs.fileno())]
            # In a group of its own, so that Ctrl+C reaches only us; our end is the worker's end.
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], process_group=0)  # noqa: S603

    def ask(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
        """Whether the function returned, and what it returned or raised. Raises ``EOFError`` when the process died."""
        self._pipe.send((function, args, kwargs))
        return cast(tuple[bool, Any], self._pipe.recv())

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def _serve(pipe: Connection) -> None:
    """What a worker process does until the one that started it closes the pipe, or dies, which closes it too."""
    os.nice(NICENESS)
    tasks: queue.SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = queue.SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                tasks.put(pipe.recv())
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        function, args, kwargs = tasks.get()
        try:
            pipe.send((True, function(*args, **kwargs)))
        except Exception as error:
            pipe.send((False, error))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
