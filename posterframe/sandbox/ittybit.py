"""A stand-in for Ittybit: ``/jobs`` as the reference has it, real frames really cut, faults on request.

``POST /_sandbox/next {"fault": …, "shape": …, "times": n, "on": …, "seconds": s}`` says what shall be wrong, or
otherwise told, next (``on``: create, get or list); metadata ``sandbox_fault`` and ``sandbox_shape`` say it of one job.
``GET /_sandbox/jobs`` tells what was made and asked; ``POST /_sandbox/forget-keys`` does what a day does to
Idempotency-Keys, and ``POST /_sandbox/mend`` puts in order whatever was wrong with jobs and their pictures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from json import JSONDecodeError
from typing import Any
from urllib.parse import urlsplit

import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from posterframe.contracts import Fit, Format, Picture, Shape
from posterframe.errors import PosterframeError
from posterframe.net import Net
from posterframe.picture import encode
from posterframe.sandbox.faults import Fault, take
from posterframe.sandbox.ittybit_faults import (
    JOB_FAULTS,
    PICTURE_FAULTS,
    REQUEST_FAULTS,
    broken_off,
    refuse,
    spoilt,
)
from posterframe.sandbox.ittybit_jobs import JobBook, SandboxJob, standing
from posterframe.sandbox.ittybit_shapes import SHAPES, enveloped, tell
from posterframe.video import Footage

BAD_KEY = "ittybit_live_bad"
"""A key that the sandbox refuses; it takes any other."""

_CALL_SECONDS = 5.0
_QUALITIES = {"very_low": 30, "low": 50, "medium": 75, "high": 85, "very_high": 95}
_FIELDS = frozenset({"kind", "input", "options", "output", "metadata"})
_OPTIONS = frozenset({"start", "width", "height", "fit", "position", "background", "format", "quality"})
_POSITIONS = frozenset({"center", "top", "bottom", "left", "right"})


def ittybit_app(
    *,
    seconds: tuple[float, float] = (1.0, 4.0),
    latency: float = 0.0,
    shape: str = "reference",
    tasks_in_lists: bool = True,
    webhooks: bool = True,
    seed: int | None = None,
) -> Starlette:
    """The stand-in. Jobs take a random time within ``seconds``; each reply comes ``latency`` seconds late.

    Without ``webhooks`` it refuses bodies with a ``webhook_url``, which only the service's guide names.
    """
    sandbox = _Sandbox(JobBook(seconds, seed), latency, shape, tasks_in_lists=tasks_in_lists, webhooks=webhooks)
    return Starlette(
        routes=[
            Route("/jobs", sandbox.api("create", sandbox.create), methods=["POST"]),
            Route("/jobs", sandbox.api("list", sandbox.list_jobs), methods=["GET"]),
            Route("/jobs/{id}", sandbox.api("get", sandbox.get), methods=["GET"]),
            Route("/files/{name}", sandbox.file, methods=["GET"]),
            Route("/_sandbox/next", sandbox.next, methods=["POST"]),
            Route("/_sandbox/jobs", sandbox.report, methods=["GET"]),
            Route("/_sandbox/forget-keys", sandbox.forget_keys, methods=["POST"]),
            Route("/_sandbox/mend", sandbox.mend, methods=["POST"]),
        ]
    )


Handler = Callable[[Request], Awaitable[Response]]


class _Sandbox:
    def __init__(self, book: JobBook, latency: float, shape: str, *, tasks_in_lists: bool, webhooks: bool) -> None:
        self._book = book
        self._latency = latency
        self._shape = shape
        self._tasks_in_lists = tasks_in_lists
        self._fields = _FIELDS | {"webhook_url"} if webhooks else _FIELDS
        self._faults: list[Fault] = []
        self._shapes: list[str] = []
        self._calls: set[asyncio.Task[None]] = set()

    def api(self, name: str, handle: Handler) -> Handler:
        """The handler behind the door that all of ``/jobs`` shares: latency, faults, the key."""

        async def behind_the_door(request: Request) -> Response:
            await request.body()
            self._book.requests[name] += 1
            await asyncio.sleep(self._latency)
            fault = take(self._faults, REQUEST_FAULTS, name)
            if fault is not None and fault.name != "cut-after":
                return REQUEST_FAULTS[fault.name](fault)
            key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
            if key in ("", BAD_KEY):
                return refuse(401, "token_invalid" if key else "token_missing", "the API key is missing or not valid")
            reply = await handle(request)
            return broken_off() if fault is not None else reply

        return behind_the_door

    async def create(self, request: Request) -> Response:
        try:
            body = await request.json()
        except (JSONDecodeError, UnicodeDecodeError):
            return refuse(400, message="the body is not JSON")
        wrong = _refusal(body, self._fields)
        if wrong is not None:
            return wrong
        key = request.headers.get("Idempotency-Key")
        earlier = self._book.of_key(key)
        if earlier is not None:
            return JSONResponse(self._told(earlier), 200)
        metadata = body.setdefault("metadata", {})
        fate = take(self._faults, JOB_FAULTS | PICTURE_FAULTS, "create")
        job = self._book.make(
            body,
            key,
            fault=fate.name if fate else metadata.get("sandbox_fault"),
            shape=self._shapes.pop(0) if self._shapes else metadata.get("sandbox_shape", self._shape),
            files_url=str(request.url_for("file", name="-")).removesuffix("/-"),
            cutting=asyncio.ensure_future(asyncio.to_thread(_cut_picture, body["input"], body["options"])),
            seconds=fate.seconds if fate else None,
        )
        if body.get("webhook_url"):
            call = asyncio.create_task(self._call(job, body["webhook_url"]))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        return JSONResponse(self._told(job), 201)

    async def _call(self, job: SandboxJob, webhook_url: str) -> None:
        """Tell whoever asked for the job that it has ended, once; who does not listen is not told again."""
        await job.cutting
        await asyncio.sleep(job.made_at + job.seconds - time.time())
        if job.fault != "stuck":
            with suppress(requests.RequestException):
                await asyncio.to_thread(requests.post, webhook_url, json=self._told(job), timeout=_CALL_SECONDS)

    async def get(self, request: Request) -> Response:
        job = self._book.find(request.path_params["id"])
        if job is None:
            return refuse(404)
        job.looks += standing(job, time.time()).status == "succeeded"
        return JSONResponse(self._told(job))

    async def list_jobs(self, request: Request) -> Response:
        limit = min(max(int(request.query_params.get("limit", "20")), 1), 100)
        page, more = self._book.page(limit, request.query_params.get("after"))
        now = time.time()
        told: object = [tell(job, standing(job, now), with_tasks=self._tasks_in_lists) for job in page]
        headers = {"Has-More": str(more).lower(), "Limit": str(limit)}
        return JSONResponse(enveloped(told) if self._shape == "envelope" else told, headers=headers)

    async def file(self, request: Request) -> Response:
        """A picture, at an address that cannot be guessed and needs no key."""
        self._book.requests["file"] += 1
        if "Authorization" in request.headers:
            self._book.strangers_keys.append(request.headers["Authorization"])
        job = self._book.of_token(request.path_params["name"].partition(".")[0])
        picture = job.picture if job else None
        if job is None or picture is None:
            return Response(status_code=404)
        if job.fault == "renewed":
            job.renew()
            return Response(b"expired", 403)
        return await asyncio.to_thread(spoilt, job.fault, picture)

    async def next(self, request: Request) -> Response:
        asked = await request.json()
        times = int(asked.get("times", 1))
        name, shape = asked.get("fault"), asked.get("shape")
        if name in REQUEST_FAULTS or name in JOB_FAULTS or name in PICTURE_FAULTS:
            self._faults.append(Fault(name, times, asked.get("on"), asked.get("seconds")))
        elif shape in SHAPES:
            self._shapes += [shape] * times
        else:
            known = sorted({*REQUEST_FAULTS, *JOB_FAULTS, *PICTURE_FAULTS})
            return JSONResponse({"error": "unknown", "faults": known, "shapes": sorted(SHAPES)}, 400)
        return JSONResponse({"ok": True})

    async def report(self, _: Request) -> Response:
        return JSONResponse(self._book.report())

    async def forget_keys(self, _: Request) -> Response:
        self._book.forget_keys()
        return JSONResponse({"ok": True})

    async def mend(self, _: Request) -> Response:
        self._book.mend()
        return JSONResponse({"ok": True})

    def _told(self, job: SandboxJob) -> dict[str, Any]:
        return tell(job, standing(job, time.time()))


def _cut_picture(url: str, options: dict[str, Any]) -> Picture | str:
    """Really cut it, as the product does on this machine, or say why not. The sandbox reads any address."""
    shape = Shape(
        options.get("width"),
        options.get("height"),
        Format(options["format"]),
        Fit(options.get("fit", "fill")),
        _QUALITIES[options.get("quality", "medium")],
        options.get("position", "center"),
    )
    start = float(options.get("start", 0))
    try:
        host = urlsplit(url)
        net = Net(allow_hosts=frozenset({host.netloc, host.hostname or ""}))
        with Footage(url.rpartition("/")[2], url, lambda: net.open(url)).open() as video:
            if start >= video.info.duration:
                return f"start is {start:g}, and the video ends at {video.info.duration:g}"
            return encode(video.frame_at(start).pixels, shape)
    except (PosterframeError, ValueError) as error:
        return str(error)


def _refusal(body: Any, fields: frozenset[str]) -> Response | None:
    """What the reference would refuse of a body; None where it is in order."""
    if not isinstance(body, dict) or not all(isinstance(body.get(part, {}), dict) for part in ("options", "metadata")):
        return refuse(400, message="the body is no object, or has options or metadata that are none")
    if not body.get("input"):
        return refuse(400, "url_required", "input is missing")
    options = body.setdefault("options", {})
    options.setdefault("format", "webp")
    checks = [
        (body.get("kind") == "image", "invalid_input", "the sandbox makes jobs of kind image only"),
        (str(body["input"]).startswith(("http://", "https://")), "invalid_input", "input must use http or https"),
        (set(body) <= fields, "request_invalid", "unknown field"),
        (set(options) <= _OPTIONS, "request_invalid", "unknown option"),
        (options["format"] in set(Format), "format_unsupported", "format is not supported"),
        (options.get("fit", "fill") in set(Fit), "request_invalid", "fit is not known"),
        (options.get("quality", "medium") in _QUALITIES, "request_invalid", "quality is not known"),
        (options.get("position", "center") in _POSITIONS, "request_invalid", "position is not known"),
        (all(_is_side(options.get(side)) for side in ("width", "height")), "request_invalid", "a side is no number"),
        ("background" not in options or options.get("fit") == "contain", "request_invalid", "background needs contain"),
        (isinstance(options.get("start", 0), int | float), "request_invalid", "start is no number"),
    ]
    return next((refuse(400, kind, message) for right, kind, message in checks if not right), None)


def _is_side(value: object) -> bool:
    return value is None or (isinstance(value, int) and value > 0)
