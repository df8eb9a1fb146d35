"""Hearing that one is to stop, whenever it is said."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from threading import Timer

import pytest

from posterframe.cli.leaving import listen_for

SIGNALS = (signal.SIGUSR1, signal.SIGUSR2)


@pytest.fixture(autouse=True)
def _leave_signals_as_they_were() -> Iterator[None]:
    handlers = [signal.getsignal(one) for one in SIGNALS]
    yield
    signal.set_wakeup_fd(-1)
    for one, handler in zip(SIGNALS, handlers, strict=True):
        signal.signal(one, handler)


def test_a_signal_that_came_before_the_wait_is_heard() -> None:
    wait = listen_for(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    wait()


def test_a_signal_that_comes_during_the_wait_is_heard() -> None:
    wait = listen_for(*SIGNALS)
    Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR2)).start()
    wait()


def test_other_signals_end_no_wait() -> None:
    heard: list[int] = []
    signal.signal(signal.SIGUSR2, lambda number, _: heard.append(number))
    wait = listen_for(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR2)
    os.kill(os.getpid(), signal.SIGUSR1)
    wait()
    assert heard == [signal.SIGUSR2]
