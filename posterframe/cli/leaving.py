"""How a command that serves until it is told to stop hears of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def listen_for(*signals: signal.Signals) -> Callable[[], None]:
    """Hear these signals from now on; what is returned waits for the first one. For the main thread.

    Not with an ``Event`` or a queue: Python hears a signal between two steps of its own, so one that comes just before
    it waits for a lock is heard when that wait is over, which is never. What the system puts into a pipe stays there.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    for one in signals:
        signal.signal(one, lambda *_: None)

    def wait() -> None:
        while os.read(heard, 1)[0] not in signals:
            pass  # another one, which has a handler of its own

    return wait
