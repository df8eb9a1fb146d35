"""A range server in a process of its own, which answers late as distant ones do and counts what it sends."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.servers import Behaviour, MediaServer

LATENCY = 0.02
"""Seconds before each answer."""


@contextmanager
def talk_to(process: BaseProcess) -> Iterator[None]:
    """For what is sent and received over a pipe: exits with a word when the process at its other end has died."""
    try:
        yield
    except (EOFError, ConnectionError):
        process.join()
        sys.exit(f"{process.name} died with exit code {process.exitcode}; its error, if it told one, is above.")


@dataclass
class Server:
    """A range server in another process."""

    process: BaseProcess
    pipe: Connection

    def add(self, path: Path) -> str:
        return str(self._ask(path))

    def bytes_sent(self) -> int:
        return int(self._ask(None))

    def _ask(self, what: Path | None) -> Any:
        with talk_to(self.process):
            self.pipe.send(what)
            return self.pipe.recv()


@contextmanager
def served() -> Iterator[Server]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs,), name="The range server", daemon=True
    )
    process.start()
    theirs.close()  # so that ours tells when the process has died
    try:
        yield Server(process, ours)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    with MediaServer() as server:
        while True:
            asked = pipe.recv()
            if isinstance(asked, Path):
                pipe.send(server.add(f"/{asked.name}", asked.read_bytes(), behaviour=Behaviour(latency=LATENCY)))
            else:
                pipe.send(server.body_bytes)
