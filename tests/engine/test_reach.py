"""What a service is asked for, and under which address it can read a video: with the real studio, and no service."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from posterframe.contracts import Shape, ThumbnailStatus, VideoInfo, Wish
from posterframe.cutting import ASK_WITHIN, as_cut, put_off
from posterframe.errors import ServiceFailed
from posterframe.model import DecisionState, Review, SourceKind, Thumbnail
from posterframe.registry import public_address
from posterframe.settings import Settings
from posterframe.studio import Studio, make_studio

REAL, STAND_IN = "https://api.ittybit.com", "http://127.0.0.1:8100/ittybit"
MakeStudio = Callable[..., Studio]


@pytest.fixture
def make(home: Path) -> Iterator[MakeStudio]:
    """Makes a studio with a key for Ittybit at an address, and an address of ours."""
    made: list[Studio] = []

    def make_it(base_url: str = REAL, public_url: str | None = None) -> Studio:
        values = {
            "ITTYBIT_API_KEY": "a-key",
            "ITTYBIT_BASE_URL": base_url,
            "POSTERFRAME_PUBLIC_URL": public_url,
            "POSTERFRAME_HOME": home,
            "POSTERFRAME_ALLOW_HOSTS": "nas.lan",
        }
        made.append(make_studio(Settings.model_validate(values)))
        return made[-1]

    yield make_it
    for studio in made:
        studio.store.close()


def _review(studio: Studio, source: SourceKind, location: str) -> Review:
    return studio.store.create_review("Film", source, location, Wish(), "local", "Kim")[0]


def _upload(studio: Studio) -> Review:
    key = studio.media.put_file(io.BytesIO(b"a film"), "videos", "mp4")
    return _review(studio, SourceKind.UPLOAD, key)


@pytest.mark.parametrize(
    ("base_url", "location", "is_told"),
    [
        (REAL, "https://example.com/film.mp4", True),
        (REAL, "http://nas.lan/film.mp4", False),
        (STAND_IN, "http://nas.lan/film.mp4", True),
    ],
    ids=["a public address", "a private one", "a private one for a stand-in here"],
)
def test_the_address_of_a_video_is_told_where_it_can_be_read(
    make: MakeStudio, base_url: str, location: str, is_told: bool
) -> None:
    studio = make(base_url, "https://frames.example")
    review = _review(studio, SourceKind.URL, location)
    told = public_address(studio.settings, studio.media, studio.footage(review))
    assert told == (location if is_told else None)
    extractor, note = studio.extractor_for(review, "ittybit")
    assert extractor.name == ("ittybit" if is_told else "local")
    assert note == (
        "" if is_told else "The address of this video is private, and Ittybit cannot read it: this machine cuts."
    )


@pytest.mark.parametrize(
    ("base_url", "public_url", "is_told"),
    [
        (REAL, "https://frames.example/", True),
        (REAL, "http://localhost:8501", False),
        (REAL, None, False),
        (STAND_IN, "http://localhost:8501", True),
    ],
    ids=["public", "only this machine", "nothing set", "a stand-in on this machine"],
)
def test_an_upload_is_read_by_a_signed_link_where_we_can_be_reached(
    make: MakeStudio, base_url: str, public_url: str | None, is_told: bool
) -> None:
    studio = make(base_url, public_url)
    review = _upload(studio)
    told = public_address(studio.settings, studio.media, studio.footage(review))
    extractor, note = studio.extractor_for(review, "ittybit")
    if not is_told:
        assert (told, extractor.name) == (None, "local")
        assert note == "As it is set up here, Ittybit cannot read uploaded videos: this machine cuts."
        return
    assert (extractor.name, note) == ("ittybit", "")
    assert told is not None
    assert told.startswith((public_url or "").rstrip("/") + "/files/")
    token = told.split("/files/")[1].split("/")[0]
    assert studio.media.resolve(token).key == review.location


def _thumbnail(studio: Studio, review: Review, timestamp: float, shape: Shape) -> Thumbnail:
    moment = studio.store.add_moment(review.id, timestamp, "Looks good", "Kim")
    studio.store.decide(moment.id, DecisionState.APPROVED, "Kim")
    return studio.store.cut(review.id, [shape], "ittybit", "Kim")[0]


@pytest.mark.parametrize(("extractor", "latest"), [("ittybit", 7 - 1 / 25), ("local", 7.0)])
def test_a_service_is_asked_for_no_time_after_the_last_frame_begins(
    make: MakeStudio, extractor: str, latest: float
) -> None:
    studio = make()
    review = replace(_upload(studio), video=VideoInfo(7.0, 320, 180, 25, "h264"))
    thumbnail = _thumbnail(studio, review, 7.0, Shape(160, None))
    cut = as_cut(thumbnail, review, studio.extractor(extractor))
    assert (cut.timestamp, cut.size) == (latest, (160, 90))


def test_a_picture_that_is_put_off_waits_with_a_note_and_not_for_ever(make: MakeStudio) -> None:
    studio = make()
    thumbnail = _thumbnail(studio, _upload(studio), 1.0, Shape())
    until = time.time() + 60
    assert put_off(studio, thumbnail.id, until) == until
    noted = studio.store.thumbnail(thumbnail.id)
    assert noted is not None
    assert noted.status is ThumbnailStatus.QUEUED
    assert noted.error == f"Ittybit asks us to wait until {time.strftime('%H:%M', time.gmtime(until))} UTC."
    assert not noted.is_late
    with pytest.raises(ServiceFailed, match="for a long time: try again later"):
        put_off(studio, thumbnail.id, time.time() + ASK_WITHIN + 1)
