"""Rows as dataclasses, and one change of one review: held against other writers, counted, logged, stored as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

from posterframe.contracts import Json
from posterframe.errors import BadInput
from posterframe.model import Action, Decision, Moment, Review, Round, Thumbnail
from posterframe.store.database import Database
from posterframe.store.schema import decisions, moments, reviews, rounds, thumbnails

Row = TypeVar("Row", Review, Round, Moment, Thumbnail, Decision)
Owned = Round | Moment | Thumbnail
"""What belongs to a review."""

_TABLES: Mapping[type[Any], Table[Any]] = {
    Review: reviews,
    Round: rounds,
    Moment: moments,
    Thumbnail: thumbnails,
    Decision: decisions,
}

_GONE: Mapping[type[Any], str] = {
    Review: "This review does not exist any more; the library shows those that do.",
    Round: "These suggestions do not exist any more; reload the page.",
    Moment: "This moment does not exist any more; reload the page.",
    Thumbnail: "This picture does not exist any more; reload the page.",
}


def now() -> datetime:
    return datetime.now(UTC)


def columns(kind: type[Row]) -> list[ColumnElement[Any]]:
    """The columns that make a ``kind``, in the order of its fields."""
    return [_TABLES[kind].c[part.name] for part in fields(kind)]


def rows(connection: Connection, kind: type[Row], where: ColumnElement[bool], order: ColumnElement[Any]) -> list[Row]:
    query = select(*columns(kind)).where(where).order_by(order)
    return [kind(*row) for row in connection.execute(query)]


def find(connection: Connection, kind: type[Row], id_: str) -> Row | None:
    key = _TABLES[kind].c.id
    return next(iter(rows(connection, kind, key == id_, key)), None)


def checked_time(timestamp: float) -> float:
    """A time in seconds. Raises ``BadInput`` for what is none; keeping it within the video is the caller's part."""
    if not (math.isfinite(timestamp) and timestamp >= 0):
        raise BadInput(f"A time has to be a number of seconds, 0 or more, not {timestamp}.")
    return float(timestamp)


@dataclass
class Change:
    """An open transaction on one review that no other writer of that review can enter."""

    connection: Connection
    review_id: str
    at: datetime = field(default_factory=now)
    changed: bool = False

    def get(self, kind: type[Row], id_: str) -> Row:
        """The row as it stands. Raises ``BadInput`` where there is none."""
        found = find(self.connection, kind, id_)
        if found is None:
            raise BadInput(_GONE[kind])
        return found

    def check_kept(self) -> None:
        """Raises ``BadInput`` where the review was removed: for what only begins work that nobody would see."""
        if self.get(Review, self.review_id).removed_at is not None:
            raise BadInput("This review was removed from the library. Bring it back first.")

    def add(self, row: Owned) -> None:
        values = {part.name: getattr(row, part.name) for part in fields(row)}
        self.connection.execute(insert(_TABLES[type(row)]).values(values))
        self.changed = True

    def set(self, kind: type[Owned] | type[Review], id_: str, **values: Any) -> None:
        table = _TABLES[kind]
        self.connection.execute(update(table).where(table.c.id == id_).values(updated_at=self.at, **values))
        self.changed = True

    def log(
        self,
        who: str,
        action: Action,
        *,
        moment_id: str | None = None,
        thumbnail_id: str | None = None,
        before: Json | None = None,
        after: Json | None = None,
    ) -> None:
        """Add a line to the log, which is only ever added to."""
        line = insert(decisions).values(
            review_id=self.review_id,
            at=self.at,
            who=who,
            action=action,
            moment_id=moment_id,
            thumbnail_id=thumbnail_id,
            before=before or {},
            after=after or {},
        )
        self.connection.execute(line)
        self.changed = True

    def count(self) -> None:
        """Let readers see by the version that something has changed."""
        if self.changed:
            version = reviews.c.version + 1
            self.connection.execute(
                update(reviews).where(reviews.c.id == self.review_id).values(version=version, updated_at=self.at)
            )


class Ledger:
    """What the parts of the store have in common."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def _changing(self, kind: type[Owned] | type[Review], id_: str) -> Iterator[Change]:
        """Change the review with this id, or the one that the round, moment or thumbnail with this id belongs to.

        Every writer locks the review before anything else, so writers of one review queue and never deadlock.
        Raises ``BadInput`` where there is no such thing.
        """
        table = _TABLES[kind]
        owner: Any = id_ if kind is Review else select(table.c.review_id).where(table.c.id == id_).scalar_subquery()
        lock = select(reviews.c.id).where(reviews.c.id == owner).with_for_update(key_share=True)
        with self._database.write() as connection:
            review_id = connection.execute(lock).scalar()
            if review_id is None:
                raise BadInput(_GONE[kind])
            change = Change(connection, review_id)
            yield change
            change.count()
