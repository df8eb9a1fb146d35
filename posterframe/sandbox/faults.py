"""What both stand-ins share of faults: their plan, answers that break off, and answers that never come."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_HANG_SECONDS = 30.0
_DRIP_SECONDS = 0.1


@dataclass
class Fault:
    """What goes wrong the next ``times`` times, for every request or only ``on`` one kind of them.

    ``seconds`` is how long a job takes, or how long the caller is asked to wait; ``key`` is the key of the request that
    it befalls.
    """

    name: str
    times: int = 1
    on: str | None = None
    seconds: float | None = None
    key: str = ""


def take(planned: list[Fault], names: Collection[str], on: str) -> Fault | None:
    """The first fault planned under one of these names for such a request; used up after its last time."""
    fault = next((one for one in planned if one.name in names and one.on in (None, on)), None)
    if fault is not None:
        fault.times -= 1
        if fault.times <= 0:
            planned.remove(fault)
    return fault


class CutConnection(Response):
    """Promises a body, sends a part of it, and hangs up."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body, media_type="application/json", headers={"Content-Length": str(len(body) + 1000)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI signature
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


class Hang(Response):
    """Says nothing for longer than anybody waits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(_HANG_SECONDS)
        await super().__call__(scope, receive, send)


class Drip(Response):
    """Sends its body so slowly that it never times out and never ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI signature
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(int(_HANG_SECONDS / _DRIP_SECONDS)):
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(_DRIP_SECONDS)
