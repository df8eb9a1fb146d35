"""The pages without a browser, on a real engine, a real store and a real film."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from posterframe import work, workflows
from posterframe.contracts import Picked, Proposal, Wish
from posterframe.model import Review, RoundState, Snapshot, SourceKind
from posterframe.settings import settings
from posterframe.studio import Studio, open_studio
from tests.waiting import wait_for

SHELL = Path(__file__).parents[2] / "components/shell.py"


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The studio that the pages under test find, with its engine running."""
    os.environ["POSTERFRAME_HOME"] = str(tmp_path_factory.mktemp("app"))
    settings.cache_clear()
    made = open_studio(settings())
    workflows.start(made)
    yield made
    workflows.stop()


@pytest.fixture(scope="session")
def film_key(studio: Studio, film: Path) -> str:
    with film.open("rb") as file:
        return studio.media.put_file(file, "videos", "mp4")


@pytest.fixture
def ittybit_key(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages find a studio with a key for Ittybit, on the same data."""
    monkeypatch.setenv("ITTYBIT_API_KEY", "a-key")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def review(studio: Studio, film_key: str) -> Review:
    return make_review(studio, film_key)


@pytest.fixture
def other_review(studio: Studio, film_key: str) -> Review:
    return make_review(studio, film_key)


def make_review(studio: Studio, film_key: str) -> Review:
    """A review in which three moments were suggested, one in each scene, and have their previews."""
    store = studio.store
    made, first = store.create_review("Three scenes", SourceKind.UPLOAD, film_key, Wish(count=3), "local", "Kim")
    work.read_video(studio, first.id)
    reasons = ("A good start", "The best of it", "A good end")
    proposals = tuple(Proposal(at, reason) for at, reason in zip((1.0, 3.5, 6.0), reasons, strict=True))
    store.keep_picked(first.id, Picked(proposals))
    store.finish_round(first.id, RoundState.DONE)
    for moment in snapshot_of(studio, made.id).moments:
        workflows.preview(moment.id)
    wait_for(lambda: not any(one.needs_preview for one in snapshot_of(studio, made.id).moments), 60)
    return made


def snapshot_of(studio: Studio, review_id: str) -> Snapshot:
    found = studio.store.snapshot(review_id)
    assert found is not None
    return found


def open_page(review_id: str | None = None) -> AppTest:
    page = AppTest.from_file(str(SHELL), default_timeout=30)
    if review_id:
        page.query_params["review"] = review_id
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def edit(page: AppTest, row: int, column: str, value: object) -> None:
    """What the browser sends when a person edits a cell of the table of moments."""
    key = page.session_state["tables"][-1].key
    edits = page.session_state[key]["edited_rows"]
    cells = {**edits.get(row, {}), column: value}
    page.session_state[key] = {"edited_rows": {**edits, row: cells}, "added_rows": [], "deleted_rows": []}
    page.run()
    assert not page.exception


def error_on(page: AppTest) -> str:
    """The one error that the page shows, as a person reads it: without what keeps letters from being Markdown."""
    assert len(page.error) == 1
    return page.error[0].value.replace("\\", "").replace("\u2060", "")
