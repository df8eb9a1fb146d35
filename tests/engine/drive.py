"""A person who never gives up, as a process: makes a review of a film, approves everything, cuts, and prints the end.

Run again after a kill it goes on where it was, as a person does who opens the page again.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from posterframe import workflows
from posterframe.contracts import Format, Shape, Wish
from posterframe.model import DecisionState, RoundState, Snapshot, SourceKind
from posterframe.settings import settings
from posterframe.studio import Studio, open_studio
from tests.waiting import wait_for

SHAPE = Shape(320, 180, Format.JPEG)
PATIENCE = 90.0


def main(film: Path) -> None:
    studio = open_studio(settings())
    workflows.start(studio)
    print("started", flush=True)
    review_id = _review(studio, film)
    _watched(studio, review_id)
    for moment in _snapshot(studio, review_id).moments:
        studio.store.decide(moment.id, DecisionState.APPROVED, "Kim")
    for thumbnail in studio.store.cut(review_id, [SHAPE], "local", "Kim"):
        workflows.cut(thumbnail)
    wait_for(lambda: all(one.status.is_final for one in _snapshot(studio, review_id).thumbnails), PATIENCE)
    print(json.dumps(_end_state(studio, review_id)), flush=True)
    workflows.stop()


def _review(studio: Studio, film: Path) -> str:
    there = studio.store.reviews()
    if there:
        return there[0].review.id
    with film.open("rb") as file:
        key = studio.media.put_file(file, "videos", "mp4")
    review, first = studio.store.create_review("Film", SourceKind.UPLOAD, key, Wish(count=3), "local", "Kim")
    workflows.watch(first.id)
    return review.id


def _watched(studio: Studio, review_id: str) -> None:
    wait_for(lambda: _snapshot(studio, review_id).rounds[-1].state.is_final, PATIENCE)
    latest = _snapshot(studio, review_id).rounds[-1]
    if latest.state is not RoundState.DONE:
        raise SystemExit(f"the round ended as {latest.state}: {latest.error}")


def _snapshot(studio: Studio, review_id: str) -> Snapshot:
    snapshot = studio.store.snapshot(review_id)
    assert snapshot is not None
    return snapshot


def _end_state(studio: Studio, review_id: str) -> dict[str, Any]:
    """All that a person would see, without ids and clocks."""
    snapshot = _snapshot(studio, review_id)
    log = studio.store.decisions(review_id)
    return {
        "moments": [
            [one.timestamp, one.suggested_timestamp, one.reason, one.decision, one.preview, list(one.warnings)]
            for one in snapshot.moments
        ],
        "thumbnails": [[one.timestamp, one.status, one.picture, one.attempt] for one in snapshot.thumbnails],
        "log": sorted([line.action.value, line.who] for line in log),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
