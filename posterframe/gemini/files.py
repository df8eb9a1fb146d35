"""Gemini's Files API: the documented resumable upload, the wait until a file can be used, and its deletion.

The SDKs are not used for it: one of them asks Google for a description of the API with the key in the address.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Final, TypeVar

from posterframe.contracts import Report
from posterframe.gemini.patience import Patience, Persistence, Tick, attend, sleep
from posterframe.gemini.text import plain_sentence
from posterframe.gemini.trouble import Failure, Trouble
from posterframe.gemini.wire import Wire, read_object

LARGEST: Final = 2 * 1024**3
"""Bytes that the Files API takes in one file."""

KEPT_SECONDS: Final = 48 * 3600.0
"""Google deletes a file by itself this long after its upload."""

_PIECE: Final = 8 * 1024 * 1024
"""Bytes sent at once; the protocol wants a multiple of 256 KiB."""

T = TypeVar("T")

_NAME = re.compile(r"files/[A-Za-z0-9_\-]{1,128}")


@dataclass(frozen=True)
class GeminiFile:
    """A file as the service sees it. ``state`` is PROCESSING, ACTIVE or FAILED."""

    name: str
    uri: str
    mime_type: str
    state: str
    error: str = ""


class Files:
    """Uploads, looks at and deletes files, trying again what may pass. Every method raises ``Failure``."""

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self._wire = wire
        self._patience = patience

    def upload(self, content: BinaryIO, size: int, mime_type: str, display_name: str, report: Report) -> GeminiFile:
        """Send ``size`` bytes within ``Patience.upload``; begun anew, once, where the service has lost the upload."""
        give_up_at = time.monotonic() + self._patience.upload
        try:
            return self._upload(content, size, mime_type, display_name, give_up_at, report)
        except Failure as failure:
            if failure.trouble is not Trouble.FILE_GONE:
                raise
        return self._upload(content, size, mime_type, display_name, give_up_at, report)

    def _upload(
        self, content: BinaryIO, size: int, mime_type: str, display_name: str, give_up_at: float, report: Report
    ) -> GeminiFile:
        """Open an upload and send all of it, going on after a break where the service says that it stopped."""
        start = partial(self._start, size, mime_type, display_name)
        url = self._persistently(start, partial(report, 0.0, "Sending the video to Gemini"))
        sent: int | GeminiFile = 0
        breaks, lost_track = 0, False
        while isinstance(sent, int):
            doing = f"Sending the video to Gemini: {sent / 1e6:.0f} of {size / 1e6:.0f} MB"
            tick = partial(report, sent / size if size else 0.0, doing)
            step = partial(self._received, url) if lost_track else partial(self._send, url, content, sent, size)
            tick()
            try:
                sent = attend(step, give_up_at - time.monotonic(), tick)
                breaks, lost_track = breaks if lost_track else 0, False
            except Failure as failure:
                breaks, lost_track = breaks + 1, True
                wait = max(self._patience.first_wait * breaks, failure.retry_after or 0.0)
                is_too_late = time.monotonic() + wait >= give_up_at
                if not failure.may_pass or breaks >= self._patience.tries or is_too_late:
                    raise
                sleep(wait, tick)
        return sent

    def get(self, name: str, tick: Tick) -> GeminiFile:
        get = partial(self._wire.json, "GET", f"/v1beta/{_checked(name)}", about_file=True)
        return _file(self._persistently(get, tick))

    def delete(self, name: str) -> None:
        """Tried once. A file that is gone already is fine."""
        try:
            self._wire.json("DELETE", f"/v1beta/{_checked(name)}", about_file=True)
        except Failure as failure:
            if failure.trouble is not Trouble.FILE_GONE:
                raise

    def wait_until_active(self, file: GeminiFile, report: Report) -> GeminiFile:
        """Look until the file is ACTIVE, since using it early is refused. A file that FAILED is a ``Failure`` too."""
        waited_since = time.monotonic()
        while file.state != "ACTIVE":
            if file.state == "FAILED":
                raise Failure(Trouble.FILE_REFUSED, file.error)
            waited = time.monotonic() - waited_since
            if waited > self._patience.ready:
                raise Failure(Trouble.TIMEOUT)
            tick = partial(report, waited / self._patience.ready, "Gemini is preparing the video")
            sleep(self._patience.poll, tick)
            file = self.get(file.name, tick)
        return file

    def _persistently(self, call: Callable[[], T], tick: Tick) -> T:
        return Persistence(self._patience, tick).get(lambda _: call())

    def _start(self, size: int, mime_type: str, display_name: str) -> str:
        headers = {
            "X-Goog-Upload-Protocol": "resumable",
            "X-Goog-Upload-Command": "start",
            "X-Goog-Upload-Header-Content-Length": str(size),
            "X-Goog-Upload-Header-Content-Type": mime_type,
        }
        address = f"{self._wire.base_url}/upload/v1beta/files"
        about = {"file": {"display_name": display_name}}
        try:
            response = self._wire.send("POST", address, with_key=True, headers=headers, json=about)
        except Failure as failure:
            if failure.trouble is not Trouble.NO_MODEL:
                raise
            raise Failure(Trouble.NOT_GEMINI) from failure  # a 404 here is an address without a Files API
        url = response.headers.get("x-goog-upload-url", "")
        if not url.startswith(("https://", "http://")):
            raise Failure(Trouble.NOT_GEMINI)
        return url

    def _send(self, url: str, content: BinaryIO, offset: int, size: int) -> int | GeminiFile:
        """Send the next piece: how far the upload is then, or the file after the last one.

        The upload's own address stands for the key, which is not sent along.
        """
        content.seek(offset)
        piece = content.read(min(_PIECE, size - offset))
        end = offset + len(piece)
        if not piece or len(piece) < min(_PIECE, size - offset):
            raise Failure(Trouble.FILE_REFUSED, "the file became shorter while it was sent")
        command = "upload, finalize" if end == size else "upload"
        headers = {"X-Goog-Upload-Offset": str(offset), "X-Goog-Upload-Command": command}
        response = self._wire.send("POST", url, about_file=True, headers=headers, data=piece)
        return _file(_inner(read_object(response))) if end == size else end

    def _received(self, url: str) -> int | GeminiFile:
        """How many bytes have arrived, or the file if all had and only the last answer was lost."""
        response = self._wire.send("POST", url, about_file=True, headers={"X-Goog-Upload-Command": "query"})
        if response.headers.get("x-goog-upload-status") == "final":
            return _file(_inner(read_object(response)))
        received = response.headers.get("x-goog-upload-size-received", "0")
        return int(received) if received.isdecimal() else 0


def _inner(body: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = body.get("file")
    return inner if isinstance(inner, Mapping) else body


def _file(body: Mapping[str, Any]) -> GeminiFile:
    error = body.get("error")
    return GeminiFile(
        name=_checked(str(body.get("name") or "")),
        uri=str(body.get("uri") or ""),
        mime_type=str(body.get("mimeType") or ""),
        state=str(body.get("state") or "PROCESSING"),
        error=plain_sentence(error.get("message")) if isinstance(error, Mapping) else "",
    )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Failure(Trouble.NOT_GEMINI)
    return name
