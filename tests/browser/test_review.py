"""What a person does in a review, and how a video of theirs comes in."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.screen import REMOVE_X, SUGGESTED_X, TIME_COLUMN, Screen
from tests.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.lasting]


def test_a_moment_is_nudged_by_a_frame_sent_back_removed_and_brought_back(screen: Screen, served: str) -> None:
    _open_table(screen, served)
    suggested = screen.cell(0, TIME_COLUMN)
    current = screen.frames().and_(screen.page.locator("[aria-pressed=true]"))
    expect(current).to_have_count(1)
    screen.frames().last.click()
    wait_for(lambda: screen.cell(0, TIME_COLUMN) != suggested, 30)
    nudged = screen.cell(0, TIME_COLUMN)
    screen.settle()
    screen.page.keyboard.press(",")
    wait_for(lambda: screen.cell(0, TIME_COLUMN) != nudged, 30)

    screen.click_cell(0, SUGGESTED_X)
    wait_for(lambda: screen.cell(0, TIME_COLUMN) == suggested, 30)
    rows = screen.rows()
    screen.click_cell(0, REMOVE_X)
    screen.see(f"Removed: {suggested}")
    wait_for(lambda: screen.rows() == rows - 1, 30)
    screen.button("Bring it back").click()
    wait_for(lambda: screen.rows() == rows, 30)
    assert screen.cell(0, TIME_COLUMN) == suggested


def _open_table(screen: Screen, url: str) -> None:
    screen.open()
    screen.page.get_by_label("Video URL").fill(url)
    screen.page.keyboard.press("Enter")
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.settle()


def test_an_upload_goes_to_disk_and_is_watched(screen: Screen, film: Path) -> None:
    screen.open()
    expect(screen.page.get_by_role("progressbar", name="Upload of the video", include_hidden=True)).to_have_count(1)
    screen.page.get_by_label("Upload a video").set_input_files(film)
    screen.page.wait_for_url("**review=*")
    expect(screen.table).to_be_visible(timeout=90_000)


def test_an_upload_that_is_no_video_is_said_in_a_sentence(screen: Screen, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("These are notes, not a film. " * 100)
    screen.open()
    screen.page.get_by_label("Upload a video").set_input_files(text)
    screen.page.wait_for_url("**review=*")
    expect(screen.page.get_by_role("alert")).to_contain_text("not a video", timeout=60_000)
    screen.shoot("not-a-video")


def test_an_upload_waits_until_the_times_under_options_can_be_used(screen: Screen, film: Path, tmp_path: Path) -> None:
    mine = tmp_path / "Top 5 #1 tips.mp4"
    mine.symlink_to(film)
    screen.open()
    screen.page.get_by_text("Options").click()
    start = screen.page.get_by_label("Watch from")
    start.fill("later")
    start.press("Enter")
    screen.settle()
    screen.page.get_by_label("Upload a video").set_input_files(mine)
    go_on = screen.button("Find moments in this file")
    screen.see("The times under Options cannot be used")
    screen.see("“Top 5 #1 tips” has arrived and waits here.")
    screen.shoot("waiting")
    go_on.click()
    screen.settle()
    screen.see("The times under Options cannot be used")
    start.fill("0:02")
    start.press("Enter")
    screen.settle()
    go_on.click()
    screen.page.wait_for_url("**review=*")
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.see("watched from 0:02.0")
    screen.button("New review").click()
    expect(screen.button("Try the sample film")).to_be_visible()
    screen.settle()
    expect(go_on).to_have_count(0)


def test_watching_can_be_cancelled_and_taken_up_again(screen: Screen) -> None:
    screen.open()
    screen.button("Try the sample film").click()
    screen.button("Cancel").click()
    screen.see("This was stopped before it was done.")
    screen.button("Watch it again").click()
    expect(screen.table).to_be_visible(timeout=90_000)


def test_what_is_typed_while_pictures_still_come_stays_and_counts(screen: Screen) -> None:
    screen.open()
    screen.button("Try the sample film").click()
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.page.get_by_text("Suggest more moments").click()
    start = screen.page.get_by_label("Watch from")
    start.fill("0:30")
    screen.settle()
    expect(start).to_be_visible()
    expect(start).to_have_value("0:30")
    screen.button("Suggest more").click()
    screen.see("watched from 0:30.0")
