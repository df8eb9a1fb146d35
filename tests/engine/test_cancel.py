"""Cancelling while a server that gives no parts sends the whole video."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from posterframe import work
from posterframe.contracts import Wish
from posterframe.errors import Stopped
from posterframe.model import RoundState, SourceKind
from posterframe.settings import Settings
from posterframe.studio import make_studio
from tests.servers import Behaviour, MediaServer
from tests.waiting import wait_for

MEGABYTE = 1_000_000


def test_a_download_shows_how_far_it_is_and_ends_once_it_is_cancelled(tmp_path: Path, film: Path) -> None:
    with MediaServer() as server, ThreadPoolExecutor() as pool:
        slow = Behaviour(ranges=False, rate=MEGABYTE)
        url = server.add("/film.mp4", film.read_bytes() + bytes(30 * MEGABYTE), behaviour=slow)
        studio = make_studio(Settings(POSTERFRAME_HOME=tmp_path, POSTERFRAME_ALLOW_HOSTS=server.host))
        _, first = studio.store.create_review("Film", SourceKind.URL, url, Wish(), "local", "Ana")
        reading = pool.submit(work.read_video, studio, first.id)

        def progress() -> float:
            found = studio.store.round(first.id)
            return found.progress if found is not None and found.doing.startswith("Downloading") else 0.0

        wait_for(lambda: progress() > 0, 15)
        studio.store.cancel_round(first.id, "Ana")
        with pytest.raises(Stopped):
            reading.result(5)
        found = studio.store.round(first.id)
        assert found is not None
        assert found.state is RoundState.CANCELLED
        studio.store.close()
