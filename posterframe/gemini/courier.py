"""Brings a video to Gemini by the lightest way that works: its address, or an upload that is remembered.

An upload is kept for asking again, so that nothing is sent twice within 48 hours; half an hour before Google would
delete it, ``tidy`` does. One that Gemini cannot read is deleted at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from posterframe.contracts import Report
from posterframe.errors import BadInput
from posterframe.gemini.files import LARGEST, Files, GeminiFile
from posterframe.gemini.trouble import GO_ON, Failure, Trouble
from posterframe.gemini.uploads import Upload, Uploads, content_of, sketch
from posterframe.net import Net
from posterframe.net.address import is_allowed, is_loopback
from posterframe.video import Footage

LARGEST_BY_LINK: Final = 100_000_000
"""Bytes that Gemini reads from an address by itself (documented as 100 MB)."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parcel:
    """How Gemini gets at the video. ``content`` is the hash of what was uploaded, None for an address."""

    uri: str
    mime_type: str | None
    content: str | None = None


def goes_by_link(url: str | None, size: int | None, base_url: str, allow_hosts: frozenset[str]) -> bool:
    """Whether Gemini can read this address by itself: public, https, and not too large.

    A host that only this machine may read is none of Google's business; only a stand-in on loopback can read it too.
    """
    if url is None or (size is not None and size > LARGEST_BY_LINK):
        return False
    if is_allowed(url, allow_hosts):
        return is_loopback(base_url)
    return urlsplit(url).scheme == "https"


class Courier:
    """Uploads through the Files API. Methods raise ``Failure``, and ``BadInput`` for a video that is too large."""

    def __init__(self, files: Files, uploads: Uploads, net: Net) -> None:
        self._files = files
        self._uploads = uploads
        self._net = net

    def upload(self, footage: Footage, mime_type: str, report: Report) -> Parcel:
        """Send the video, unless Gemini has it, and wait until it can be used."""
        self.tidy()
        source = self._sketch(footage)
        if source and (known := self._uploads.of_source(source)) and (parcel := self._still_there(known, report)):
            return parcel
        with self._content(footage, share_of(report, 0.0, 0.4)) as file:
            tick = partial(report, 0.4, "Comparing the video with what Gemini has")
            content, size = content_of(file, tick)
            if size > LARGEST:
                raise BadInput(
                    f"“{footage.name}” is larger than the 2 GB that Gemini takes: use a smaller version, {GO_ON}"
                )
            with self._uploads.only_one(content, tick):
                known = self._uploads.of_content(content)
                if known and (parcel := self._still_there(known, report)):
                    self._uploads.keep(replace(known, source=source or known.source))
                    return parcel
                sent = self._files.upload(file, size, mime_type, f"video-{content[:12]}", share_of(report, 0.4, 0.8))
                self._uploads.keep(Upload(content, source, sent.name, sent.uri, mime_type, time.time()))
        return self._ready(sent, content, mime_type, share_of(report, 0.8, 1.0))

    def forget(self, content: str) -> None:
        """Gemini does not have this upload any more."""
        self._uploads.forget(content)

    def tidy(self) -> None:
        """Delete uploads that have outlived their use, here and at Gemini, and what a killed process left behind."""
        for upload in self._uploads.outlived():
            self._delete(upload.name)
            self._uploads.forget(upload.content)
        self._uploads.tidy()

    def _still_there(self, known: Upload, report: Report) -> Parcel | None:
        try:
            file = self._files.get(known.name, partial(report, 0.4, "Looking whether Gemini has the video"))
        except Failure as failure:
            if failure.trouble is not Trouble.FILE_GONE:
                raise
            self._uploads.forget(known.content)
            return None
        return self._ready(file, known.content, known.mime_type, report)

    def _ready(self, file: GeminiFile, content: str, mime_type: str, report: Report) -> Parcel:
        try:
            active = self._files.wait_until_active(file, report)
        except Failure as failure:
            if failure.trouble in (Trouble.FILE_REFUSED, Trouble.FILE_GONE):
                self._uploads.forget(content)
                self._delete(file.name)
            raise
        return Parcel(active.uri, active.mime_type or mime_type, content)

    def _sketch(self, footage: Footage) -> str:
        if footage.url is None:
            return ""
        with footage.open_file() as file:
            return sketch(footage.url, file)

    @contextmanager
    def _content(self, footage: Footage, report: Report) -> Iterator[BinaryIO]:
        """All bytes of the video as a file, downloaded first where it is at an address."""
        if footage.url is None:
            with footage.open_file() as file:
                yield file
            return
        with self._uploads.space() as folder:
            target = folder / "video"
            self._net.download(footage.url, target, max_bytes=LARGEST, report=report)
            with target.open("rb") as file:
                yield file

    def _delete(self, name: str) -> None:
        """Deletion is tidiness: Google deletes the file within 48 hours anyway, so the work goes on without it."""
        try:
            self._files.delete(name)
        except Failure as failure:
            _log.warning("An upload could not be deleted at Gemini; it goes by itself within 48 hours (%s)", failure)


def share_of(report: Report, start: float, end: float) -> Callable[[float, str], None]:
    """A ``Report`` for a share of the work."""
    return lambda fraction, doing: report(start + (end - start) * min(max(fraction, 0.0), 1.0), doing)
