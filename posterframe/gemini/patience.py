"""How long Gemini is waited for, when it is asked again, and waits that a person can cancel."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from posterframe.gemini.trouble import Failure, Trouble

T = TypeVar("T")

Tick = Callable[[], None]
"""Called again and again while something is waited for; raises ``Stopped`` once the person has cancelled."""

TICK_EVERY: Final = 0.25


@dataclass(frozen=True)
class Patience:
    """Limits in seconds. ``total`` bounds one question with all its tries, ``upload`` the sending of a file, ``ready``
    the wait until that can be used, ``listing`` the wait for the list of models, for which a page may be waiting."""

    tries: int = 4
    fresh_tries: int = 3
    reply: float = 180.0
    total: float = 420.0
    upload: float = 7200.0
    ready: float = 300.0
    listing: float = 5.0
    poll: float = 2.0
    first_wait: float = 1.0
    longest_wait: float = 20.0


def sleep(seconds: float, tick: Tick) -> None:
    """Sleep, but let ``tick`` end it."""
    wake_at = time.monotonic() + seconds
    tick()
    while (left := wake_at - time.monotonic()) > 0:
        time.sleep(min(left, TICK_EVERY))
        tick()


def attend(call: Callable[[], T], seconds: float, tick: Tick) -> T:
    """The result of a blocking call, for at most so many seconds in all and with ``tick`` while it runs.

    The SDKs only bound the wait for the next byte, and cannot be interrupted. A call that is given up ends by itself
    in its daemon thread, and what it brings is dropped. Raises ``Failure`` (TIMEOUT), and what the call raises.
    """
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    give_up_at = time.monotonic() + seconds
    threading.Thread(target=run, name="gemini-call", daemon=True).start()
    while True:
        tick()
        left = give_up_at - time.monotonic()
        try:
            return outcome.result(timeout=max(0.0, min(left, TICK_EVERY)))
        except FutureTimeout:
            if outcome.done():  # it raised this itself, or came in this very instant
                return outcome.result()
            if left <= 0:
                raise Failure(Trouble.TIMEOUT) from None


class Persistence:
    """Tries a request again while its failure may pass, within a number of tries and one total deadline."""

    def __init__(self, patience: Patience, tick: Tick) -> None:
        self._patience = patience
        self._tick = tick
        self._give_up_at = time.monotonic() + patience.total

    @property
    def left(self) -> float:
        """Seconds until the deadline; never negative."""
        return max(0.0, self._give_up_at - time.monotonic())

    def get(self, call: Callable[[float], T]) -> T:
        """The result of ``call``, which is given the seconds that it may take. Raises its last ``Failure``."""

        def attempt() -> T:
            seconds = min(self._patience.reply, self.left)
            return attend(lambda: call(seconds), seconds, self._tick)

        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=lambda state: stop_after_attempt(self._patience.tries)(state) or self._wait(state) >= self.left,
            wait=self._wait,
            sleep=lambda seconds: sleep(seconds, self._tick),
            reraise=True,
        )
        return retrying(attempt)

    def _wait(self, state: RetryCallState) -> float:
        """What the service asked for is never undercut; jitter keeps many askers apart."""
        backoff = min(self._patience.first_wait * 2.0 ** (state.attempt_number - 1), self._patience.longest_wait)
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, Failure) else None
        return (asked or 0.0) + random.uniform(backoff / 2, backoff)  # noqa: S311 - no secret


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Failure) and error.may_pass
