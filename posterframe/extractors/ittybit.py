"""Ittybit cuts pictures as jobs of its own: asked for exactly once, looked at together, fetched without the key."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr

from posterframe.contracts import Cut, Job, Picture, ThumbnailStatus
from posterframe.errors import BadInput, PosterframeError, ServiceBusy, ServiceFailed
from posterframe.ittybit import trouble
from posterframe.ittybit.client import IttybitClient
from posterframe.ittybit.order import order
from posterframe.ittybit.reply import JobReply, JobState
from posterframe.ittybit.retry import Pace
from posterframe.net import Net
from posterframe.net.address import is_loopback
from posterframe.picture import MAX_SIDE, check_picture
from posterframe.video import Footage

KEY_IS_SURE_FOR = timedelta(hours=23)
"""Ittybit promises to know an Idempotency-Key for 24 hours; an hour is left for clocks that differ."""

MAX_PICTURE_BYTES = 32 * 1024 * 1024

_DOWNLOAD_SECONDS = 60.0
_LOOK_SECONDS = 60.0
_LOOKS_AT_ONCE = 8
_CLOCKS_DIFFER_BY = timedelta(minutes=10)
_MOST_PAGES = 50

_STATUS = {
    JobState.QUEUED: ThumbnailStatus.QUEUED,
    JobState.RUNNING: ThumbnailStatus.PROCESSING,
    JobState.UNPLACED: ThumbnailStatus.PROCESSING,
    JobState.SUCCEEDED: ThumbnailStatus.READY,
    JobState.FAILED: ThumbnailStatus.FAILED,
    JobState.CANCELLED: ThumbnailStatus.CANCELLED,
}


class IttybitExtractor:
    """Cuts with Ittybit's ``/jobs``.

    ``reach`` gives the URL under which the service can read a video, if any; ``webhook_url`` is where it shall call
    when a job has ended.
    """

    name = "ittybit"
    label = "Ittybit"
    is_service = True

    def __init__(
        self,
        api_key: SecretStr,
        base_url: str,
        net: Net,
        reach: Callable[[Footage], str | None],
        pace: Pace | None = None,
        webhook_url: str | None = None,
    ) -> None:
        self.is_sandbox = is_loopback(base_url)
        self._client = IttybitClient(api_key, base_url, pace)
        self._net = net
        self._reach = reach
        self._webhook_url = webhook_url

    def start(self, footage: Footage, cut: Cut) -> Job:
        """Ask for the picture, or find the job that was made under the same key, however long ago."""
        source = self._reach(footage)
        if source is None:
            raise BadInput(
                f"Ittybit cannot read “{footage.name}” from where it is: "
                "set POSTERFRAME_PUBLIC_URL to an address of this app, or cut on this machine."
            )
        if cut.asked_at is not None and datetime.now(UTC) - cut.asked_at > KEY_IS_SURE_FOR:
            earlier = self._find(cut)
            if earlier is not None:
                return _job(earlier)
        try:
            return _job(self._create(cut, source))
        except trouble.Conflict:
            earlier = self._find(cut)
            if earlier is None:
                raise
            return _job(earlier)

    def look(self, job_ids: Sequence[str]) -> Mapping[str, Job]:
        """How the jobs stand; those that could not be looked at in time are left out, unless that is all of them."""
        give_up_at = time.monotonic() + _LOOK_SECONDS
        known: dict[str, Job] = self._look_at_list(job_ids)
        failures: list[ServiceFailed] = []

        def look_at(job_id: str) -> None:
            if time.monotonic() < give_up_at and (known or not failures):
                try:
                    known[job_id] = self._look_at_one(job_id)
                except ServiceFailed as error:
                    failures.append(error)

        with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
            list(pool.map(look_at, [job_id for job_id in job_ids if job_id not in known]))
        if failures and not known:
            raise failures[0]
        return known

    def fetch(self, job: Job, cut: Cut) -> Picture:
        """The picture, checked to be whole and as it was asked for. The key is not sent to where it lies."""
        data = self._download(job)
        width, height = cut.size or (cut.shape.width or MAX_SIDE, cut.shape.height or MAX_SIDE)
        # Each side may be a pixel larger where it was not asked for in so many words.
        most_pixels = (width + 1) * (height + 1)
        picture = check_picture(data, cut.shape.format, max_bytes=MAX_PICTURE_BYTES, max_pixels=most_pixels)
        _check_size(picture, cut)
        return picture

    def _create(self, cut: Cut, source: str) -> JobReply:
        """Make the job; where it is refused, once more without the call-back, which only the service's guide names."""
        body = order(cut, source)
        if self._webhook_url is None:
            return self._client.create(body, cut.key)
        try:
            return self._client.create(order(cut, source, self._webhook_url), cut.key)
        except BadInput:
            made = self._client.create(body, cut.key)
            self._webhook_url = None
            return made

    def _look_at_list(self, job_ids: Sequence[str]) -> dict[str, Job]:
        """What lists of the newest jobs tell of these, as long as a page spares more requests than it costs."""
        wanted = set(job_ids)
        found: dict[str, Job] = {}
        after = None
        while len(wanted) > 1:
            try:
                page = self._client.list_jobs(after)
            except ServiceBusy:
                raise
            except PosterframeError:
                break
            hits = [job for job in page.jobs if job.id in wanted]
            found.update((job.id, _job(job)) for job in hits if _is_fully_told(job))
            wanted.difference_update(job.id for job in hits)
            after = page.after
            if len(hits) < 2 or after is None:
                break
        return found

    def _look_at_one(self, job_id: str) -> Job:
        try:
            return replace(_job(self._client.get(job_id)), id=job_id)
        except (trouble.JobUnknown, BadInput) as error:
            return Job(ThumbnailStatus.FAILED, job_id, error=str(error))

    def _find(self, cut: Cut) -> JobReply | None:
        """The job that carries this key in its metadata. Raises ``ServiceFailed`` if there are too many to be sure."""
        asked_at = cut.asked_at or datetime.now(UTC) - timedelta(days=1)
        oldest = (asked_at - _CLOCKS_DIFFER_BY).timestamp()
        after = None
        for _ in range(_MOST_PAGES):
            page = self._client.list_jobs(after)
            found = next((job for job in page.jobs if job.key == cut.key), None)
            if found is not None:
                return found
            after = page.after
            if after is None or (page.jobs[-1].created_at or oldest) < oldest:
                return None
        raise ServiceFailed("Ittybit has too many newer jobs to find this one again: try again to have it cut anew.")

    def _download(self, job: Job) -> bytes:
        """The bytes at the job's URL; if they are not to be had there, at the one that the service now gives."""
        if job.url is None:
            raise ServiceFailed("Ittybit has not told where this picture is: try again in a minute.")
        try:
            return self._read(job.url)
        except ServiceFailed as gone:
            renewed = self._look_at_one(job.id).url if job.id else None
            if renewed is not None and renewed != job.url:
                return self._read(renewed)
            host = urlsplit(job.url).hostname
            raise ServiceFailed(
                f"Ittybit cut the picture, but it cannot be fetched from {host}: try again; if it is gone there, "
                "it is cut anew."
            ) from gone

    def _read(self, url: str) -> bytes:
        return self._net.fetch(url, max_bytes=MAX_PICTURE_BYTES, deadline=_DOWNLOAD_SECONDS)


def _job(reply: JobReply) -> Job:
    """The service's job in the words of the product."""
    error = None
    if reply.state is JobState.FAILED:
        error = trouble.why_failed(reply.complaint)
    elif reply.state is JobState.CANCELLED:
        error = trouble.why_cancelled(reply.complaint)
    status = _STATUS[reply.state]
    unplaced = reply.state is JobState.UNPLACED
    return Job(status, reply.id, progress=reply.progress, url=reply.url, error=error, unplaced=unplaced)


def _is_fully_told(reply: JobReply) -> bool:
    """Lists may leave out the tasks, and with them where the picture is or why there is none."""
    if reply.state is JobState.FAILED:
        return reply.complaint is not None and reply.complaint.words is not None
    return reply.state is not JobState.UNPLACED


def _check_size(picture: Picture, cut: Cut) -> None:
    """Sides that were asked for have to be so; one that follows from the video may have been rounded otherwise."""
    found, asked = (picture.width, picture.height), (cut.shape.width, cut.shape.height)
    expected = cut.size or tuple(side or there for side, there in zip(asked, found, strict=True))
    spare = [0 if side else 1 for side in asked]
    if any(abs(there - side) > more for there, side, more in zip(found, expected, spare, strict=True)):
        raise ServiceFailed(
            f"Ittybit made a picture of {found[0]}×{found[1]} pixels where {expected[0]}×{expected[1]} was asked for: "
            "try again, or cut on this machine."
        )
