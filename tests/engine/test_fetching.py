"""Fetching a picture that is done from a service that lets us wait: patient for a while, and then said in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from posterframe import cutting
from posterframe.contracts import ThumbnailStatus
from posterframe.fetching import FETCH_WITHIN, Fetcher
from posterframe.model import Thumbnail
from posterframe.settings import Settings
from posterframe.studio import Studio, make_studio
from tests.engine.home import Home, open_stand_in
from tests.waiting import wait_for

LONGER_THAN_A_CLIENT_WAITS = 31


@pytest.fixture
def desk(home: Path, film: Path) -> Iterator[Home]:
    with open_stand_in(film, 0.0, 0.0) as service, closing(Home(home, service)) as made:
        yield made


@pytest.fixture
def studio(desk: Home) -> Iterator[Studio]:
    made = make_studio(Settings.model_validate(desk.variables))
    yield made
    made.store.close()


def _moved(desk: Home, studio: Studio) -> Thumbnail:
    """A picture that is done, and no longer where the service said that it is."""
    desk.service.next("renewed")
    wanted = desk.ask(1)[0]
    cutting.cut(studio, wanted.id)
    job_id = desk.now(wanted).job_id
    assert job_id is not None
    extractor = studio.extractor("ittybit")
    url = wait_for(lambda: extractor.look([job_id])[job_id].url)
    return desk.store.update_thumbnail(wanted.id, status=ThumbnailStatus.PROCESSING, url=url)


def _fetch(studio: Studio, thumbnail: Thumbnail) -> Fetcher:
    fetcher = Fetcher(studio)
    fetcher.start()
    fetcher.fetch(thumbnail.id)
    return fetcher


def test_a_picture_is_fetched_once_the_service_no_longer_lets_us_wait(desk: Home, studio: Studio) -> None:
    thumbnail = _moved(desk, studio)
    desk.service.next("429", on="get", seconds=LONGER_THAN_A_CLIENT_WAITS)
    fetcher = _fetch(studio, thumbnail)
    wait_for(lambda: desk.now(thumbnail).status is ThumbnailStatus.READY, LONGER_THAN_A_CLIENT_WAITS + 30)
    wait_for(lambda: not fetcher.in_hand)


def test_a_service_that_lets_us_wait_too_long_for_a_picture_is_not_waited_for(desk: Home, studio: Studio) -> None:
    thumbnail = _moved(desk, studio)
    desk.service.next("429", on="get", seconds=FETCH_WITHIN + 1)
    fetcher = _fetch(studio, thumbnail)
    wait_for(lambda: not fetcher.in_hand, 30)
    ended = desk.now(thumbnail)
    assert (ended.status, ended.error) == (
        ThumbnailStatus.FAILED,
        "Ittybit cut this picture, but lets us wait too long before it gives it: try again in a few minutes.",
    )
    assert desk.store.retry(thumbnail.id, "Kim").attempt == 2
