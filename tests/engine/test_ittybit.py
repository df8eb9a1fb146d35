"""Ittybit's jobs from wish to picture, over its stand-in in another process, by workers that are killed anywhere."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from posterframe.model import DecisionState, Format, RoundState, Shape, SourceKind, Thumbnail, ThumbnailStatus, Wish
from posterframe.polling import NEVER_PLACED, OVERDUE
from posterframe.settings import sqlite_url
from posterframe.store import Store
from tests.waiting import wait_for

SHAPE = Shape(160, 90, Format.JPEG)
HOMES = 5
KILLS = 10
JOBS = 20


class StandIn:
    """The running stand-in, seen from outside."""

    def __init__(self, url: str) -> None:
        self.url = url

    def next(self, fault: str, **how: Any) -> None:
        requests.post(f"{self.url}/_sandbox/next", json={"fault": fault, **how}, timeout=10).raise_for_status()

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
            "ITTYBIT_API_KEY": "a key",
            "ITTYBIT_BASE_URL": service.url,
            "POSTERFRAME_ALLOW_HOSTS": urlsplit(service.url).netloc,
        }
        self.store = Store.open(sqlite_url(folder / "posterframe.sqlite"))
        url = f"{service.url}/film.mp4"
        review, first = self.store.create_review("Film", SourceKind.URL, url, Wish(), "local", "Kim")
        self.store.finish_round(first.id, RoundState.DONE)
        self.review_id = review.id

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

    def begin(self) -> subprocess.Popen[str]:
        """A worker that has taken up its work."""
        command = [sys.executable, "-m", "posterframe", "worker"]
        process = subprocess.Popen(command, env=self.variables, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Working for")
        return process

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


OpenService = Callable[..., StandIn]


@pytest.fixture(scope="module")
def open_service(film: Path) -> Iterator[OpenService]:
    """Starts stand-ins whose jobs take a time between the two given, in seconds."""
    processes: list[subprocess.Popen[str]] = []

    def start(shortest: float = 0.2, longest: float = 0.6) -> StandIn:
        command = [sys.executable, "-m", "tests.engine.stand_in", str(film), str(shortest), str(longest)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        return StandIn(process.stdout.readline().strip())

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def desk(home: Path, open_service: OpenService) -> Iterator[Home]:
    made = Home(home, open_service())
    yield made
    made.store.close()


@pytest.mark.timeout(400)  # fifty starts, two at a time on a small machine
def test_killed_anywhere_again_and_again_twenty_jobs_become_twenty_pictures(
    tmp_path: Path, open_service: OpenService
) -> None:
    def kill_again_and_again(number: int) -> None:
        home = Home(tmp_path / f"home-{number}", open_service(1.0, 3.0))
        chance, kills_under_way = random.Random(number), 0
        wanted: list[Thumbnail] = []
        for kill in range(KILLS):
            # Each life begins with one more, so that however slow the machine, no kill comes after the end.
            wanted += home.ask(1 if kill else JOBS - KILLS + 1)
            process = home.begin()
            time.sleep(chance.uniform(0.0, 1.0))  # the point at which it is killed
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills_under_way += not all(one.status.is_final for one in home.thumbnails())
        assert kills_under_way > KILLS / 2, "most kills came when all was done, so this says nothing"
        ended = home.finish(120)
        home.store.close()
        assert [(one.status, one.attempt, one.error) for one in ended] == [(ThumbnailStatus.READY, 1, None)] * JOBS
        jobs = home.service.jobs()
        assert {one.id: one.job_id for one in ended} == {key: job["id"] for key, job in jobs.items()}
        assert set(jobs) == {one.id for one in wanted}

    with ThreadPoolExecutor(HOMES) as threads:
        for done in [threads.submit(kill_again_and_again, number) for number in range(HOMES)]:
            done.result()


def test_killed_between_the_making_of_a_job_and_its_storing_the_same_job_is_found(desk: Home) -> None:
    desk.service.next("cut-after", on="create", times=4)
    wanted = desk.ask(1)[0]
    process = desk.begin()
    wait_for(desk.service.jobs)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert desk.now(wanted).job_id is None
    ended = desk.finish()[0]
    assert (ended.status, ended.job_id) == (ThumbnailStatus.READY, desk.service.jobs()[wanted.id]["id"])


def test_each_job_has_its_own_end_and_what_failed_is_tried_again_as_another_job(desk: Home) -> None:
    for fault in ("failed", "cancelled", "not-a-picture", "no-url"):
        desk.service.next(fault)
    wanted = desk.ask(6)
    ended = {one.id: one for one in desk.finish()}
    assert list(ended) == [one.id for one in wanted], "in the order asked for"
    by_fault = {job["fault"]: ended[key] for key, job in desk.service.jobs().items()}
    assert Counter(one.status.value for one in ended.values()) == {"ready": 2, "failed": 3, "cancelled": 1}
    assert "the sandbox was asked to fail this job" in (by_fault["failed"].error or "")
    assert "Ittybit cancelled this job" in (by_fault["cancelled"].error or "")
    assert "is no picture" in (by_fault["not-a-picture"].error or "")
    assert by_fault["no-url"].error == NEVER_PLACED

    again = [desk.store.retry(one.id, "Kim") for one in ended.values() if one.status is not ThumbnailStatus.READY]
    assert {one.status for one in desk.finish()} == {ThumbnailStatus.READY}
    jobs = desk.service.jobs()
    assert set(jobs) == {*ended, *(one.id for one in again)}
    assert {(desk.now(one).status, one.attempt) for one in again} == {(ThumbnailStatus.READY, 2)}
    kept = desk.now(by_fault["failed"])
    assert (kept.status, desk.store.retry(kept.id, "Kim").attempt) == (ThumbnailStatus.FAILED, 2), "its story stays"


def test_a_job_that_takes_too_long_is_said_so_and_waited_for_again_when_the_person_wants(desk: Home) -> None:
    desk.service.next("slow", seconds=12.0)
    wanted = desk.ask(1)[0]
    with desk.working():
        wait_for(lambda: desk.now(wanted).job_id)
    _asked_long_ago(desk, wanted)
    with desk.working():
        wait_for(lambda: desk.now(wanted).error == OVERDUE)
        assert desk.now(wanted).status is ThumbnailStatus.PROCESSING
        desk.store.keep_waiting(wanted.id)
        wait_for(lambda: desk.now(wanted).status is ThumbnailStatus.READY, 30)
    assert desk.now(wanted).error is None
    assert len(desk.service.jobs()) == 1


def test_a_job_that_ended_while_nobody_worked_is_brought_home_however_late(desk: Home) -> None:
    desk.service.next("slow", seconds=4.0)
    wanted = desk.ask(1)[0]
    process = desk.begin()
    wait_for(lambda: desk.now(wanted).job_id)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _asked_long_ago(desk, wanted)
    made_at = time.monotonic()
    wait_for(lambda: time.monotonic() > made_at + 4.0)
    assert desk.finish()[0].status is ThumbnailStatus.READY


def test_pictures_whose_service_has_no_key_any_more_fail_in_words_and_hinder_no_start(desk: Home) -> None:
    desk.ask(2)
    desk.variables["ITTYBIT_API_KEY"] = ""
    ended = desk.finish()
    assert [one.status for one in ended] == [ThumbnailStatus.FAILED] * 2
    assert "“ittybit” cannot cut pictures here" in (ended[0].error or "")
    assert desk.service.jobs() == {}


def test_what_is_cancelled_is_followed_no_more(desk: Home) -> None:
    desk.service.next("stuck")
    wanted = desk.ask(1)[0]
    with desk.working():
        wait_for(lambda: desk.service.report()["requests"].get("get"))
        desk.store.cancel_thumbnails(desk.review_id, [wanted.id], "Kim")
        asked = _quiet_requests(desk.service, 2.0)
    assert asked <= 1, "one look may have been on its way"
    assert desk.now(wanted).status is ThumbnailStatus.CANCELLED


def test_a_service_that_asks_us_to_wait_is_left_alone_and_nothing_fails(desk: Home) -> None:
    """It asks for longer than a client waits by itself, so the wait is the workflow's, and outlives a restart."""
    desk.service.next("429", on="create", seconds=31)
    wanted = desk.ask(5)
    with desk.working():
        wait_for(lambda: desk.service.report()["requests"].get("create"))
        begun = time.monotonic()
        settled = _creates(desk.service)
        wait_for(lambda: time.monotonic() > begun + 3.0)
        # Those that were on their way at that moment may still arrive; nobody is sent after them.
        before = _creates(desk.service)
        assert before - settled <= 4
        wait_for(lambda: time.monotonic() > begun + 27.0, 60)
        assert _creates(desk.service) == before
        wait_for(lambda: all(one.status.is_final for one in desk.thumbnails()), 60)
    assert [one.status for one in desk.thumbnails()] == [ThumbnailStatus.READY] * 5
    assert set(desk.service.jobs()) == {one.id for one in wanted}


def _asked_long_ago(desk: Home, thumbnail: Thumbnail) -> None:
    desk.store.update_thumbnail(thumbnail.id, waiting_since=datetime.now(UTC) - timedelta(hours=1))


def _creates(service: StandIn) -> int:
    return int(service.report()["requests"].get("create", 0))


def _quiet_requests(service: StandIn, seconds: float) -> int:
    """How many requests about jobs arrive within so many seconds."""
    before, since = _requests(service), time.monotonic()
    wait_for(lambda: time.monotonic() > since + seconds)
    return _requests(service) - before


def _requests(service: StandIn) -> int:
    counts: dict[str, int] = service.report()["requests"]
    return sum(counts.values())
