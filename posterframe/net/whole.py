"""A video on a server that gives no byte ranges: downloaded once, within bounds, and read from the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import SEEK_END
from itertools import chain
from typing import IO

from posterframe.contracts import Report
from posterframe.errors import BadInput, ServiceFailed
from posterframe.net.address import host_of, shown
from posterframe.net.cache import DiskCache, disk_trouble, key_of
from posterframe.net.client import Answer, Client
from posterframe.net.content import check_is_video
from posterframe.net.limits import BLOCK_BYTES, MIB
from posterframe.net.parts import tag_of

DOWNLOADING = "Downloading the video"


def too_large(url: str, most: int) -> BadInput:
    """What to say of a video that would have to be downloaded but is larger than ``most`` bytes."""
    return BadInput(
        f"{shown(url)} is larger than {most / MIB:,.0f} MB, the most that can be downloaded. Use a smaller version."
    )


class Whole:
    """The bytes of a file that lies on the disk. Owns the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = file.seek(0, SEEK_END)
        self._file = file

    def read(self, position: int, size: int) -> bytes:
        """Up to ``size`` bytes from ``position`` on."""
        self._file.seek(position)
        return self._file.read(size)

    def close(self) -> None:
        self._file.close()


def download_whole(client: Client, cache: DiskCache, url: str, most: int, report: Report) -> Whole:
    """Download a video of at most ``most`` bytes, unless the cache has it.

    Raises ``BadInput`` for what is too large or no video, ``ServiceFailed`` when the server or the disk fails, and
    lets ``Stopped`` from ``report`` pass.
    """

    def attempt() -> Whole:
        with client.get(url) as answer:
            if answer.status != 200:
                raise ServiceFailed(f"{host_of(answer.url)} gives neither the video nor parts of it. Upload the file.")
            if answer.length is not None and answer.length > most:
                raise too_large(answer.url, most)
            pieces = _pieces(answer)
            head = b"" if tag_of(answer) else next(pieces, b"")
            name = _name(url, answer, head)
            kept = cache.whole(name) if name else None
            if kept is not None:
                return Whole(kept)
            head = head or next(pieces, b"")
            check_is_video(head, answer.headers.get("Content-Type", ""), answer.url)
            file = cache.new_file()
            try:
                _spool(chain((head,), pieces), file, answer, most, report)
            except BaseException:
                cache.forget(file)
                file.close()
                raise
            if name:
                cache.keep(file, name)
            else:
                cache.forget(file)
            return Whole(file)

    return client.persist(attempt, url, client.limits.total_deadline)


def _name(url: str, answer: Answer, head: bytes) -> str | None:
    """What the file is kept as, known by its tag or else its beginning; None if neither that nor its size is known."""
    tag = tag_of(answer)
    if not tag and answer.length is None:
        return None
    return f"{key_of(url, answer.length, tag or sha256(head).digest())}-whole"


def _pieces(answer: Answer) -> Iterator[bytes]:
    """The body in pieces of one block. Raises ``Transient`` when there is less of it than was said."""
    done = 0
    piece = bytearray()
    while data := answer.read(BLOCK_BYTES - len(piece)):
        done += len(data)
        piece += data
        if len(piece) == BLOCK_BYTES:
            yield bytes(piece)
            piece.clear()
    if answer.length is not None and done < answer.length:
        raise answer.cut_short()
    if piece:
        yield bytes(piece)


def _spool(pieces: Iterable[bytes], file: IO[bytes], answer: Answer, most: int, report: Report) -> None:
    """Write a body to a file, down to the disk. Raises as ``download_whole`` does."""
    done = 0
    for piece in pieces:
        done += len(piece)
        if done > most:
            raise too_large(answer.url, most)
        try:
            file.write(piece)
        except OSError as error:
            raise disk_trouble(error) from error
        report(done / answer.length if answer.length else 0.0, DOWNLOADING)
    try:
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise disk_trouble(error) from error
