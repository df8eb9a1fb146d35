"""What a question costs, before and after it: from one dated table that a setting can replace."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, ValidationError

from posterframe.errors import BadInput
from posterframe.gemini.sdk import Resolution, Usage, Viewing

TOKENS_A_SECOND: Final = {Resolution.LOW: 100, Resolution.MEDIUM: 300, Resolution.HIGH: 300}
"""Tokens for a second of video with its sound, at the one frame a second that Gemini samples by default."""

_SOUND_TOKENS_A_SECOND: Final = 32
_CHARACTERS_A_TOKEN: Final = 4
_ANSWER_TOKENS: Final = 300
_MOMENT_TOKENS: Final = 60
"""Rough sizes of an answer, thinking included: output is a few per cent of what a question costs."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    input: NonNegativeFloat
    output: NonNegativeFloat
    until: date | None = None


class PriceTable(BaseModel):
    """Prices in US dollars per million tokens, as they were known on the day ``as_of``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date
    price: tuple[_Row, ...] = Field(default=())

    def cost(self, model: str, usage: Usage, day: date) -> float | None:
        """US dollars for these tokens on this day; None for a model that the table does not have."""
        rows = (row for row in self.price if row.model == model and (row.until is None or day <= row.until))
        row = next(rows, None)
        return None if row is None else (usage.prompt_tokens * row.input + usage.output_tokens * row.output) / 1e6


def load_prices(path: Path | None = None) -> PriceTable:
    """The table in this file, or the one that comes with the product. Raises ``BadInput`` that says what is wrong."""
    if path is None:
        return PriceTable.model_validate(tomllib.loads(_own_table()))
    try:
        return PriceTable.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(
            f"The price table {path} cannot be read: set POSTERFRAME_GEMINI_PRICES to a TOML file."
        ) from error
    except (ValueError, ValidationError) as error:
        problem = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise BadInput(f"The price table {path} cannot be used ({problem}): see docs/configuration.md.") from error


def _own_table() -> str:
    return resources.files("posterframe.gemini").joinpath("prices.toml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Cost:
    """Tokens and US dollars of one round. ``amount`` is None where the table has no price for the model."""

    usage: Usage
    amount: float | None
    prices_as_of: date

    def as_json(self) -> Mapping[str, Any]:
        """For ``Picked.details``: ``{"prompt_tokens", "output_tokens", "usd", "prices_as_of"}``."""
        return {
            "prompt_tokens": self.usage.prompt_tokens,
            "output_tokens": self.usage.output_tokens,
            "usd": None if self.amount is None else round(self.amount, 6),
            "prices_as_of": self.prices_as_of.isoformat(),
        }


def expected_usage(seconds: float, prompt: str, count: int, viewing: Viewing) -> Usage:
    """Tokens that watching so many seconds is likely to take; without a resolution, the higher figure."""
    per_second = TOKENS_A_SECOND[viewing.resolution or Resolution.HIGH]
    frames = per_second - _SOUND_TOKENS_A_SECOND
    a_second = _SOUND_TOKENS_A_SECOND + frames * (1.0 if viewing.fps is None else viewing.fps)
    watched = seconds * a_second
    return Usage(round(watched + len(prompt) / _CHARACTERS_A_TOKEN), _ANSWER_TOKENS + _MOMENT_TOKENS * count)
