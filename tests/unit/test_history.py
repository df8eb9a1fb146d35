"""The log of a review in plain words."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from components.history import WORDS, tell_log, together
from posterframe.contracts import Shape
from posterframe.model import BY_FILE, Action, Decision, DecisionState, Moment

START = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)

CUT = {"timestamp": 5.1, "shape": asdict(Shape()), "extractor": "local", "attempt": 1}


def _moment(id_: str = "m1", suggested_at: float | None = 4.0, suggested_reason: str | None = "A smile") -> Moment:
    return Moment(
        id=id_,
        review_id="r",
        round_id="1",
        position=0,
        timestamp=5.1,
        reason="The best of it",
        source="gemini",
        decision=DecisionState.CANDIDATE,
        created_at=START,
        updated_at=START,
        suggested_timestamp=suggested_at,
        suggested_reason=suggested_reason,
    )


def _told(*lines: tuple[Action, dict[str, Any]], moment: Moment | None = None) -> list[str]:
    """The log of these lines in words, the latest first, each a minute after the one before."""
    log = [
        Decision(number, "r", START + timedelta(minutes=number), "Ana", action, **{"moment_id": "m1"} | values)
        for number, (action, values) in enumerate(lines)
    ]
    moments = [moment or _moment()]
    told = together(tell_log(log, moments, {"m1": "Gemini"}, {"local": "this machine"}.__getitem__))
    return [f"{one.who} {one.what}" for one in told]


def test_there_are_words_for_every_action() -> None:
    assert set(WORDS) == set(Action)


def test_a_moment_is_named_as_it_was_when_something_was_done_with_it() -> None:
    assert _told(
        (Action.SUGGESTED, {}),
        (Action.APPROVED, {}),
        (Action.RETIMED, {"before": {"timestamp": 4.4}, "after": {"timestamp": 5.1}}),
        (Action.REWORDED, {"before": {"reason": "A smile"}, "after": {"reason": "The best of it"}}),
        (Action.REJECTED, {}),
        (Action.UNDECIDED, {}),
    ) == [
        "Ana set 0:05.1 The best of it back to undecided",
        "Ana rejected 0:05.1 The best of it",
        "Ana wrote “The best of it” at 0:05.1; Gemini had said “A smile”",
        "Ana moved 0:04.4 to 0:05.1 A smile; Gemini had suggested 0:04.0",
        "Ana approved 0:04.4 A smile",
        "Gemini suggested 0:04.4 A smile",
    ]


def test_what_a_person_added_was_said_by_nobody_before() -> None:
    assert _told(
        (Action.ADDED, {}),
        (Action.RETIMED, {"before": {"timestamp": 4.4}, "after": {"timestamp": 5.1}}),
        (Action.REWORDED, {"before": {"reason": "Mine"}, "after": {"reason": "The best of it"}}),
        (Action.REMOVED, {}),
        (Action.RESTORED, {}),
        moment=_moment(suggested_at=None, suggested_reason=None),
    ) == [
        "Ana brought back 0:05.1 The best of it",
        "Ana removed 0:05.1 The best of it",
        "Ana wrote “The best of it” at 0:05.1 in place of “Mine”",
        "Ana moved 0:04.4 to 0:05.1 Mine",
        "Ana added 0:04.4 Mine",
    ]


def test_rounds_files_titles_and_thumbnails_are_told() -> None:
    size = "1280×720 · WEBP"
    assert _told(
        (Action.STARTED, {"moment_id": None, "after": {"picker": "local"}}),
        (Action.CANCELLED, {"moment_id": None}),
        (Action.GAVE_FILE, {"moment_id": None}),
        (Action.STARTED, {"moment_id": None, "after": {"picker": BY_FILE}}),
        (Action.RENAMED, {"moment_id": None, "before": {"title": "a"}, "after": {"title": "b"}}),
        (Action.CUT, {"thumbnail_id": "t1", "after": CUT}),
        (Action.CANCELLED, {"thumbnail_id": "t1"}),
        (Action.RETRIED, {"thumbnail_id": "t2", "before": {"status": "cancelled"}, "after": CUT}),
        (Action.RETRIED, {"thumbnail_id": "t3", "before": {"status": "ready"}, "after": CUT | {"timestamp": 6.0}}),
        (Action.CHOSE_FINAL, {"thumbnail_id": "t3"}),
        (Action.REMOVED, {"moment_id": None}),
        (Action.RESTORED, {"moment_id": None}),
    ) == [
        "Ana brought back this review",
        "Ana removed this review",
        f"Ana chose the final thumbnail 0:06.0 The best of it ({size})",
        f"Ana cut 0:06.0 The best of it ({size}) anew",
        f"Ana cut 0:05.1 The best of it ({size}) again",
        f"Ana stopped waiting for 0:05.1 The best of it ({size})",
        f"Ana cut 0:05.1 The best of it ({size})",
        "Ana renamed “a” to “b”",
        "Ana had the moments looked up in the file",
        "Ana gave the file of the video",
        "Ana stopped the watching",
        "Ana asked this machine for moments",
    ]


def test_what_is_done_to_many_at_once_is_one_line() -> None:
    moments = [_moment(f"m{number}") for number in range(5)]
    names = {one.id: "Gemini" for one in moments}
    log = [
        *(Decision(one, "r", START, "gemini", Action.SUGGESTED, f"m{one}") for one in range(5)),
        *(Decision(5 + one, "r", START, "Ana", Action.APPROVED, f"m{one}") for one in range(2)),
        *(Decision(7 + one, "r", START, "Ana", Action.CUT, f"m{one}", f"t{one}", after=CUT) for one in range(2)),
        Decision(9, "r", START, "Bo", Action.CUT, "m3", "t3", after=CUT),
    ]
    told = [(one.who, one.what) for one in together(tell_log(log, moments, names, str))]
    assert [what.partition(" 0:")[0] for _, what in told] == [
        "cut",
        "cut 2 thumbnails",
        "approved",
        "approved",
        "suggested 5 moments",
    ]
    assert [who for who, _ in told] == ["Bo", "Ana", "Ana", "Ana", "Gemini"]
