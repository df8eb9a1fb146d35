"""The Files API of the Gemini stand-in: resumable uploads into a folder, and files that need a moment to be ready."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from posterframe.errors import PosterframeError
from posterframe.sandbox.gemini_faults import refuse
from posterframe.video import Footage

_GRANULARITY = 262_144
_KEPT = timedelta(hours=48)


@dataclass
class SandboxFile:
    """A file that was sent. ``ready_at`` is a time of ``time.time()``; a file that is no video FAILED by then."""

    name: str
    path: Path
    mime_type: str
    display_name: str
    size: int
    received: int = 0
    finalized: bool = False
    ready_at: float = 0.0
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def footage(self) -> Footage:
        return Footage(self.display_name, None, lambda: self.path.open("rb"))


class FileShelf:
    """Uploads under way, and files, in ``folder``. ``ready_after`` is how many seconds a file is PROCESSING."""

    def __init__(self, folder: Path, ready_after: float) -> None:
        self._folder = folder
        self._ready_after = ready_after
        self._uploads: dict[str, SandboxFile] = {}
        self._files: dict[str, SandboxFile] = {}

    def start(self, request: Request, body: dict[str, Any]) -> Response:
        """Open an upload: its address stands for the key from here on."""
        described = body.get("file") or {}
        headers = request.headers
        upload_id = secrets.token_urlsafe(16)
        name = f"files/{secrets.token_hex(6)}"
        self._uploads[upload_id] = SandboxFile(
            name,
            self._folder / name.replace("/", "-"),
            headers.get("x-goog-upload-header-content-type", "video/mp4"),
            str(described.get("display_name") or described.get("displayName") or ""),
            int(headers.get("x-goog-upload-header-content-length", "0")),
        )
        url = f"{address_of(request)}/upload/v1beta/files?upload_id={upload_id}&upload_protocol=resumable"
        told = {"X-Goog-Upload-URL": url, "X-Goog-Upload-Status": "active"}
        return JSONResponse({}, headers={**told, "X-Goog-Upload-Chunk-Granularity": str(_GRANULARITY)})

    async def go_on(self, request: Request) -> Response:
        """Take a piece, or tell how much has arrived."""
        file = self._uploads.get(request.query_params["upload_id"])
        if file is None:
            return refuse(404, "Upload not found.")
        commands = {word.strip() for word in request.headers.get("x-goog-upload-command", "").split(",")}
        if "query" in commands:
            return self._told(request, file)
        offset = int(request.headers.get("x-goog-upload-offset", "0"))
        if offset != file.received:
            return refuse(400, f"Upload offset {offset} is not the {file.received} bytes received.")
        with file.path.open("ab") as target:
            async for piece in request.stream():
                target.write(piece)
                file.received += len(piece)
        if "finalize" not in commands:
            return self._told(request, file)
        if file.received != file.size:
            return refuse(400, f"Upload of {file.received} bytes is not the {file.size} bytes announced.")
        file.finalized = True
        file.ready_at = time.time() + self._ready_after
        self._files[file.name] = file
        return self._told(request, file)

    def find(self, name: str) -> SandboxFile | None:
        return self._files.get(name)

    def delete(self, name: str) -> bool:
        file = self._files.pop(name, None)
        if file is not None:
            file.path.unlink(missing_ok=True)
        return file is not None

    def forget(self) -> None:
        """As if 48 hours had gone by."""
        for name in list(self._files):
            self.delete(name)

    def names(self) -> list[str]:
        return sorted(self._files)

    def _told(self, request: Request, file: SandboxFile) -> Response:
        if not file.finalized:
            return Response(
                headers={"X-Goog-Upload-Status": "active", "X-Goog-Upload-Size-Received": str(file.received)}
            )
        return JSONResponse({"file": self.describe(request, file)}, headers={"X-Goog-Upload-Status": "final"})

    def describe(self, request: Request, file: SandboxFile) -> dict[str, Any]:
        """A file as the API shows it: int64 as text, times in RFC 3339."""
        state = self.state(file)
        described: dict[str, Any] = {
            "name": file.name,
            "displayName": file.display_name,
            "mimeType": file.mime_type,
            "sizeBytes": str(file.size),
            "createTime": _rfc3339(file.created_at),
            "expirationTime": _rfc3339(file.created_at + _KEPT),
            "uri": f"{address_of(request)}/v1beta/{file.name}",
            "state": state,
            "source": "UPLOADED",
        }
        if state == "FAILED":
            described["error"] = {"code": 13, "message": "Failed to process the video."}
        return described

    def state(self, file: SandboxFile) -> str:
        if time.time() < file.ready_at:
            return "PROCESSING"
        try:
            with file.footage.open():
                return "ACTIVE"
        except PosterframeError:
            return "FAILED"


def address_of(request: Request) -> str:
    """Where this app is reached, also while it is mounted in another one (``base_url`` is then the other's)."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
