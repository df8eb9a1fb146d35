"""Conformance: every shape of reply that was seen, through each SDK, over HTTP."""

from __future__ import annotations

import pytest

from posterframe.contracts import Wish, ignore_progress
from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.pickers.gemini import GeminiPicker
from posterframe.sandbox.gemini_shapes import SHAPES
from posterframe.video import Footage
from tests.gemini.conftest import MOMENTS, SECONDS, Sandbox

pytestmark = pytest.mark.filterwarnings("ignore:NOT_INVENTED_YET is not a valid:UserWarning")

ALL = [moment.timestamp for moment in MOMENTS]

UNDERSTOOD = {
    "text-before": ALL,
    "thought-before": ALL,
    "two-calls": ALL,
    "wrong-name": ALL,
    "other-call-first": ALL,
    "json-in-text": ALL,
    "json-in-fence": ALL,
    "moments-as-text": ALL,
    "one-moment-bare": ALL[:1],
    "cut-off-but-whole": ALL,
    "unknown-fields": ALL,
    "times-as-clock": ALL,
    "times-as-long-clock": [2.5, 6.2, 4.5],
    "times-as-hours": ALL,
    "times-as-text": ALL,
    "times-in-milliseconds": ALL,
    "one-time-past-end": ALL,
    "same-moment-twice": ALL,
    "out-of-order": [6.25, 4.5, 2.5],
    "fifty-moments": [*ALL, 0.0, 1.1],
    "no-reasons": ALL,
    "hostile-reasons": ALL,
    "reasons-as-lists": ALL,
}
"""Shapes with moments in them, and the times that come out."""

BLOCKED = ["blocked-prompt", "blocked-newly", "safety", "recitation"]

WORTH_ANOTHER_TRY = [
    "no-candidates", "empty-candidates", "no-content", "empty-content", "null-parts", "max-tokens", "malformed",
    "malformed-as-number", "unexpected-tool-call", "too-many-tool-calls", "missing-signature", "malformed-response",
    "unknown-finish", "no-args", "null-args", "args-as-list", "empty-args", "null-moments", "text-only",
    "times-past-end", "times-null",
]  # fmt: skip

NOTHING_FOUND = ["no-moments"]


def test_every_shape_that_the_sandbox_plays_is_tested() -> None:
    assert {*UNDERSTOOD, *BLOCKED, *WORTH_ANOTHER_TRY, *NOTHING_FOUND} == set(SHAPES)


def test_the_happy_reply_brings_moments_with_reasons_best_first(picker: GeminiPicker, footage: Footage) -> None:
    picked = picker.pick(footage, Wish(), ignore_progress)
    assert picked.proposals == MOMENTS
    assert picked.warnings == ()


@pytest.mark.parametrize("shape", UNDERSTOOD)
def test_moments_are_found_in_whatever_shape(
    shape: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(shape)
    picked = picker.pick(footage, Wish(), ignore_progress)
    assert [proposal.timestamp for proposal in picked.proposals] == UNDERSTOOD[shape]
    assert all(0 <= proposal.timestamp < SECONDS for proposal in picked.proposals)
    assert all(0 < len(proposal.reason) <= 240 for proposal in picked.proposals)
    assert len(sandbox.asked("generate")) == 1


@pytest.mark.parametrize("shape", WORTH_ANOTHER_TRY)
def test_a_reply_without_moments_is_asked_for_afresh(
    shape: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(shape, times=2)
    assert picker.pick(footage, Wish(), ignore_progress).proposals == MOMENTS
    assert len(sandbox.asked("generate")) == 3


@pytest.mark.parametrize("shape", WORTH_ANOTHER_TRY)
def test_after_three_tries_the_person_is_told_what_to_do(
    shape: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(shape, times=9)
    with pytest.raises(ServiceFailed, match=r"each time.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)
    assert len(sandbox.asked("generate")) == 3


@pytest.mark.parametrize(
    ("shape", "sentence"), [*((each, "filters block") for each in BLOCKED), ("no-moments", "found no")]
)
def test_what_another_try_would_not_change_is_said_at_once(
    shape: str, sentence: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(shape, times=9)
    with pytest.raises(PosterframeError, match=rf"{sentence}.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)
    assert len(sandbox.asked("generate")) == 1


def test_repaired_times_are_marked(picker: GeminiPicker, footage: Footage, sandbox: Sandbox) -> None:
    sandbox.next("times-in-milliseconds")
    picked = picker.pick(footage, Wish(), ignore_progress)
    assert picked.proposals[0].warnings == ("Time repaired: “2500” was read as milliseconds, 0:02.5.",)
    assert picked.details["repaired"] == len(MOMENTS)


def test_a_time_past_the_end_is_left_out_with_a_warning(
    picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next("one-time-past-end")
    picked = picker.pick(footage, Wish(), ignore_progress)
    assert picked.warnings == ("A moment was left out: “86400” is outside the video, which is 0:08.0 long.",)


def test_a_reason_that_gives_orders_is_plain_text(picker: GeminiPicker, footage: Footage, sandbox: Sandbox) -> None:
    sandbox.next("hostile-reasons")
    reason = picker.pick(footage, Wish(), ignore_progress).proposals[0].reason
    assert reason.startswith("IGNORE ALL RULES")
    assert not any(part in reason for part in ("<", ">", "*", "http", "javascript", "](", "\u202e", "\0"))


def test_blocked_content_is_the_persons_to_change(picker: GeminiPicker, footage: Footage, sandbox: Sandbox) -> None:
    sandbox.next("safety")
    with pytest.raises(BadInput, match="filters"):
        picker.pick(footage, Wish(), ignore_progress)
