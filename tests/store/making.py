"""Short ways to the states that the tests of the store begin from."""

from __future__ import annotations

from posterframe.contracts import Format, Picked, Proposal, Shape, ThumbnailStatus, Wish
from posterframe.model import DecisionState, Moment, Review, Round, SourceKind, Thumbnail
from posterframe.store import Store

SMALL = Shape(320, 180, Format.JPEG)
LARGE = Shape(1280, 720, Format.WEBP)
PICTURE = f"thumbnails/{'0' * 64}.webp"
PREVIEW = f"previews/{'1' * 64}.webp"


def make_review(store: Store, title: str = "Harbour at dawn", location: str = "https://example.com/h.mp4") -> Review:
    return start_review(store, title, location)[0]


def start_review(
    store: Store, title: str = "Harbour", location: str = "https://example.com/h.mp4"
) -> tuple[Review, Round]:
    return store.create_review(title, SourceKind.URL, location, Wish(), "local", "Ana")


def propose(store: Store, round_id: str, *timestamps: float) -> list[Moment]:
    """Moments as a picker would propose them."""
    proposals = tuple(Proposal(timestamp, f"Looks good at {timestamp}") for timestamp in timestamps)
    return store.keep_picked(round_id, Picked(proposals))


def make_moment(store: Store, timestamp: float = 4.0) -> Moment:
    """A candidate of a review of its own."""
    return propose(store, start_review(store)[1].id, timestamp)[0]


def make_thumbnail(store: Store) -> Thumbnail:
    """A queued thumbnail of a review of its own."""
    moment = make_moment(store)
    store.decide(moment.id, DecisionState.APPROVED, "Ana")
    return store.cut(moment.review_id, [LARGE], "local", "Ana")[0]


def finish(store: Store, thumbnail_id: str) -> None:
    store.update_thumbnail(thumbnail_id, status=ThumbnailStatus.READY, picture=PICTURE, width=1280, height=720, bytes=9)


def fail(store: Store, thumbnail_id: str) -> None:
    store.update_thumbnail(thumbnail_id, status=ThumbnailStatus.FAILED, error="It did not answer.")


def now_at(store: Store, thumbnail_id: str) -> Thumbnail:
    """The thumbnail as stored."""
    found = store.thumbnail(thumbnail_id)
    assert found is not None
    return found


def moment_at(store: Store, moment_id: str) -> Moment:
    """The moment as stored."""
    found = store.moment(moment_id)
    assert found is not None
    return found


def round_at(store: Store, round_id: str) -> Round:
    """The round as stored."""
    found = store.round(round_id)
    assert found is not None
    return found
