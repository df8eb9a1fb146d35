"""With a Gemini key: its moments and reasons in the table, the cost, more on request, on to the final thumbnail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from posterframe.sandbox.gemini import gemini_app
from posterframe.sandbox.server import Served, serve
from tests.browser.conftest import App, free_port
from tests.browser.screen import APPROVE_X, REASON_COLUMN, Screen

pytestmark = pytest.mark.browser

KEY = "a-key-that-must-appear-nowhere"


@pytest.fixture
def gemini(film: Path) -> Iterator[Served]:
    with serve(gemini_app(youtube_film=film)) as sandbox:
        yield sandbox


@pytest.fixture
def app(tmp_path: Path, gemini: Served, served: str) -> Iterator[App]:
    settings = {
        "GEMINI_API_KEY": KEY,
        "GEMINI_BASE_URL": gemini.url,
        "POSTERFRAME_ALLOW_HOSTS": served.split("/")[2],
    }
    running = App(tmp_path / "home", free_port(), settings)
    running.start()
    yield running
    running.stop()


def test_gemini_suggests_again_and_the_final_thumbnail_is_chosen(
    screen: Screen, app: App, gemini: Served, served: str
) -> None:
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.page.get_by_text("Options").click()
    screen.page.get_by_label("What is the video for?").fill("A poster for the spring campaign")
    screen.button("Find moments").click()
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.see("suggested by Gemini 3.5 Flash-Lite")
    screen.see("cost ")
    screen.see("sandbox")
    screen.shoot("1-suggested")
    expect(screen.page.get_by_test_id("glide-cell-2-0")).to_be_attached()

    screen.page.get_by_text("Suggest more moments").click()
    screen.see("About")
    screen.button("Suggest more").click()
    expect(screen.page.get_by_text("moments suggested by")).to_be_visible(timeout=90_000)
    screen.settle()
    screen.shoot("2-again")

    screen.click_cell(0, APPROVE_X)
    screen.button("Cut 1 thumbnail").click()
    expect(screen.page.get_by_text("1 of 1 ready")).to_be_visible(timeout=60_000)
    screen.button("Choose as final").click()
    expect(screen.cards().first).to_contain_text("Final")
    _assert_the_key_is_nowhere(screen, app, gemini)


def test_trouble_with_gemini_is_said_and_this_machine_offered(screen: Screen, gemini: Served, served: str) -> None:
    requests.post(f"{gemini.url}/_sandbox/next", json={"fault": "bad-key", "times": 9}, timeout=5).raise_for_status()
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.button("Find moments").click()
    expect(screen.page.get_by_role("alert").first).to_contain_text("key", timeout=60_000)
    screen.shoot("bad-key")
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


def _assert_the_key_is_nowhere(screen: Screen, app: App, gemini: Served) -> None:
    """Not in a page, a file of the data folder (databases and log too), or the address of any request."""
    assert KEY not in screen.page.content()
    for path in app.home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    asked = requests.get(f"{gemini.url}/_sandbox/requests", timeout=5).text
    assert "generateContent" in asked
    assert KEY not in asked
