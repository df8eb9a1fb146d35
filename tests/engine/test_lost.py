"""Work that the engine can never finish ends all the same, in a sentence where the person looks."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests

from posterframe.contracts import Wish
from posterframe.model import RoundState, SourceKind, Stage
from posterframe.sandbox.gemini import gemini_app
from posterframe.sandbox.server import serve
from posterframe.workflows import LOST_ROUND
from tests.engine.home import Home, open_stand_in
from tests.waiting import wait_for


@pytest.fixture
def desk(home: Path, film: Path) -> Iterator[Home]:
    with open_stand_in(film, 0.2, 0.6) as service, closing(Home(home, service)) as made:
        yield made


def test_a_round_whose_workflow_broke_off_is_given_up_in_words(desk: Home, film: Path) -> None:
    url = f"{desk.service.url}/film.mp4"
    _, asked = desk.store.create_review("Film", SourceKind.URL, url, Wish(), "gemini", "Kim")
    with serve(gemini_app(youtube_film=film)) as gemini:
        hang = {"fault": "hang", "times": 50}
        requests.post(f"{gemini.url}/_sandbox/next", json=hang, timeout=5).raise_for_status()
        desk.variables |= {"GEMINI_API_KEY": "a-key", "GEMINI_BASE_URL": gemini.url}
        with desk.working():
            wait_for(lambda: desk.round(asked).stage is Stage.WATCHING, 60)
    desk.break_off(asked.id)
    with desk.working():
        wait_for(lambda: desk.round(asked).state.is_final, 30)
    assert (desk.round(asked).state, desk.round(asked).error) == (RoundState.FAILED, LOST_ROUND)


def test_a_moment_whose_frame_ends_every_worker_says_so(desk: Home) -> None:
    moment = desk.store.add_moment(desk.review_id, 0.5, "Looks good", "Kim")

    def error_while_workers_die() -> str:
        for child in _children(process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        found = desk.store.moment(moment.id)
        assert found is not None
        return found.preview_error or ""

    process = desk.begin()
    try:
        assert "stopped the work twice" in wait_for(error_while_workers_die, 60)
    finally:
        process.terminate()
        assert process.wait(30) == 0


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found
