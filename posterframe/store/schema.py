"""The tables, whose columns are the fields of model.py and contracts.py, and types that give values back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Double,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    TypeDecorator,
    UniqueConstraint,
)

from posterframe.contracts import Json, Quality, Shape, ThumbnailStatus, VideoInfo, Wish
from posterframe.model import Action, DecisionState, Filmstrip, RoundState, SourceKind, Stage, Storyboard

T = TypeVar("T")

ENUM_LENGTH = 16
"""Room for every word of a state or an action, so that a new one needs no new column."""


class Words(TypeDecorator[str]):
    """Text of any origin. What PostgreSQL or UTF-8 cannot hold (NUL, lone surrogates) is left out or replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class UtcDateTime(TypeDecorator[datetime]):
    """A date in UTC with its zone, on SQLite too, which stores none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a date without a zone: {value}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Record(TypeDecorator[T], Generic[T]):
    """A dataclass or tuple as JSON. Fields that came later read as their defaults; unknown ones are left out."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, kind: type[T]) -> None:
        super().__init__()
        self.kind = kind
        self._adapter = TypeAdapter(kind)

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:  # noqa: ARG002
        return None if value is None else self._adapter.validate_python(value)


def _word(kind: type[StrEnum]) -> Enum:
    """A state by its word, as plain text in the database."""
    return Enum(
        kind, native_enum=False, length=ENUM_LENGTH, values_callable=lambda words: [word.value for word in words]
    )


_TEXTS = Record[tuple[str, ...]](tuple[str, ...])

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class ReviewColumns(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    title: Named[str] = Column(Words)
    source: Named[SourceKind] = Column(_word(SourceKind))
    location: Named[str] = Column(Words)
    created_at: Named[datetime] = Column(UtcDateTime, index=True)
    updated_at: Named[datetime] = Column(UtcDateTime)
    video: Named[VideoInfo | None] = Column(Record(VideoInfo))
    # No foreign key: it would close a circle, and a thumbnail is never deleted.
    final_thumbnail_id: Named[str | None] = Column(Words)
    storyboard: Named[Storyboard | None] = Column(Record(Storyboard))
    removed_at: Named[datetime | None] = Column(UtcDateTime)
    version: Named[int] = Column(BigInteger)


class RoundColumns(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    review_id: Named[str] = Column(Words, ForeignKey("reviews.id"))
    number: Named[int] = Column(Integer)
    picker: Named[str] = Column(Words)
    wish: Named[Wish] = Column(Record(Wish))
    state: Named[RoundState] = Column(_word(RoundState), index=True)
    created_at: Named[datetime] = Column(UtcDateTime)
    updated_at: Named[datetime] = Column(UtcDateTime)
    stage: Named[Stage] = Column(_word(Stage))
    progress: Named[float] = Column(Double)
    doing: Named[str] = Column(Words)
    error: Named[str | None] = Column(Words)
    warnings: Named[tuple[str, ...]] = Column(_TEXTS)
    details: Named[Json] = Column(JSON)
    finished_at: Named[datetime | None] = Column(UtcDateTime)


class MomentColumns(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    review_id: Named[str] = Column(Words, ForeignKey("reviews.id"))
    round_id: Named[str | None] = Column(Words, ForeignKey("rounds.id"), index=True)
    position: Named[int] = Column(Integer)
    timestamp: Named[float] = Column(Double)
    reason: Named[str] = Column(Words)
    source: Named[str] = Column(Words)
    decision: Named[DecisionState] = Column(_word(DecisionState))
    created_at: Named[datetime] = Column(UtcDateTime)
    updated_at: Named[datetime] = Column(UtcDateTime)
    suggested_timestamp: Named[float | None] = Column(Double)
    suggested_reason: Named[str | None] = Column(Words)
    refined_timestamp: Named[float | None] = Column(Double)
    quality: Named[Quality | None] = Column(Record(Quality))
    warnings: Named[tuple[str, ...]] = Column(_TEXTS)
    preview: Named[str | None] = Column(Words)
    preview_at: Named[float | None] = Column(Double)
    preview_error: Named[str | None] = Column(Words)
    removed_at: Named[datetime | None] = Column(UtcDateTime)
    refine_note: Named[str] = Column(Words)
    filmstrip: Named[Filmstrip | None] = Column(Record(Filmstrip))


class ThumbnailColumns(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    review_id: Named[str] = Column(Words, ForeignKey("reviews.id"), index=True)
    moment_id: Named[str] = Column(Words, ForeignKey("moments.id"))
    timestamp: Named[float] = Column(Double)
    shape: Named[Shape] = Column(Record(Shape))
    extractor: Named[str] = Column(Words)
    status: Named[ThumbnailStatus] = Column(_word(ThumbnailStatus), index=True)
    created_at: Named[datetime] = Column(UtcDateTime)
    updated_at: Named[datetime] = Column(UtcDateTime)
    attempt: Named[int] = Column(Integer)
    progress: Named[float | None] = Column(Double)
    error: Named[str | None] = Column(Words)
    job_id: Named[str | None] = Column(Words)
    url: Named[str | None] = Column(Words)
    picture: Named[str | None] = Column(Words)
    width: Named[int | None] = Column(Integer)
    height: Named[int | None] = Column(Integer)
    bytes: Named[int | None] = Column(BigInteger)
    finished_at: Named[datetime | None] = Column(UtcDateTime)
    position: Named[int] = Column(Integer)
    superseded_by: Named[str | None] = Column(Words, ForeignKey("thumbnails.id"))
    waiting_since: Named[datetime | None] = Column(UtcDateTime)


class DecisionColumns(TypedColumns):
    # SQLite counts up by itself only in a column of type INTEGER.
    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    review_id: Named[str] = Column(Words, ForeignKey("reviews.id"), index=True)
    at: Named[datetime] = Column(UtcDateTime)
    who: Named[str] = Column(Words)
    action: Named[Action] = Column(_word(Action))
    moment_id: Named[str | None] = Column(Words, ForeignKey("moments.id"))
    thumbnail_id: Named[str | None] = Column(Words, ForeignKey("thumbnails.id"))
    before: Named[Json] = Column(JSON)
    after: Named[Json] = Column(JSON)


reviews = Table("reviews", metadata, ReviewColumns)
rounds = Table("rounds", metadata, RoundColumns, UniqueConstraint("review_id", "number"))
moments = Table("moments", metadata, MomentColumns, UniqueConstraint("review_id", "position"))
thumbnails = Table("thumbnails", metadata, ThumbnailColumns)
decisions = Table("decisions", metadata, DecisionColumns)
