"""Parts of remote videos on disk, shared by all processes: a file appears whole, at once, or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from posterframe.errors import ServiceFailed
from posterframe.net.limits import KIB, MIB

_TRIM_EVERY = 64 * MIB
_TRIM_TO = 0.9
_CHECKSUM_BYTES = 4
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_LEAST_BYTES = 4 * KIB
"""What a file of a few bytes, or none, takes up on most disks."""


def key_of(*parts: object) -> str:
    """A file name that stands for these parts and tells nothing of them."""
    return sha256(repr(parts).encode()).hexdigest()[:40]


def disk_trouble(error: OSError) -> ServiceFailed:
    """What to say when a video cannot be written to the disk."""
    if error.errno in _NO_ROOM:
        return ServiceFailed("There is no room on the disk for the video. Free some space and try again.")
    return ServiceFailed(f"The video cannot be written to the disk ({error.strerror}). Check the folder and try again.")


class DiskCache:
    """Blocks and whole videos by name, the longest unused out first; without a folder it keeps nothing.

    A disk that is full or cannot be written is no error, it only means that less is kept. Any number of processes
    may share a folder: what one of them removes under another's feet is fetched again.
    """

    def __init__(self, folder: Path | None, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._untrimmed_bytes = 0
        self._blocks_fit = True

    def has(self, name: str) -> bool:
        return self._folder is not None and (self._folder / name).exists()

    def mark(self, name: str) -> None:
        """Keep the bare name."""
        if self._folder is not None:
            with suppress(OSError):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self._folder / name).touch()

    def block(self, name: str) -> bytes | None:
        """A block that was kept, unless it is gone, or damaged as by a crash of the machine."""
        file = self.whole(name)
        if file is None:
            return None
        with file:
            checksum, data = file.read(_CHECKSUM_BYTES), file.read()
        return data if checksum == _checksum(data) else None

    def keep_block(self, name: str, data: bytes) -> None:
        """Keep a block, if the disk lets us; after one refusal no more is tried."""
        if self._folder is None or not self._blocks_fit:
            return
        file = self.new_file()
        try:
            with file:
                file.write(_checksum(data) + data)
        except OSError:
            self.forget(file)
            self._blocks_fit = False
            return
        self.keep(file, name)
        if self._untrimmed_bytes >= _TRIM_EVERY:
            self.trim()

    def whole(self, name: str) -> IO[bytes] | None:
        """A file that was kept, open; it counts as used now."""
        if self._folder is None:
            return None
        with suppress(OSError):
            path = self._folder / name
            os.utime(path)
            return path.open("rb")
        return None

    def new_file(self) -> IO[bytes]:
        """An open file to be written and then given to ``keep`` or ``forget``."""
        if self._folder is not None:
            with suppress(OSError):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                return tempfile.NamedTemporaryFile(dir=self._folder, prefix="new-", delete=False)
        return tempfile.TemporaryFile()

    def keep(self, file: IO[bytes], name: str) -> None:
        """Give a finished file its lasting name. If it is open it stays so."""
        if self._folder is not None and isinstance(file.name, str):
            try:
                self._untrimmed_bytes += Path(file.name).stat().st_size
                Path(file.name).replace(self._folder / name)
            except OSError:
                self.forget(file)

    def forget(self, file: IO[bytes]) -> None:
        """Take the name off a file that is not to be kept: it vanishes when it is closed."""
        if isinstance(file.name, str):
            with suppress(OSError):
                Path(file.name).unlink()

    def trim(self) -> None:
        """If something was kept since the last time: remove what was unused for longest, well below the bound."""
        if self._folder is None or self._untrimmed_bytes == 0:
            return
        self._untrimmed_bytes = 0
        files = []
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    about = entry.stat()
                    files.append((about.st_mtime, max(about.st_size, _LEAST_BYTES), entry.path))
        total = sum(size for _, size, _ in files)
        if total <= self._max_bytes:
            return
        for _, size, path in sorted(files):
            if total <= self._max_bytes * _TRIM_TO:
                break
            with suppress(OSError):
                Path(path).unlink()
                total -= size


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(_CHECKSUM_BYTES, "big")
