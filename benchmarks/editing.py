"""How long an approval in the table takes to be seen on the page: ours beside the same table in a bare Streamlit app.

Both servers run at the same time and are clicked in turn, so that a slow moment of the machine meets both.
``.venv/bin/python -m benchmarks.editing`` prints the two medians and their ratio.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from posterframe.contracts import Picked, Proposal, VideoInfo, Wish
from posterframe.model import RoundState, SourceKind
from posterframe.store import Store
from tests.browser.conftest import CHROMIUM, App, free_port
from tests.browser.screen import APPROVE_X, HEADER_HEIGHT, ROW_HEIGHT
from tests.install_browser import find
from tests.waiting import wait_for

CLICKS = 15
BARE = Path(__file__).with_name("bare_table.py")


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        _our_app(Path(folder)) as our_url,
        _bare_app() as bare_url,
    ):
        review_id = _review(Path(folder))
        browser = playwright.chromium.launch(executable_path=find(), args=CHROMIUM)
        pages = [_open(browser.new_page(), f"{our_url}/?review={review_id}"), _open(browser.new_page(), bare_url)]
        times: list[list[float]] = [[], []]
        for click in range(CLICKS):
            for page, taken in zip(pages, times, strict=True):
                taken.append(_approve(page, click))
        browser.close()
    mine, bare = (1000 * median(taken) for taken in times)
    seen = f"an approval until it is seen: {mine:.0f} ms, in a bare table {bare:.0f} ms"
    print(f"{seen}, ratio {mine / bare:.2f} (aim: at most 1.5)")


def _review(home: Path) -> str:
    """A review with five moments, whose previews do not matter here."""
    store = Store.open(f"sqlite:///{home / 'posterframe.sqlite'}")
    review, first = store.create_review("Film", SourceKind.UPLOAD, "videos/none", Wish(), "local", "Kim")
    store.set_video(review.id, VideoInfo(60, 1280, 720, 25, "h264"))
    store.keep_picked(first.id, Picked(tuple(Proposal(float(at), "A reason of some length") for at in range(1, 6))))
    for moment in store.moments(review.id):
        store.set_preview_failed(moment.id, moment.timestamp, "None for this measurement")
    store.finish_round(first.id, RoundState.DONE)
    store.close()
    return review.id


@contextmanager
def _our_app(home: Path) -> Iterator[str]:
    app = App(home, free_port())
    try:
        app.start()
        yield app.url
    finally:
        app.stop()


@contextmanager
def _bare_app() -> Iterator[str]:
    url = f"http://localhost:{free_port()}"
    options = ["--server.port", url.rsplit(":", 1)[1], "--server.headless", "true", "--logger.level", "error"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(BARE), *options], stdout=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _healthy(url), 60)
        yield url
    finally:
        process.terminate()
        process.wait()


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _open(page: Page, url: str) -> Page:
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(url)
    page.get_by_test_id("stDataFrame").wait_for()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    return page


def _approve(page: Page, click: int) -> float:
    """Click the checkbox of a row; the seconds until the label of the button counts it."""
    row, expected = click % 5, _approved(click + 1)
    table = page.get_by_test_id("stDataFrame").bounding_box()
    assert table is not None
    page.bring_to_front()
    begun = time.perf_counter()
    page.mouse.click(table["x"] + APPROVE_X, table["y"] + HEADER_HEIGHT + ROW_HEIGHT * (row + 0.5))
    label = "Cut thumbnails|Cut 0 thumbnails" if expected == 0 else f"Cut {expected} thumbnails?"
    page.wait_for_function(
        "label => [...document.querySelectorAll('button')].some(b => new RegExp('^(' + label + ')').test(b.innerText))",
        arg=label,
        polling=5,
    )
    return time.perf_counter() - begun


def _approved(clicks: int) -> int:
    """How many of five rows are approved after so many clicks, each on the next row."""
    rounds, rest = divmod(clicks, 5)
    return rest if rounds % 2 == 0 else 5 - rest


if __name__ == "__main__":
    main()
