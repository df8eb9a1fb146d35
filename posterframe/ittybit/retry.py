"""When a request is tried again, and how long after: backoff with jitter, and one gate for all threads."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay

from posterframe.retrying import Transient

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """How patient a client is, in seconds. ``patience``: no attempt begins later than this after the first.

    ``read_timeout`` is for a whole answer. ``untold_wait`` is how long everybody holds back after a 429 that names no
    time. ``a_second`` is how many requests are sent in one second at most, of whatever kind.
    """

    attempts: int = 5
    first_backoff: float = 0.4
    longest_backoff: float = 8.0
    patience: float = 30.0
    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    untold_wait: float = 5.0
    a_second: float = 40.0


def persistently(pace: Pace, attempt: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of ``attempt``, tried again after each ``Transient``; in the end, what that one said."""

    def wait(state: RetryCallState) -> float:
        return _backoff(pace, state.attempt_number, _failure(state).pause)

    retrying = Retrying(
        retry=retry_if_exception_type(Transient),
        wait=wait,
        stop=stop_after_attempt(pace.attempts) | stop_before_delay(pace.patience),
        retry_error_callback=_give_up,
    )
    return retrying(attempt, *args, **kwargs)


def _backoff(pace: Pace, attempt: int, asked: float | None) -> float:
    """Seconds until the next attempt. What the service asks for is never undercut; jitter keeps clients apart."""
    ceiling = min(pace.first_backoff * 2 ** (attempt - 1), pace.longest_backoff)
    jitter = random.uniform(ceiling / 2, ceiling)  # noqa: S311 - no secret
    return jitter if asked is None else asked + jitter


def _failure(state: RetryCallState) -> Transient:
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, Transient), "only such failures are tried again"
    return failure


def _give_up(state: RetryCallState) -> None:
    failure = _failure(state)
    raise failure.said from failure.__cause__


class Gate:
    """All requests of a client pass here: so many a second, and none while the service asks one thread to wait."""

    def __init__(self, a_second: float) -> None:
        self._gap = 1 / a_second
        self._lock = threading.Lock()
        self._opens_at = 0.0
        self._next = 0.0

    def close_for(self, seconds: float) -> None:
        """Keep everybody back; those who waited then go one after another."""
        with self._lock:
            self._opens_at = max(self._opens_at, time.monotonic() + seconds)
            self._next = max(self._next, self._opens_at)

    def enter(self, patience: float) -> float:
        """Wait until one may go, and return 0; the seconds until then where they are more than ``patience``."""
        give_up_at = time.monotonic() + patience
        while not self._may_go():
            wait = self._wait
            if time.monotonic() + wait > give_up_at:
                return wait
            time.sleep(wait)
        return 0.0

    def _may_go(self) -> bool:
        """Wait for one's turn; whether the gate is open then. After a pause, a second's worth may go at once."""
        if self._wait:
            return False
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now - 1.0 + self._gap)
            self._next = turn + self._gap
        time.sleep(max(turn - now, 0.0))
        return not self._wait

    @property
    def _wait(self) -> float:
        """Seconds until it opens; 0 while it is open."""
        return max(self._opens_at - time.monotonic(), 0.0)
