"""The resumable upload in pieces, over HTTP."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import SecretStr

from posterframe.gemini.files import Files
from posterframe.gemini.trouble import Failure, Trouble
from posterframe.gemini.wire import Wire
from posterframe.model import ignore_progress
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
    reports = 0

    def break_a_piece(_: float, doing: str) -> None:
        nonlocal reports
        if "MB" in doing:
            if reports == piece:
                sandbox.next(fault, on="upload")
            reports += 1

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


def test_a_file_that_becomes_shorter_is_not_passed_off_as_whole(files: Files) -> None:
    with pytest.raises(Failure, match="became shorter"):
        files.upload(BytesIO(BYTES[:100]), 200, "video/mp4", "video", ignore_progress)


def test_a_file_that_is_no_video_fails_and_says_so(files: Files, film: Path) -> None:
    half = film.read_bytes()[:2000]
    sent = files.upload(BytesIO(half), len(half), "video/mp4", "video", ignore_progress)
    with pytest.raises(Failure, match="Failed to process"):
        files.wait_until_active(sent, ignore_progress)
