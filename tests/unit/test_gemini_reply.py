"""The reader of replies on its own: what counts as a moment, and what is the same one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterframe.contracts import Proposal
from posterframe.gemini.reply import Findings, Problem, read_reply
from posterframe.gemini.sdk import Call, Reply


def read(moments: Any, *, count: int = 5, duration: float | None = 60.0, known: tuple[Proposal, ...] = ()) -> Findings:
    reply = Reply(calls=(Call("pick_thumbnails", {"moments": moments}),), finish="STOP")
    return read_reply(reply, duration=duration, count=count, known=known)


def test_moments_within_a_second_are_one_and_the_better_stays() -> None:
    findings = read([{"timestamp": at, "reason": str(at)} for at in (10.0, 10.9, 11.5, 9.2)])
    assert [proposal.reason for proposal in findings.proposals] == ["10.0", "11.5"]


def test_more_than_asked_for_are_cut_and_fewer_are_fine() -> None:
    rows = [{"timestamp": at * 3, "reason": "x"} for at in range(8)]
    assert len(read(rows, count=3).proposals) == 3
    assert len(read(rows[:2], count=3).proposals) == 2


@pytest.mark.parametrize(
    "row",
    [
        {"timestamp": "0:12", "reason": "A face."},
        {"time": 12, "description": "A face."},
        {"start": "12s", "why": "A face.", "score": 0.9},
        {"timestamp": None, "seconds": 12, "explanation": "A face."},
    ],
)
def test_other_names_for_the_same_fields_are_understood(row: dict[str, Any]) -> None:
    assert read([row]).proposals == (Proposal(12.0, "A face."),)


def test_rows_that_are_no_moments_do_not_spoil_the_others() -> None:
    findings = read([None, {}, {"reason": "no time"}, {"timestamp": 12, "reason": "A face."}])
    assert findings.proposals == (Proposal(12.0, "A face."),)
    assert len(findings.warnings) == 3


def test_without_a_known_length_times_are_taken_as_they_are() -> None:
    assert read([{"timestamp": "1:00:00", "reason": "x"}], duration=None).proposals[0].timestamp == 3600.0


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(), Problem.MALFORMED),
        (Reply(finish="STOP"), Problem.MALFORMED),
        (Reply(finish="SOMETHING_NEW"), Problem.MALFORMED),
        (Reply(finish="MAX_TOKENS"), Problem.CUT_OFF),
        (Reply(finish="SAFETY"), Problem.BLOCKED),
        (Reply(blocked="BLOCKED"), Problem.BLOCKED),
        (Reply(calls=(Call("pick_thumbnails", {"moments": []}),)), Problem.NOTHING_FOUND),
        (Reply(calls=(Call("pick_thumbnails", {"moments": [{"timestamp": 999}]}),)), Problem.UNUSABLE_TIMES),
    ],
    ids=lambda value: str(value) if isinstance(value, Problem) else "",
)
def test_a_reply_without_moments_says_why(reply: Reply, problem: Problem) -> None:
    assert read_reply(reply, duration=60.0, count=5).problem is problem


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["moments", "timestamp", "reason", "args", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(_json, st.text(max_size=80), st.text(max_size=20))
def test_no_reply_whatsoever_breaks_the_reader(args: Any, text: str, name: str) -> None:
    call = Call(name, args if isinstance(args, dict) else {"moments": args})
    findings = read_reply(Reply(calls=(call,), texts=(text,)), duration=60.0, count=5)
    assert (findings.problem is None) == bool(findings.proposals)
    assert all(0 <= proposal.timestamp <= 60.0 for proposal in findings.proposals)
    assert len(findings.proposals) <= 5
