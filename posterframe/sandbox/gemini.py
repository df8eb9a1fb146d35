"""A stand-in for Gemini that really watches: it lets the local picker see the video that it is pointed to.

It takes both SDKs' encodings and any key but ``BAD_KEY``. ``POST /_sandbox/next {"fault": …, "times": n, "on": …}``
says what goes wrong next (``on``: generate, count, models, upload or files; also ``"shape": …`` for an odd reply),
``GET /_sandbox/faults`` lists all of it, ``GET /_sandbox/requests`` tells what was asked, and
``POST /_sandbox/forget-files`` does what 48 hours do, ``POST /_sandbox/reset`` brings back the beginning.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from posterframe.contracts import Part, Proposal, Wish, ignore_progress
from posterframe.errors import PosterframeError
from posterframe.gemini.models import label_of
from posterframe.net import Net, is_youtube
from posterframe.pickers.local import LocalPicker
from posterframe.sandbox.faults import Fault, take
from posterframe.sandbox.gemini_asked import declares_function, part_of, prompt_of, video_uri, wish_in
from posterframe.sandbox.gemini_faults import FAULTS, bad_key, no_model, refuse
from posterframe.sandbox.gemini_files import FileShelf, address_of
from posterframe.sandbox.gemini_shapes import SHAPES, chat, good
from posterframe.video import Footage

BAD_KEY = "bad-key"
"""A key that the sandbox refuses; it takes any other."""

Watch = Callable[[Footage, Wish], Sequence[Proposal]]
"""Who watches: given a video and what is wished, moments, best first."""

MODELS = ("gemini-3.5-flash-lite", "gemini-3.8-flash", "gemini-2.5-flash", "gemini-embedding-2")

_LARGEST_BY_LINK = 100_000_000
_TOKENS_A_SECOND = 300
_THINKING_TOKENS = 96

Handler = Callable[[Request], Awaitable[Response]]


def watch_here(footage: Footage, wish: Wish) -> Sequence[Proposal]:
    """Let this machine watch."""
    return LocalPicker().pick(footage, wish, ignore_progress).proposals


def gemini_app(*, watch: Watch = watch_here, youtube_film: Path | None = None, ready_after: float = 0.5) -> Starlette:
    """The stand-in. ``youtube_film`` stands for whatever YouTube address it is given (None: it cannot fetch those);
    an uploaded file is ready after so many seconds."""
    sandbox = _Sandbox(watch, youtube_film, ready_after)
    file = "/v1beta/files/{id}"
    return Starlette(
        routes=[
            Route("/v1beta/models", sandbox.api("models", sandbox.models), methods=["GET"]),
            Route(
                "/v1beta/models/{model}:generateContent", sandbox.api("generate", sandbox.generate), methods=["POST"]
            ),
            Route("/v1beta/models/{model}:countTokens", sandbox.api("count", sandbox.count), methods=["POST"]),
            Route("/upload/v1beta/files", sandbox.api("upload", sandbox.upload), methods=["POST"]),
            Route(file, sandbox.api("files", sandbox.get_file), methods=["GET"]),
            Route(file, sandbox.api("files", sandbox.delete_file), methods=["DELETE"]),
            Route("/_sandbox/next", sandbox.next, methods=["POST"]),
            Route("/_sandbox/faults", sandbox.known, methods=["GET"]),
            Route("/_sandbox/requests", sandbox.report, methods=["GET"]),
            Route("/_sandbox/reset", sandbox.reset, methods=["POST"]),
            Route("/_sandbox/forget-files", sandbox.forget_files, methods=["POST"]),
        ],
    )


class _Refused(Exception):
    def __init__(self, response: Response) -> None:
        self.response = response


class _Sandbox:
    def __init__(self, watch: Watch, youtube_film: Path | None, ready_after: float) -> None:
        self._watch = watch
        self._youtube_film = youtube_film
        # Cleaned up with this object: the app may be mounted in another one, which runs no lifespan of ours.
        self._folder = tempfile.TemporaryDirectory(prefix="posterframe-sandbox-")
        self._shelf = FileShelf(Path(self._folder.name), ready_after)
        self._faults: list[Fault] = []
        self._requests: list[dict[str, Any]] = []

    def api(self, kind: str, handle: Handler) -> Handler:
        """The handler behind the door that the whole API shares: the record, faults, the key."""

        async def behind_the_door(request: Request) -> Response:
            key = request.headers.get("x-goog-api-key", "")
            self._note(kind, request, key, await request.body() if kind in ("generate", "count") else b"")
            fault = take(self._faults, FAULTS, kind)
            if fault is not None and fault.name != "drop-after":
                return FAULTS[fault.name](replace(fault, key=key))
            if "upload_id" not in request.query_params and key in ("", BAD_KEY):
                return (
                    bad_key() if key else refuse(403, "Method doesn't allow unregistered callers. Please use API Key.")
                )
            try:
                response = await handle(request)
            except _Refused as refused:
                return refused.response
            return response if fault is None else FAULTS[fault.name](fault)

        return behind_the_door

    async def models(self, _: Request) -> Response:
        return JSONResponse({"models": [_model(name) for name in MODELS]})

    async def generate(self, request: Request) -> Response:
        body = await self._asked(request)
        footage = self._footage(request, body)
        prompt = prompt_of(body)
        part = part_of(body)
        seconds = await run_in_threadpool(_watched_seconds, footage, part)
        moments = await run_in_threadpool(self._watch, footage, replace(wish_in(prompt), part=part))
        shape = take(self._faults, SHAPES, "generate")
        tell = SHAPES[shape.name] if shape else good if declares_function(body) else chat
        reply = tell(moments)
        return JSONResponse({**reply, "usageMetadata": _usage(seconds, prompt, reply), "modelVersion": "sandbox"})

    async def count(self, request: Request) -> Response:
        body = await self._asked(request)
        inner = body.get("generateContentRequest") or body
        seconds = await run_in_threadpool(_watched_seconds, self._footage(request, inner), part_of(inner))
        usage = _usage(seconds, prompt_of(inner), {})
        return JSONResponse({"totalTokens": usage["promptTokenCount"]})

    async def upload(self, request: Request) -> Response:
        if "upload_id" in request.query_params:
            return await self._shelf.go_on(request)
        return self._shelf.start(request, json.loads(await request.body() or b"{}"))

    async def get_file(self, request: Request) -> Response:
        file = self._shelf.find(f"files/{request.path_params['id']}")
        return JSONResponse(self._shelf.describe(request, file)) if file else _no_file(request.path_params["id"])

    async def delete_file(self, request: Request) -> Response:
        deleted = self._shelf.delete(f"files/{request.path_params['id']}")
        return JSONResponse({}) if deleted else _no_file(request.path_params["id"])

    async def next(self, request: Request) -> Response:
        asked = await request.json()
        name = asked.get("fault") or asked.get("shape")
        if name not in FAULTS and name not in SHAPES:
            return JSONResponse({"error": "unknown", **_all_names()}, 400)
        self._faults.append(Fault(name, int(asked.get("times", 1)), asked.get("on"), asked.get("seconds")))
        return JSONResponse({"ok": True})

    async def known(self, _: Request) -> Response:
        return JSONResponse(_all_names())

    async def report(self, _: Request) -> Response:
        return JSONResponse({"requests": self._requests, "files": self._shelf.names()})

    async def reset(self, _: Request) -> Response:
        self._shelf.forget()
        self._faults.clear()
        self._requests.clear()
        return JSONResponse({"ok": True})

    async def forget_files(self, _: Request) -> Response:
        self._shelf.forget()
        return JSONResponse({"ok": True})

    def _note(self, kind: str, request: Request, key: str, body: bytes) -> None:
        """What a test wants to know of a request; never the key, but whether it stood where it must not."""
        text = body.decode("utf-8", "replace")
        elsewhere = [value for name, value in request.headers.items() if name != "x-goog-api-key"]
        leaked = bool(key) and any(key in value for value in (str(request.url), text, *elsewhere))
        command = request.headers.get("x-goog-upload-command")
        note = {"kind": kind, "method": request.method, "path": request.url.path, "command": command}
        self._requests.append(
            {**note, "has_key": bool(key), "leaked": leaked, "body": json.loads(text) if text else None}
        )

    async def _asked(self, request: Request) -> dict[str, Any]:
        if request.path_params["model"] not in MODELS:
            raise _Refused(no_model(request.path_params["model"]))
        body = await request.json()
        return body if isinstance(body, dict) else {}

    def _footage(self, request: Request, body: dict[str, Any]) -> Footage:
        """The video that a request points to. Raises ``_Refused`` as Google refuses it."""
        uri = video_uri(body)
        if uri.startswith(f"{address_of(request)}/v1beta/files/"):
            return self._uploaded(uri)
        if is_youtube(uri):
            if self._youtube_film is None:
                raise _Refused(refuse(400, "Cannot fetch content from the provided URL."))
            film = self._youtube_film
            return Footage("YouTube", uri, lambda: film.open("rb"))
        if urlsplit(uri).scheme not in ("http", "https"):
            raise _Refused(refuse(400, "Invalid or unsupported file uri."))
        # The sandbox reads any address that it is given, also on this machine: it is a tool of the developer's.
        net = Net(allow_hosts=frozenset({urlsplit(uri).netloc, urlsplit(uri).hostname or ""}))
        return Footage(uri.rpartition("/")[2], uri, lambda: _small_enough(net, uri))

    def _uploaded(self, uri: str) -> Footage:
        file = self._shelf.find(f"files/{uri.rpartition('/')[2]}")
        if file is None:
            raise _Refused(_no_file(uri.rpartition("/")[2]))
        if self._shelf.state(file) != "ACTIVE":
            raise _Refused(refuse(400, f"The File {file.name} is not in an ACTIVE state and usage is not allowed."))
        return file.footage


def _watched_seconds(footage: Footage, part: Part) -> float:
    """How long the part is. Raises ``_Refused`` for what cannot be read as a video."""
    try:
        with footage.open() as video:
            start, end = part.span(video.info.duration)
            return end - start
    except PosterframeError as error:
        raise _Refused(refuse(400, "Cannot fetch content from the provided URL.")) from error


def _small_enough(net: Net, url: str) -> Any:
    file = net.open(url)
    if file.size > _LARGEST_BY_LINK:
        file.close()
        raise _Refused(refuse(400, "Cannot fetch content from the provided URL."))
    return file


def _usage(seconds: float, prompt: str, reply: dict[str, Any]) -> dict[str, int]:
    asked = round(seconds * _TOKENS_A_SECOND) + len(prompt) // 4
    told = len(json.dumps(reply)) // 4
    counts = {"promptTokenCount": asked, "candidatesTokenCount": told, "thoughtsTokenCount": _THINKING_TOKENS}
    return {**counts, "totalTokenCount": asked + told + _THINKING_TOKENS}


def _model(name: str) -> dict[str, Any]:
    embeds = "embedding" in name
    return {
        "name": f"models/{name}",
        "displayName": label_of(name),
        "inputTokenLimit": 2048 if embeds else 1_048_576,
        "outputTokenLimit": 1 if embeds else 65_536,
        "supportedGenerationMethods": ["embedContent"] if embeds else ["generateContent", "countTokens"],
    }


def _no_file(name: str) -> Response:
    return refuse(403, f"You do not have permission to access the File {name} or it may not exist.")


def _all_names() -> dict[str, list[str]]:
    return {"faults": sorted(FAULTS), "shapes": sorted(SHAPES)}
