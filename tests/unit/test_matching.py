"""Moments without a file, once the file is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from posterframe.contracts import Part, Wish
from posterframe.matching import Matched, known_moments, match, remarks_on
from posterframe.model import DecisionState, Moment, Round, RoundState

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def make_round(id_: str, *written: Any) -> Round:
    details = {"written": list(written)} if written else {}
    return Round(id_, "review", 1, "gemini", Wish(), RoundState.DONE, NOW, NOW, details=details)


def make_moment(round_id: str, at: float, **otherwise: Any) -> Moment:
    usual: dict[str, Any] = {"timestamp": at, "suggested_timestamp": at, "decision": DecisionState.CANDIDATE}
    fields = {**usual, **otherwise}
    return Moment(f"{round_id}-{at}", "review", round_id, 0, reason="A face.", source="gemini",
                  created_at=NOW, updated_at=NOW, **fields)  # fmt: skip


def test_each_round_is_read_in_its_own_unit() -> None:
    rounds = [make_round("first", 67_000, 12_000), make_round("second", "0:41", "1:07:41")]
    moments = [make_moment("first", 67_000.0), make_moment("first", 12_000.0)]
    moments += [make_moment("second", 41.0), make_moment("second", 4061.0)]
    assert [one.timestamp for one in match(rounds, moments, 90.0)] == [67.0, 12.0, 41.0, 67.41]


def test_a_round_about_a_part_is_read_within_it() -> None:
    round_ = replace(make_round("first", 7, 30), wish=Wish(part=Part(60, 120)))
    found = match([round_], [make_moment("first", 7.0), make_moment("first", 30.0)], 300.0)
    assert [each.timestamp for each in found] == [67.0, 90.0]


def test_a_moment_that_was_removed_still_counts_for_the_unit_of_its_round() -> None:
    moments = [make_moment("first", 67_000.0, removed_at=NOW), make_moment("first", 80.0, suggested_timestamp=80.0)]
    assert match([make_round("first", 67_000, 80)], moments, 90.0) == [Matched(moments[1], 80.0)]


def test_rounds_from_before_times_were_kept_are_read_by_their_suggestions() -> None:
    moments = [make_moment("first", 67.0), make_moment("first", 500.0)]
    kept, dropped = match([make_round("first")], moments, 90.0)
    assert kept == Matched(moments[0], 67.0)
    assert dropped.timestamp is None
    assert dropped.remark


def test_a_file_is_only_doubted_when_half_of_the_moments_do_not_fit() -> None:
    here = Matched(make_moment("first", 1.0), 1.0)
    gone = Matched(make_moment("first", 500.0), None, "it is outside")
    assert remarks_on([here, here], 90.0) == []
    assert remarks_on([here, here, gone], 90.0) == ["A moment was left out: it is outside."]
    assert "too short for 1 of 2 moments" in remarks_on([here, gone], 90.0)[-1]


def test_a_moment_is_known_at_each_of_its_times_once() -> None:
    moment = make_moment("first", 3.0, suggested_timestamp=2.0, refined_timestamp=2.5)
    by_hand = make_moment("first", 9.0, suggested_timestamp=None)
    assert [proposal.timestamp for proposal in known_moments([moment, by_hand])] == [2.0, 2.5, 3.0, 9.0]
