"""The resumable upload in pieces, over HTTP."""

from __future__ import annotations

import random
import time
from contextlib import nullcontext
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import SecretStr

from posterframe.contracts import ignore_progress
from posterframe.errors import Stopped
from posterframe.gemini.files import Files
from posterframe.gemini.trouble import Failure, Trouble
from posterframe.gemini.wire import Wire
from tests.gemini.conftest import KEY, QUICK, Sandbox

BYTES = random.Random(1).randbytes(19_000_000)
"""Three pieces."""


@pytest.fixture
def files(sandbox: Sandbox) -> Files:
    return Files(Wire(SecretStr(KEY), sandbox.url), QUICK)


def commands(sandbox: Sandbox) -> list[str]:
    return [request["command"] for request in sandbox.asked("upload")]


def test_a_large_file_goes_up_in_pieces_with_progress(files: Files, sandbox: Sandbox) -> None:
    shares: list[float] = []
    sent = files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", lambda share, _: shares.append(share))
    assert commands(sandbox) == ["start", "upload", "upload", "upload, finalize"]
    assert sent.state == "PROCESSING"
    assert shares == sorted(shares)
    assert 0.8 < shares[-1] < 1.0


@pytest.mark.parametrize("fault", ["drop", "drop-after", "overloaded"])
@pytest.mark.parametrize("piece", [0, 1, 2])
def test_after_a_break_only_what_is_missing_is_sent(fault: str, piece: int, files: Files, sandbox: Sandbox) -> None:
    pieces: list[str] = []

    def break_a_piece(_: float, doing: str) -> None:
        if "MB" in doing and doing not in pieces:
            pieces.append(doing)
            if len(pieces) == piece + 1:
                sandbox.next(fault, on="upload")

    sent = files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", break_a_piece)
    assert sent.name
    uploads = [command for command in commands(sandbox) if command.startswith("upload")]
    assert "query" in commands(sandbox)
    assert len(uploads) == (3 if fault == "drop-after" else 4)


def test_a_service_that_keeps_breaking_off_is_given_up(files: Files, sandbox: Sandbox) -> None:
    def break_every_piece(_: float, doing: str) -> None:
        if "MB" in doing:
            sandbox.next("overloaded", on="upload")

    with pytest.raises(Failure) as failed:
        files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", break_every_piece)
    assert failed.value.trouble is Trouble.BUSY


@pytest.mark.parametrize("fault", ["upload-lost", "upload-gone"])
@pytest.mark.parametrize("losses", [1, 2])
def test_an_upload_that_the_service_lost_is_begun_anew_once(
    losses: int, fault: str, files: Files, sandbox: Sandbox
) -> None:
    lost: set[int] = set()

    def lose(_: float, doing: str) -> None:
        attempt = commands(sandbox).count("start")
        if doing.startswith("Sending the video to Gemini: 8") and attempt <= losses and attempt not in lost:
            lost.add(attempt)
            sandbox.next(fault, on="upload")

    with nullcontext() if losses == 1 else pytest.raises(Failure, match="file gone"):
        files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", lose)
    assert commands(sandbox).count("start") == 2


def test_a_place_without_a_files_api_is_not_taken_for_a_model_that_is_gone(files: Files, sandbox: Sandbox) -> None:
    sandbox.next("upload-lost", times=9, on="upload")
    with pytest.raises(Failure) as failed:
        files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", ignore_progress)
    assert failed.value.trouble is Trouble.NOT_GEMINI


def test_an_upload_waits_as_long_as_the_service_asks(files: Files, sandbox: Sandbox) -> None:
    sandbox.next("come-later", on="upload", seconds=1)
    started = time.monotonic()
    files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", ignore_progress)
    assert time.monotonic() - started > 1.0


def test_an_upload_has_a_deadline(sandbox: Sandbox) -> None:
    def never_ready(_: float, doing: str) -> None:
        if "MB" in doing:
            sandbox.next("come-later", on="upload", seconds=1)

    files = Files(Wire(SecretStr(KEY), sandbox.url), replace(QUICK, tries=99, upload=1.5))
    started = time.monotonic()
    with pytest.raises(Failure):
        files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", never_ready)
    assert time.monotonic() - started < 3.0


def test_a_person_who_cancels_is_heard_while_a_piece_is_under_way(files: Files, sandbox: Sandbox) -> None:
    cancelled_at: list[float] = []

    def cancel(_: float, doing: str) -> None:
        if not doing.startswith("Sending the video to Gemini: 8"):
            return
        if not cancelled_at:
            sandbox.next("hang", on="upload")
            cancelled_at.append(time.monotonic() + 0.5)
        if time.monotonic() > cancelled_at[0]:
            raise Stopped("stopped")

    with pytest.raises(Stopped):
        files.upload(BytesIO(BYTES), len(BYTES), "video/mp4", "video", cancel)
    assert time.monotonic() - cancelled_at[0] < 2.0


def test_a_file_that_becomes_shorter_is_not_passed_off_as_whole(files: Files) -> None:
    with pytest.raises(Failure, match="became shorter"):
        files.upload(BytesIO(BYTES[:100]), 200, "video/mp4", "video", ignore_progress)


def test_a_file_that_is_no_video_fails_and_says_so(files: Files, film: Path) -> None:
    half = film.read_bytes()[:2000]
    sent = files.upload(BytesIO(half), len(half), "video/mp4", "video", ignore_progress)
    with pytest.raises(Failure, match="Failed to process"):
        files.wait_until_active(sent, ignore_progress)
