"""Everything that can go wrong between us and Ittybit, over real HTTP: what passes is outlasted, what stays is said."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from posterframe.contracts import Format, Shape, ThumbnailStatus
from posterframe.errors import BadInput, PosterframeError, ServiceBusy, ServiceFailed
from posterframe.ittybit.client import IttybitClient
from posterframe.sandbox.ittybit import BAD_KEY
from posterframe.sandbox.ittybit_faults import JOB_FAULTS, PICTURE_FAULTS, REQUEST_FAULTS
from tests.ittybit.conftest import HASTY, SECRET, Desk, a_cut
from tests.waiting import wait_for

PASSING = ["408", "409", "429", "500", "502", "503", "504", "html", "html-502", "empty", "not-a-job"]
PASSING += ["cut-before", "cut-after"]

STAYING = [
    ("400", BadInput, r"refused to cut this picture \(“options.width is not understood”\): change"),
    ("401", ServiceFailed, "check ITTYBIT_API_KEY"),
    ("402", ServiceFailed, "asks for payment"),
    ("403", ServiceFailed, "use the key of a project"),
    ("404", ServiceFailed, "check ITTYBIT_BASE_URL"),
    ("408", ServiceFailed, "trouble at the moment"),
    ("409", ServiceFailed, "already works on this picture"),
    ("429", ServiceBusy, "asks us to slow down"),
    ("500", ServiceFailed, "trouble at the moment"),
    ("502", ServiceFailed, "trouble at the moment"),
    ("503", ServiceFailed, "trouble at the moment"),
    ("504", ServiceFailed, "trouble at the moment"),
    ("html", ServiceFailed, "not a job"),
    ("html-502", ServiceFailed, "trouble at the moment"),
    ("empty", ServiceFailed, "not a job"),
    ("not-a-job", ServiceFailed, "not a job"),
    ("cut-before", ServiceFailed, "did not answer"),
    ("cut-after", ServiceFailed, "did not answer"),
    ("redirect", ServiceFailed, "check ITTYBIT_BASE_URL"),
]


def test_every_fault_of_the_sandbox_stands_in_a_table_here() -> None:
    assert {fault for fault, *_ in STAYING} | {"429-date", "429-untold", "hang", "drip"} == set(REQUEST_FAULTS)
    assert {fault for fault, _ in SPOILT} | {"renewed"} == PICTURE_FAULTS
    assert {"stuck", "slow", "no-url", "late-url"} | {fault for fault, *_ in ENDED} == JOB_FAULTS


@pytest.mark.parametrize("on", ["create", "get", "list"])
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_outlasted(desk: Desk, fault: str, on: str) -> None:
    first, second = desk.start(a_cut(0.5)), a_cut(1.5)
    desk.next(fault, on=on, times=2, seconds=0.01)
    job = desk.start(second)
    ids = [first.id or "", job.id or ""]
    assert set(desk.extractor.look(ids)) == set(ids)
    assert desk.extractor.fetch(desk.until_final(job), second).width == 160
    assert set(desk.report()["per_key"].values()) == {1}


@pytest.mark.parametrize(("fault", "kind", "sentence"), STAYING)
def test_a_fault_that_stays_is_said_in_one_sentence(
    desk: Desk, fault: str, kind: type[PosterframeError], sentence: str
) -> None:
    desk.next(fault, on="create", times=50, seconds=0.01)
    with pytest.raises(PosterframeError, match=sentence) as caught:
        desk.start(a_cut())
    assert isinstance(caught.value, kind)
    assert "<" not in str(caught.value)


def test_a_service_that_says_nothing_is_given_up_in_time(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(pace=dataclasses.replace(HASTY, attempts=2, read_timeout=0.2))
    desk.next("hang", times=5)
    began = time.monotonic()
    with pytest.raises(ServiceFailed, match="did not answer"):
        desk.start(a_cut())
    assert time.monotonic() - began < 10


def test_a_service_that_is_not_there_is_said_to_be(open_desk: Callable[..., Desk]) -> None:
    nowhere = IttybitClient(SecretStr(SECRET), "http://127.0.0.1:9", HASTY)
    with pytest.raises(ServiceFailed, match="did not answer"):
        nowhere.get("job_1")


def test_an_answer_that_drips_without_end_is_given_up_in_time(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(pace=dataclasses.replace(HASTY, attempts=1, connect_timeout=0.2, read_timeout=0.3))
    desk.next("drip")
    began = time.monotonic()
    with pytest.raises(ServiceFailed):
        desk.start(a_cut())
    assert time.monotonic() - began < 3


def test_a_head_that_drips_without_end_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_drip, args=(listener,), daemon=True).start()
        pace = dataclasses.replace(HASTY, attempts=1, connect_timeout=0.2, read_timeout=0.3)
        client = IttybitClient(SecretStr(SECRET), f"http://127.0.0.1:{listener.getsockname()[1]}", pace)
        began = time.monotonic()
        with pytest.raises(ServiceFailed, match="did not answer"):
            client.get("job_1")
        assert time.monotonic() - began < 3


def _drip(listener: socket.socket) -> None:
    """Answer with a head of one letter every tenth of a second."""
    line, _ = listener.accept()
    with line, contextlib.suppress(OSError):
        line.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(300):
            line.sendall(b"x")
            time.sleep(0.1)


@pytest.mark.parametrize("key", ["a key\r\nwith lines", "a kéy ✓", "a\nkey"])
def test_a_key_that_no_header_can_carry_is_said_to_be_and_not_shown(
    desk: Desk, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = IttybitClient(SecretStr(key), desk.url, HASTY)
    with pytest.raises(ServiceFailed, match="ITTYBIT_API_KEY has letters") as caught:
        client.get("job_1")
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "key\r" not in told
    assert repr(key)[1:-1] not in told


def test_no_more_requests_are_sent_in_a_second_than_allowed(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(pace=dataclasses.replace(HASTY, a_second=10))
    job = desk.start(a_cut())
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(desk.look, [job] * 25))
    assert time.monotonic() - began > 1.3, "a second's worth may go at once, the others one after another"


def test_a_429_without_a_time_makes_everybody_wait_too(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(pace=dataclasses.replace(HASTY, untold_wait=1.0, attempts=1))
    job = desk.start(a_cut())
    desk.next("429-untold", on="get")
    with pytest.raises(ServiceBusy):
        desk.look(job)
    began = time.monotonic()
    desk.start(a_cut())
    assert time.monotonic() - began > 0.5


@pytest.mark.parametrize("fault", ["429", "429-date"], ids=["seconds", "a date"])
def test_a_429_makes_everybody_wait_as_long_as_it_asks(desk: Desk, fault: str) -> None:
    job = desk.start(a_cut())
    desk.next(fault, on="get", seconds=2)
    began = time.monotonic()
    desk.look(job)
    waited = time.monotonic() - began
    assert 1 <= waited < 10, "a date tells whole seconds only"


def test_after_a_429_nobody_else_is_sent_before_its_time(desk: Desk) -> None:
    desk.next("429", on="create", seconds=1000)
    with pytest.raises(ServiceBusy) as refused:
        desk.start(a_cut())
    assert refused.value.wait == pytest.approx(1000, abs=1)
    before = desk.report()["requests"]
    with pytest.raises(ServiceBusy):
        desk.start(a_cut())
    with pytest.raises(ServiceBusy):
        desk.extractor.look(["job_1", "job_2"])
    assert desk.report()["requests"] == before


def test_a_429_that_asks_for_years_makes_us_wait_a_day(desk: Desk) -> None:
    desk.next("429", on="create", seconds=999_999_999)
    with pytest.raises(ServiceBusy) as refused:
        desk.start(a_cut())
    assert refused.value.wait == 86_400.0


def test_a_key_that_the_service_refuses_is_said_to_be(desk: Desk) -> None:
    refused = IttybitClient(SecretStr(BAD_KEY), desk.url, HASTY)
    with pytest.raises(ServiceFailed, match="did not accept the API key"):
        refused.list_jobs()


ENDED = [
    (
        "failed",
        ThumbnailStatus.FAILED,
        "could not cut this picture (“the sandbox was asked to fail this job”): try again",
    ),
    (
        "failed-task",
        ThumbnailStatus.FAILED,
        "could not cut this picture (“the sandbox was asked to fail this job”): try again",
    ),
    ("cancelled", ThumbnailStatus.CANCELLED, "cancelled this job"),
]


@pytest.mark.parametrize("tasks_in_lists", [True, False], ids=["full lists", "lean lists"])
@pytest.mark.parametrize(("fault", "status", "reason"), ENDED)
def test_a_job_that_ends_badly_says_why_and_hides_no_other(
    open_desk: Callable[..., Desk], fault: str, status: ThumbnailStatus, reason: str, tasks_in_lists: bool
) -> None:
    desk = open_desk(tasks_in_lists=tasks_in_lists)
    good = desk.start(a_cut(0.5))
    desk.next(fault)
    bad = desk.until_final(desk.start(a_cut(1.5)))
    good = desk.until_final(good)
    jobs = desk.extractor.look([good.id or "", bad.id or ""])
    assert jobs[good.id or ""].status is ThumbnailStatus.READY
    assert jobs[bad.id or ""] == bad
    assert bad.status is status
    assert reason in (bad.error or "")


def test_a_video_that_the_service_cannot_read_fails_with_its_reason(desk: Desk) -> None:
    footage = dataclasses.replace(desk.footage, url=f"{desk.url}/no-such-film.mp4")
    job = desk.until_final(desk.extractor.start(footage, a_cut()))
    assert job.status is ThumbnailStatus.FAILED
    assert "Ittybit could not cut this picture" in (job.error or "")


def test_a_stuck_job_stays_under_way(desk: Desk) -> None:
    desk.next("stuck")
    job = desk.start(a_cut())
    assert {desk.look(job).status for _ in range(20)} == {ThumbnailStatus.PROCESSING}


def test_a_slow_job_takes_its_time(desk: Desk) -> None:
    desk.next("slow", seconds=1000)
    assert desk.start(a_cut()).status is ThumbnailStatus.QUEUED
    assert desk.report()["jobs"][0]["seconds"] == 1000


def test_success_without_a_picture_is_no_success(desk: Desk) -> None:
    desk.next("no-url")
    started = desk.start(a_cut())
    wait_for(lambda: desk.look(started).unplaced)
    job = desk.look(started)
    assert (job.status, job.url) == (ThumbnailStatus.PROCESSING, None)
    with pytest.raises(ServiceFailed, match="not told where"):
        desk.extractor.fetch(job, a_cut())


def test_a_picture_that_is_told_late_is_found(desk: Desk) -> None:
    desk.next("late-url")
    cut = a_cut()
    assert desk.extractor.fetch(desk.until_final(desk.start(cut)), cut).width == 160


SPOILT = [
    ("expired-403", "cannot be fetched from 127.0.0.1"),
    ("expired-410", "cannot be fetched from 127.0.0.1"),
    ("busy-429", "cannot be fetched from 127.0.0.1"),
    ("busy-503", "cannot be fetched from 127.0.0.1"),
    ("truncated", "cut off or damaged"),
    ("cut-picture", "cannot be fetched from 127.0.0.1"),
    ("wrong-format", "is jpeg where png was asked for"),
    ("wrong-size", "80×45 pixels where 160×90"),
    ("enormous", "cannot be fetched from 127.0.0.1"),
    ("bomb", "would fill the memory|more than the"),
    ("not-a-picture", "is no picture"),
]


@pytest.mark.parametrize(("fault", "sentence"), SPOILT)
def test_a_picture_that_is_not_what_was_asked_for_is_refused(desk: Desk, fault: str, sentence: str) -> None:
    cut = a_cut(shape=Shape(160, 90, Format.PNG))
    desk.next(fault)
    job = desk.until_final(desk.start(cut))
    assert job.status is ThumbnailStatus.READY
    with pytest.raises(ServiceFailed, match=sentence):
        desk.extractor.fetch(job, cut)


def test_a_picture_whose_address_has_expired_is_fetched_from_its_new_one(desk: Desk) -> None:
    desk.next("renewed")
    cut = a_cut()
    assert desk.extractor.fetch(desk.until_final(desk.start(cut)), cut).width == 160


ENDLESS = {"hang", "drip", "enormous", "bomb"}


@pytest.mark.parametrize("fault", [None, *sorted({*REQUEST_FAULTS, *PICTURE_FAULTS} - ENDLESS)])
def test_the_key_shows_nowhere(desk: Desk, fault: str | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    if fault:
        desk.next(fault, times=50, seconds=0.01)
    told = ""
    try:
        cut = a_cut()
        desk.extractor.fetch(desk.until_final(desk.start(cut)), cut)
    except PosterframeError:
        told = traceback.format_exc()
    report = desk.report()
    assert report["strangers_keys"] == [], "no host of pictures ever gets the key"
    assert SECRET not in told + caplog.text + str(report) + repr(vars(desk.client))


KILLED_WHILE_STARTING = """
import sys
from posterframe.extractors.ittybit import IttybitExtractor
from posterframe.contracts import Cut, Shape
from posterframe.net import Net
from posterframe.video import Footage
from pydantic import SecretStr
base_url, film_url, key = sys.argv[1:]
extractor = IttybitExtractor(SecretStr("a key"), base_url, Net(), lambda footage: footage.url)
extractor.start(Footage("film", film_url, lambda: None), Cut(key, 1.5, Shape(160, 90)))
print("made, and not yet stored", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("moment", ["while the answer is on its way", "before the answer is stored"])
def test_a_process_killed_while_starting_a_job_leads_to_no_second_one(
    open_desk: Callable[..., Desk], moment: str
) -> None:
    desk = open_desk(latency=0.3)
    cut = a_cut()
    arguments = [sys.executable, "-c", KILLED_WHILE_STARTING, desk.url, desk.footage.url or "", cut.key]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if moment == "before the answer is stored":
            assert process.stdout.readline().startswith(b"made")
        else:
            wait_for(lambda: desk.report()["requests"].get("create"), seconds=30)
        process.kill()
    wait_for(lambda: desk.report()["jobs"])
    assert desk.start(cut).id == desk.report()["jobs"][0]["id"]
    assert desk.report()["per_key"] == {cut.key: 1}
