"""This machine as an extractor: the exact frame, at once, in the shape asked."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from posterframe.contracts import Cut, Fit, Format, Job, Picture, Shape, ThumbnailStatus
from posterframe.errors import BadInput, ServiceFailed
from posterframe.extractors import Extractor
from posterframe.extractors.local import LocalExtractor
from posterframe.video import Footage
from tests.numbered_films import Film, corners_of, number_in


@pytest.fixture
def footage(tmp_path: Path) -> Footage:
    path = tmp_path / "film.mp4"
    path.write_bytes(Film(frames=75, width=320, height=180, rotation=180).render())
    return Footage("film.mp4", None, lambda: path.open("rb"))


def upright(picture: Picture) -> NDArray[np.uint8]:
    """The pixels of a picture cut from the film, which is stored the right way up and shown upside down."""
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB").rotate(180))


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize(("timestamp", "number"), [(0.0, 0), (1.0, 25), (1.039, 25), (1.04, 26), (99.0, 74)])
def test_the_picture_is_the_frame_shown_at_that_time(
    footage: Footage,
    timestamp: float,
    number: int,
    format: Format,  # noqa: A002
) -> None:
    extractor: Extractor = LocalExtractor()
    cut = Cut("a1", timestamp, Shape(640, 360, format))
    job = extractor.start(footage, cut)
    picture = extractor.fetch(job, cut)
    assert job.status is ThumbnailStatus.READY
    assert (picture.width, picture.height, picture.format) == (640, 360, format)
    assert number_in(upright(picture)) == number
    assert corners_of(upright(picture)) == ["red", "green", "blue", "yellow"]


def test_with_no_size_the_picture_is_as_large_as_the_video(footage: Footage) -> None:
    picture = LocalExtractor().start(footage, Cut("a1", 1.0, Shape(None, None, Format.PNG))).picture
    assert picture is not None
    assert (picture.width, picture.height) == (320, 180)


def test_cutting_again_gives_the_same_bytes(footage: Footage) -> None:
    cut = Cut("a1", 0.5, Shape(200, 200, fit=Fit.CONTAIN))
    first, second = (LocalExtractor().start(footage, cut) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "cut",
    [Cut("a1", -1.0, Shape()), Cut("a1", float("nan"), Shape()), Cut("a1", 1.0, Shape(0, 10))],
    ids=["negative time", "no number", "no size"],
)
def test_a_cut_that_cannot_be_is_refused(footage: Footage, cut: Cut) -> None:
    with pytest.raises(BadInput):
        LocalExtractor().start(footage, cut)


def test_a_shape_that_cannot_be_is_refused_before_the_video_is_opened() -> None:
    def not_to_be_opened() -> io.BytesIO:
        raise AssertionError

    with pytest.raises(BadInput, match="width of 0"):
        LocalExtractor().start(Footage("film.mp4", None, not_to_be_opened), Cut("a1", 1.0, Shape(0, 10)))


def test_there_is_never_a_job_to_look_at_or_to_fetch_later() -> None:
    assert LocalExtractor().look(["a1"]) == {}
    with pytest.raises(ServiceFailed, match="cut it again"):
        LocalExtractor().fetch(Job(ThumbnailStatus.READY), Cut("a1", 1.0, Shape()))
