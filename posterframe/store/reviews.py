"""Reviews: made, listed for the library, read as a whole."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, insert, or_, select

from posterframe.contracts import ThumbnailStatus, VideoInfo, Wish
from posterframe.errors import BadInput
from posterframe.model import (
    Action,
    Decision,
    DecisionState,
    Review,
    ReviewSummary,
    Round,
    RoundState,
    Snapshot,
    SourceKind,
    Storyboard,
    Thumbnail,
    new_id,
)
from posterframe.store.ledger import Change, Ledger, columns, find, rows
from posterframe.store.moments import moments_of
from posterframe.store.rounds import cancel_rounds, open_round, rounds_of
from posterframe.store.schema import decisions, moments, reviews, rounds, thumbnails
from posterframe.store.thumbnails import SHOWN, cancel_all, thumbnails_of


class Reviews(Ledger):
    """The part of the store about reviews."""

    def create_review(
        self, title: str, source: SourceKind, location: str, wish: Wish, picker: str, who: str
    ) -> tuple[Review, Round]:
        """Start a review with its first round, which is queued."""
        with self._database.write() as connection:
            change = Change(connection, review_id=new_id())
            connection.execute(
                insert(reviews).values(
                    id=change.review_id,
                    title=title.strip() or location,
                    source=source,
                    location=location,
                    created_at=change.at,
                    updated_at=change.at,
                    version=1,
                )
            )
            first = open_round(change, wish, picker, who)
            return change.get(Review, change.review_id), first

    def review(self, review_id: str) -> Review | None:
        """A review, removed or not."""
        with self._database.read() as connection:
            return find(connection, Review, review_id)

    def same_video(self, review: Review) -> list[Review]:
        """Other reviews of the same address or the same file, the newest first; none that was removed."""
        others = (reviews.c.location == review.location) & (reviews.c.id != review.id) & _LISTED
        with self._database.read() as connection:
            return rows(connection, Review, others, reviews.c.created_at.desc())

    def version(self, review_id: str) -> int:
        """A number that grows with every change of the review; 0 where there is none."""
        with self._database.read() as connection:
            return connection.execute(select(reviews.c.version).where(reviews.c.id == review_id)).scalar() or 0

    def snapshot(self, review_id: str) -> Snapshot | None:
        """All that the review's page shows, as it stood at one instant."""
        with self._database.read() as connection:
            query = select(reviews.c.version, *columns(Review)).where(reviews.c.id == review_id)
            found = connection.execute(query).one_or_none()
            if found is None:
                return None
            return Snapshot(
                version=found[0],
                last_line=_last_line(connection, review_id),
                review=Review(*found[1:]),
                rounds=tuple(rounds_of(connection, review_id)),
                moments=tuple(moments_of(connection, review_id)),
                thumbnails=tuple(thumbnails_of(connection, review_id)),
            )

    def reviews(
        self,
        *,
        search: str = "",
        limit: int = 50,
        offset: int = 0,
        with_removed: str = "",
        with_fruitless: bool = True,
    ) -> list[ReviewSummary]:
        """Reviews whose title or address contains every word of ``search``, the newest first.

        None that was removed, but for the one with the id ``with_removed``: it keeps its place. And if not
        ``with_fruitless``, none whose watching failed or was cancelled before any moment was there.
        """
        query = select(*columns(Review), *_SUMMARY).order_by(reviews.c.created_at.desc(), reviews.c.id)
        query = query.where(_LISTED | (reviews.c.id == with_removed))
        if not with_fruitless:
            query = query.where(~(_LATEST_STATE.in_([RoundState.FAILED, RoundState.CANCELLED]) & (_MOMENTS == 0)))
        for word in search.split():
            in_title = reviews.c.title.icontains(word, autoescape=True)
            query = query.where(or_(in_title, reviews.c.location.icontains(word, autoescape=True)))
        with self._database.read() as connection:
            found = connection.execute(query.limit(limit).offset(offset)).all()
        return [ReviewSummary(Review(*row[: -len(_SUMMARY)]), *row[-len(_SUMMARY) :]) for row in found]

    def set_video(self, review_id: str, info: VideoInfo) -> None:
        """Keep what probing told."""
        with self._changing(Review, review_id) as change:
            if change.get(Review, review_id).video != info:
                change.set(Review, review_id, video=info)

    def set_storyboard(self, review_id: str, location: str, storyboard: Storyboard) -> None:
        """Keep small pictures of the film at ``location``, unless the review has another file by now."""
        with self._changing(Review, review_id) as change:
            if change.get(Review, review_id).location == location:
                change.set(Review, review_id, storyboard=storyboard)

    def give_file(self, review_id: str, source: SourceKind, location: str, wish: Wish, picker: str, who: str) -> Round:
        """Put a file in the place of an address that no frames can be cut from, and open the round that is for it.

        The moments stay. Raises ``BadInput`` while a round is under way.
        """
        with self._changing(Review, review_id) as change:
            before = change.get(Review, review_id)
            change.set(Review, review_id, source=source, location=location, video=None, storyboard=None)
            told = {"source": before.source, "location": before.location}
            change.log(who, Action.GAVE_FILE, before=told, after={"source": source, "location": location})
            return open_round(change, wish, picker, who)

    def rename_review(self, review_id: str, title: str, who: str) -> None:
        """Raises ``BadInput`` for an empty title."""
        title = title.strip()
        if not title:
            raise BadInput("A review needs a title; write at least one letter.")
        with self._changing(Review, review_id) as change:
            before = change.get(Review, review_id).title
            if before != title:
                change.set(Review, review_id, title=title)
                change.log(who, Action.RENAMED, before={"title": before}, after={"title": title})

    def remove_review(self, review_id: str, who: str) -> None:
        """Take the review out of the library, and cancel what is under way for it.

        All that belongs to it stays, stored files too, so that ``restore_review`` brings it back as it was.
        """
        with self._changing(Review, review_id) as change:
            review = change.get(Review, review_id)
            if review.removed_at is None:
                cancel_rounds(change, who)
                cancel_all(change, who)
                change.set(Review, review_id, removed_at=change.at)
                change.log(who, Action.REMOVED, before={"title": review.title})

    def restore_review(self, review_id: str, who: str) -> None:
        with self._changing(Review, review_id) as change:
            review = change.get(Review, review_id)
            if review.removed_at is not None:
                change.set(Review, review_id, removed_at=None)
                change.log(who, Action.RESTORED, after={"title": review.title})

    def choose_final(self, review_id: str, thumbnail_id: str, who: str) -> None:
        """Mark a thumbnail as the one. Raises ``BadInput`` unless it is a finished picture of this review."""
        with self._changing(Review, review_id) as change:
            thumbnail = change.get(Thumbnail, thumbnail_id)
            if thumbnail.review_id != review_id or thumbnail.status is not ThumbnailStatus.READY:
                raise BadInput("Only a finished picture of this review can be the final one; wait until it is ready.")
            before = change.get(Review, review_id).final_thumbnail_id
            if before != thumbnail_id:
                change.set(Review, review_id, final_thumbnail_id=thumbnail_id)
                change.log(
                    who,
                    Action.CHOSE_FINAL,
                    moment_id=thumbnail.moment_id,
                    thumbnail_id=thumbnail_id,
                    before={"thumbnail_id": before},
                    after={"thumbnail_id": thumbnail_id},
                )

    def decisions(self, review_id: str) -> list[Decision]:
        """The log of the review, the oldest line first."""
        with self._database.read() as connection:
            return rows(connection, Decision, decisions.c.review_id == review_id, decisions.c.id)


def _last_line(connection: Connection, review_id: str) -> int:
    return connection.execute(select(func.max(decisions.c.id)).where(decisions.c.review_id == review_id)).scalar() or 0


_LISTED = reviews.c.removed_at.is_(None)
_KEPT = (moments.c.review_id == reviews.c.id) & moments.c.removed_at.is_(None)
_APPROVED = moments.c.decision == DecisionState.APPROVED
_READY = (thumbnails.c.review_id == reviews.c.id) & SHOWN & (thumbnails.c.status == ThumbnailStatus.READY)
_FINAL_PICTURE = select(thumbnails.c.picture).where(thumbnails.c.id == reviews.c.final_thumbnail_id).scalar_subquery()
_BEST_PREVIEW = (
    select(moments.c.preview)
    .where(_KEPT, moments.c.preview.is_not(None))
    .order_by(
        case((_APPROVED, 0), (moments.c.decision == DecisionState.CANDIDATE, 1), else_=2),
        moments.c.position,
    )
    .limit(1)
    .scalar_subquery()
)
_MOMENTS = select(func.count()).where(_KEPT).scalar_subquery()
_LATEST_STATE = (
    select(rounds.c.state)
    .where(rounds.c.review_id == reviews.c.id)
    .order_by(rounds.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
_SUMMARY = (
    _MOMENTS,
    select(func.count()).where(_KEPT, _APPROVED).scalar_subquery(),
    select(func.count()).where(_READY).scalar_subquery(),
    _LATEST_STATE,
    func.coalesce(_FINAL_PICTURE, _BEST_PREVIEW),
)
"""What the library shows of a review beside its own row, in the order of ``ReviewSummary``."""
