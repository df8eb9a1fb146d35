"""From a video to a chosen thumbnail, as a person does it in a browser, in light and dark."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import App, open_page
from tests.browser.screen import APPROVE_X, TIME_COLUMN, TIME_X, Screen
from tests.waiting import wait_for

pytestmark = pytest.mark.browser


def test_the_sample_film_from_one_click_to_the_final_thumbnail(screen: Screen, browser: Browser, theme: str) -> None:
    screen.open()
    screen.shoot("1-start")
    screen.button("Try the sample film").click()
    screen.see("Watching")
    screen.shoot("2-watching")
    _decide_cut_and_choose(screen)

    colleague = Screen(open_page(browser, theme, zone="Asia/Kolkata"), screen.url, screen.artifacts)
    colleague.open(f"/?review={screen.review_id}")
    expect(colleague.cards().first).to_contain_text("Final")
    chosen = "Chosen by Guest on %d %B %Y at %H:%M"
    mine = datetime.strptime(screen.page.get_by_text("Chosen by Guest").inner_text(), chosen).replace(tzinfo=UTC)
    colleague.see((mine + timedelta(hours=5, minutes=30)).strftime(chosen))
    colleague.page.context.close()

    screen.open("/library")
    screen.see("The sample film")
    screen.shoot("6-library")


def test_a_video_by_its_address_from_the_field_to_the_final_thumbnail(screen: Screen, served: str) -> None:
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.page.keyboard.press("Enter")
    _decide_cut_and_choose(screen)


def _decide_cut_and_choose(screen: Screen) -> None:
    """Steps three to five of the job: edit and approve in the table, cut, choose, download."""
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.settle()
    screen.click_cell(0, APPROVE_X)
    expect(screen.button("Cut 1 thumbnail")).to_be_enabled()
    screen.type_into(1, TIME_X, "0:01.5")
    wait_for(lambda: screen.cell(1, TIME_COLUMN) == "0:01.5", 30)
    screen.click_cell(1, APPROVE_X)
    expect(screen.button("Cut 2 thumbnails")).to_be_enabled()
    screen.shoot("3-table")

    screen.page.reload()
    screen.settle()
    expect(screen.button("Cut 2 thumbnails")).to_be_enabled()
    screen.button("Cut 2 thumbnails").click()
    expect(screen.cards()).to_have_count(2)
    screen.shoot("4-gallery")
    expect(screen.page.get_by_text("2 of 2 ready")).to_be_visible(timeout=60_000)
    screen.settle()
    screen.button("Choose as final").first.click()
    expect(screen.cards().first).to_contain_text("Final")
    screen.see("Chosen by Guest")
    screen.settle()
    screen.shoot("5-final")

    with screen.page.expect_download() as download:
        screen.cards().first.get_by_role("link", name="Download").click()
    picture = Path(download.value.path()).read_bytes()
    assert picture[8:12] == b"WEBP"


def test_the_library_opened_first_stands_inside_the_navigation(screen: Screen) -> None:
    screen.open("/library")
    expect(screen.page.get_by_role("link", name="Review").first).to_be_visible()
    screen.see("No reviews yet")


def test_a_killed_server_loses_nothing(screen: Screen, app: App, served: str) -> None:
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.button("Find moments").click()
    screen.page.wait_for_url("**review=*")
    review = screen.review_id
    app.kill()
    said = "getComputedStyle(document.querySelector('.stApp'), '::after').content"
    wait_for(lambda: "Connection lost" in screen.page.evaluate(said), 10)
    expect(screen.page.get_by_test_id("stDialog")).to_be_attached(timeout=10_000)
    expect(screen.page.get_by_role("dialog")).to_be_hidden()
    app.start()
    screen.open(f"/?review={review}")
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.click_cell(0, APPROVE_X)
    screen.button("Cut 1 thumbnail").click()
    expect(screen.cards()).to_have_count(1)
    app.kill()
    app.start()
    screen.open(f"/?review={review}")
    expect(screen.page.get_by_text("1 of 1 ready")).to_be_visible(timeout=60_000)


def test_a_review_has_its_address_however_one_comes_to_it(screen: Screen, film: Path) -> None:
    screen.open()
    screen.page.get_by_label("Upload a video").set_input_files(film)
    screen.page.wait_for_url("**review=*")
    expect(screen.table).to_be_visible(timeout=90_000)
    address = screen.page.url
    screen.button("New review").click()
    expect(screen.button("Try the sample film")).to_be_visible()
    assert "review=" not in screen.page.url
    screen.page.get_by_role("link", name="three scenes").click()
    screen.page.wait_for_url(address)
    screen.page.reload()
    expect(screen.table).to_be_visible()


def test_a_review_is_removed_and_brought_back_from_the_library_and_from_its_own_page(
    screen: Screen, film: Path
) -> None:
    screen.open()
    screen.page.get_by_label("Upload a video").set_input_files(film)
    screen.page.wait_for_url("**review=*")
    expect(screen.table).to_be_visible(timeout=90_000)
    address = screen.page.url.removeprefix(screen.url)
    screen.open("/library")
    title = screen.page.get_by_role("link", name="three scenes")
    screen.button("Remove “three scenes”").click()
    screen.see("Removed “three scenes”.")
    expect(title).to_have_count(0)
    screen.shoot("removed")
    screen.button("Bring it back").click()
    expect(title).to_be_visible()
    screen.settle()
    screen.button("Remove “three scenes”").click()
    screen.see("Removed “three scenes”.")
    screen.open(address)
    screen.see("Guest removed “three scenes” on")
    screen.shoot("its-page")
    screen.button("Bring it back").click()
    expect(screen.table).to_be_visible()
