"""Who one is, from one visit to the next."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import App
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.lasting]


def test_a_name_is_known_after_a_reload_until_it_is_taken_away(screen: Screen, app: App, served: str) -> None:
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.page.keyboard.press("Enter")
    expect(screen.table).to_be_visible(timeout=90_000)
    screen.settle()
    _name(screen, "Guest", "Ana  <b>*Lee*</b>")
    expect(screen.button("Reviewing as Ana <b>*Lee*</b>")).to_be_visible()

    screen.page.reload()
    expect(screen.button("Reviewing as Ana <b>*Lee*</b>")).to_be_visible()
    screen.settle()
    screen.page.keyboard.press("a")
    screen.see("1 of 3 decided")
    first = screen.review_id
    screen.open("/library")
    screen.open()
    screen.button("Try the sample film").click()
    screen.page.wait_for_url("**review=*")
    with app.store() as store:
        assert store.decisions(screen.review_id)[0].who == "Ana <b>*Lee*</b>"
        assert store.decisions(first)[-1].who == "Ana <b>*Lee*</b>"

    screen.open(f"/?review={first}")
    expect(screen.button("Reviewing as Ana")).to_be_visible()
    screen.settle()
    _name(screen, "Ana", "")
    expect(screen.button("Reviewing as Guest")).to_be_visible()
    screen.page.reload()
    screen.settle()
    expect(screen.button("Reviewing as Guest")).to_be_visible()


def _name(screen: Screen, before: str, name: str) -> None:
    screen.button(f"Reviewing as {before}").click()
    field = screen.page.get_by_label("Your name")
    field.fill(name)
    field.press("Enter")
    screen.page.keyboard.press("Escape")
    screen.settle()
