"""What the server answers beside its pages: stored files by signed link, uploads, and calls from services."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO
from urllib.parse import quote, unquote

from anyio import CancelScope, to_thread
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from posterframe.errors import BadInput, PosterframeError
from posterframe.media import (
    LINK_DAYS,
    MAX_BYTES,
    Linked,
    MediaStore,
    NotStored,
    TooLarge,
    content_type,
    suffix_of,
    too_large,
)
from posterframe.polling import HOOK_PATH
from posterframe.signing import DAY, Refused
from posterframe.zipping import zip_size, zipped

GetMedia = Callable[[], MediaStore]

STAMPS_PATH = "/stamps"

CHUNK = 1 << 18

_CACHE = f"private, max-age={LINK_DAYS * DAY}, immutable"
"""The file under a link never changes, but the link is for those who have it: no shared cache may keep it."""

_POLICY = "default-src 'none'; sandbox"
"""Nothing in a stored file may run or load anything, even where a browser takes it for a page."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII)


def media_routes(get_media: GetMedia) -> list[BaseRoute]:
    """GET and HEAD of ``/files/<token>/<name>``; the name is for people and file endings, the token says which file."""

    async def give(request: Request) -> Response:
        media = await to_thread.run_sync(get_media)
        try:
            linked = media.resolve(request.path_params["token"])
            size = await to_thread.run_sync(media.size, linked.key)
            return await _answer(request, media, linked, size)
        except PosterframeError as error:
            return _refusal(error)

    return [Route("/files/{token}/{name:path}", give, methods=["GET"], name="media")]


def bundle_route(get_media: GetMedia) -> BaseRoute:
    """GET and HEAD of ``/bundles/<token>/<name>``: the files that the token names, in one ZIP made while it is sent.

    Where one of them is gone, there is no ZIP: nobody would know that it lacks something.
    """

    async def give(request: Request) -> Response:
        media = await to_thread.run_sync(get_media)
        try:
            bundle = media.resolve_bundle(request.path_params["token"])
            size = await to_thread.run_sync(lambda: zip_size({n: media.size(key) for n, key in bundle.keys.items()}))
        except PosterframeError as error:
            return _refusal(error)
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": disposition(bundle.filename),
            "Content-Length": str(size),
            "Content-Type": "application/zip",
            "X-Content-Type-Options": "nosniff",
        }
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(zipped((name, media.read(key)) for name, key in bundle.keys.items()), headers=headers)

    return Route("/bundles/{token}/{name:path}", give, methods=["GET"], name="bundle")


def upload_route(get_media: GetMedia) -> BaseRoute:
    """PUT of ``/uploads/<ticket>``: the body is the file, ``X-File-Name`` its quoted name; answers with a receipt."""

    async def take(request: Request) -> Response:
        media = await to_thread.run_sync(get_media)
        try:
            media.check_ticket(request.path_params["ticket"])
            _check_length(request.headers)
            key = await _receive(request, media, suffix_of(unquote(request.headers.get("x-file-name", ""))))
        except PosterframeError as error:
            return _refusal(error)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it; nginx's word for a client that left
        return PlainTextResponse(media.receipt(key), 201)

    return Route("/uploads/{ticket}", take, methods=["PUT"], name="upload")


def hook_route(wake: Callable[[], None]) -> BaseRoute:
    """POST of ``HOOK_PATH``: somebody says that a job has ended, so let ``wake`` have the service itself asked.

    Anybody could say so: the body is not even read, and ``wake`` has to bear being called without end.
    """

    async def hear(_: Request) -> Response:
        await to_thread.run_sync(wake)
        return Response(status_code=204)

    return Route(HOOK_PATH, hear, methods=["POST"], name="hook")


def stamp_route(stamp_of: Callable[[str], str | None]) -> BaseRoute:
    """GET of ``STAMPS_PATH/<id>``: what ``stamp_of`` says, by which an open page knows whether it is out of date."""

    async def tell(request: Request) -> Response:
        try:
            stamp = await to_thread.run_sync(stamp_of, request.path_params["id"])
        except PosterframeError as error:
            return _refusal(error)
        return PlainTextResponse(stamp or "", 200 if stamp else 404, {"Cache-Control": "no-store"})

    return Route(f"{STAMPS_PATH}/{{id}}", tell, methods=["GET"], name="stamp")


def asked_range(header: str | None, size: int) -> range | None:
    """The bytes that a ``Range`` header asks for; None where all are to be sent, an empty range where there are none.

    As RFC 9110 allows, several ranges at once and what cannot be understood count as not asked.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    first, last, final = match.groups()
    if final is not None:
        return range(size - min(int(final), size), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def disposition(filename: str) -> str:
    """A ``Content-Disposition`` that saves a file under this name, in ASCII too for old clients (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{_safe(plain)}\"; filename*=UTF-8''{quote(_safe(filename), safe='')}"


def _safe(filename: str) -> str:
    """A name that every system can give a file, and that ends no quotation."""
    return _UNSAFE.sub("_", filename).strip(". ") or "file"


async def _answer(request: Request, media: MediaStore, linked: Linked, size: int) -> Response:
    tag = f'"{linked.key.rpartition("/")[2]}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": _CACHE,
        "Content-Security-Policy": _POLICY,
        "Content-Type": content_type(linked.key),
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if linked.filename is not None:
        headers["Content-Disposition"] = disposition(linked.filename)
    if _is_known(request.headers, tag):
        return Response(status_code=304, headers=headers)
    asked = asked_range(request.headers.get("range"), size) if _may_be_part(request.headers, tag) else None
    if asked is not None and not asked:
        return PlainTextResponse(
            "There is nothing at this place of the file.", 416, {"Content-Range": f"bytes */{size}"}
        )
    status, part = (200, range(size)) if asked is None else (206, asked)
    headers["Content-Length"] = str(len(part))
    if asked is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    file = await to_thread.run_sync(media.open, linked.key)
    return _FileResponse(file, part, status, headers)


def _is_known(headers: Headers, tag: str) -> bool:
    known = headers.get("if-none-match", "")
    return known == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]


def _may_be_part(headers: Headers, tag: str) -> bool:
    """Whether what the browser has of this file is of this very version."""
    return headers.get("if-range", tag) == tag


class _FileResponse(StreamingResponse):
    """A part of an open file, read in threads, and closed however the sending ends."""

    def __init__(self, file: BinaryIO, part: range, status: int, headers: dict[str, str]) -> None:
        super().__init__(_pieces(file, part), status, headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._file.close)


async def _pieces(file: BinaryIO, part: range) -> AsyncIterator[bytes]:
    await to_thread.run_sync(file.seek, part.start)
    left = len(part)
    while left and (piece := await to_thread.run_sync(file.read, min(CHUNK, left))):
        left -= len(piece)
        yield piece


def _check_length(headers: Headers) -> None:
    """Refuse before anything is sent what is said to be too large; what is not said is counted on its way."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise too_large(MAX_BYTES)


async def _receive(request: Request, media: MediaStore, suffix: str) -> str:
    """Write the body to disk piece by piece, so that it is never in memory as a whole."""
    with media.receive() as incoming:
        async for piece in request.stream():
            await to_thread.run_sync(incoming.write, piece)
        return await to_thread.run_sync(media.keep, incoming, "videos", suffix)


def _refusal(error: PosterframeError) -> Response:
    match error:
        case Refused():
            status = 403
        case NotStored():
            status = 404
        case TooLarge():
            status = 413
        case BadInput():
            status = 400
        case _:
            status = 503
    return PlainTextResponse(str(error), status, {"Cache-Control": "no-store"})
