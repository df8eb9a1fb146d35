"""What a ``Retry-After`` asks for, in every form it may have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from posterframe.retrying import pause_asked

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("999999999", 999_999_999.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
        ("Sun Mar  1 12:00:30 2026", 30.0),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
    ],
)
def test_a_wait_is_read_from_seconds_or_a_date(header: str, seconds: float) -> None:
    assert pause_asked(header, NOW) == seconds


@pytest.mark.parametrize(
    "header",
    [None, "", "soon", "-5", "inf", "nan", "1e3", "²", "1_000", "9" * 400]
    + [f"Sun, {day} 11:00:00 GMT" for day in ("99 Mar 2026", "01 Mar 99999", f"01 Mar {'9' * 30}")],
)
def test_rubbish_asks_for_no_wait(header: str | None) -> None:
    assert pause_asked(header, NOW) is None
