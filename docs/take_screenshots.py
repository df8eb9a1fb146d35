"""Takes the pictures that the README shows, from a real run on the sample film: ``make screenshots``."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import ARTIFACTS, CHROMIUM, PATIENCE, App, free_port, open_page
from tests.browser.screen import APPROVE_X, Screen
from tests.install_browser import find

PICTURES = Path(__file__).parent / "pictures"
WIDTH = 1280
TALL = 2400
"""Pixels of a window that shows the whole page at once, so that nothing has to be scrolled to."""


def main() -> None:
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = App(Path(folder), free_port())
        app.start()
        browser = playwright.chromium.launch(executable_path=find(), args=CHROMIUM)
        screen = Screen(open_page(browser, width=WIDTH), app.url, ARTIFACTS / "readme")
        _walk(screen)
        PICTURES.mkdir(exist_ok=True)
        _save(screen.page, "review")
        browser.close()
        app.stop()


def _walk(screen: Screen) -> None:
    """The whole job on the sample film: three moments approved and cut, the first one chosen."""
    screen.open()
    screen.button("Try the sample film").click()
    expect(screen.table).to_be_visible(timeout=120_000)
    screen.settle()
    for row in range(3):
        screen.click_cell(row, APPROVE_X)
    screen.button("Cut 3 thumbnails").click()
    screen.see("3 of 3 ready")
    screen.button("Choose as final").first.click()
    expect(screen.cards().first).to_contain_text("Final")
    screen.settle()


def _save(page: Page, name: str) -> None:
    """From the heading to the cards, without the large final picture beneath; pointing at a place in the film."""
    page.set_viewport_size({"width": WIDTH, "height": TALL})
    page.locator("[data-testid=stMain]").evaluate("element => element.scrollTo(0, 0)")
    cards = page.locator(".gallery").bounding_box()
    line = page.get_by_role("slider", name="Place in the film").bounding_box()
    assert cards is not None
    assert line is not None
    page.set_viewport_size({"width": WIDTH, "height": int(cards["y"] + cards["height"]) + 24})
    page.mouse.move(line["x"] + 0.72 * line["width"], line["y"] + line["height"] / 2)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(PICTURES / f"{name}.webp", "WEBP", quality=82)


if __name__ == "__main__":
    main()
