"""Looks for a key in whatever form a program may have written it down."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

STARTS = 3
"""Four letters of base64 stand for three bytes, and what is looked for may begin at any of them."""


def spellings(key: str) -> tuple[bytes, ...]:
    """The key as text, in an address, as numbers, and inside of base64, in which the engine keeps what it is given."""
    plain = key.encode()
    # Letters at the ends also depend on the neighbours, so they are left out.
    inside = (base64.b64encode(b"-" * start + plain)[(4 if start else 0) : -4] for start in range(STARTS))
    return (plain, key.encode("utf-16-le"), quote(key, safe="").encode(), plain.hex().encode(), *inside)


def tells(key: str, said: str | bytes) -> bool:
    """Whether somebody who reads this learns the key."""
    written = said.encode("utf-8", "surrogateescape") if isinstance(said, str) else said
    return any(spelling in written for spelling in spellings(key))


def files_that_tell(key: str, folder: Path) -> list[Path]:
    """The files beneath a folder from which one can learn the key: databases with all their tables, logs, caches."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and tells(key, path.read_bytes())]
