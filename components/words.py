"""How values read on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import shorten

from posterframe.contracts import ThumbnailStatus
from posterframe.errors import BadInput
from posterframe.model import DecisionState, Moment, Review, SourceKind, Thumbnail
from posterframe.net.address import WORD_JOINER
from posterframe.shapes import preset_name, shape_words
from posterframe.timecode import format_time

STATUS_WORDS = {
    ThumbnailStatus.QUEUED: "Queued",
    ThumbnailStatus.PROCESSING: "Processing",
    ThumbnailStatus.READY: "Ready",
    ThumbnailStatus.FAILED: "Failed",
    ThumbnailStatus.CANCELLED: "Cancelled",
}

DECISION_WORDS = {
    DecisionState.CANDIDATE: "Undecided",
    DecisionState.APPROVED: "Approved",
    DecisionState.REJECTED: "Rejected",
}

LONGEST_REASON = 500
"""Letters of a reason."""

LONGEST_MENTION = 60
"""Letters of a reason where it only names its moment."""

_ADDRESS = re.compile(r"(?<=www)(?=\.)|(?<=:)(?=//)|(?=@)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~$:<])")


def plain(text: str) -> str:
    """Text that Streamlit shows as it is: what looks like Markdown in it stays letters, and addresses are no links."""
    return _MARKUP.sub(r"\\\1", _ADDRESS.sub(WORD_JOINER, text))


def count(number: int, one: str) -> str:
    """A number with its noun: 1 moment, 2 moments."""
    return f"{number} {one}{'' if number == 1 else 's'}"


def check_reason(text: str) -> str:
    """A reason as it is stored. Raises ``BadInput`` for one that is too long; browsers can be made to send it."""
    reason = text.strip()
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"A reason can have {LONGEST_REASON} letters; this one has {len(reason)}.")
    return reason


def reason_words(moment: Moment, at: float) -> str:
    """Why the moment was chosen; where nobody has said so, that it is a frame, and its time, ``at`` so many seconds."""
    return moment.reason or f"Frame at {format_time(at)}"


def moment_words(at: float, reason: str) -> str:
    """A moment in a sentence: its time, ``at`` so many seconds, and why it was chosen, as far as there is room."""
    return f"{format_time(at)} {mention(reason)}".strip()


def mention(reason: str) -> str:
    """A reason as far as there is room for it in a sentence."""
    return shorten(reason, LONGEST_MENTION, placeholder="…")


def source_words(review: Review) -> str:
    """Where the video came from."""
    if review.source in (SourceKind.URL, SourceKind.YOUTUBE):
        return review.location.split("://", 1)[-1].partition("?" if review.source is SourceKind.URL else "#")[0]
    return "Comes with Posterframe" if review.source is SourceKind.SAMPLE else "Uploaded video"


def size_words(thumbnail: Thumbnail) -> str:
    """What a picture is, or is to be: Square · 1080×1080 · JPEG · 84 kB."""
    name, shape = preset_name(thumbnail.shape), thumbnail.shape
    words = shape_words(shape)
    if thumbnail.picture:
        words = f"{thumbnail.width}×{thumbnail.height} · {shape.format.value.upper()}"
    if thumbnail.bytes is not None:
        words += f" · {max(1, round(thumbnail.bytes / 1000))} kB"
    return words if words.startswith(name) else f"{name} · {words}"


def file_name(review: Review, thumbnail: Thumbnail) -> str:
    """The name under which a thumbnail is saved: title, time and size, in letters that every system takes."""
    minutes, _, seconds = format_time(thumbnail.timestamp).replace(".", "-").rpartition(":")
    time = f"{minutes.replace(':', 'h')}m{seconds}"
    return f"{_name(review, 'thumbnail')}-{time}-{thumbnail.width}x{thumbnail.height}.{thumbnail.shape.format.value}"


def file_names(review: Review, thumbnails: Iterable[Thumbnail]) -> dict[str, Thumbnail]:
    """Thumbnails by the names under which they are saved together: of those with the same name, later ones count on."""
    named: dict[str, Thumbnail] = {}
    for one in thumbnails:
        name = first = file_name(review, one)
        number = 1
        while name in named:
            number += 1
            stem, _, ending = first.rpartition(".")
            name = f"{stem}-{number}.{ending}"
        named[name] = one
    return named


def bundle_name(review: Review) -> str:
    """The name under which all thumbnails of a review are saved together."""
    return f"{_name(review, 'video')}-thumbnails.zip"


def _name(review: Review, otherwise: str) -> str:
    """The title as a part of a file's name."""
    title = re.sub(r"[^\w]+", "-", review.title.lower()).strip("-") or otherwise
    return title[:60]
