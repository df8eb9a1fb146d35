"""The faults of the Ittybit stand-in: refused and broken replies, jobs with a fate, and pictures that are none."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from PIL import Image
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

from posterframe.contracts import Format, Picture
from posterframe.sandbox.faults import CutConnection, Drip, Fault, Hang

_ENORMOUS_CHUNKS = 1024
_BOMB_SIDE = 30_000

JOB_FAULTS = frozenset({"stuck", "slow", "failed", "failed-task", "cancelled", "no-url", "late-url"})
"""What can befall a job."""

PICTURE_FAULTS = frozenset(
    {"expired-403", "expired-410", "busy-429", "busy-503", "renewed", "truncated", "cut-picture"}
    | {"wrong-format", "wrong-size", "enormous", "bomb", "not-a-picture"}
)
"""What can be wrong with the picture of a job that succeeded."""

_ERRORS = {
    400: ("request_invalid", "options.width is not understood"),
    401: ("token_invalid", "the API key is not valid"),
    402: ("payment_required", "this account has no credit left"),
    403: ("project_required", "the key belongs to no project"),
    404: ("job_not_found", "no such job"),
    408: ("timeout", "the request took too long"),
    409: ("conflict", "a request with this key is still under way"),
    429: ("rate_limited", "too many requests"),
    500: ("internal_error", "something went wrong"),
    502: ("internal_error", "bad gateway"),
    503: ("internal_error", "unavailable"),
    504: ("internal_error", "gateway timeout"),
}


def refuse(
    status: int, kind: str | None = None, message: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """An error as the reference shows it."""
    usual_kind, usual_message = _ERRORS[status]
    return JSONResponse({"kind": kind or usual_kind, "message": message or usual_message}, status, headers)


def broken_off() -> Response:
    """The first letters of a job, and then nothing."""
    return CutConnection(b'{"id": "jo')


def _slow_down(fault: Fault) -> Response:
    return refuse(429, headers={"Retry-After": str(fault.seconds if fault.seconds is not None else 1)})


def _slow_down_untold(_: Fault) -> Response:
    return refuse(429)


def _slow_down_until(fault: Fault) -> Response:
    until = datetime.now(UTC) + timedelta(seconds=fault.seconds or 1)
    return refuse(429, headers={"Retry-After": format_datetime(until, usegmt=True)})


def _page(_: Fault) -> Response:
    return HTMLResponse("<html><body><h1>Welcome to nginx</h1></body></html>")


def _refusing(status: int) -> Callable[[Fault], Response]:
    return lambda _: refuse(status)


REQUEST_FAULTS: dict[str, Callable[[Fault], Response]] = {
    **{str(status): _refusing(status) for status in _ERRORS if status != 429},
    "429": _slow_down,
    "429-date": _slow_down_until,
    "429-untold": _slow_down_untold,
    "html": _page,
    "html-502": lambda _: HTMLResponse("<html><body>502 Bad Gateway</body></html>", 502),
    "empty": lambda _: Response(b""),
    "not-a-job": lambda _: JSONResponse({"hello": "world"}),
    "cut-before": lambda _: broken_off(),
    "cut-after": lambda _: broken_off(),
    "hang": lambda _: Hang(),
    "drip": lambda _: Drip(),
    "redirect": lambda _: RedirectResponse("http://127.0.0.1:9/elsewhere", 302),
}
"""What can be wrong with a reply. ``cut-after`` hangs up once the job is made; all others come in place of the work."""


def spoilt(fault: str | None, picture: Picture) -> Response:
    """The file as the fault has it; without one, the picture."""
    kind = f"image/{picture.format.value}"
    match fault:
        case "expired-403":
            return Response(b"expired", 403)
        case "expired-410":
            return Response(b"gone", 410)
        case "busy-429" | "busy-503":
            return Response(b"busy", int(fault[-3:]), {"Retry-After": "1"})
        case "truncated":
            return Response(picture.data[: len(picture.data) // 2], media_type=kind)
        case "cut-picture":
            return CutConnection(picture.data[: len(picture.data) // 2])
        case "wrong-format":
            return Response(_reencoded(picture, "JPEG" if picture.format is Format.PNG else "PNG"), media_type=kind)
        case "wrong-size":
            return Response(_reencoded(picture, picture.format.value, shrink=2), media_type=kind)
        case "enormous":
            return StreamingResponse(_zeros(picture.data), media_type=kind)
        case "bomb":
            return Response(_bomb(), media_type=kind)
        case "not-a-picture":
            return _page(Fault("not-a-picture"))
    return Response(picture.data, media_type=kind)


def _reencoded(picture: Picture, format_name: str, shrink: int = 1) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(picture.data)) as image:
        smaller = image.convert("RGB").resize((picture.width // shrink, picture.height // shrink))
        smaller.save(out, format_name)
    return out.getvalue()


async def _zeros(start: bytes) -> AsyncIterator[bytes]:
    yield start
    for _ in range(_ENORMOUS_CHUNKS):
        yield bytes(1 << 20)


def _bomb() -> bytes:
    """A PNG of 900 megapixels in some 100 kB."""
    packed = zlib.compressobj(9)
    row = bytes(1 + _BOMB_SIDE // 8)
    data = b"".join(packed.compress(row) for _ in range(_BOMB_SIDE)) + packed.flush()
    header = struct.pack(">IIBBBBB", _BOMB_SIDE, _BOMB_SIDE, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
