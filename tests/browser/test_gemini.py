"""With a Gemini key: its moments and reasons in the table, the cost, more on request, on to the final thumbnail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect
from starlette.types import ASGIApp, Receive, Scope, Send

from posterframe.contracts import Proposal, Wish
from posterframe.sandbox.gemini import gemini_app, watch_here
from posterframe.sandbox.server import serve
from posterframe.video import Footage
from tests.browser.conftest import App
from tests.browser.screen import APPROVE_X, NOTE_COLUMN, REASON_COLUMN, Screen
from tests.secrecy import files_that_tell, tells

pytestmark = pytest.mark.browser

KEY = "a-key-that-must-appear-nowhere"


class Sandbox:
    """Gemini's stand-in, and what went in and out: the moments that it gave, and every request as it came."""

    def __init__(self, film: Path) -> None:
        self.given: list[Proposal] = []
        self.requests: list[bytes] = []
        self.url = ""
        self._app: ASGIApp = gemini_app(watch=self._watch, youtube_film=film)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [b": ".join(header) for header in scope["headers"] if header[0] != b"x-goog-api-key"]
            self.requests.append(b"\n".join([scope["raw_path"], scope["query_string"], *headers]))
        await self._app(scope, receive, send)

    def mend(self) -> None:
        """From now on nothing goes wrong."""
        requests.post(f"{self.url}/_sandbox/reset", timeout=5).raise_for_status()

    def next(self, fault: str) -> None:
        """From now on this goes wrong, and nothing else."""
        self.mend()
        asked = {"fault": fault, "times": 9, "on": "generate"}
        requests.post(f"{self.url}/_sandbox/next", json=asked, timeout=5).raise_for_status()

    def _watch(self, footage: Footage, wish: Wish) -> Sequence[Proposal]:
        found = watch_here(footage, wish)
        self.given += found
        return found


@pytest.fixture
def gemini(film: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(film)
    with serve(sandbox) as served:
        sandbox.url = served.url
        yield sandbox


@pytest.fixture
def settings(gemini: Sandbox, settings: Mapping[str, str]) -> Mapping[str, str]:
    return {**settings, "GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": gemini.url}


def test_gemini_suggests_again_and_the_final_thumbnail_is_chosen(
    screen: Screen, app: App, gemini: Sandbox, served: str
) -> None:
    screen.open()
    screen.see("sandbox")
    screen.page.get_by_text("Options").click()
    screen.page.get_by_label("What is the video for?").fill("A poster for the spring campaign")
    slider = screen.page.get_by_role("slider", name="How many moments")
    for _ in range(3):
        slider.press("ArrowLeft")
    screen.page.get_by_label("Video URL").fill(served)
    screen.see("for each minute of video")
    screen.button("Find moments").click()
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.see("2 moments suggested by Gemini 3.5 Flash-Lite")
    screen.see("sandbox")
    expect(screen.page.get_by_test_id("glide-cell-2-1")).to_be_attached()
    first = screen.column(REASON_COLUMN)
    assert first == [moment.reason for moment in gemini.given]
    assert not any("New" in note for note in screen.column(NOTE_COLUMN))
    paid = tokens_paid(screen)
    screen.shoot("1-suggested")

    screen.page.get_by_text("Suggest more moments").click()
    screen.see("About ")
    screen.settle()  # the fold has to stand still: its slider is drawn a moment after it opens
    screen.button("Suggest more").click()
    expect(screen.page.get_by_text("3 moments suggested by")).to_be_visible(timeout=90_000)
    screen.settle()
    *shown, added = screen.column(REASON_COLUMN)
    assert shown == first
    assert added in [moment.reason for moment in gemini.given[2:]]
    screen.see("A moment that was known already was left out.")
    assert ["New" in note for note in screen.column(NOTE_COLUMN)] == [False, False, True]
    assert tokens_paid(screen) > paid
    screen.shoot("2-again")

    screen.click_cell(2, APPROVE_X)
    screen.button("Cut 1 thumbnail").click()
    expect(screen.page.get_by_text("1 of 1 ready")).to_be_visible(timeout=60_000)
    screen.button("Choose as final").click()
    expect(screen.cards().first).to_contain_text("Final")
    assert_the_key_is_nowhere(screen, app, gemini)


def test_trouble_with_gemini_is_said_without_the_key_and_this_machine_offered(
    screen: Screen, app: App, gemini: Sandbox, served: str
) -> None:
    gemini.next("bad-key")
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.button("Find moments").click()
    troubles = {
        "bad-key": "does not accept the key",
        "quota-long": "ask again in 60 minutes",
        "html": "not Gemini",
        "echo-key": "refused the request",
    }
    for fault, sentence in troubles.items():
        if fault != "bad-key":
            gemini.next(fault)
            screen.button("Try again").click()
        expect(screen.page.get_by_role("alert").first).to_contain_text(sentence, timeout=60_000)
        screen.settle()
        screen.shoot(fault)
        assert_the_key_is_nowhere(screen, app, gemini)
    screen.button("Let this machine suggest").click()
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.see("suggested by this machine")


def test_a_video_on_youtube_is_watched_there_and_cut_from_the_file(screen: Screen, film: Path) -> None:
    screen.open()
    screen.page.get_by_label("Video URL").fill("https://www.youtube.com/watch?v=abcdefghijk")
    screen.button("Find moments").click()
    expect(screen.page.get_by_text("Now the file itself")).to_be_visible(timeout=90_000)
    expect(screen.table).to_be_visible(timeout=90_000)
    reason = screen.cell(0, REASON_COLUMN)
    expect(screen.button("Cut thumbnails")).to_be_disabled()
    screen.shoot("1-without-a-file")
    screen.page.get_by_label("Upload a video").set_input_files(film)
    expect(screen.page.get_by_text("Now the file itself")).not_to_be_visible(timeout=90_000)
    expect(screen.page.get_by_text("0:07.0 · 320×180")).to_be_visible(timeout=90_000)
    screen.settle()
    assert screen.cell(0, REASON_COLUMN) == reason
    screen.click_cell(0, APPROVE_X)
    screen.button("Cut 1 thumbnail").click()
    expect(screen.page.get_by_text("1 of 1 ready")).to_be_visible(timeout=60_000)


def test_another_model_takes_the_place_of_one_that_is_gone(screen: Screen, gemini: Sandbox, served: str) -> None:
    gemini.next("retired-model")
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.button("Find moments").click()
    expect(screen.page.get_by_role("alert").first).to_contain_text("choose another under “Model”", timeout=60_000)
    gemini.mend()
    screen.settle()
    screen.page.get_by_label("Model").click()
    screen.page.get_by_role("option", name="Gemini 3.8 Flash").click()
    screen.settle()
    screen.button("Suggest moments").click()
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.see("suggested by Gemini 3.8 Flash")


def test_what_gemini_cannot_watch_on_youtube_this_machine_watches_from_the_file(
    screen: Screen, gemini: Sandbox, film: Path
) -> None:
    gemini.next("quota-daily")
    screen.open()
    screen.page.get_by_label("Video URL").fill("https://www.youtube.com/watch?v=abcdefghijk")
    screen.button("Find moments").click()
    expect(screen.page.get_by_role("alert").first).to_contain_text("quota", timeout=60_000)
    expect(screen.page.get_by_text("This machine", exact=True)).to_have_count(1)  # it cannot ask YouTube again
    screen.shoot("no-moments")
    screen.page.get_by_label("Upload a video").set_input_files(film)
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.see("suggested by this machine")


def tokens_paid(screen: Screen) -> int:
    """How many tokens the heading says that the review has taken, beside what they cost."""
    said = screen.page.get_by_text(re.compile(r"cost .*\$.* · [\d,]+ tokens")).first.text_content() or ""
    return int(re.search(r"([\d,]+) tokens", said)[1].replace(",", ""))  # type: ignore[index]


def assert_the_key_is_nowhere(screen: Screen, app: App, gemini: Sandbox) -> None:
    """Not in the page, what the server wrote, a file of the data folder (databases and log too), or a request."""
    assert app.said is not None
    assert not tells(KEY, screen.page.content())
    assert not tells(KEY, app.said.read_bytes())
    assert (app.home / "engine.sqlite").is_file()
    assert (app.home / "posterframe.sqlite").is_file()
    assert files_that_tell(KEY, app.home) == []
    assert any(b"generateContent" in request for request in gemini.requests)
    assert not any(tells(KEY, request) for request in gemini.requests)
