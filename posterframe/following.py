"""One pair of eyes on the jobs of all services and reviews; polling.py says when to look, what is seen is stored."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from posterframe.contracts import Job, ThumbnailStatus
from posterframe.errors import BadInput
from posterframe.fetching import Fetcher
from posterframe.lookout import HURRIED_GAP, Lookout, Seen
from posterframe.model import Thumbnail
from posterframe.polling import NEVER_PLACED, OVERDUE, Followed, follow, keep_waiting
from posterframe.studio import Studio

log = logging.getLogger(__name__)

IDLE = 1.0
"""Seconds between two looks into the store while no job is due; a job made in this process wakes us before that."""


class Follower:
    """Looks at jobs until they end, and has their pictures fetched.

    Nothing is lost with it: it finds all it needs in the store, and each of its steps may be taken twice.
    """

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._fetcher = Fetcher(studio)
        self._wake = threading.Event()
        self._leave = threading.Event()
        self._called = threading.Event()
        self._called_at = 0.0
        self._lookouts = {name: Lookout(extractor) for name, extractor in studio.extractors.items()}

    def run(self) -> None:
        """Follow until ``stop``. Nothing that goes wrong in between ends it: all jobs of all reviews hang on it."""
        self._fetcher.start()
        while not self._leave.is_set():
            try:
                pause = self._round()
            except Exception:
                log.exception("the jobs could not be followed")
                pause = IDLE
            self._wake.wait(pause)
            self._wake.clear()

    def wake(self) -> None:
        """A job was made: look into the store for it."""
        self._wake.set()

    def hurry(self) -> None:
        """A service says that something has happened: look at its jobs soon, due or not.

        Whoever says so without end wakes us once a second; what is said in between is heard at the next round.
        """
        self._called.set()
        now = time.monotonic()
        if now - self._called_at >= HURRIED_GAP:
            self._called_at = now
            self._wake.set()

    def stop(self) -> None:
        self._leave.set()
        self._wake.set()

    def _round(self) -> float:
        """Do what is due now; the seconds until something may be due again."""
        # In this order: what leaves the hand in between is in the store by then.
        in_hand = frozenset(self._fetcher.in_hand)
        followed = [one for one in self._studio.store.followed() if one.id not in in_hand]
        called = self._called.is_set()
        self._called.clear()
        pause = IDLE
        for name, lookout in self._lookouts.items():
            mine = [one for one in followed if one.extractor == name]
            if called:
                lookout.hurry()
            pause = min(pause, self._look(lookout, mine))
        self._give_up([one for one in followed if one.extractor not in self._lookouts])
        return pause

    def _give_up(self, orphans: Sequence[Thumbnail]) -> None:
        """Nobody here can ask about these any more: their service's key was taken away."""
        for thumbnail in orphans:
            try:
                self._studio.extractor(thumbnail.extractor)
            except BadInput as error:
                failed = ThumbnailStatus.FAILED
                self._studio.store.update_thumbnail(thumbnail.id, status=failed, error=str(error))

    def _look(self, lookout: Lookout, thumbnails: Sequence[Thumbnail]) -> float:
        by_job = {one.job_id: one for one in thumbnails if one.job_id}
        lookout.jobs = {job_id: _followed(lookout.jobs.get(job_id), one) for job_id, one in by_job.items()}
        self._store(lookout.turn(), by_job)
        pause = lookout.pause()
        return IDLE if pause is None else pause

    def _store(self, seen: Seen, by_job: dict[str, Thumbnail]) -> None:
        for job_id, job in seen.answers.items():
            self._saw(by_job[job_id], job)
        for job_id in seen.never_placed:
            failed = ThumbnailStatus.FAILED
            self._studio.store.update_thumbnail(by_job[job_id].id, status=failed, error=NEVER_PLACED)
        note = f"{OVERDUE} {seen.trouble}" if seen.trouble else OVERDUE
        for job_id, thumbnail in by_job.items():
            if job_id in seen.overdue or (thumbnail.is_late and thumbnail.error != note):
                self._note_late(thumbnail, note)

    def _note_late(self, thumbnail: Thumbnail, note: str) -> None:
        """Say that it is late, unless the person has meanwhile chosen to wait."""
        now = self._studio.store.thumbnail(thumbnail.id)
        if now is not None and now.waiting_since == thumbnail.waiting_since:
            self._studio.store.update_thumbnail(thumbnail.id, error=note)

    def _saw(self, thumbnail: Thumbnail, job: Job) -> None:
        """Store what a look has told of a thumbnail's job."""
        update = self._studio.store.update_thumbnail
        if job.status is ThumbnailStatus.READY:
            update(thumbnail.id, status=ThumbnailStatus.PROCESSING, url=job.url, progress=job.progress)
            self._fetcher.fetch(thumbnail.id)
        elif job.status.is_final:
            update(thumbnail.id, status=job.status, error=job.error)
        elif (job.status, job.progress) != (thumbnail.status, thumbnail.progress):
            update(thumbnail.id, status=job.status, progress=job.progress or thumbnail.progress)


def _followed(before: Followed | None, thumbnail: Thumbnail) -> Followed:
    """The job of a thumbnail as it was last seen, waited for from when the store says."""
    since = (thumbnail.waiting_since or thumbnail.updated_at).timestamp()
    job = before or follow(str(thumbnail.job_id), since)
    if job.asked_at < since:
        job = keep_waiting(job, since)
    return replace(job, late=thumbnail.is_late)
