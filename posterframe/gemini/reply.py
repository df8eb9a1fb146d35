"""Reads replies: tolerant of every shape that Gemini was seen to answer in, strict about what comes out. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from posterframe.contracts import WHOLE, Part, Proposal
from posterframe.gemini.prompt import FUNCTION_NAME
from posterframe.gemini.sdk import Reply
from posterframe.gemini.text import plain_sentence
from posterframe.gemini.times import TIME_NAMES, NoTime, Time, as_written, read_times

SAME_MOMENT: Final = 1.0
"""Times closer than this many seconds are one moment: Gemini cannot tell them apart at one frame a second."""

KNOWN_MOMENT: Final = 1.5
"""A moment so many seconds from one of an earlier round is that one again: each time is only known to a second."""

_LOOKED_AT: Final = 200
"""More moments than this in one reply are not read: what comes first is what Gemini thinks best."""

_REASON_NAMES = ("reason", "description", "explanation", "why")
_NO_REASON = "Gemini gave no reason for this moment."
_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)

_BLOCKED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "ESCALATION", "MODEL_ARMOR"}
    | {"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "PUP_LIMITED_DISABLED"}
)
"""Finish reasons that a fresh try would not change. Every other one, also one not invented yet, is worth a try."""


class Problem(StrEnum):
    """Why a reply holds no moment."""

    BLOCKED = "blocked"
    NOTHING_FOUND = "nothing found"
    CUT_OFF = "cut off"
    MALFORMED = "malformed"
    UNUSABLE_TIMES = "unusable times"

    @property
    def is_worth_a_fresh_try(self) -> bool:
        return self in (Problem.CUT_OFF, Problem.MALFORMED, Problem.UNUSABLE_TIMES)


@dataclass(frozen=True)
class Findings:
    """The strict result: either proposals, best first, or the problem that there are none."""

    proposals: tuple[Proposal, ...] = ()
    warnings: tuple[str, ...] = ()
    problem: Problem | None = None
    written: tuple[float | str, ...] = ()
    """The time of each proposal as it was written: without the video's length, some can be read in several ways."""

    @property
    def repaired(self) -> int:
        """How many proposals had their time repaired."""
        return sum(1 for proposal in self.proposals if proposal.warnings)


def read_reply(
    reply: Reply, *, duration: float | None, count: int, part: Part = WHOLE, known: Sequence[Proposal] = ()
) -> Findings:
    """Up to ``count`` moments of a part of a video of ``duration`` seconds (None: not known yet), none ``known``."""
    found = [list(moments) for moments in _moments_in(reply)]
    if not found:
        return Findings(problem=_why_none(reply))
    rows = [row for moments in found for row in moments][:_LOOKED_AT]
    if not rows:
        return Findings(problem=Problem.NOTHING_FOUND)
    written = [_named(row, TIME_NAMES) if isinstance(row, Mapping) else row for row in rows]
    return _choose(rows, written, read_times(written, duration, part), count=count, known=known)


def _choose(
    rows: Sequence[Any],
    written: Sequence[Any],
    times: Sequence[Time | NoTime],
    *,
    count: int,
    known: Sequence[Proposal],
) -> Findings:
    proposals: list[Proposal] = []
    kept: list[float | str] = []
    warnings: list[str] = []
    repeated = 0
    for row, time, spelling in zip(rows, times, written, strict=True):
        if isinstance(time, NoTime):
            warnings.append(f"A moment was left out: {time.why}.")
        elif _stands_in(proposals, time.seconds, SAME_MOMENT):
            continue
        elif _stands_in(known, time.seconds, KNOWN_MOMENT):
            repeated += 1
        else:
            reason = plain_sentence(_named(row, _REASON_NAMES)) or _NO_REASON
            proposals.append(Proposal(time.seconds, reason, (time.repair,) if time.repair else ()))
            kept.append(as_written(spelling))
    if repeated:
        warnings.append(
            "Moments that were known already were left out."
            if repeated > 1
            else "A moment that was known already was left out."
        )
    if not proposals:
        return Findings(warnings=tuple(warnings), problem=Problem.NOTHING_FOUND if repeated else Problem.UNUSABLE_TIMES)
    return Findings(tuple(proposals[:count]), tuple(warnings), written=tuple(kept[:count]))


def _stands_in(proposals: Sequence[Proposal], seconds: float, within: float) -> bool:
    return any(abs(proposal.timestamp - seconds) <= within for proposal in proposals)


def _named(row: Any, names: Sequence[str]) -> Any:
    if not isinstance(row, Mapping):
        return None
    return next((row[name] for name in names if row.get(name) is not None), None)


def _moments_in(reply: Reply) -> Iterator[list[Any]]:
    """Every list of moments, those of the declared function first, then of other names, then JSON in texts."""
    named = sorted(reply.calls, key=lambda call: call.name.rpartition(".")[2] != FUNCTION_NAME)
    found = [moments for call in named if (moments := _moments_of(call.args)) is not None]
    if not found:
        found = [moments for text in reply.texts if (moments := _moments_of(_json_in(text))) is not None]
    yield from found


def _moments_of(value: Any) -> list[Any] | None:
    """The moments in a call's arguments: under their name, also as JSON text, bare, or a single one."""
    if isinstance(value, str):
        value = _json_in(value)
    if isinstance(value, list):
        return value if all(_is_row(row) for row in value) else None
    if not isinstance(value, Mapping):
        return None
    for name in ("moments", "args", "arguments", "parameters"):
        if name in value:
            return _moments_of(value[name])
    return [value] if _named(value, TIME_NAMES) is not None else None


def _is_row(row: Any) -> bool:
    return isinstance(row, Mapping | int | float | str) or row is None


def _json_in(text: str) -> Any:
    """The JSON that a text is or has in it (models wrap it in fences and in sentences); None without any."""
    fenced = _FENCED.search(text)
    candidate = fenced[1] if fenced else text
    starts = [at for at in (candidate.find("{"), candidate.find("[")) if at >= 0]
    if not starts:
        return None
    try:
        return json.JSONDecoder().raw_decode(candidate[min(starts) :])[0]
    except (ValueError, RecursionError):
        return None


def _why_none(reply: Reply) -> Problem:
    if reply.blocked or reply.finish in _BLOCKED:
        return Problem.BLOCKED
    return Problem.CUT_OFF if reply.finish == "MAX_TOKENS" else Problem.MALFORMED
