"""Serves a sandbox on loopback from a thread, so that a test or a demo can use it beside itself."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from posterframe.errors import BadInput, ServiceFailed

_LOOPBACK = "127.0.0.1"
_STARTS_WITHIN_SECONDS = 10.0


@dataclass(frozen=True)
class Served:
    """A sandbox that answers at ``url`` (no slash at its end)."""

    url: str
    port: int


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[Served]:
    """Serve ``app`` on loopback until the block ends; port 0 takes a free one. Raises ``BadInput`` for a taken port."""
    listener = _listen(port)
    taken = listener.getsockname()[1]
    config = uvicorn.Config(app, log_level="warning", lifespan="auto", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    try:
        _wait_for_start(server, thread)
        yield Served(f"http://{_LOOPBACK}:{taken}", taken)
    finally:
        server.should_exit = True
        thread.join(_STARTS_WITHIN_SECONDS)
        listener.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_LOOPBACK, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise BadInput(f"Port {port} cannot be used on this machine: choose another one.") from error
    return listener


def _wait_for_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    """``uvicorn`` tells that it is ready by a flag only, so it is looked at until it is set."""
    give_up_at = time.monotonic() + _STARTS_WITHIN_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > give_up_at:
            raise ServiceFailed("The sandbox did not start: look at what it wrote above, and start it again.")
        time.sleep(0.005)
