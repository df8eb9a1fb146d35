"""A data folder with one review, a stand-in for Ittybit, and workers that are started and killed: seen from outside."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from posterframe.contracts import Format, Shape, ThumbnailStatus, Wish
from posterframe.model import DecisionState, Round, RoundState, SourceKind, Thumbnail
from posterframe.settings import sqlite_url
from posterframe.store import Store
from tests.waiting import wait_for

SHAPE = Shape(160, 90, Format.JPEG)


class StandIn:
    """The running stand-in, seen from outside."""

    def __init__(self, url: str) -> None:
        self.url = url

    def next(self, fault: str, **how: Any) -> None:
        requests.post(f"{self.url}/_sandbox/next", json={"fault": fault, **how}, timeout=10).raise_for_status()

    def mend(self) -> None:
        """Put in order whatever was wrong with jobs and their pictures."""
        requests.post(f"{self.url}/_sandbox/mend", timeout=5).raise_for_status()

    def report(self) -> dict[str, Any]:
        return requests.get(f"{self.url}/_sandbox/jobs", timeout=10).json()  # type: ignore[no-any-return]

    def jobs(self) -> dict[str, dict[str, Any]]:
        """The jobs by their Idempotency-Key, which is there once for each."""
        jobs = self.report()["jobs"]
        by_key = {job["key"]: job for job in jobs}
        assert len(by_key) == len(jobs), "a picture was asked for twice"
        return by_key


class Home:
    """A data folder with one review, worked on by ``posterframe worker``. The test itself is the person."""

    def __init__(self, folder: Path, service: StandIn) -> None:
        self.service = service
        self.variables = {
            **os.environ,
            "POSTERFRAME_HOME": str(folder),
            "ITTYBIT_API_KEY": "a-key",
            "ITTYBIT_BASE_URL": service.url,
            "POSTERFRAME_ALLOW_HOSTS": urlsplit(service.url).netloc,
        }
        self.store = Store.open(sqlite_url(folder / "posterframe.sqlite"))
        url = f"{service.url}/film.mp4"
        review, first = self.store.create_review("Film", SourceKind.URL, url, Wish(), "local", "Kim")
        self.store.finish_round(first.id, RoundState.DONE)
        self.review_id = review.id

    def close(self) -> None:
        self.store.close()

    def ask(self, count: int) -> list[Thumbnail]:
        """Approve new moments and ask for a picture of each; a worker that starts afterwards finds them."""
        for number in range(count):
            moment = self.store.add_moment(self.review_id, 0.3 * number, "Looks good", "Kim")
            self.store.set_preview(moment.id, moment.timestamp, f"previews/{'0' * 64}.webp")
            self.store.decide(moment.id, DecisionState.APPROVED, "Kim")
        return self.store.cut(self.review_id, [SHAPE], "ittybit", "Kim")

    def now(self, thumbnail: Thumbnail) -> Thumbnail:
        found = self.store.thumbnail(thumbnail.id)
        assert found is not None
        return found

    def round(self, asked: Round) -> Round:
        """A round as it stands now."""
        found = self.store.round(asked.id)
        assert found is not None
        return found

    def break_off(self, workflow: str) -> None:
        """Have the engine take a workflow for one that ended in an error. No worker may be at work."""
        with closing(sqlite3.connect(Path(self.variables["POSTERFRAME_HOME"]) / "engine.sqlite")) as engine, engine:
            engine.execute("UPDATE workflow_status SET status = 'ERROR' WHERE workflow_uuid = ?", [workflow])

    def begin(self) -> subprocess.Popen[str]:
        """A worker that has taken up its work."""
        command = [sys.executable, "-m", "posterframe", "worker"]
        process = subprocess.Popen(command, env=self.variables, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Working for")
        return process

    def seconds_to_begin(self) -> float:
        """How long a worker takes on this machine until it works."""
        begun = time.monotonic()
        with self.working():
            return time.monotonic() - begun

    @contextmanager
    def working(self) -> Iterator[None]:
        """A worker at work while the block runs, told to stop at its end."""
        process = self.begin()
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(30) == 0, "a worker leaves before a service that lets us wait would let it"

    def finish(self, seconds: float = 60.0) -> list[Thumbnail]:
        """Let a worker bring everything to its end."""
        with self.working():
            wait_for(lambda: all(one.status.is_final for one in self.thumbnails()), seconds)
        return self.thumbnails()

    def thumbnails(self) -> list[Thumbnail]:
        return self.store.thumbnails(self.review_id)


@contextmanager
def open_stand_in(film: Path, shortest: float, longest: float) -> Iterator[StandIn]:
    """A stand-in in a process of its own, whose jobs take a time between the two given, in seconds."""
    command = [sys.executable, "-m", "tests.engine.stand_in", str(film), str(shortest), str(longest)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield StandIn(process.stdout.readline().strip())
        process.kill()


def kill_again_and_again(home: Home, jobs: int, kills: int, longest_life: float = 1.0) -> None:
    """Ask for all at once and kill worker after worker with -9 at random points, always while jobs are under way.

    Most end one after another throughout, some only after the last kill, however slow the machine is then. Then a last
    worker is left alone, and there has to be one picture and one job for each that was asked for.
    """
    chance = random.Random(kills)
    life = home.seconds_to_begin() + longest_life / 2
    for number in range(jobs):
        home.service.next("slow" if number % 4 else "stuck", seconds=chance.uniform(1.0, life * kills))
    wanted = home.ask(jobs)
    for _ in range(kills):
        process = home.begin()
        time.sleep(chance.uniform(0.0, longest_life))  # the point at which it is killed
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not all(one.status.is_final for one in home.thumbnails())
    home.service.mend()
    ended = home.finish(240)
    assert [(one.status, one.attempt, one.error) for one in ended] == [(ThumbnailStatus.READY, 1, None)] * jobs
    made = home.service.jobs()
    assert {one.id: one.job_id for one in ended} == {key: job["id"] for key, job in made.items()}
    assert set(made) == {one.id for one in wanted}
