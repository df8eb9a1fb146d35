"""The line beneath the picture, on which one goes about and marks; the film itself; and the title above."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from posterframe.store import Store
from tests.browser.conftest import App
from tests.browser.screen import TIME_COLUMN, Screen
from tests.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.lasting]


def test_the_line_shows_the_film_marks_a_moment_and_goes_to_others(
    screen: Screen, app: App, served: str, theme: str
) -> None:
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.page.keyboard.press("Enter")
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.settle()
    expect(screen.button("Play")).to_have_count(0)  # the film is another server's, which is not told who looks
    before = screen.rows()
    with app.store() as store:
        wait_for(lambda: has_storyboard(store, screen.review_id), 60)  # it is made after the moments
    point(screen, 0.5)
    bubble = screen.page.locator(".player .bubble")
    expect(bubble).to_contain_text("0:03.5 · click to mark")
    expect(bubble.locator(".tile")).to_have_attribute("style", re.compile("/files/"), timeout=30_000)
    screen.shoot("1-pointing")

    point(screen, 0.5, click=True)
    wait_for(lambda: screen.rows() == before + 1, 30)
    screen.see(f"Moment {before + 1} of {before + 1} · 0:03.5 · added by hand")
    expect(screen.page.locator(".player .still")).to_be_visible()
    screen.settle()
    screen.shoot("2-marked")

    rail(screen).focus()
    screen.page.keyboard.press("End")
    expect(rail(screen)).to_have_attribute("aria-valuetext", "0:07.0")
    screen.page.keyboard.press("PageDown")
    screen.page.keyboard.press("m")
    wait_for(lambda: screen.rows() == before + 2, 30)
    assert screen.cell(before + 1, TIME_COLUMN) == "0:06.3"

    ticks(screen).first.press("Enter")
    screen.see(f"Moment 1 of {before + 2}")
    expect(ticks(screen).and_(screen.page.locator("[aria-current=true]"))).to_have_count(1)


def test_a_film_that_lies_here_is_played_stepped_through_and_marked(screen: Screen, film: Path) -> None:
    screen.open()
    screen.page.get_by_label("Upload a video").set_input_files(film)
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.settle()
    before = screen.rows()
    video = screen.page.locator(".player video")
    expect(video).to_be_hidden()
    screen.page.keyboard.press("k")
    wait_for(lambda: not video.evaluate("film => film.paused"), 30)
    screen.page.keyboard.press("k")
    wait_for(lambda: video.evaluate("film => film.paused && !film.seeking"), 30)
    at = video.evaluate("film => film.currentTime")
    screen.page.keyboard.press(",")
    wait_for(lambda: not video.evaluate("film => film.seeking"), 30)
    assert video.evaluate("film => film.currentTime") == pytest.approx(at - 1 / 20, abs=0.01), "one frame of twenty"
    point(screen, 0.25, click=True)
    wait_for(lambda: video.evaluate("film => film.currentTime") == pytest.approx(1.75, abs=0.05), 30)
    assert screen.rows() == before, "a click moves an open film, and marks nothing"
    screen.button("Mark a moment").click()
    wait_for(lambda: screen.rows() == before + 1, 30)
    assert screen.cell(before, TIME_COLUMN).startswith("0:01.7")
    expect(video).to_be_hidden()


def test_a_review_is_renamed_where_its_title_stands(screen: Screen, film: Path) -> None:
    screen.open()
    screen.page.get_by_label("Upload a video").set_input_files(film)
    expect(screen.page.get_by_role("heading", name="three scenes")).to_be_visible(timeout=60_000)
    screen.button("Rename this review").click()
    title = screen.page.get_by_label("Title of this review")
    title.fill("Not this one")
    title.press("Escape")
    expect(screen.page.get_by_role("heading", name="three scenes")).to_be_visible()
    screen.page.get_by_role("heading", name="three scenes").click()
    title.fill("Spring campaign")
    title.press("Enter")
    expect(screen.page).to_have_title("Spring campaign · Posterframe")
    screen.settle()
    expect(screen.button("Rename this review")).to_be_focused()
    screen.open("/library")
    screen.page.get_by_role("link", name="Spring campaign").click()
    expect(screen.page.get_by_role("heading", name="Spring campaign")).to_be_visible()


def has_storyboard(store: Store, review_id: str) -> bool:
    review = store.review(review_id)
    return review is not None and review.storyboard is not None


def rail(screen: Screen) -> Locator:
    return screen.page.get_by_role("slider", name="Place in the film")


def ticks(screen: Screen) -> Locator:
    return screen.page.get_by_role("group", name="The whole film").get_by_role("button")


def point(screen: Screen, share: float, *, click: bool = False) -> None:
    """Put the pointer on the line, at a share of its width, and perhaps press."""
    box = rail(screen).bounding_box()
    assert box is not None
    x, y = box["x"] + share * box["width"], box["y"] + box["height"] / 2
    screen.page.mouse.move(x, y)
    if click:
        screen.page.mouse.click(x, y)
