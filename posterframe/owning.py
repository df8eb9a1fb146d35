"""One process works on a data folder, and one serves its pages; it may be the same one."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from posterframe.errors import BadInput
from posterframe.settings import Role


def own(home: Path, role: Role) -> IO[bytes]:
    """Own this role in the data folder until the lock is closed or this process ends, however it ends.

    Raises ``BadInput`` while another process owns it.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / ("web.lock" if role is Role.WEB else "engine.lock")).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise BadInput(
            f"Posterframe is already running on the data folder {home}. Stop it first, or set POSTERFRAME_HOME."
        ) from error
    return lock
