"""The only way to the database. What goes in and comes out are the values of model.py and contracts.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from sqlalchemy import and_, or_, select

from posterframe.model import Moment, Round, RoundState, SourceKind, Thumbnail, Unfinished
from posterframe.store.database import Database
from posterframe.store.ledger import now, rows
from posterframe.store.moments import Moments
from posterframe.store.reviews import Reviews
from posterframe.store.rounds import Rounds
from posterframe.store.schema import moments, reviews, rounds, thumbnails
from posterframe.store.thumbnails import UNDER_WAY, ThumbnailChange, Thumbnails

__all__ = ["Store", "ThumbnailChange"]


class Store(Reviews, Rounds, Moments, Thumbnails):
    """All that is known about reviews. One for each process; any thread may use it.

    Each method is one short transaction, and what people decide is logged in the same one. Changing what does not exist
    raises ``BadInput``, looking for it finds nothing; a database that fails raises ``ServiceFailed``.
    """

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the database at a SQLAlchemy URL and bring its tables up to date. Raises as ``Database`` does."""
        return cls(Database(url))

    def close(self) -> None:
        self._database.close()

    def unfinished(self, *, quiet_for: float = 0.0) -> Unfinished:
        """Work that nobody has reported on for this many seconds, for a sweep after a crash."""
        since = now() - timedelta(seconds=quiet_for)
        under_way = rounds.c.state.in_([state for state in RoundState if not state.is_final])
        # A round under way makes the previews of its own moments.
        of_a_live_round = select(rounds.c.id).where(under_way, rounds.c.id == moments.c.round_id).exists()
        not_to_be_seen = select(reviews.c.id).where(
            reviews.c.id == moments.c.review_id,
            or_(reviews.c.source == SourceKind.YOUTUBE, reviews.c.removed_at.is_not(None)),
        )
        unseen = and_(
            moments.c.preview_at.is_distinct_from(moments.c.timestamp),
            moments.c.preview_error.is_(None),
            moments.c.removed_at.is_(None),
            moments.c.updated_at <= since,
            ~of_a_live_round,
            ~not_to_be_seen.exists(),
        )
        quiet_rounds = and_(under_way, rounds.c.updated_at <= since)
        quiet_thumbnails = and_(UNDER_WAY, thumbnails.c.updated_at <= since)
        with self._database.read() as connection:
            return Unfinished(
                rounds=tuple(rows(connection, Round, quiet_rounds, rounds.c.created_at)),
                moments=tuple(rows(connection, Moment, unseen, moments.c.created_at)),
                thumbnails=tuple(rows(connection, Thumbnail, quiet_thumbnails, thumbnails.c.created_at)),
            )
