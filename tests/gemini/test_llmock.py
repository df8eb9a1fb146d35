"""The cases that a stand-in written by others can play (PyPI ``llmock``), through each SDK."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from llmock.scenarios import Delay, Fail, Match, Reply, ToolCall, ToolFault
from llmock.testing import LLMockServer

from posterframe.contracts import Wish, ignore_progress
from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.gemini.patience import Patience
from posterframe.pickers.gemini import GeminiPicker
from posterframe.sandbox.gemini_shapes import rows
from posterframe.video import Footage
from tests.gemini.conftest import MOMENTS, MakePicker


@pytest.fixture
def llmock() -> Iterator[LLMockServer]:
    with LLMockServer() as server:
        yield server


@pytest.fixture
def picker(make_picker: MakePicker, llmock: LLMockServer) -> GeminiPicker:
    return make_picker(base_url=llmock.base_url("gemini"))


_GENERATE = Match(path="*:generateContent")


def good(**how: object) -> Reply:
    return Reply(tool_calls=(ToolCall("pick_thumbnails", {"moments": rows(MOMENTS)}),), **how)  # type: ignore[arg-type]


def test_a_scripted_call_brings_its_moments(picker: GeminiPicker, footage: Footage, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(good())
    assert picker.pick(footage, Wish(), ignore_progress).proposals == MOMENTS


def test_a_call_after_some_text_brings_its_moments(
    picker: GeminiPicker, footage: Footage, llmock: LLMockServer
) -> None:
    llmock.state.scenarios.add(good(text="I have watched it."))
    assert picker.pick(footage, Wish(), ignore_progress).proposals == MOMENTS


@pytest.mark.parametrize(
    "behaviour",
    [
        Reply(text="I cannot call anything."),
        Reply(text="", finish_reason="length"),
        ToolFault("malformed_arguments"),
        Reply(tool_calls=(ToolCall("pick_thumbnails", {}),)),
    ],
    ids=["text only", "cut off", "malformed arguments", "no arguments"],
)
def test_a_reply_without_moments_is_asked_for_afresh(
    behaviour: Reply | ToolFault, picker: GeminiPicker, footage: Footage, llmock: LLMockServer
) -> None:
    llmock.state.scenarios.add(behaviour, good(times=2))  # a fault uses up the reply that it spoils
    assert picker.pick(footage, Wish(), ignore_progress).proposals == MOMENTS


def test_a_filtered_reply_is_said(picker: GeminiPicker, footage: Footage, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Reply(text="", finish_reason="content_filter"))
    with pytest.raises(BadInput, match=r"filters.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_waited_out(status: int, picker: GeminiPicker, footage: Footage, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Fail(status, retry_after=0, times=2), good())
    assert picker.pick(footage, Wish(), ignore_progress).proposals == MOMENTS


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (401, BadInput, "GEMINI_API_KEY"),
        (403, ServiceFailed, "does not let this key"),
        (404, BadInput, "no model “gemini-3.5-flash-lite”.*GEMINI_MODEL to one of"),
        (429, ServiceFailed, "used up"),
        (503, ServiceFailed, "overloaded"),
    ],
)
def test_what_does_not_pass_is_said(
    status: int, kind: type[PosterframeError], sentence: str,
    picker: GeminiPicker, footage: Footage, llmock: LLMockServer,
) -> None:  # fmt: skip
    llmock.state.scenarios.add(Fail(status, retry_after=0, times=None, match=_GENERATE))
    with pytest.raises(kind, match=rf"{sentence}.*this machine"):
        picker.pick(footage, Wish(), ignore_progress)


def test_a_late_answer_is_given_up(make_picker: MakePicker, footage: Footage, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Delay(3.0, times=None))
    picker = make_picker(base_url=llmock.base_url("gemini"), patience=Patience(tries=1, reply=0.3))
    with pytest.raises(ServiceFailed, match="took too long"):
        picker.pick(footage, Wish(), ignore_progress)


def test_its_models_are_listed(picker: GeminiPicker) -> None:
    assert "gemini-2.5-pro" in [model.name for model in picker.models()]
