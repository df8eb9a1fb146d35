"""What a person does and sees in the app, in their words; how Streamlit draws it is known only here."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

HEADER_HEIGHT = 35
"""Pixels above the first row of Streamlit's grid, which is one canvas: cells can only be found by place."""

ROW_HEIGHT = 76

APPROVE_X, TIME_X = 48, 276
"""Pixels from the left edge of the table of moments to the middle of a column."""

SUGGESTED_X, REMOVE_X = -132, -42
"""The same from its right edge."""

QUIET = """() => {
  const app = document.querySelector('[data-testid=stApp]')?.dataset ?? {}
  const isBusy = app.testConnectionState !== 'CONNECTED' || app.testScriptState !== 'notRunning'
  if (isBusy || window.lastBusy === undefined) window.lastBusy = performance.now()
  return performance.now() - window.lastBusy > 600
}"""
"""Longer than the half second between two looks of a part of the page that refreshes by itself. A page that has not
reached its server yet runs no script either, and is not quiet."""

TIME_COLUMN, REASON_COLUMN, NOTE_COLUMN = 2, 3, 5
"""The places of columns in the grid's hidden twin."""


class Screen:
    """One window of a browser on the app."""

    def __init__(self, page: Page, url: str, artifacts: Path) -> None:
        self.page = page
        self.url = url
        self.artifacts = artifacts

    def open(self, path: str = "/") -> None:
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        """Wait until no script of the app has run for a moment, so that nothing is about to be drawn anew."""
        self.page.evaluate("window.lastBusy = performance.now()")
        self.page.wait_for_function(QUIET, polling=50)

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page; it scrolls inside the window, so the window is made as tall for it."""
        size = self.page.viewport_size
        assert size is not None
        height = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
        self.page.screenshot(path=self.artifacts / f"{name}.png")
        self.page.set_viewport_size(size)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def see(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    @property
    def review_id(self) -> str:
        return self.page.url.split("review=", 1)[1].split("&", 1)[0]

    # The table of moments

    @property
    def table(self) -> Locator:
        return self.page.get_by_test_id("stDataFrame").first

    def rows(self) -> int:
        return self.page.locator(f"[data-testid^=glide-cell-{TIME_COLUMN}-]").count()

    def column(self, column: int) -> list[str]:
        """The texts of a column, from the first row to the last."""
        return [self.cell(row, column) for row in range(self.rows())]

    def cell(self, row: int, column: int) -> str:
        """The text of a cell, from the grid's hidden twin that screen readers use."""
        return self.page.get_by_test_id(f"glide-cell-{column}-{row}").first.text_content() or ""

    def click_cell(self, row: int, column_x: int) -> None:
        """Click into a row at a distance from the table's left edge, in pixels, or from its right one if negative."""
        self.settle()
        if column_x < 0:
            box = self.table.bounding_box()
            assert box is not None
            column_x += int(box["width"])
        self.table.click(position={"x": column_x, "y": HEADER_HEIGHT + ROW_HEIGHT * (row + 0.5)})
        self.settle()

    def type_into(self, row: int, column_x: int, text: str) -> None:
        """Replace a cell's text as a person does."""
        self.click_cell(row, column_x)
        self.page.keyboard.press("Enter")
        field = self.page.locator("#portal textarea, #portal input").first
        field.fill(text)
        field.press("Enter")

    # The frames around the moment in turn

    def frames(self) -> Locator:
        return self.page.get_by_role("group", name="Frames around this moment").get_by_role("button")

    # The gallery

    def cards(self) -> Locator:
        return self.page.locator("article.card")

    def look_at(self, place: int) -> Locator:
        """Press the picture of a card, and return what shows it large."""
        self.cards().nth(place).get_by_role("button", name="Look at it large").click()
        viewer = self.page.get_by_role("dialog", name="The thumbnails, large")
        expect(viewer).to_be_visible()
        return viewer
