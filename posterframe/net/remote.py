"""A video on a server as a file: seekable, read-only, and hardly more of it fetched than is read."""

from __future__ import annotations

import io
from typing import BinaryIO, Protocol

from posterframe.contracts import Report
from posterframe.net.cache import DiskCache, key_of
from posterframe.net.client import Client
from posterframe.net.content import HEAD_BYTES, check_is_video
from posterframe.net.limits import BLOCK_BYTES
from posterframe.net.parts import Head, Parts, ask_for_head
from posterframe.net.whole import Whole, download_whole


class Source(Protocol):
    """Where the bytes of a remote file come from; ``read`` may give fewer than asked, but some before the end."""

    size: int

    def read(self, position: int, size: int) -> bytes: ...

    def close(self) -> None: ...


class RemoteFile(io.RawIOBase, BinaryIO):
    """A video on a server. For one thread; owns all that it is given.

    ``read`` gives all that was asked for, up to the end of the file. Raises ``ServiceFailed`` when the server fails
    or the file changes meanwhile, ``BadInput`` when it is gone.
    """

    def __init__(self, source: Source, client: Client, cache: DiskCache) -> None:
        self.size = source.size
        self._source = source
        self._client = client
        self._cache = cache
        self._position = 0

    @property
    def requests_made(self) -> int:
        """How many requests the file has cost so far, redirects and repeated ones included."""
        return self._client.requests_made

    @property
    def bytes_fetched(self) -> int:
        """How many bytes of bodies have come over the wire so far."""
        return self._client.bytes_fetched

    @property
    def is_local(self) -> bool:
        """Whether all of it is on this machine already, since the server gives no parts."""
        return isinstance(self._source, Whole)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}.get(whence)
        if base is None or base + offset < 0:
            raise ValueError(f"There is no place {offset} from {whence} in a file")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        if self.closed:
            raise ValueError("The file is closed")
        left = max(0, self.size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        pieces = []
        while wanted > 0 and (piece := self._source.read(self._position, wanted)):
            pieces.append(piece)
            self._position += len(piece)
            wanted -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
            self._client.close()
            self._cache.trim()
        super().close()


def open_remote(client: Client, cache: DiskCache, url: str, most_whole: int, report: Report) -> RemoteFile:
    """The video at a checked address. ``most_whole`` bounds a download from a server that gives no parts.

    Raises ``BadInput`` when there is no video, ``ServiceFailed`` when the server fails.
    """
    head = _head(client, cache, url)
    if head is None:
        return RemoteFile(download_whole(client, cache, url, most_whole, report), client, cache)
    parts = Parts(client, cache, url, head)
    check_is_video(parts.read(0, HEAD_BYTES), head.content_type, url)
    return RemoteFile(parts, client, cache)


def _head(client: Client, cache: DiskCache, url: str) -> Head | None:
    """The first block; or one byte only where it is likely to be in the cache, just to know if all is as it was."""
    seen = f"{key_of(url)}-seen"
    head = ask_for_head(client, url, 1 if cache.has(seen) else BLOCK_BYTES)
    if head is None or head.tag:
        if head is not None:
            cache.mark(seen)
        return head
    # Without a tag, only the first block itself can tell whether the file is still the same.
    return head if len(head.data) > 1 else ask_for_head(client, url, BLOCK_BYTES)
