"""The sizes that people need, by the names they know them by, and which pictures a press of the button would cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from posterframe.contracts import Format, Shape, ThumbnailStatus
from posterframe.model import DecisionState, Moment, Thumbnail

YOUTUBE_BYTES = 2_000_000
"""YouTube takes up to 2 MB at 1280×720, says its help on custom thumbnails."""

PRESETS = {
    "YouTube · 1280×720": Shape(1280, 720, Format.JPEG, quality=88, max_bytes=YOUTUBE_BYTES),
    "Web · 1280×720": Shape(1280, 720, Format.WEBP),
    "Social card · 1200×630": Shape(1200, 630, Format.JPEG, quality=88),
    "Square · 1080×1080": Shape(1080, 1080, Format.JPEG, quality=88),
    "Vertical · 1080×1920": Shape(1080, 1920, Format.JPEG, quality=88),
    **{f"Responsive · {width} wide": Shape(width, None, Format.WEBP) for width in (320, 640, 960, 1280, 1920)},
    "As large as the video": Shape(None, None, Format.PNG),
}
"""1200×630 is Open Graph's social card."""

USUAL = "Web · 1280×720"

GIVEN_UP = (ThumbnailStatus.FAILED, ThumbnailStatus.CANCELLED)
"""The states from which a thumbnail can be tried again."""


@dataclass(frozen=True)
class Wanted:
    """One picture that is not there yet. ``earlier`` is the attempt that did not succeed and gives up its place."""

    moment: Moment
    shape: Shape
    earlier: Thumbnail | None = None


def wanted(
    moments: Iterable[Moment], thumbnails: Sequence[Thumbnail], shapes: Sequence[Shape], extractor: str
) -> list[Wanted]:
    """What is to be cut so that every approved moment has a picture in every shape, by this extractor.

    What it has cut or is cutting at the same time and shape is left out.
    """
    found = []
    for moment in moments:
        if moment.decision is not DecisionState.APPROVED:
            continue
        for shape in dict.fromkeys(shapes):
            there = [one for one in thumbnails if same_cut(one, moment, shape)]
            if not any(one.extractor == extractor and one.status not in GIVEN_UP for one in there):
                earlier = next((one for one in there if one.status in GIVEN_UP), None)
                found.append(Wanted(moment, shape, earlier))
    return found


def same_cut(thumbnail: Thumbnail, moment: Moment, shape: Shape) -> bool:
    """Whether the thumbnail is of this moment, at its time in force, in this shape."""
    return (thumbnail.moment_id, thumbnail.timestamp, thumbnail.shape) == (moment.id, moment.timestamp, shape)


def preset_name(shape: Shape) -> str:
    """The name of the size that was chosen: YouTube, Square; nothing for one of a person's own.

    A name says nothing of how a picture meets its size, nor of its quality: these are chosen beside it.
    """
    size = (shape.width, shape.height, shape.format, shape.max_bytes)
    named = (name for name, one in PRESETS.items() if (one.width, one.height, one.format, one.max_bytes) == size)
    return next(named, "").partition(" · ")[0]


def shape_words(shape: Shape) -> str:
    """What is asked for: 1280×720 · WEBP, 640 wide · WEBP, as large as the video · PNG."""
    match shape.width, shape.height:
        case None, None:
            size = "As large as the video"
        case width, None:
            size = f"{width} wide"
        case None, height:
            size = f"{height} high"
        case width, height:
            size = f"{width}×{height}"
    return f"{size} · {shape.format.value.upper()}"
