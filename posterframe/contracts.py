"""What pickers and extractors are asked for, and what they give back; and what is measured for them.

Plain data only: nothing here reads a file, a database or the environment. Times are seconds from a video's first
frame; dates are UTC with a zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]

Report = Callable[[float, str], None]
"""Called by long work with how far it is (0–1) and what is happening; raises ``Stopped`` once it is cancelled."""


def ignore_progress(fraction: float, doing: str) -> None:
    """A ``Report`` for work that nobody watches."""


@dataclass(frozen=True)
class VideoInfo:
    """What probing a video tells. Size is in pixels as displayed: rotation and pixel shape are applied.

    ``missing`` is how many seconds the file claims to last beyond its last picture, where they are many.
    """

    duration: float
    width: int
    height: int
    fps: float
    codec: str
    variable_frame_rate: bool = False
    rotation: int = 0
    bytes: int | None = None
    missing: float = 0.0


@dataclass(frozen=True)
class Quality:
    """Measures of one frame, each 0–1 but the number of faces; ``posterframe/quality.py`` says how each is taken.

    ``score`` joins them into one figure. Higher is better, except for ``text_load`` (how much of what is drawn
    is lettering) and ``emptiness`` (how little there is to see), where lower is better, and for ``brightness``,
    which has no better end.
    """

    score: float
    sharpness: float
    exposure: float
    contrast: float
    colourfulness: float
    steadiness: float
    emptiness: float
    text_load: float
    faces: int = 0
    face_area: float = 0.0
    brightness: float = 0.5
    smile: float = 0.0


@dataclass(frozen=True)
class Proposal:
    """A picker's word: look at this time, for this reason.

    A picker that chose the very frame among its neighbours tells its ``quality``, and how it stands among them in
    ``standing``; refine leaves that one alone.
    """

    timestamp: float
    reason: str
    warnings: tuple[str, ...] = ()
    quality: Quality | None = None
    standing: str = ""


@dataclass(frozen=True)
class Part:
    """From where to where a video is to be watched, in seconds; without an ``end``, to its own."""

    start: float = 0.0
    end: float | None = None

    @property
    def is_whole(self) -> bool:
        return self == WHOLE

    def span(self, duration: float) -> tuple[float, float]:
        """The same in a video of so many seconds; empty (equal times) where the video ends before."""
        end = duration if self.end is None else min(self.end, duration)
        return min(self.start, end), end


WHOLE = Part()
"""No part in particular."""


@dataclass(frozen=True)
class Wish:
    """What a person asks of a picker. ``brief`` is free text: what the video is for, whom, what to show or avoid.

    ``model`` is the name of a service's model, or empty for the one that is set up; ``part`` is what is watched.
    ``more_like`` are moments that were liked, ``not_like`` those that were rejected, ``known`` all that are there, so
    that none of them comes again.
    """

    count: int = 5
    brief: str = ""
    model: str = ""
    part: Part = WHOLE
    more_like: tuple[Proposal, ...] = ()
    not_like: tuple[Proposal, ...] = ()
    known: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class Picked:
    """What a picker returns: proposals, best first, and what is worth keeping about how they came to be."""

    proposals: tuple[Proposal, ...]
    warnings: tuple[str, ...] = ()
    details: Json = field(default_factory=dict)


class Fit(StrEnum):
    """How a frame meets a size of another shape: fill and crop, fit and pad, or stretch."""

    COVER = "cover"
    CONTAIN = "contain"
    FILL = "fill"


class Format(StrEnum):
    """The picture formats that a thumbnail can have."""

    WEBP = "webp"
    JPEG = "jpeg"
    PNG = "png"
    AVIF = "avif"


@dataclass(frozen=True)
class Shape:
    """The size and encoding of a thumbnail. With one of width and height the other follows; with none, the video's.

    ``max_bytes``: a picture that comes out larger is encoded again at a lower quality.
    """

    width: int | None = 1280
    height: int | None = 720
    format: Format = Format.WEBP
    fit: Fit = Fit.COVER
    quality: int = 85
    position: str = "center"
    max_bytes: int | None = None


@dataclass(frozen=True)
class Cut:
    """One picture asked of an extractor. ``key`` is the thumbnail's id: the same key is the same job, always.

    ``asked_at`` is when it may first have been asked for: services forget keys, and then look for the job instead.
    ``size`` is the width and height in pixels that the picture should come out with, where the video's are known.
    """

    key: str
    timestamp: float
    shape: Shape
    asked_at: datetime | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Picture:
    """Encoded bytes of one picture and what they are."""

    data: bytes
    format: Format
    width: int
    height: int


class ThumbnailStatus(StrEnum):
    """The life of a thumbnail; the last three are final."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (ThumbnailStatus.READY, ThumbnailStatus.FAILED, ThumbnailStatus.CANCELLED)


@dataclass(frozen=True)
class Job:
    """A service's unit of work as last seen. ``progress`` is 0–1 where the service tells it.

    ``unplaced``: the service says that it is done, but not yet where the picture is; it still counts as processing.
    """

    status: ThumbnailStatus
    id: str | None = None
    progress: float | None = None
    url: str | None = None
    error: str | None = None
    picture: Picture | None = None
    unplaced: bool = False
