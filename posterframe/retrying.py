"""What all have in common who try again: a failure that may pass, and how long a server asks to wait. No policy."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from posterframe.errors import PosterframeError

_SECONDS = re.compile(r"\d{1,18}(?:\.\d{1,18})?", re.ASCII)


class Transient(Exception):
    """A failure that may be gone at the next attempt; ``said`` is what to tell the person when it is not.

    ``pause`` is how many seconds the server asked to wait, None where it named no time.
    """

    def __init__(self, said: PosterframeError, pause: float | None = None) -> None:
        super().__init__(str(said))
        self.said = said
        self.pause = pause


def pause_asked(header: str | None, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` asks for, 0 for a date in the past; None where it gives no time or is left out.

    It is a number of seconds or one of the dates of HTTP (RFC 9110, 10.2.3 and 5.6.7); fractions are taken too.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    in_utc = date if date.tzinfo else date.replace(tzinfo=UTC)  # the oldest of the three forms names no zone
    return max(0.0, (in_utc - now).total_seconds())
