"""The steps of a thumbnail, each a function of its id: ask for the picture, fetch it, or say why there is none.

Like those of work.py they may be run again after a crash, and know nothing of the workflow engine or the screen.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

from posterframe.contracts import Cut, Job, Picture, ThumbnailStatus, VideoInfo
from posterframe.errors import ServiceBusy, ServiceFailed
from posterframe.extractors import Extractor
from posterframe.model import Review, Thumbnail
from posterframe.picture import size_of, within_bytes
from posterframe.studio import Studio
from posterframe.timecode import clamp_time

log = logging.getLogger(__name__)

ASK_WITHIN = 3600.0
"""Seconds within which a service has to take a picture that it puts off; after that the person is told."""


def cut(studio: Studio, thumbnail_id: str) -> None:
    """Ask the thumbnail's extractor for its picture, and keep the picture when it is there at once."""
    thumbnail = studio.store.thumbnail(thumbnail_id)
    if thumbnail is None or thumbnail.status.is_final:
        return
    review = studio.store.review(thumbnail.review_id)
    extractor = studio.extractor(thumbnail.extractor)
    # At a service it counts as queued until the service itself says that it works on it.
    status = ThumbnailStatus.QUEUED if extractor.is_service else ThumbnailStatus.PROCESSING
    since = thumbnail.waiting_since or datetime.now(UTC)
    begun = studio.store.update_thumbnail(thumbnail_id, status=status, waiting_since=since)
    if review is None or begun.status.is_final or begun.job_id is not None:
        return
    asked = as_cut(begun, review, extractor)
    if _keep_earlier(studio, begun, extractor, asked):
        return
    job = extractor.start(studio.footage(review), asked)
    if job.picture is not None:
        _keep_picture(studio, begun, job.picture, job)
    else:
        studio.store.update_thumbnail(
            thumbnail_id,
            # One that is ready at once is still to be fetched.
            status=ThumbnailStatus.PROCESSING if job.status is ThumbnailStatus.READY else job.status,
            job_id=job.id,
            url=job.url,
            progress=job.progress,
            error=job.error,
            waiting_since=datetime.now(UTC),  # the service may have let us wait before it took the job
        )


def keep(studio: Studio, thumbnail_id: str) -> None:
    """Fetch the picture of a service's job that is done, check it, and keep it, whatever becomes of its address."""
    thumbnail = studio.store.thumbnail(thumbnail_id)
    review = studio.store.review(thumbnail.review_id) if thumbnail else None
    if thumbnail is None or review is None or thumbnail.status.is_final:
        return
    job = Job(ThumbnailStatus.READY, id=thumbnail.job_id, url=thumbnail.url)
    extractor = studio.extractor(thumbnail.extractor)
    picture = extractor.fetch(job, as_cut(thumbnail, review, extractor))
    _keep_picture(studio, thumbnail, picture, job)


def give_up_fetching(studio: Studio, thumbnail_id: str) -> None:
    """Mark a thumbnail as failed whose service has cut it and does not let us have it."""
    thumbnail = studio.store.thumbnail(thumbnail_id)
    if thumbnail is not None:
        service = studio.extractor(thumbnail.extractor).label
        told = f"{service} cut this picture, but lets us wait too long before it gives it: try again in a few minutes."
        fail_thumbnail(studio, thumbnail_id, told)


def put_off(studio: Studio, thumbnail_id: str, until: float) -> float:
    """Note on a thumbnail that is not asked for yet when its service will take it; returns ``until``.

    That is in seconds since 1970. Raises ``ServiceFailed`` where it has been put off for too long.
    """
    thumbnail = studio.store.thumbnail(thumbnail_id)
    if thumbnail is None:
        return until
    service = studio.extractor(thumbnail.extractor).label
    if until > thumbnail.created_at.timestamp() + ASK_WITHIN:
        raise ServiceFailed(f"{service} does not take this picture for a long time: try again later, or cut it here.")
    at = datetime.fromtimestamp(until, UTC)
    studio.store.update_thumbnail(thumbnail_id, error=f"{service} asks us to wait until {at:%H:%M} UTC.")
    return until


def fail_thumbnail(studio: Studio, thumbnail_id: str, error: str) -> None:
    """Mark a thumbnail as failed, with a sentence that says why."""
    studio.store.update_thumbnail(thumbnail_id, status=ThumbnailStatus.FAILED, error=error)


def as_cut(thumbnail: Thumbnail, review: Review, extractor: Extractor) -> Cut:
    """What to ask of an extractor for a thumbnail."""
    cut = Cut(thumbnail.id, thumbnail.timestamp, thumbnail.shape, asked_at=thumbnail.waiting_since)
    return suited_to(review.video, cut, extractor) if review.video else cut


def suited_to(video: VideoInfo, cut: Cut, extractor: Extractor) -> Cut:
    """The cut with its time kept within the video, and with the size that the picture should have.

    A service is never asked for a time after the start of the last frame: what it does then nobody promises.
    """
    end = video.duration - 1 / video.fps if extractor.is_service and video.fps else video.duration
    size = size_of((video.width, video.height), cut.shape)
    return replace(cut, timestamp=clamp_time(cut.timestamp, end), size=size)


def _keep_earlier(studio: Studio, thumbnail: Thumbnail, extractor: Extractor, asked: Cut) -> bool:
    """Fetch the picture that an attempt before had cut and could not get: whether it is there, and not bought twice."""
    earlier = studio.store.attempt_before(thumbnail.id)
    if earlier is None or earlier.job_id is None or earlier.url is None or earlier.extractor != thumbnail.extractor:
        return False
    job = Job(ThumbnailStatus.READY, id=earlier.job_id, url=earlier.url)
    try:
        picture = extractor.fetch(job, asked)
    except ServiceBusy:
        raise
    except ServiceFailed as error:
        log.warning("the picture of %s cannot be had from its earlier job: %s", thumbnail.id, error)
        return False
    _keep_picture(studio, thumbnail, picture, job)
    return True


def _keep_picture(studio: Studio, thumbnail: Thumbnail, picture: Picture, job: Job) -> None:
    """Store a finished picture, no larger than its shape allows, and mark its thumbnail as ready."""
    picture = within_bytes(picture, thumbnail.shape)
    key = studio.media.put(picture.data, "thumbnails", picture.format.value)
    studio.store.update_thumbnail(
        thumbnail.id,
        status=ThumbnailStatus.READY,
        error=None,
        job_id=job.id,
        url=job.url,
        picture=key,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.data),
    )
