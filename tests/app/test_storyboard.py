"""The small pictures of a whole film: made while this machine watches, or after another has watched."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from posterframe import work, workflows
from posterframe.contracts import Part, Wish
from posterframe.model import Review, SourceKind, Storyboard
from posterframe.studio import Studio
from tests.app.conftest import snapshot_of
from tests.waiting import wait_for


def test_watching_here_leaves_a_storyboard(studio: Studio, film_key: str) -> None:
    review, first = studio.store.create_review("Three scenes", SourceKind.UPLOAD, film_key, Wish(), "local", "Kim")
    workflows.watch(first.id)
    wait_for(lambda: snapshot_of(studio, review.id).review.storyboard, 60)
    check(studio, board_of(studio, review))


def test_watching_a_part_leaves_one_of_the_whole_film(studio: Studio, film_key: str) -> None:
    wish = Wish(part=Part(3, 5))
    review, first = studio.store.create_review("Three scenes", SourceKind.UPLOAD, film_key, wish, "local", "Kim")
    workflows.watch(first.id)
    wait_for(lambda: snapshot_of(studio, review.id).review.storyboard, 60)
    check(studio, board_of(studio, review))


def test_a_film_that_was_watched_elsewhere_gets_one_afterwards(studio: Studio, review: Review) -> None:
    work.make_storyboard(studio, snapshot_of(studio, review.id).rounds[0].id)
    check(studio, board_of(studio, review))


def board_of(studio: Studio, review: Review) -> Storyboard:
    found = snapshot_of(studio, review.id).review.storyboard
    assert found is not None
    return found


def check(studio: Studio, board: Storyboard) -> None:
    """It has about two pictures for each of the seven seconds, in order, and is as wide as its columns."""
    assert len(board.times) >= 7
    assert list(board.times) == sorted(board.times)
    assert board.times[0] < 1
    assert board.times[-1] > 6
    with studio.media.open(board.picture) as file, Image.open(BytesIO(file.read())) as picture:
        assert picture.width == 160 * board.columns
