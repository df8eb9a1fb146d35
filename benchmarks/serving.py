"""A range server in a process of its own, which answers late as distant ones do and counts what it sends."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.servers import Behaviour, MediaServer

LATENCY = 0.02
"""Seconds before each answer."""


@dataclass
class Server:
    """A range server in another process."""

    pipe: Connection

    def add(self, path: Path) -> str:
        self.pipe.send(path)
        return str(self.pipe.recv())

    def bytes_sent(self) -> int:
        self.pipe.send(None)
        return int(self.pipe.recv())


@contextmanager
def served() -> Iterator[Server]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Server(ours)
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
