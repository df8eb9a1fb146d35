"""How a command that serves until it is told to stop hears of it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from queue import SimpleQueue


def listen_for(*signals: signal.Signals) -> Callable[[], object]:
    """Hear these signals from now on; what is returned waits for the first one.

    Not with an ``Event``: whoever waits for one holds its lock now and then, and a signal that comes just then would
    wait for that lock for ever. Putting into a ``SimpleQueue`` never waits.
    """
    told: SimpleQueue[int] = SimpleQueue()
    for one in signals:
        signal.signal(one, lambda number, _: told.put(number))
    return told.get
