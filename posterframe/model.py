"""What is on record, in the words of the product: review, round, moment, thumbnail, decision, and their states.

Plain data only: nothing here reads a file, a database or the environment. Times named ``timestamp`` or
``…_at`` within a video are seconds from its first frame; dates are UTC with a zone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from posterframe.contracts import Json, Quality, Shape, ThumbnailStatus, VideoInfo, Wish


def new_id() -> str:
    """An id that cannot be guessed (96 random bits), safe in URLs, file names and HTTP headers."""
    return secrets.token_hex(12)


class SourceKind(StrEnum):
    """Where a review's video came from. Of one on YouTube there is only the address, until a person gives the file."""

    URL = "url"
    UPLOAD = "upload"
    SAMPLE = "sample"
    YOUTUBE = "youtube"


class RoundState(StrEnum):
    """The life of one round of watching; the last three are final."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (RoundState.DONE, RoundState.FAILED, RoundState.CANCELLED)


class Stage(StrEnum):
    """The steps of a round, in order, as the screen names them."""

    READING = "reading"
    WATCHING = "watching"
    REFINING = "refining"
    PREVIEWING = "previewing"


BY_FILE = "file"
"""The ``picker`` of a round in which nobody picks: a file has come for moments that were suggested without one."""

BY_HAND = "person"
"""The ``source`` of a moment that a person added."""


class DecisionState(StrEnum):
    """What people have said of a moment."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Storyboard:
    """Small pictures of a whole film, row by row in one picture: the frame at ``times[i]`` is the tile ``i``.

    ``picture`` is its media key; there are ``columns`` tiles in a row.
    """

    picture: str
    times: tuple[float, ...]
    columns: int


@dataclass(frozen=True)
class Review:
    """One video's whole story. ``location`` is a URL, or the media key of an uploaded file.

    One that was taken out of the library has the time of that in ``removed_at``.
    """

    id: str
    title: str
    source: SourceKind
    location: str
    created_at: datetime
    updated_at: datetime
    video: VideoInfo | None = None
    final_thumbnail_id: str | None = None
    storyboard: Storyboard | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Round:
    """One time that a picker watches the video for a review. Its id is its workflow's id."""

    id: str
    review_id: str
    number: int
    picker: str
    wish: Wish
    state: RoundState
    created_at: datetime
    updated_at: datetime
    stage: Stage = Stage.READING
    progress: float = 0.0
    doing: str = ""
    error: str | None = None
    warnings: tuple[str, ...] = ()
    details: Json = field(default_factory=dict)
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Filmstrip:
    """Frames around a moment, side by side in one picture, each as wide as the others, to nudge the moment by.

    ``picture`` is its media key; ``times`` are when each frame is shown, rising; ``best`` is the index of the one
    that refine's rule prefers.
    """

    picture: str
    times: tuple[float, ...]
    best: int


@dataclass(frozen=True)
class Moment:
    """A time in a video with a reason. What was suggested is kept beside what people made of it.

    ``timestamp`` is the time in force; ``suggested_timestamp`` the picker's own, before refine and before any
    edit (None where a person added the row). ``preview`` is the media key of the real frame at ``preview_at``;
    while ``preview_at`` differs from ``timestamp`` a new preview is on its way, unless ``preview_error`` says why not.
    ``filmstrip`` was made together with the preview.
    ``quality`` and ``warnings`` are of the frame last measured. ``source`` is a picker's name, or ``BY_HAND``.
    """

    id: str
    review_id: str
    round_id: str | None
    position: int
    timestamp: float
    reason: str
    source: str
    decision: DecisionState
    created_at: datetime
    updated_at: datetime
    suggested_timestamp: float | None = None
    suggested_reason: str | None = None
    refined_timestamp: float | None = None
    quality: Quality | None = None
    warnings: tuple[str, ...] = ()
    preview: str | None = None
    preview_at: float | None = None
    preview_error: str | None = None
    removed_at: datetime | None = None
    refine_note: str = ""
    filmstrip: Filmstrip | None = None

    @property
    def needs_refining(self) -> bool:
        """Whether it still stands where it was suggested."""
        return self.refined_timestamp is None and self.suggested_timestamp == self.timestamp

    @property
    def needs_preview(self) -> bool:
        """Whether the stored preview, if any, is not that of its time, and nothing says why."""
        return self.preview_error is None and self.preview_at != self.timestamp


@dataclass(frozen=True)
class Thumbnail:
    """A cut picture, or the wish for one. ``picture`` is the media key of its bytes once it is ready.

    A thumbnail that was tried again keeps its story under its own id; ``superseded_by`` names the attempt that took
    its ``position`` in the gallery. ``waiting_since`` is when its job was made, or when a person chose to keep waiting;
    an ``error`` before it has ended is a note: why it is not asked for yet, or, once it has a job, that it is late.
    """

    id: str
    review_id: str
    moment_id: str
    timestamp: float
    shape: Shape
    extractor: str
    status: ThumbnailStatus
    created_at: datetime
    updated_at: datetime
    attempt: int = 1
    progress: float | None = None
    error: str | None = None
    job_id: str | None = None
    url: str | None = None
    picture: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    finished_at: datetime | None = None
    position: int = 0
    superseded_by: str | None = None
    waiting_since: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether its job takes unusually long; it is still looked at now and then."""
        return not self.status.is_final and self.job_id is not None and self.error is not None


class Action(StrEnum):
    """What can stand in the log of a review."""

    STARTED = "started"
    SUGGESTED = "suggested"
    CANCELLED = "cancelled"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNDECIDED = "undecided"
    RETIMED = "retimed"
    REWORDED = "reworded"
    ADDED = "added"
    REMOVED = "removed"
    RESTORED = "restored"
    RENAMED = "renamed"
    CUT = "cut"
    RETRIED = "retried"
    CHOSE_FINAL = "chose_final"
    GAVE_FILE = "gave_file"


@dataclass(frozen=True)
class Decision:
    """One line of the append-only log: who did what, when, and how it was before and after.

    One without a moment and a thumbnail is about the review itself, or a round of it.
    """

    id: int
    review_id: str
    at: datetime
    who: str
    action: Action
    moment_id: str | None = None
    thumbnail_id: str | None = None
    before: Json = field(default_factory=dict)
    after: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """All that the page of a review shows, as it stood at one instant. ``version`` grows with every change.

    ``last_line`` is the id of the last line of its log, which grows with what is decided alone.
    """

    version: int
    last_line: int
    review: Review
    rounds: tuple[Round, ...]
    moments: tuple[Moment, ...]
    thumbnails: tuple[Thumbnail, ...]

    @property
    def is_cutting(self) -> bool:
        """Whether a thumbnail is still to come."""
        return any(not one.status.is_final for one in self.thumbnails)


@dataclass(frozen=True)
class ReviewSummary:
    """A review as the library lists it. ``cover`` is a media key: the final picture, else the best preview."""

    review: Review
    moments: int
    approved: int
    ready: int
    round_state: RoundState
    cover: str | None = None


@dataclass(frozen=True)
class Unfinished:
    """What somebody has to finish: rounds, moments whose preview is missing or out of date, thumbnails."""

    rounds: tuple[Round, ...]
    moments: tuple[Moment, ...]
    thumbnails: tuple[Thumbnail, ...]
