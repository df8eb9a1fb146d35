"""Moments of a video that was watched without its file, held against the file once there is one. Pure decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from posterframe.contracts import Proposal
from posterframe.gemini.times import NoTime, read_times
from posterframe.model import Moment, Round
from posterframe.timecode import format_time


@dataclass(frozen=True)
class Matched:
    """A moment and its time in the file, in seconds; None where the file does not have it.

    ``remark`` says in words why not, or what was done to the time as it was written; empty for nothing.
    """

    moment: Moment
    timestamp: float | None
    remark: str = ""


def known_moments(moments: Sequence[Moment]) -> tuple[Proposal, ...]:
    """The moments at each of their times: as suggested, as refined, and where a person has put them."""
    return tuple(
        Proposal(at, moment.reason)
        for moment in moments
        for at in dict.fromkeys((moment.suggested_timestamp, moment.refined_timestamp, moment.timestamp))
        if at is not None
    )


def match(rounds: Sequence[Round], moments: Sequence[Moment], duration: float) -> list[Matched]:
    """Each moment that nobody has moved or removed, with its time in a file of ``duration`` seconds.

    ``moments`` are those of all rounds in their order, removed ones too: a round is read as a whole, as its times
    were written then (``details["written"]``), since the numbers of one reply have one unit.
    """
    found: list[Matched] = []
    for round_ in rounds:
        suggested = [moment for moment in moments if moment.round_id == round_.id]
        written = round_.details.get("written") or [moment.suggested_timestamp for moment in suggested]
        for moment, time in zip(suggested, read_times(written, duration, round_.wish.part), strict=True):
            if isinstance(time, NoTime):
                found.append(Matched(moment, None, time.why))
            else:
                found.append(Matched(moment, time.seconds, time.repair or ""))
    return [one for one in found if one.moment.removed_at is None and one.moment.needs_refining]


def remarks_on(matched: Sequence[Matched], duration: float) -> list[str]:
    """What the person should know: which moments the file does not have, and that it may be another video."""
    dropped = [one for one in matched if one.timestamp is None]
    remarks = [f"A moment was left out: {one.remark}." for one in dropped]
    if dropped and 2 * len(dropped) >= len(matched):
        remarks.append(
            f"The file is {format_time(duration)} long, too short for {len(dropped)} of {len(matched)} moments. If it "
            "is not the video that was watched, start a new review with the right one."
        )
    return remarks
