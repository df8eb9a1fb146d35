"""Processes and rounds side by side: a call to one is heard by the other, and a slow service blocks nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from posterframe.contracts import Wish
from posterframe.model import Round, RoundState, SourceKind, Stage
from posterframe.sandbox.gemini import gemini_app
from posterframe.sandbox.server import serve
from tests.engine.home import Home, open_stand_in
from tests.waiting import wait_for

CALLING = """
from posterframe import workflows
from posterframe.settings import settings
from posterframe.studio import open_studio
workflows.start(open_studio(settings()))
for _ in range(50):
    workflows.call()
workflows.stop()
"""


@pytest.fixture
def desk(home: Path, film: Path) -> Iterator[Home]:
    with open_stand_in(film, 0.2, 0.6) as service, closing(Home(home, service)) as made:
        yield made


def test_a_call_that_reaches_the_pages_process_is_heard_by_the_worker(desk: Home) -> None:
    desk.service.next("stuck")
    wanted = desk.ask(1)[0]
    with desk.working():
        wait_for(lambda: desk.now(wanted).job_id)
    desk.store.update_thumbnail(wanted.id, error="It is late.")  # so that half a minute lies between two looks
    with desk.working():
        before = wait_for(lambda: _looks(desk))
        environment = {**desk.variables, "POSTERFRAME_ROLE": "web"}
        subprocess.run([sys.executable, "-c", CALLING], env=environment, check=True)
        wait_for(lambda: _looks(desk) > before, 15)
        assert _looks(desk) - before <= 5, "calls without end cost a look a second"


def test_a_round_that_waits_for_gemini_holds_back_none_on_this_machine(desk: Home, film: Path) -> None:
    with serve(gemini_app(youtube_film=film)) as gemini:
        hang = {"fault": "hang", "times": 50}
        requests.post(f"{gemini.url}/_sandbox/next", json=hang, timeout=5).raise_for_status()
        desk.variables |= {"GEMINI_API_KEY": "a-key", "GEMINI_BASE_URL": gemini.url}
        waiting, local = _round(desk, "gemini"), _round(desk, "local")
        with desk.working():
            wait_for(lambda: desk.round(waiting).stage is Stage.WATCHING, 60)
            wait_for(lambda: desk.round(local).state is RoundState.DONE, 60)
            assert desk.round(waiting).state is RoundState.WORKING


def _looks(desk: Home) -> int:
    return int(desk.service.report()["requests"].get("get", 0))


def _round(desk: Home, picker: str) -> Round:
    url = f"{desk.service.url}/film.mp4"
    return desk.store.create_review("Film", SourceKind.URL, url, Wish(), picker, "Kim")[1]
