"""Signed words that we hand out and take back: nobody can make or change one without the key of the data folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from posterframe.errors import BadInput, ServiceFailed

KEY_BYTES = 32
DAY = 86_400

REFUSED = "This link has expired or was changed on its way; open the page again to get a fresh one."
"""One sentence for both, so that guessing teaches nothing."""


class Refused(BadInput):
    """A signed word that is not ours, not for this purpose, or too old."""


def signing_key(home: Path) -> bytes:
    """The secret of a data folder, made once, whoever asks first. Raises ``ServiceFailed`` where it cannot be kept."""
    path = home / "signing.key"
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise ServiceFailed(f"The file {path} cannot be used ({error.strerror}): check who owns its folder.") from error
    if len(key) < KEY_BYTES:
        raise ServiceFailed(f"The file {path} is damaged: delete it, and links given out before stop working.")
    return key


def _make_key(path: Path) -> None:
    """Write the key elsewhere and link it into place whole; where another process was first, its key stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".signing-")  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(name)
    finally:
        Path(name).unlink()


class Signer:
    """Signs values for a purpose and reads them back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, value: Any, days: int) -> str:
        """``value`` (plain JSON) as a word that is safe in a URL and holds for ``days`` to ``days + 1`` days.

        All words of one UTC day end together, so that the same value is the same word and a browser's cache knows it.
        """
        until = (int(time.time()) // DAY + 1 + days) * DAY
        return self._serializer(purpose).dumps([until, value])

    def read(self, purpose: str, word: str) -> Any:
        """The value of a word signed for this purpose. Raises ``Refused``."""
        try:
            until, value = self._serializer(purpose).loads(word)
        except BadData:
            raise Refused(REFUSED) from None
        if until < time.time():
            raise Refused(REFUSED)
        return value

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self._key, salt=f"posterframe.{purpose}", signer_kwargs=options)
