"""Faults that both stand-ins share: answers that break off, and answers that never come."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_HANG_SECONDS = 30.0
_DRIP_SECONDS = 0.1


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
