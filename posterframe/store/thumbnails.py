"""Thumbnails: asked for, followed through their states, tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy import Connection, func, select

from posterframe.contracts import Shape, ThumbnailStatus
from posterframe.errors import BadInput
from posterframe.model import Action, Moment, Review, Thumbnail, new_id
from posterframe.shapes import GIVEN_UP, same_cut, wanted
from posterframe.store.ledger import Change, Ledger, find, rows
from posterframe.store.moments import moments_of
from posterframe.store.schema import reviews, thumbnails

SHOWN = thumbnails.c.superseded_by.is_(None) | (thumbnails.c.id == reviews.c.final_thumbnail_id)
"""Which thumbnails of a review the gallery shows: of several attempts the last, and the final one while it is that."""

UNDER_WAY = thumbnails.c.status.in_([status for status in ThumbnailStatus if not status.is_final])
"""Which thumbnails have not ended."""


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
        """The thumbnails that the gallery of the review shows, in the order asked for."""
        with self._database.read() as connection:
            return thumbnails_of(connection, review_id)

    def thumbnail(self, thumbnail_id: str) -> Thumbnail | None:
        """A thumbnail, superseded or not."""
        with self._database.read() as connection:
            return find(connection, Thumbnail, thumbnail_id)

    def cut(self, review_id: str, shapes: Sequence[Shape], extractor: str, who: str) -> list[Thumbnail]:
        """Ask for a picture of every approved moment in every shape; returns the new ones, which are queued.

        What is there already is not cut twice, and what did not succeed is tried again: see ``wanted``.
        Raises ``BadInput`` where the review was removed, as ``retry`` and ``recut`` do.
        """
        with self._changing(Review, review_id) as change:
            change.check_kept()
            there = thumbnails_of(change.connection, review_id)
            return [
                _again(change, one.earlier, one.moment.timestamp, extractor, who)
                if one.earlier
                else _ask(change, one.moment, one.shape, extractor, who)
                for one in wanted(moments_of(change.connection, review_id), there, shapes, extractor)
            ]

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
            if not names:
                return before
            change.set(Thumbnail, thumbnail_id, **{name: getattr(after, name) for name in names})
            return change.get(Thumbnail, thumbnail_id)

    def retry(self, thumbnail_id: str, who: str) -> Thumbnail:
        """Try a failed, cancelled or late thumbnail again: a new attempt with a new id, in the old one's place.

        It is of the moment's time in force. Asked twice, it returns the same attempt. A late one is cancelled by this.
        Raises ``BadInput`` where there is nothing to try again.
        """
        with self._changing(Thumbnail, thumbnail_id) as change:
            change.check_kept()
            before = change.get(Thumbnail, thumbnail_id)
            if before.superseded_by is not None:
                return change.get(Thumbnail, before.superseded_by)
            if before.is_late:
                before = _cancel(change, before, who)
            if before.status not in GIVEN_UP:
                raise BadInput("Only a picture that failed, was cancelled or is late can be tried again.")
            return _anew(change, before, who)

    def recut(self, thumbnail_id: str, who: str) -> Thumbnail:
        """Cut a moment whose time has changed at its time in force: in the same shape, in the old picture's place.

        Asked twice, it returns the same attempt. Raises ``BadInput`` where the time is the same.
        """
        with self._changing(Thumbnail, thumbnail_id) as change:
            change.check_kept()
            before = change.get(Thumbnail, thumbnail_id)
            if before.superseded_by is not None:
                return change.get(Thumbnail, before.superseded_by)
            if change.get(Moment, before.moment_id).timestamp == before.timestamp:
                raise BadInput("This picture is cut at the moment's own time already.")
            if not before.status.is_final:
                before = _cancel(change, before, who)
            return _anew(change, before, who)

    def attempt_before(self, thumbnail_id: str) -> Thumbnail | None:
        """The attempt whose place this one took, at the same time in the video; None for a first one."""
        with self._database.read() as connection:
            this = find(connection, Thumbnail, thumbnail_id)
            replaced = rows(connection, Thumbnail, thumbnails.c.superseded_by == thumbnail_id, thumbnails.c.attempt)
        return next((one for one in reversed(replaced) if this and one.timestamp == this.timestamp), None)

    def followed(self) -> list[Thumbnail]:
        """Thumbnails whose job at a service has not ended as far as we know."""
        with self._database.read() as connection:
            return rows(connection, Thumbnail, UNDER_WAY & thumbnails.c.job_id.is_not(None), thumbnails.c.created_at)

    def keep_waiting(self, thumbnail_id: str) -> None:
        """Wait once more as long for a job that takes unusually long."""
        with self._changing(Thumbnail, thumbnail_id) as change:
            if not change.get(Thumbnail, thumbnail_id).status.is_final:
                change.set(Thumbnail, thumbnail_id, waiting_since=change.at, error=None)

    def cancel_thumbnails(self, review_id: str, thumbnail_ids: Iterable[str], who: str) -> list[Thumbnail]:
        """Stop waiting for these pictures; returns those that were still under way."""
        with self._changing(Review, review_id) as change:
            asked = [change.get(Thumbnail, thumbnail_id) for thumbnail_id in dict.fromkeys(thumbnail_ids)]
            return [
                _cancel(change, one, who) for one in asked if one.review_id == review_id and not one.status.is_final
            ]


def cancel_all(change: Change, who: str) -> None:
    """Stop waiting for every picture of the review that is being changed."""
    of_it = thumbnails.c.review_id == change.review_id
    for one in rows(change.connection, Thumbnail, of_it & UNDER_WAY, thumbnails.c.position):
        _cancel(change, one, who)


def thumbnails_of(connection: Connection, review_id: str) -> list[Thumbnail]:
    """Those that the gallery shows, in the order asked for."""
    of_it = (thumbnails.c.review_id == reviews.c.id) & (reviews.c.id == review_id)
    return rows(connection, Thumbnail, of_it & SHOWN, thumbnails.c.position)


def _next(before: Thumbnail, values: ThumbnailChange, at: datetime) -> Thumbnail:
    """A thumbnail that is under way once ``values`` have come in. What a worker has begun is never queued again."""
    after = replace(before, **values)
    if after.status is ThumbnailStatus.QUEUED:
        after = replace(after, status=before.status)
    if after.status is ThumbnailStatus.READY:
        after = replace(after, progress=1.0)
    return replace(after, finished_at=at) if after.status.is_final else after


def _anew(change: Change, before: Thumbnail, who: str) -> Thumbnail:
    """An attempt at the moment's time in force; if that time was cut meanwhile, the picture that is there."""
    moment = change.get(Moment, before.moment_id)
    for there in thumbnails_of(change.connection, before.review_id):
        if there.status not in GIVEN_UP and there.id != before.id and same_cut(there, moment, before.shape):
            change.set(Thumbnail, before.id, superseded_by=there.id)
            return there
    return _again(change, before, moment.timestamp, before.extractor, who)


def _cancel(change: Change, before: Thumbnail, who: str) -> Thumbnail:
    """Stop waiting for a picture that is under way."""
    after = replace(before, status=ThumbnailStatus.CANCELLED, finished_at=change.at, updated_at=change.at)
    change.set(Thumbnail, before.id, status=after.status, finished_at=change.at)
    change.log(
        who,
        Action.CANCELLED,
        moment_id=before.moment_id,
        thumbnail_id=before.id,
        before={"status": before.status},
        after={"status": after.status},
    )
    return after


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


def _again(change: Change, before: Thumbnail, timestamp: float, extractor: str, who: str) -> Thumbnail:
    """A fresh attempt in the place of an earlier one, whose story stays."""
    new = Thumbnail(
        id=new_id(),
        review_id=before.review_id,
        moment_id=before.moment_id,
        timestamp=timestamp,
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
