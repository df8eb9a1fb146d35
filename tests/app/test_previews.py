"""What is said of a moment is said of the frame that it shows."""

from __future__ import annotations

from io import BytesIO

import pytest

from posterframe import work
from posterframe.contracts import Wish
from posterframe.model import Moment, RoundState, SourceKind
from posterframe.studio import Studio
from tests.app.conftest import open_page, snapshot_of
from tests.numbered_films import Film


def test_a_moment_that_comes_back_to_its_first_time_is_measured_there_again(studio: Studio, film_key: str) -> None:
    made, first = studio.store.create_review("Film", SourceKind.UPLOAD, film_key, Wish(count=1), "local", "Kim")
    for step in (work.read_video, work.watch, work.refine_moments, work.preview_moments):
        step(studio, first.id)
    [picked] = snapshot_of(studio, made.id).moments

    def moved_to(timestamp: float) -> Moment:
        studio.store.retime(picked.id, timestamp, "Kim")
        work.preview_moment(studio, picked.id)
        [moment] = snapshot_of(studio, made.id).moments
        return moment

    elsewhere = moved_to(picked.timestamp + (3 if picked.timestamp < 3 else -3))
    back = moved_to(picked.timestamp)
    assert picked.quality is not None
    assert elsewhere.quality is not None
    assert back.quality is not None
    assert back.preview == picked.preview
    assert back.warnings == picked.warnings
    assert back.quality.sharpness == pytest.approx(picked.quality.sharpness, abs=1e-6)
    assert back.quality.sharpness != pytest.approx(elsewhere.quality.sharpness, abs=1e-6)


def test_a_film_that_was_cut_off_says_so_beside_its_moments(studio: Studio) -> None:
    data = Film(frames=200, keys_every=20, container_options={"movflags": "faststart"}).render()
    key = studio.media.put_file(BytesIO(data[: len(data) // 2]), "videos", "mp4")
    made, first = studio.store.create_review("Half a film", SourceKind.UPLOAD, key, Wish(), "local", "Kim")
    for step in (work.read_video, work.watch):
        step(studio, first.id)
    studio.store.finish_round(first.id, RoundState.DONE)
    said = [warning.value.replace("\\", "") for warning in open_page(made.id).warning]
    assert any("though the file is to last 0:08.0: it may be cut off." in words for words in said)
