"""Thumbnails: asked for, followed through their states, tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy import Connection, func, select

from posterframe.errors import BadInput
from posterframe.model import (
    Action,
    DecisionState,
    Moment,
    Review,
    Shape,
    Thumbnail,
    ThumbnailStatus,
    new_id,
)
from posterframe.store.ledger import Change, Ledger, find, rows
from posterframe.store.moments import moments_of
from posterframe.store.schema import thumbnails

_GIVEN_UP = (ThumbnailStatus.FAILED, ThumbnailStatus.CANCELLED)


class ThumbnailChange(TypedDict, total=False):
    """What a worker may change of a thumbnail."""

    status: ThumbnailStatus
    progress: float | None
    error: str | None
    job_id: str | None
    url: str | None
    picture: str | None
    width: int | None
    height: int | None
    bytes: int | None
    waiting_since: datetime | None


class Thumbnails(Ledger):
    """The part of the store about thumbnails."""

    def thumbnails(self, review_id: str) -> list[Thumbnail]:
        """The thumbnails of the review in the order asked for; of several attempts, the last."""
        with self._database.read() as connection:
            return thumbnails_of(connection, review_id)

    def thumbnail(self, thumbnail_id: str) -> Thumbnail | None:
        """A thumbnail, superseded or not."""
        with self._database.read() as connection:
            return find(connection, Thumbnail, thumbnail_id)

    def cut(self, review_id: str, shapes: Sequence[Shape], extractor: str, who: str) -> list[Thumbnail]:
        """Ask for a picture of every approved moment in every shape; returns the new ones, which are queued.

        What is under way or ready at the same time and shape is not cut twice. What failed or was cancelled there
        is tried again.
        """
        with self._changing(Review, review_id) as change:
            before = thumbnails_of(change.connection, review_id)
            approved = [
                moment
                for moment in moments_of(change.connection, review_id)
                if moment.decision is DecisionState.APPROVED
            ]
            new: list[Thumbnail] = []
            for moment in approved:
                for shape in dict.fromkeys(shapes):
                    same = _same_cut(before, moment, shape)
                    if same is None:
                        new.append(_ask(change, moment, shape, extractor, who))
                    elif same.status in _GIVEN_UP:
                        new.append(_again(change, same, extractor, who))
            return new

    def update_thumbnail(self, thumbnail_id: str, **values: Unpack[ThumbnailChange]) -> Thumbnail:
        """Store what a worker has found out, and return the thumbnail as it then stands.

        One that has ended stays as it is, whatever comes late; its ``status`` tells the worker so.
        """
        status = values.get("status")
        if status is ThumbnailStatus.READY and not values.get("picture"):
            raise ValueError("a thumbnail is ready only with its picture")
        with self._changing(Thumbnail, thumbnail_id) as change:
            before = change.get(Thumbnail, thumbnail_id)
            if before.status.is_final:
                return before
            after = _next(before, values, change.at)
            names = [part.name for part in fields(after) if getattr(after, part.name) != getattr(before, part.name)]
            if names:
                change.set(Thumbnail, thumbnail_id, **{name: getattr(after, name) for name in names})
            return after

    def retry(self, thumbnail_id: str, who: str) -> Thumbnail:
        """Try a failed or cancelled thumbnail again: a new attempt with a new id, in the old one's place.

        Asked twice, it returns the same attempt. Raises ``BadInput`` where there is nothing to try again.
        """
        with self._changing(Thumbnail, thumbnail_id) as change:
            before = change.get(Thumbnail, thumbnail_id)
            if before.superseded_by is not None:
                return change.get(Thumbnail, before.superseded_by)
            if before.status not in _GIVEN_UP:
                raise BadInput("Only a picture that failed or was cancelled can be tried again.")
            return _again(change, before, before.extractor, who)

    def followed(self) -> list[Thumbnail]:
        """Thumbnails whose job at a service is under way and not overdue."""
        under_way = (thumbnails.c.status == ThumbnailStatus.PROCESSING) & thumbnails.c.job_id.is_not(None)
        with self._database.read() as connection:
            return rows(connection, Thumbnail, under_way & thumbnails.c.error.is_(None), thumbnails.c.created_at)

    def keep_waiting(self, thumbnail_id: str) -> None:
        """Wait once more as long for a job that takes unusually long."""
        with self._changing(Thumbnail, thumbnail_id) as change:
            if not change.get(Thumbnail, thumbnail_id).status.is_final:
                change.set(Thumbnail, thumbnail_id, waiting_since=change.at, error=None)

    def cancel_thumbnails(self, review_id: str, thumbnail_ids: Iterable[str], who: str) -> list[Thumbnail]:
        """Stop waiting for these pictures; returns those that were still under way."""
        stopped = []
        with self._changing(Review, review_id) as change:
            for thumbnail_id in thumbnail_ids:
                before = change.get(Thumbnail, thumbnail_id)
                if before.review_id != review_id or before.status.is_final:
                    continue
                cancelled = ThumbnailStatus.CANCELLED
                change.set(Thumbnail, thumbnail_id, status=cancelled, finished_at=change.at)
                change.log(
                    who,
                    Action.CANCELLED,
                    moment_id=before.moment_id,
                    thumbnail_id=thumbnail_id,
                    before={"status": before.status},
                    after={"status": cancelled},
                )
                stopped.append(replace(before, status=cancelled, finished_at=change.at, updated_at=change.at))
        return stopped


def thumbnails_of(connection: Connection, review_id: str) -> list[Thumbnail]:
    current = (thumbnails.c.review_id == review_id) & thumbnails.c.superseded_by.is_(None)
    return rows(connection, Thumbnail, current, thumbnails.c.position)


def _next(before: Thumbnail, values: ThumbnailChange, at: datetime) -> Thumbnail:
    """A thumbnail that is under way once ``values`` have come in. What a worker has begun is never queued again."""
    after = replace(before, **values)
    if after.status is ThumbnailStatus.QUEUED:
        after = replace(after, status=before.status)
    if after.status is ThumbnailStatus.READY:
        after = replace(after, progress=1.0)
    return replace(after, finished_at=at) if after.status.is_final else after


def _same_cut(before: Iterable[Thumbnail], moment: Moment, shape: Shape) -> Thumbnail | None:
    wanted = (moment.id, moment.timestamp, shape)
    return next((cut for cut in before if (cut.moment_id, cut.timestamp, cut.shape) == wanted), None)


def _ask(change: Change, moment: Moment, shape: Shape, extractor: str, who: str) -> Thumbnail:
    last = select(func.max(thumbnails.c.position)).where(thumbnails.c.review_id == change.review_id)
    found = change.connection.execute(last).scalar()
    new = Thumbnail(
        id=new_id(),
        review_id=change.review_id,
        moment_id=moment.id,
        timestamp=moment.timestamp,
        shape=shape,
        extractor=extractor,
        status=ThumbnailStatus.QUEUED,
        created_at=change.at,
        updated_at=change.at,
        position=0 if found is None else found + 1,
    )
    change.add(new)
    change.log(who, Action.CUT, moment_id=moment.id, thumbnail_id=new.id, after=_told(new))
    return new


def _again(change: Change, before: Thumbnail, extractor: str, who: str) -> Thumbnail:
    """A fresh attempt in the place of one that did not succeed, whose story stays."""
    new = Thumbnail(
        id=new_id(),
        review_id=before.review_id,
        moment_id=before.moment_id,
        timestamp=before.timestamp,
        shape=before.shape,
        extractor=extractor,
        status=ThumbnailStatus.QUEUED,
        created_at=change.at,
        updated_at=change.at,
        attempt=before.attempt + 1,
        position=before.position,
    )
    change.add(new)
    change.set(Thumbnail, before.id, superseded_by=new.id)
    told = {"thumbnail_id": before.id, "status": before.status, "error": before.error}
    change.log(who, Action.RETRIED, moment_id=new.moment_id, thumbnail_id=new.id, before=told, after=_told(new))
    return new


def _told(thumbnail: Thumbnail) -> dict[str, object]:
    return {
        "timestamp": thumbnail.timestamp,
        "shape": asdict(thumbnail.shape),
        "extractor": thumbnail.extractor,
        "attempt": thumbnail.attempt,
    }
