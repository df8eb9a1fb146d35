"""Every trouble of the service, through each SDK: its own sentence, and what to do about it."""

from __future__ import annotations

import gc
import socket
import time
from collections.abc import Iterator

import pytest

from posterframe.contracts import Wish, ignore_progress
from posterframe.errors import BadInput, PosterframeError, ServiceFailed, Stopped
from posterframe.gemini.patience import Patience
from posterframe.pickers.gemini import GeminiPicker
from posterframe.video import Footage
from tests.gemini.conftest import MOMENTS, QUICK, MakePicker, Sandbox
from tests.waiting import wait_for

FINAL: dict[str, tuple[type[PosterframeError], str]] = {
    "bad-key": (BadInput, "does not accept the key in GEMINI_API_KEY"),
    "unauthenticated": (BadInput, "does not accept the key in GEMINI_API_KEY"),
    "no-access": (ServiceFailed, "does not let this key use gemini-3.5-flash-lite"),
    "no-billing": (ServiceFailed, "billing"),
    "wrong-place": (ServiceFailed, "does not serve the place"),
    "too-long": (BadInput, "too long for gemini-3.5-flash-lite.*POSTERFRAME_GEMINI_RESOLUTION to low"),
    "retired-model": (BadInput, "“Model”, or set GEMINI_MODEL to one of gemini-3.8-flash, gemini-2.5-flash, or"),
    "quota-long": (ServiceFailed, "ask again in 60 minutes"),
    "quota-daily": (ServiceFailed, "Today’s Gemini quota"),
}
"""Said at once: asking again would not help."""

ALSO_AS_A_FILE: dict[str, tuple[type[PosterframeError], str]] = {
    "no-video": (BadInput, "does not take this video"),
    "refused": (ServiceFailed, "refused the request .it says: “The request was not liked”"),
    "no-such-type": (BadInput, "does not take this video .it says: “Unsupported MIME type"),
    "failed-to-fetch": (ServiceFailed, "cannot read this video .it says: “Failed to fetch the URL”"),
}
"""Perhaps only its address was refused: said once the file is refused too."""

PASSING: dict[str, str] = {
    "quota": "limit for your key is used up",
    "quota-bare": "limit for your key is used up",
    "internal": "overloaded or out of order",
    "overloaded": "overloaded or out of order",
    "bad-gateway": "overloaded or out of order",
    "come-later": "overloaded or out of order",
    "error-as-list": "overloaded or out of order",
    "error-as-text": "overloaded or out of order",
    "deep-error": "overloaded or out of order",
    "deadline": "took too long",
    "html": "not Gemini",
    "redirect": "not Gemini",
    "drop": "cannot be reached",
}
"""Tried again, and said when it does not pass."""


@pytest.fixture(autouse=True)
def undisturbed(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is nested without end is read until Python's stack is full, where finalizers of earlier tests would fail."""
    is_deep = "deep" in request.node.name
    if is_deep:
        gc.collect()
        gc.disable()
    yield
    if is_deep:
        gc.enable()


@pytest.mark.parametrize("fault", FINAL)
def test_what_does_not_pass_is_said_at_once(
    fault: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(fault, times=9, on="generate")
    kind, sentence = FINAL[fault]
    with pytest.raises(kind, match=rf"{sentence}.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)
    assert len(sandbox.asked("generate")) == 1


@pytest.mark.parametrize("fault", ALSO_AS_A_FILE)
def test_what_is_refused_by_address_and_as_a_file_is_said(
    fault: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(fault, times=2, on="generate")
    kind, sentence = ALSO_AS_A_FILE[fault]
    with pytest.raises(kind, match=rf"{sentence}.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)
    assert len(sandbox.asked("generate")) == 2


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_waited_out(fault: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox) -> None:
    sandbox.next(fault, times=2, on="generate", seconds=0.05)
    assert picker.pick(footage, Wish(), ignore_progress).proposals == MOMENTS
    assert len(sandbox.asked("generate")) == 3


@pytest.mark.parametrize("fault", PASSING)
def test_what_does_not_pass_in_time_is_said_after_a_few_tries(
    fault: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(fault, times=99, on="generate", seconds=0.05)
    with pytest.raises(ServiceFailed, match=rf"{PASSING[fault]}.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)
    assert len(sandbox.asked("generate")) == QUICK.tries


NO_ANSWER = [
    "empty", "not-a-number", "endless-number", "not-utf-8", "bare-number", "bare-list", "bare-text", "deep",
]  # fmt: skip


@pytest.mark.parametrize("fault", NO_ANSWER)
def test_an_answer_that_is_none_is_asked_for_again(
    fault: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(fault, times=2, on="generate")
    assert picker.pick(footage, Wish(), ignore_progress).proposals == MOMENTS


@pytest.mark.parametrize("fault", NO_ANSWER)
def test_no_answer_is_said(fault: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox) -> None:
    sandbox.next(fault, times=99, on="generate")
    with pytest.raises(ServiceFailed, match=r"(not Gemini|form that cannot be used|only times).*this machine"):
        picker.pick(footage, Wish(), ignore_progress)


def test_a_quota_that_opens_too_late_for_the_deadline_is_not_waited_for(
    make_picker: MakePicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next("quota", times=9, seconds=30)
    with pytest.raises(ServiceFailed, match="used up"):
        make_picker(patience=Patience(total=2.0)).pick(footage, Wish(), ignore_progress)
    assert len(sandbox.asked("generate")) == 1


def test_a_service_that_never_answers_is_given_up(make_picker: MakePicker, footage: Footage, sandbox: Sandbox) -> None:
    sandbox.next("hang", times=9, on="generate")
    impatient = Patience(tries=2, reply=1.0, total=9.0, first_wait=0.02, longest_wait=0.02)
    with pytest.raises(ServiceFailed, match=r"took too long.*this machine"):
        make_picker(patience=impatient).pick(footage, Wish(), ignore_progress)
    # On a busy machine, what was sent may arrive after the second that it was waited for.
    wait_for(lambda: sandbox.asked("generate"))
    assert len(sandbox.asked("generate")) <= 2


def test_nothing_listening_is_said(make_picker: MakePicker, footage: Footage, closed_port: int) -> None:
    picker = make_picker(base_url=f"http://127.0.0.1:{closed_port}")
    with pytest.raises(ServiceFailed, match=r"cannot be reached.*GEMINI_BASE_URL.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)


def test_a_person_who_cancels_is_heard_while_gemini_is_silent(
    picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next("hang", on="generate")

    def cancel_once_asked(_: float, doing: str) -> None:
        if "watching" in doing and sandbox.asked("generate"):
            raise Stopped("stopped")

    with pytest.raises(Stopped):
        picker.pick(footage, Wish(), cancel_once_asked)


def test_the_model_that_was_shut_down_gets_the_live_list(make_picker: MakePicker, footage: Footage) -> None:
    with pytest.raises(BadInput, match=r"no model “gemini-2.0-flash”.*one of gemini-3.5-flash-lite"):
        make_picker(model="gemini-2.0-flash").pick(footage, Wish(), ignore_progress)


def test_a_list_of_models_that_does_not_come_is_not_waited_for(make_picker: MakePicker, sandbox: Sandbox) -> None:
    picker = make_picker(patience=Patience(listing=0.5))
    sandbox.next("hang", times=9, on="models")
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(ServiceFailed, match="took too long"):
            picker.choices()
    assert time.monotonic() - started < 3.0
    assert len(sandbox.asked("models")) == 1


def test_a_list_that_cannot_be_had_does_not_hide_the_trouble(
    picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next("retired-model", on="generate")
    sandbox.next("internal", on="models")
    with pytest.raises(BadInput, match=r"no model.*a model that Google lists"):
        picker.pick(footage, Wish(), ignore_progress)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, but where nobody answers the door."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
