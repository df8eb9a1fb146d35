"""The price table: dated rows, a table of one's own, and what is wrong with one said in a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from posterframe.errors import BadInput
from posterframe.gemini.prices import expected_usage, load_prices
from posterframe.gemini.sdk import Resolution, Usage, Viewing

MILLION = Usage(1_000_000, 1_000_000)


@pytest.mark.parametrize(
    ("model", "day", "dollars"),
    [
        ("gemini-3.5-flash-lite", date(2026, 11, 23), 2.80),
        ("gemini-3.8-flash", date(2026, 12, 31), 4.50),
        ("gemini-3.8-flash", date(2027, 1, 1), 9.00),
        ("gemini-unheard-of", date(2026, 11, 23), None),
    ],
)
def test_the_row_of_the_day_sets_the_price(model: str, day: date, dollars: float | None) -> None:
    assert load_prices().cost(model, MILLION, day) == (None if dollars is None else pytest.approx(dollars))


@pytest.mark.parametrize(
    "text",
    ["not toml at all", "price = 3", 'as_of = 2026-01-01\n[[price]]\nmodel = "x"\ninput = -1\noutput = 0\n'],
    ids=["no TOML", "no table", "a negative price"],
)
def test_a_table_that_cannot_be_used_is_named(text: str, tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_text(text)
    with pytest.raises(BadInput, match=r"price table .*prices\.toml cannot be used"):
        load_prices(table)


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="POSTERFRAME_GEMINI_PRICES"):
        load_prices(tmp_path / "none.toml")


def test_closer_looking_takes_more_tokens() -> None:
    def tokens(viewing: Viewing) -> int:
        return expected_usage(60.0, "", 5, viewing).prompt_tokens

    low, plain = tokens(Viewing(resolution=Resolution.LOW)), tokens(Viewing())
    assert (low, plain) == (6_000, 18_000)
    assert tokens(Viewing(fps=2)) > plain
