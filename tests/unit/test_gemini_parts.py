"""Small parts of Gemini: kinds of files, names of models, waits that can be cancelled, the prompt."""

from __future__ import annotations

import time
from concurrent.futures import Future

import pytest

from posterframe.contracts import WHOLE, Part, Wish
from posterframe.errors import BadInput, Stopped
from posterframe.gemini.container import mime_type_of
from posterframe.gemini.models import label_of, model_name
from posterframe.gemini.patience import attend, sleep
from posterframe.gemini.prompt import build_prompt
from posterframe.gemini.sdk import Viewing
from posterframe.gemini.trouble import Failure, Trouble


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x20ftyp3gp5", "video/3gpp"),
        (b"\0\0\0\x20moov....", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3....\x42\x82\x84webm", "video/webm"),
        (b"RIFF....AVI LIST", "video/avi"),
        (b"FLV\x01", "video/x-flv"),
        (b"\0\0\1\xba", "video/mpeg"),
        (bytes.fromhex("3026b2758e66cf11a6d9"), "video/wmv"),
    ],
    ids=["mp4", "mov", "3gp", "old mov", "webm", "avi", "flv", "mpeg", "wmv"],
)
def test_the_kind_of_a_file_is_told_from_its_first_bytes(head: bytes, mime_type: str) -> None:
    assert mime_type_of(head, "film") == mime_type


def test_another_kind_is_refused() -> None:
    with pytest.raises(BadInput, match=r"“film.ogv”.*this machine"):
        mime_type_of(b"OggS", "film.ogv")


@pytest.mark.parametrize(
    ("name", "label"),
    [("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite"), ("models/gemini-3.8-flash", "Gemini 3.8 Flash")],
)
def test_a_model_has_a_name_for_people(name: str, label: str) -> None:
    assert label_of(model_name(name)) == label


@pytest.mark.parametrize("name", ["", " ", "a/b", "x?key=1", "models/", "../x", "x" * 200])
def test_what_cannot_be_a_models_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="GEMINI_MODEL"):
        model_name(name)


def test_a_call_that_takes_too_long_is_given_up_in_time() -> None:
    started = time.monotonic()
    with pytest.raises(Failure) as failed:
        attend(lambda: time.sleep(5), 0.1, lambda: None)
    assert failed.value.trouble is Trouble.TIMEOUT
    assert time.monotonic() - started < 2.0


def test_what_a_call_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        attend(lambda: 1 // 0, 5.0, lambda: None)


def test_an_answer_that_comes_as_the_wait_for_it_ends_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = Future.result

    def just_late(future: Future[str], timeout: float | None = None) -> str:
        """Nothing within the time, but something right after it."""
        if timeout is None:
            return waited(future)
        waited(future)
        raise TimeoutError

    monkeypatch.setattr(Future, "result", just_late)
    assert attend(lambda: "paid for", 5.0, lambda: None) == "paid for"


def test_a_call_that_times_out_by_itself_says_so() -> None:
    def late() -> None:
        raise TimeoutError("by itself")

    with pytest.raises(TimeoutError, match="by itself"):
        attend(late, 5.0, lambda: None)


def test_a_wait_ends_when_the_person_cancels() -> None:
    def cancel() -> None:
        raise Stopped("stopped")

    started = time.monotonic()
    with pytest.raises(Stopped):
        sleep(60.0, cancel)
    assert time.monotonic() - started < 2.0


@pytest.mark.parametrize("fps", [0, 25])
def test_what_no_video_can_be_watched_by_is_refused(fps: float) -> None:
    with pytest.raises(BadInput, match="choose other"):
        Viewing(fps=fps)


def test_an_empty_wish_adds_nothing_to_the_prompt() -> None:
    assert "JSON" not in build_prompt(Wish(), 60.0)
    assert "3 to 5 best moments" in build_prompt(Wish(), None)
    assert "the 1 best moment for" in build_prompt(Wish(count=1), None)


@pytest.mark.parametrize(
    ("part", "duration", "what", "within"),
    [
        (WHOLE, 60.0, "the whole video", ", between 0.0 and 60.0."),
        (WHOLE, None, "the whole video", "."),
        (Part(20), 60.0, "the part of the video", ", between 20.0 and 60.0."),
        (Part(20, 90), None, "the part of the video", ", between 20.0 and 90.0."),
        (Part(20), None, "the part of the video", ", from 20.0 on."),
    ],
)
def test_the_prompt_says_what_is_watched(part: Part, duration: float | None, what: str, within: str) -> None:
    prompt = build_prompt(Wish(part=part), duration)
    assert prompt.startswith(f"Watch {what}")
    assert f"seconds from the start of the video{within}" in prompt
