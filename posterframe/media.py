"""The only way to stored files: pictures and videos, named by the hash of what is in them, and links to them."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, cast
from urllib.parse import quote

import fsspec  # type: ignore[import-untyped]

from posterframe.errors import BadInput, ServiceFailed
from posterframe.signing import DAY, Signer

Kind = Literal["previews", "thumbnails", "videos"]

CONTENT_TYPES = {
    "avif": "image/avif",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "m4v": "video/x-m4v",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
UNKNOWN = "bin"
"""The ending of a file whose name tells us nothing; it is served as plain bytes."""

MAX_BYTES = 500_000_000
"""The largest file that is taken in."""

LINK_DAYS = 7
TICKET_DAYS = 1

CHUNK = 1 << 20
S3_BLOCK = 1 << 20
"""Bytes that one read from S3 fetches at least; s3fs alone would fetch 50 MiB for the header of a film."""

_KEY = re.compile(r"(previews|thumbnails|videos)/[0-9a-f]{64}\.[a-z0-9]{1,8}")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NotStored(ServiceFailed):
    """There is no file under this key any more."""


class TooLarge(BadInput):
    """A file beyond the limit."""


def too_large(limit: int) -> TooLarge:
    """The error for a file of more than ``limit`` bytes."""
    return TooLarge(f"This file is larger than {limit / 1e6:g} MB: give its URL instead, or a smaller copy.")


@dataclass(frozen=True)
class Linked:
    """What a link stands for. With a ``filename`` the file is to be saved under it, else shown."""

    key: str
    filename: str | None


@dataclass(frozen=True)
class Bundle:
    """What a link to several files stands for: the name of their ZIP, and their keys by the names they get in it."""

    filename: str
    keys: Mapping[str, str]


class MediaStore:
    """A folder, or a bucket, of files that never change. Any thread may use it."""

    def __init__(self, url: str | None, home: Path, key: bytes) -> None:
        """Files lie at ``url`` (a folder or ``s3://…``), by default in ``home``; ``key`` signs the links.

        Raises ``BadInput`` for a URL that cannot be used, ``ServiceFailed`` where the folder cannot be written.
        """
        self._files, root = _file_system(url or str(home / "media"))
        self._root = PurePosixPath(root)
        self._is_local = "file" in self._files.protocol
        # Beside the files where these are local, since a rename is atomic only within one disk.
        self._incoming = (Path(root) if self._is_local else home) / "incoming"
        self._signer = Signer(key)
        with self._in_words():
            self._incoming.mkdir(parents=True, exist_ok=True)
            _forget_old(self._incoming)

    def put(self, data: bytes, kind: Kind, suffix: str) -> str:
        """Store bytes and return their key. Raises as ``Incoming`` does."""
        return self.put_file(BytesIO(data), kind, suffix)

    def put_file(self, file: BinaryIO, kind: Kind, suffix: str, *, max_bytes: int = MAX_BYTES) -> str:
        """Store what is left to read of an open file, piece by piece, and return its key. Raises as ``Incoming``."""
        with self.receive(max_bytes=max_bytes) as incoming:
            while piece := file.read(CHUNK):
                incoming.write(piece)
            return self.keep(incoming, kind, suffix)

    @contextmanager
    def receive(self, *, max_bytes: int = MAX_BYTES) -> Iterator[Incoming]:
        """Take in a file whose pieces arrive one by one. What is not kept leaves nothing behind."""
        with self._in_words():
            self._incoming.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                yield Incoming(Path(name), file, max_bytes)
        finally:
            Path(name).unlink(missing_ok=True)

    def keep(self, incoming: Incoming, kind: Kind, suffix: str) -> str:
        """Put a received file in its place, whole and on the disk, and return its key.

        The same key is the same bytes, so what is there already stays. Raises ``BadInput`` for an empty file.
        """
        key = f"{kind}/{incoming.digest()}.{suffix}"
        path = self._path(key)
        with self._in_words():
            if self._files.exists(path):
                return key
            if self._is_local:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                incoming.path.replace(path)
            else:
                self._files.put_file(str(incoming.path), path)
        return key

    def open(self, key: str) -> BinaryIO:
        """A fresh file to read and seek. Raises ``NotStored``."""
        options = {} if self._is_local else {"block_size": S3_BLOCK, "cache_type": "readahead"}
        with self._in_words(reading=True):
            return cast(BinaryIO, self._files.open(self._path(key), "rb", **options))

    def read(self, key: str) -> bytes:
        """All of a file, which is a picture: films may be too large for it. Raises ``NotStored``."""
        with self.open(key) as file, self._in_words(reading=True):
            return file.read()

    def size(self, key: str) -> int:
        """In bytes. Raises ``NotStored``."""
        with self._in_words(reading=True):
            return int(self._files.size(self._path(key)))

    def exists(self, key: str) -> bool:
        with self._in_words():
            return bool(self._files.exists(self._path(key)))

    def link(self, key: str, *, filename: str | None = None) -> str:
        """A path on this site that gives the file to whoever has it, for a week at least.

        With a ``filename`` the browser saves the file under that name instead of showing it.
        """
        self._path(key)
        token = self._signer.sign("link", [key, filename], LINK_DAYS)
        return f"/files/{token}/{quote(filename or PurePosixPath(key).name, safe='')}"

    def resolve(self, token: str) -> Linked:
        """What a link's token stands for. Raises ``Refused``."""
        return Linked(*self._signer.read("link", token))

    def bundle_link(self, bundle: Bundle) -> str:
        """A path on this site that gives the files in one ZIP to whoever has it, for a week at least."""
        for key in bundle.keys.values():
            self._path(key)
        token = self._signer.sign("bundle", [bundle.filename, bundle.keys], LINK_DAYS)
        return f"/bundles/{token}/{quote(bundle.filename, safe='')}"

    def resolve_bundle(self, token: str) -> Bundle:
        """What the token of a link to several files stands for. Raises ``Refused``."""
        return Bundle(*self._signer.read("bundle", token))

    def upload_ticket(self) -> str:
        """Lets whoever has it send a file, for a day at least."""
        return self._signer.sign("upload", None, TICKET_DAYS)

    def check_ticket(self, ticket: str) -> None:
        """Raises ``Refused`` for a ticket that is not ours, or too old."""
        self._signer.read("upload", ticket)

    def receipt(self, key: str) -> str:
        """Tells us later, by way of a browser, that this file was really uploaded."""
        return self._signer.sign("uploaded", key, TICKET_DAYS)

    def uploaded_key(self, receipt: str) -> str:
        """The key of the file that a receipt was given for. Raises ``Refused``."""
        return str(self._signer.read("uploaded", receipt))

    def _path(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a media key: {key!r}")
        return str(self._root / key)

    @contextmanager
    def _in_words(self, *, reading: bool = False) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if reading and isinstance(error, FileNotFoundError):
                raise NotStored("This file is not stored any more.") from error
            raise _file_trouble(error, str(self._root)) from error
        except Exception as error:
            if self._is_local:
                raise
            # What botocore raises has no base that we could name without importing it.
            raise ServiceFailed(f"The media store {self._root} does not answer: {error}") from error


class Incoming:
    """A file on its way in: written to ``path``, counted and hashed."""

    def __init__(self, path: Path, file: FileIO, max_bytes: int) -> None:
        self.path = path
        self._file = file
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> None:
        """Raises ``TooLarge`` beyond the limit, ``ServiceFailed`` where the disk is full."""
        self._size += len(piece)
        if self._size > self._max_bytes:
            raise too_large(self._max_bytes)
        self._hash.update(piece)
        left = memoryview(piece)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise _file_trouble(error, str(self.path.parent)) from error

    def digest(self) -> str:
        """The SHA-256 of the whole file, which is on the disk by then. Raises ``BadInput`` where nothing came."""
        if self._size == 0:
            raise BadInput("This file is empty: choose another one.")
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()


def _file_trouble(error: OSError, where: str) -> ServiceFailed:
    if error.errno in _DISK_FULL:
        return ServiceFailed(f"The disk of {where} is full, so nothing was stored: free some space and try again.")
    return ServiceFailed(f"Files in {where} cannot be read or stored: {error.strerror or error}.")


def suffix_of(name: str) -> str:
    """The ending to store a file of this name under: ``mp4`` for ``My film.MP4``."""
    suffix = PurePosixPath(name).suffix.lower().removeprefix(".")
    return suffix if suffix in CONTENT_TYPES else UNKNOWN


def content_type(key: str) -> str:
    return CONTENT_TYPES.get(key.rpartition(".")[2], "application/octet-stream")


def _file_system(url: str) -> tuple[Any, str]:
    options = {"use_listings_cache": False} if url.startswith("s3:") else {}
    try:
        files, root = fsspec.url_to_fs(url, **options)
    except ImportError:
        raise BadInput(
            "POSTERFRAME_MEDIA_URL needs a package that is not here; for S3, run .venv/bin/pip install -e '.[s3]' in "
            "the project's folder."
        ) from None
    except ValueError:
        raise BadInput("POSTERFRAME_MEDIA_URL has to be a folder or an address such as s3://bucket/folder.") from None
    return files, root


def _forget_old(incoming: Path) -> None:
    """Remove what killed processes left half received."""
    for file in incoming.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < time.time() - DAY:
                file.unlink()
