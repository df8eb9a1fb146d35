"""A picture through Ittybit from the order to the bytes, over real HTTP: in every shape, exactly once."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydantic import SecretStr

from posterframe.contracts import Cut, Fit, Format, Shape, ThumbnailStatus
from posterframe.errors import BadInput, ServiceFailed
from posterframe.extractors.ittybit import IttybitExtractor
from posterframe.net import Net
from posterframe.sandbox.ittybit_shapes import SHAPES
from posterframe.video import Footage
from tests.ittybit.conftest import COLOURS, HASTY, SECRET, SMALL, Desk, a_cut
from tests.waiting import wait_for

OLD = datetime.now(UTC) - timedelta(days=3)


def mean_colour(data: bytes) -> NDArray[np.float64]:
    with Image.open(io.BytesIO(data)) as image:
        mean: NDArray[np.float64] = np.asarray(image.convert("RGB")).mean(axis=(0, 1))
    return mean


@pytest.mark.parametrize("second", range(len(COLOURS)))
def test_the_picture_is_the_real_frame_at_the_asked_time(desk: Desk, second: int) -> None:
    cut = a_cut(second + 0.5)
    job = desk.until_final(desk.start(cut))
    assert job.status is ThumbnailStatus.READY
    picture = desk.extractor.fetch(job, cut)
    assert (picture.width, picture.height, picture.format) == (160, 90, Format.WEBP)
    assert np.abs(mean_colour(picture.data) - COLOURS[second]).max() < 12


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(Shape(1280, 720, Format.JPEG), id="jpeg 1280×720"),
        pytest.param(Shape(200, 200, Format.PNG, Fit.CONTAIN), id="png, padded"),
        pytest.param(Shape(90, 160, Format.AVIF, Fit.FILL), id="avif, stretched"),
        pytest.param(Shape(100, None, Format.WEBP), id="a width only"),
        pytest.param(Shape(None, 60, Format.WEBP, position="top"), id="a height only"),
        pytest.param(Shape(None, None, Format.WEBP), id="the video's own size"),
    ],
)
def test_every_size_and_format_comes_as_asked(desk: Desk, shape: Shape) -> None:
    cut = a_cut(shape=shape)
    picture = desk.extractor.fetch(desk.until_final(desk.start(cut)), cut)
    assert picture.format is shape.format
    assert picture.width == (shape.width or picture.width)
    assert picture.height == (shape.height or picture.height)


@pytest.mark.parametrize("tasks_in_lists", [True, False], ids=["full lists", "lean lists"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_reply_leads_to_the_picture(
    open_desk: Callable[..., Desk], shape: str, tasks_in_lists: bool
) -> None:
    desk = open_desk(shape=shape, tasks_in_lists=tasks_in_lists)
    cuts = [a_cut(0.5), a_cut(1.5)]
    ids = [desk.start(cut).id or "" for cut in cuts]
    for job_id, cut in zip(ids, cuts, strict=True):
        job = desk.until_final(desk.extractor.look(ids)[job_id])
        assert desk.extractor.fetch(job, cut).width == 160


def test_the_stand_in_works_under_a_path_too(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(under="/ittybit")
    cut = a_cut()
    assert desk.extractor.fetch(desk.until_final(desk.start(cut)), cut).width == 160


def test_a_job_under_way_is_told_as_queued_then_processing_with_progress(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(seconds=(2.0, 2.0))
    job = desk.start(a_cut())
    assert job.status is ThumbnailStatus.QUEUED
    seen = [job]
    while not seen[-1].status.is_final:
        seen.append(desk.look(seen[-1]))
    assert {one.status for one in seen} == {ThumbnailStatus.QUEUED, ThumbnailStatus.PROCESSING, ThumbnailStatus.READY}
    progress = [one.progress for one in seen if one.progress is not None and not one.status.is_final]
    assert progress == sorted(progress)
    assert any(0 < part < 1 for part in progress)


def test_the_key_makes_one_job_however_often_it_is_sent(desk: Desk) -> None:
    cut = a_cut()
    with ThreadPoolExecutor(4) as threads:
        ids = {job.id for job in threads.map(desk.start, [cut] * 8)}
    assert len(ids) == 1
    assert desk.report()["per_key"] == {cut.key: 1}


def test_an_answer_that_was_lost_after_the_job_was_made_leads_to_the_same_job(desk: Desk) -> None:
    desk.next("cut-after", on="create", times=2)
    cut = a_cut()
    job = desk.start(cut)
    assert desk.report()["per_key"] == {cut.key: 1}
    assert desk.report()["jobs"][0]["id"] == job.id
    assert desk.report()["requests"]["create"] == 3


def test_a_key_that_the_service_has_forgotten_still_finds_its_job(desk: Desk) -> None:
    cut = a_cut(asked_at=OLD)
    first = desk.start(cut)
    for _ in range(120):
        desk.start(a_cut())
    desk.forget_keys()
    assert desk.start(cut).id == first.id
    assert desk.report()["per_key"][cut.key] == 1


def test_an_old_key_that_never_made_a_job_makes_one(desk: Desk) -> None:
    cut = a_cut(asked_at=OLD)
    assert desk.start(cut).id == desk.start(cut).id
    assert desk.report()["per_key"] == {cut.key: 1}


def test_a_conflict_is_waited_out(desk: Desk) -> None:
    desk.next("409", on="create", times=2)
    assert desk.start(a_cut()).id


def test_a_conflict_that_stays_leads_to_the_job_that_causes_it(desk: Desk) -> None:
    cut = a_cut()
    first = desk.start(cut)
    desk.next("409", on="create", times=50)
    assert desk.start(cut).id == first.id
    with pytest.raises(ServiceFailed, match="already works on this picture"):
        desk.start(a_cut())


def test_many_jobs_are_looked_at_in_one_request(desk: Desk) -> None:
    ids = [desk.start(a_cut()).id or "" for _ in range(30)]
    before = desk.report()["requests"]
    jobs = desk.extractor.look(ids)
    after = desk.report()["requests"]
    assert set(jobs) == set(ids)
    assert after["list"] - before.get("list", 0) == 1
    assert after.get("get", 0) == before.get("get", 0)


def test_one_job_alone_is_asked_for_by_its_id(desk: Desk) -> None:
    job = desk.start(a_cut())
    desk.look(job)
    assert "list" not in desk.report()["requests"]


def test_jobs_beyond_the_first_pages_are_asked_for_one_by_one_in_the_end(desk: Desk) -> None:
    old = [desk.start(a_cut()).id or "" for _ in range(3)]
    for _ in range(220):
        desk.start(a_cut())
    new = [desk.start(a_cut()).id or "" for _ in range(5)]
    assert set(desk.extractor.look(old + new)) == set(old + new)
    requests = desk.report()["requests"]
    assert (requests["list"], requests["get"]) == (2, 3)


def test_a_list_that_does_not_work_is_gone_around(desk: Desk) -> None:
    ids = [desk.start(a_cut()).id or "" for _ in range(3)]
    desk.next("404", on="list", times=1)
    assert set(desk.extractor.look(ids)) == set(ids)


def test_one_unknown_job_does_not_hide_the_others(desk: Desk) -> None:
    job = desk.until_final(desk.start(a_cut()))
    jobs = desk.extractor.look([job.id or "", "job_unknown"])
    assert jobs[job.id or ""].status is ThumbnailStatus.READY
    assert jobs["job_unknown"].status is ThumbnailStatus.FAILED
    assert "no longer knows this job" in (jobs["job_unknown"].error or "")


def test_a_job_that_cannot_be_looked_at_is_left_out_and_the_others_are_told(desk: Desk) -> None:
    ids = [desk.start(a_cut()).id or "" for _ in range(2)]
    desk.next("404", on="list")
    desk.next("500", on="get", times=2 * HASTY.attempts - 1)  # one of the two gets through with its last attempt
    assert len(desk.extractor.look(ids)) == 1
    desk.next("404", on="list")
    desk.next("500", on="get", times=2 * HASTY.attempts)
    with pytest.raises(ServiceFailed, match="trouble at the moment"):
        desk.extractor.look(ids)
    assert set(desk.extractor.look(ids)) == set(ids)


def test_jobs_that_a_list_does_not_tell_in_full_are_asked_for_side_by_side(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(shape="tasks-only", tasks_in_lists=False, latency=0.2)
    ids = [desk.start(a_cut()).id or "" for _ in range(8)]
    wait_for(lambda: all(job.url for job in desk.extractor.look(ids).values()))
    began = time.monotonic()
    assert all(job.status is ThumbnailStatus.READY for job in desk.extractor.look(ids).values())
    assert time.monotonic() - began < 1.2, "one after another they take 1.8 s"


def test_a_video_that_the_service_cannot_reach_is_refused_with_what_to_do(desk: Desk) -> None:
    upload = Footage("holiday.mp4", None, desk.footage.open_file)
    with pytest.raises(BadInput, match=r"holiday\.mp4.*POSTERFRAME_PUBLIC_URL"):
        desk.extractor.start(upload, a_cut())
    assert desk.report()["jobs"] == []


@pytest.mark.parametrize(
    ("expected", "is_taken"),
    [((100, 56), True), ((100, 57), True), ((100, 58), False), ((100, 54), False)],
)
def test_a_side_that_follows_from_the_video_may_be_rounded_otherwise_and_no_more(
    desk: Desk, expected: tuple[int, int], is_taken: bool
) -> None:
    cut = a_cut(shape=Shape(100, None, Format.WEBP), size=expected)
    job = desk.until_final(desk.start(cut))
    if is_taken:
        assert desk.extractor.fetch(job, cut).height == 56
        return
    with pytest.raises(ServiceFailed, match=r"100×56 pixels|more than the"):
        desk.extractor.fetch(job, cut)


def test_a_picture_larger_than_the_video_promises_is_not_even_decoded(desk: Desk) -> None:
    cut = a_cut(shape=Shape(None, None, Format.WEBP), size=(160, 90))
    job = desk.until_final(desk.start(cut))
    with pytest.raises(ServiceFailed, match="more than the 14,651 pixels"):
        desk.extractor.fetch(job, cut)


def test_a_time_past_the_end_fails_at_the_service(desk: Desk) -> None:
    job = desk.until_final(desk.start(a_cut(float(len(COLOURS)))))
    assert job.status is ThumbnailStatus.FAILED
    assert "the video ends at 4" in (job.error or "")


def test_a_service_that_knows_no_call_backs_is_asked_without_and_no_more_with(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(webhooks=False)
    extractor = IttybitExtractor(
        SecretStr(SECRET), desk.url, Net(), lambda footage: footage.url, HASTY, webhook_url=f"{desk.url}/nobody"
    )
    for _ in range(2):
        assert extractor.start(desk.footage, a_cut()).id
    report = desk.report()
    assert report["requests"]["create"] == 3
    assert ["webhook_url" in job["body"] for job in report["jobs"]] == [False, False]


def test_what_is_sent_always_has_a_fit_and_our_key(desk: Desk) -> None:
    cut = Cut("the-key", 1.25, SMALL)
    desk.start(cut)
    (made,) = desk.report()["jobs"]
    assert made["key"] == "the-key"
    assert made["body"]["metadata"] == {"posterframe_key": "the-key"}
    assert made["body"]["options"] == {
        "start": 1.25,
        "width": 160,
        "height": 90,
        "fit": "cover",
        "position": "center",
        "format": "webp",
        "quality": "high",
    }
