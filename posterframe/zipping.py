"""Files in one ZIP that is made while it is sent: its size is known before, and one file at a time is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

BEFORE_FILE, OF_FILE, AT_END = 30, 46, 22
"""Bytes of the ZIP's headers beside a file's name: before the file, in the list of files, and after that list."""


def zip_size(sizes: Mapping[str, int]) -> int:
    """Bytes of a ZIP of files of these names and sizes, as long as it stays below 4 GiB.

    The format is told in PKWARE's APPNOTE, 4.3; a name stands in it twice.
    """
    return sum(BEFORE_FILE + OF_FILE + 2 * len(name.encode()) + size for name, size in sizes.items()) + AT_END


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The pieces of a ZIP of these files, by name and content. Pictures are small already, so they are only stored."""
    window = _Window()
    with ZipFile(window, "w", ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(name, data)
            yield window.take()
    yield window.take()


class _Window(BytesIO):
    """The end of a file of which the beginning has been sent.

    With a way back to the start of each file its header tells its size; a stream's does not, and not all can read that.
    """

    sent = 0

    def tell(self) -> int:
        return self.sent + super().tell()

    def seek(self, place: int, whence: int = 0, /) -> int:
        return self.sent + super().seek(place - self.sent, whence)

    def take(self) -> bytes:
        piece = self.getvalue()
        self.sent += len(piece)
        super().seek(0)
        self.truncate()
        return piece
