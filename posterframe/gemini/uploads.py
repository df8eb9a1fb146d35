"""Remembers what was uploaded to Gemini, so that nothing is sent twice within 48 hours, and nothing left there.

One small JSON file for each video in a folder of their own, named after the content's hash, the service's address and
a fingerprint of the key: what one key uploaded, another cannot use.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import SecretStr

from posterframe.gemini.files import KEPT_SECONDS
from posterframe.gemini.patience import Tick, sleep
from posterframe.net.cache import disk_trouble

USABLE_SECONDS: Final = KEPT_SECONDS - 1800.0
"""An upload is not used again in the last half hour of its life: Google might delete it under a running question."""

_CHUNK: Final = 1 << 20
_SAMPLE: Final = 1 << 18
_LOOK_EVERY: Final = 0.2

_ON_ITS_WAY: Final = "on-its-way-"
_GRACE_SECONDS: Final = 60.0
"""A folder for a video on its way is locked within this time of its making."""


@dataclass(frozen=True)
class Upload:
    """A file that Gemini has. ``content`` is the SHA-256 of its bytes, ``source`` the ``sketch`` of its address."""

    content: str
    source: str
    name: str
    uri: str
    mime_type: str
    uploaded_at: float


class Uploads:
    """The uploads of one key at one address. Processes and threads may share the folder."""

    def __init__(self, folder: Path, api_key: SecretStr, base_url: str) -> None:
        self._folder = folder
        self._scope = sha256(f"{base_url}\n{api_key.get_secret_value()}".encode()).hexdigest()[:16]

    def of_content(self, content: str) -> Upload | None:
        """The upload of these bytes, while it can be used."""
        upload = _read(self._path(content))
        return upload if upload and _age(upload) < USABLE_SECONDS else None

    def of_source(self, source: str) -> Upload | None:
        """The upload of what was found at this address, while it can be used."""
        return next((each for each in self._all() if each.source == source and _age(each) < USABLE_SECONDS), None)

    def outlived(self) -> list[Upload]:
        """Uploads that are not used any more, for deletion."""
        return [upload for upload in self._all() if _age(upload) >= USABLE_SECONDS]

    def tidy(self) -> None:
        """Remove what nobody will use again: records and locks of files that Google has deleted, also of other keys,
        and videos on their way to Gemini whose process was killed."""
        for pattern in ("*.json", "*.new", "*.lock"):
            for path in self._folder.glob(pattern):
                if _is_older(path, KEPT_SECONDS):
                    path.unlink(missing_ok=True)
        for folder in self._folder.glob(f"{_ON_ITS_WAY}*"):
            if _is_older(folder, _GRACE_SECONDS) and not _is_in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def keep(self, upload: Upload) -> None:
        path = self._path(upload.content)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        with _disk():
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(asdict(upload)), encoding="utf-8")
            fresh.replace(path)

    def forget(self, content: str) -> None:
        self._path(content).unlink(missing_ok=True)

    @contextmanager
    def only_one(self, content: str, tick: Tick) -> Iterator[None]:
        """While one process or thread sends these bytes, others wait: what it has sent is then there for them."""
        with _disk():
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = self._path(content).with_suffix(".lock").open("w")
        with lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    sleep(_LOOK_EVERY, tick)
            yield

    @contextmanager
    def space(self) -> Iterator[Path]:
        """A folder for a video on its way, on the disk that has room for videos."""
        with _disk():
            self._folder.mkdir(parents=True, exist_ok=True)
            folder = tempfile.TemporaryDirectory(dir=self._folder, prefix=_ON_ITS_WAY)
        with folder as path, _opened(Path(path)) as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # whoever is killed lets go of it
            yield Path(path)

    def _all(self) -> Iterator[Upload]:
        for path in sorted(self._folder.glob(f"{self._scope}-*.json")):
            if upload := _read(path):
                yield upload

    def _path(self, content: str) -> Path:
        return self._folder / f"{self._scope}-{content}.json"


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_trouble(error) from error


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_in_use(folder: Path) -> bool:
    """Whether some process holds the lock of ``space``."""
    try:
        with _opened(folder) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # removed in this very instant
        return False
    return False


def _is_older(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime > seconds
    except OSError:  # removed in this very instant
        return False


def _age(upload: Upload) -> float:
    return time.time() - upload.uploaded_at


def _read(path: Path) -> Upload | None:
    """A record that cannot be read is none: the video is then sent again."""
    try:
        return Upload(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def content_of(file: BinaryIO, tick: Tick) -> tuple[str, int]:
    """The SHA-256 of a file, and its size in bytes."""
    digest, size = sha256(), 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        tick()
    return digest.hexdigest(), size


def sketch(url: str, file: BinaryIO) -> str:
    """Tells whether an address still has the same video, without downloading it: its length, start, middle and end."""
    size = file.seek(0, os.SEEK_END)
    digest = sha256(f"{url}\n{size}\n".encode())
    for start in (0, size // 2, max(0, size - _SAMPLE)):
        file.seek(start)
        digest.update(file.read(_SAMPLE))
    return digest.hexdigest()
