"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import requests

T = TypeVar("T")

LOOKS_EVERY = 0.02


def wait_for(condition: Callable[[], T], seconds: float = 10.0) -> T:
    """The first true value of ``condition``. Raises ``TimeoutError`` when there is none within the seconds."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so within {seconds} s")
        time.sleep(LOOKS_EVERY)


def app_answers(url: str) -> bool:
    """Whether the app's server at this address serves already."""
    try:
        return requests.get(f"{url}/_stcore/health", timeout=5).ok
    except requests.RequestException:
        return False
