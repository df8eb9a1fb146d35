"""The only way out to an address that a user gave."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from posterframe.contracts import Report, ignore_progress
from posterframe.errors import BadInput, ServiceFailed
from posterframe.net.address import check_address, check_video_address, host_of, is_youtube, read_address
from posterframe.net.cache import DiskCache, disk_trouble
from posterframe.net.client import Client
from posterframe.net.limits import MIB, Limits
from posterframe.net.remote import RemoteFile, open_remote
from posterframe.net.whole import DOWNLOADING, too_large

__all__ = ["Limits", "Net", "RemoteFile", "is_youtube", "read_address"]


@dataclass(frozen=True)
class Net:
    """Reads addresses within bounds, and only public ones. Safe for many threads; each open file is for one.

    ``allow_hosts``: hosts, or host:port, that may be private. ``cache_folder``: where parts of videos are kept
    between two openings, for all processes (None: in memory only, per file).
    """

    allow_hosts: frozenset[str] = frozenset()
    cache_folder: Path | None = None
    limits: Limits = field(default_factory=Limits)

    def check(self, url: str) -> str:
        """The address as it will be asked for, found without network, of what a person has typed.

        Raises ``BadInput`` if it is not a video's.
        """
        return check_video_address(read_address(url), self.allow_hosts)

    def open(self, url: str, *, report: Report = ignore_progress) -> RemoteFile:
        """A video, to be read like a file; only what is read is fetched, once for all processes with the same cache.

        A server that gives no parts has its video downloaded here and now, up to ``limits.whole_bytes``, and
        ``report`` is told about it. Raises ``BadInput`` for what is no video, ``ServiceFailed`` when the server fails.
        """
        return self._open(url, self.limits.whole_bytes, report)

    def download(self, url: str, target: Path, *, max_bytes: int, report: Report = ignore_progress) -> None:
        """Bring a whole video into the file ``target``, which appears when all of it is there.

        Raises as ``open``, ``BadInput`` too for more than ``max_bytes``, ``ServiceFailed`` when the disk is full.
        """
        with self._open(url, min(max_bytes, self.limits.whole_bytes), report) as video:
            if video.size > max_bytes:
                raise too_large(self.check(url), max_bytes)
            try:
                _write(video, target, ignore_progress if video.is_local else report)
            except OSError as error:
                raise disk_trouble(error) from error

    def fetch(self, url: str, *, max_bytes: int, deadline: float) -> bytes:
        """A small body that a service names, such as a picture, within ``deadline`` seconds.

        Raises only ``ServiceFailed``: a service gave the address, no person did.
        """
        try:
            with self._client(check_address) as client:
                checked = check_address(url, self.allow_hosts)
                return client.persist(partial(_fetch, client, checked, max_bytes), checked, deadline)
        except BadInput as error:
            raise ServiceFailed(str(error)) from error

    def _open(self, url: str, most_whole: int, report: Report) -> RemoteFile:
        checked = self.check(url)
        client = self._client(check_video_address, ", or upload the file")
        try:
            return open_remote(
                client, DiskCache(self.cache_folder, self.limits.disk_bytes), checked, most_whole, report
            )
        except BaseException:
            client.close()
            raise

    def _client(self, vet: Callable[[str, frozenset[str]], str], way_out: str = "") -> Client:
        return Client(lambda url: vet(url, self.allow_hosts), self.allow_hosts, self.limits, way_out=way_out)


def _write(video: RemoteFile, target: Path, report: Report) -> None:
    """Copy to a neighbour of ``target`` and then put it in its place. Raises ``OSError`` for the disk."""
    handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            while data := video.read(MIB):
                file.write(data)
                report(video.tell() / video.size, DOWNLOADING)
        Path(unfinished).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(unfinished).unlink()
        raise
    report(1.0, DOWNLOADING)


def _fetch(client: Client, url: str, max_bytes: int) -> bytes:
    with client.get(url) as answer:
        said = answer.length
        if answer.status != 200 or said == 0:
            raise ServiceFailed(f"{host_of(url)} sent nothing where a picture should be. Try again.")
        data = bytearray()
        while len(data) <= max_bytes and (piece := answer.read(max_bytes + 1)):
            data += piece
        if len(data) > max_bytes:
            raise ServiceFailed(
                f"{host_of(url)} sent a picture of more than {max_bytes / MIB:.1f} MB, which was not taken."
            )
        if len(data) < (said or 1):
            raise answer.cut_short()
        return bytes(data)
