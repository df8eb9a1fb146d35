"""Moments of a video that was watched without its file, held against the file once there is one. Pure decisions."""

from __future__ import annotations

from collections.abc import Sequence

from posterframe.gemini.times import NoTime, Time, read_times
from posterframe.model import Moment, Proposal, Round
from posterframe.timecode import format_time

Matched = tuple[Moment, Time | NoTime]
"""A moment, and its time in the file."""


def needs_refining(moment: Moment) -> bool:
    """Whether a suggested moment still stands where it was suggested."""
    return moment.refined_timestamp is None and moment.suggested_timestamp == moment.timestamp


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
        found += zip(suggested, read_times(written, duration), strict=True)
    return [(moment, time) for moment, time in found if moment.removed_at is None and needs_refining(moment)]


def remarks_on(matched: Sequence[Matched], duration: float) -> list[str]:
    """What the person should know: which moments the file does not have, and that it may be another video."""
    dropped = [time for _, time in matched if isinstance(time, NoTime)]
    remarks = [f"A moment was left out: {time.why}." for time in dropped]
    if dropped and 2 * len(dropped) >= len(matched):
        remarks.append(
            f"The file is {format_time(duration)} long, too short for {len(dropped)} of {len(matched)} moments. If it "
            "is not the video that was watched, start a new review with the right one."
        )
    return remarks
