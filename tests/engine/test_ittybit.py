"""Ittybit's jobs from wish to picture, over its stand-in in another process, by workers that are killed anywhere."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from posterframe.contracts import ThumbnailStatus
from posterframe.model import Thumbnail
from posterframe.polling import NEVER_PLACED, OVERDUE
from posterframe.workflows import LOST_PICTURE
from tests.engine.home import Home, StandIn, kill_again_and_again, open_stand_in
from tests.waiting import wait_for

KILLS = 12
JOBS = 20


@pytest.fixture
def desk(home: Path, film: Path) -> Iterator[Home]:
    with open_stand_in(film, 0.2, 0.6) as service, closing(Home(home, service)) as made:
        yield made


@pytest.mark.timeout(400)  # a dozen starts, on a small machine
def test_killed_again_and_again_while_twenty_jobs_are_under_way_all_become_pictures_and_none_twice(
    home: Path, film: Path
) -> None:
    """``python -m benchmarks.kills`` does so with fifty kills."""
    with open_stand_in(film, 0.2, 0.6) as service:
        kill_again_and_again(Home(home, service), JOBS, KILLS)


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
    wanted = _late(desk)
    assert desk.now(wanted).is_late
    with desk.working():
        desk.store.keep_waiting(wanted.id)
        wait_for(lambda: desk.now(wanted).status is ThumbnailStatus.READY, 30)
    assert desk.now(wanted).error is None
    assert len(desk.service.jobs()) == 1


def test_a_late_picture_is_fetched_all_the_same_when_it_comes(desk: Home) -> None:
    desk.service.next("slow", seconds=15.0)
    wanted = _late(desk)
    made_at = time.monotonic()
    wait_for(lambda: time.monotonic() > made_at + 15.0, 20)
    assert desk.finish()[0].status is ThumbnailStatus.READY
    assert (desk.now(wanted).error, len(desk.service.jobs())) == (None, 1)


def test_a_late_picture_that_is_tried_again_is_cut_anew_and_the_old_one_cancelled(desk: Home) -> None:
    desk.service.next("stuck")
    wanted = _late(desk)
    again = desk.store.retry(wanted.id, "Kim")
    assert [one.status for one in desk.finish()] == [ThumbnailStatus.READY]
    assert desk.now(wanted).status is ThumbnailStatus.CANCELLED
    assert set(desk.service.jobs()) == {wanted.id, again.id}


def test_a_late_card_says_why_nothing_is_known(desk: Home) -> None:
    desk.service.next("slow", seconds=1000)
    wanted = _late(desk)
    desk.service.next("401", on="get", times=1000)
    with desk.working():
        wait_for(lambda: "did not accept the API key" in (desk.now(wanted).error or ""), 30)
        assert (desk.now(wanted).error or "").startswith(OVERDUE)


@pytest.mark.parametrize("fault", ["expired-410", "busy-429", "busy-503"])
def test_a_picture_that_could_not_be_fetched_is_fetched_again_and_not_bought_twice(desk: Home, fault: str) -> None:
    desk.service.next(fault)
    wanted = desk.ask(1)[0]
    failed = desk.finish()[0]
    assert "cannot be fetched from" in (failed.error or "")
    desk.service.mend()
    desk.store.retry(wanted.id, "Kim")
    ended = desk.finish()[0]
    assert (ended.status, ended.job_id, ended.attempt) == (ThumbnailStatus.READY, failed.job_id, 2)
    assert set(desk.service.jobs()) == {wanted.id}


def test_jobs_whose_service_has_no_key_any_more_end_in_words(desk: Home) -> None:
    desk.service.next("slow", seconds=1000)
    wanted = desk.ask(1)[0]
    with desk.working():
        wait_for(lambda: desk.now(wanted).job_id)
    desk.variables["ITTYBIT_API_KEY"] = ""
    ended = desk.finish()[0]
    assert ended.status is ThumbnailStatus.FAILED
    assert "“ittybit” cannot cut pictures here" in (ended.error or "")


def test_a_picture_whose_workflow_broke_off_is_given_up_in_words(desk: Home) -> None:
    desk.service.next("slow", seconds=1000)
    wanted = desk.ask(1)[0]
    with desk.working():
        wait_for(lambda: desk.now(wanted).job_id)
    desk.break_off(wanted.id)
    assert (desk.finish()[0].status, desk.now(wanted).error) == (ThumbnailStatus.FAILED, LOST_PICTURE)
    assert desk.store.retry(wanted.id, "Kim").attempt == 2


def test_a_job_that_waits_its_turn_at_the_service_is_queued(desk: Home) -> None:
    desk.service.next("slow", seconds=60)  # it waits its turn for the first 9 of them
    wanted = desk.ask(1)[0]
    with desk.working():
        wait_for(lambda: desk.now(wanted).job_id)
        assert desk.now(wanted).status is ThumbnailStatus.QUEUED
        wait_for(lambda: desk.now(wanted).status is ThumbnailStatus.PROCESSING, 30)


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
        wait_for(lambda: all("asks us to wait until" in (one.error or "") for one in _without_job(desk)))
        assert {one.status for one in _without_job(desk)} == {ThumbnailStatus.QUEUED}
        wait_for(lambda: time.monotonic() > begun + 3.0)
        # Those that were on their way at that moment may still arrive; nobody is sent after them.
        before = _creates(desk.service)
        assert before - settled <= 4
        wait_for(lambda: time.monotonic() > begun + 27.0, 60)
        assert _creates(desk.service) == before
        wait_for(lambda: all(one.status.is_final for one in desk.thumbnails()), 60)
    assert [(one.status, one.error) for one in desk.thumbnails()] == [(ThumbnailStatus.READY, None)] * 5
    assert set(desk.service.jobs()) == {one.id for one in wanted}


def _late(desk: Home) -> Thumbnail:
    """A picture whose job takes so long that the person was told."""
    wanted = desk.ask(1)[0]
    with desk.working():
        wait_for(lambda: desk.now(wanted).job_id)
    _asked_long_ago(desk, wanted)
    with desk.working():
        wait_for(lambda: desk.now(wanted).error == OVERDUE)
    return desk.now(wanted)


def _asked_long_ago(desk: Home, thumbnail: Thumbnail) -> None:
    desk.store.update_thumbnail(thumbnail.id, waiting_since=datetime.now(UTC) - timedelta(hours=1))


def _without_job(desk: Home) -> list[Thumbnail]:
    return [one for one in desk.thumbnails() if one.job_id is None]


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
