"""One video file that several containers read at once, each from a place of its own."""

from __future__ import annotations

import io
from threading import Lock
from typing import BinaryIO


class SharedFile:
    """A file that is read at many places, by several threads."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = Lock()

    def read_at(self, place: int, size: int) -> bytes:
        """Up to ``size`` bytes from there. Raises what the file raises."""
        with self._lock:
            self._file.seek(place)
            return self._file.read(size)

    def size(self) -> int:
        """The length in bytes. Raises what the file raises."""
        with self._lock:
            return self._file.seek(0, io.SEEK_END)

    def close(self) -> None:
        self._file.close()


class FileView:
    """A container's own place in a file that other containers read too.

    FFmpeg turns an error of ``read`` into an end of file or a vague error of its own, so the first one is kept
    here, and ``check`` raises it as itself.
    """

    def __init__(self, file: SharedFile) -> None:
        self._file = file
        self._place = 0
        self._failure: BaseException | None = None

    def read(self, size: int) -> bytes:
        if self._failure is not None:
            return b""
        try:
            data = self._file.read_at(self._place, size)
        except BaseException as error:
            self._failure = error
            return b""
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            if whence == io.SEEK_END:
                offset += self.size()
            elif whence == io.SEEK_CUR:
                offset += self._place
        except BaseException as error:
            self._failure = self._failure or error
            return -1
        if offset < 0:
            return -1
        self._place = offset
        return offset

    def tell(self) -> int:
        return self._place

    def size(self) -> int:
        """The length of the file in bytes; the view stays where it is."""
        return self._file.size()

    def starts_like_video(self) -> bool:
        """Whether the first bytes are those of mp4 and its relatives, Matroska or AVI."""
        start = self._file.read_at(0, 12)
        return start[4:8] in (b"ftyp", b"moov", b"mdat") or start[:4] == b"\x1aE\xdf\xa3" or start[8:] == b"AVI "

    def check(self) -> None:
        """Raise what the file raised, if it did."""
        if self._failure is not None:
            raise self._failure
