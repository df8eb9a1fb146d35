"""A real server of the app and a real Chromium; a picture is kept of every screen that a test shows."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from posterframe.contracts import Picked, Proposal, VideoInfo, Wish
from posterframe.model import DecisionState, RoundState, SourceKind
from posterframe.settings import sqlite_url
from posterframe.store import Store
from tests.browser.screen import Screen
from tests.install_browser import find
from tests.servers import MediaServer
from tests.waiting import app_answers, wait_for

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000
"""Milliseconds that a condition on the page may take: machines are slow under load, never this slow."""

APPROVED = 8
"""Moments of ``approved_review``."""


@dataclass
class App:
    """A running server of the app with a data folder of its own. What it writes goes to ``said``, if that is given."""

    home: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    said: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        environment = {**os.environ, "POSTERFRAME_HOME": str(self.home), **self.settings}
        command = [sys.executable, "-m", "posterframe", "run", "--port", str(self.port)]
        with self.said.open("ab") if self.said else nullcontext() as said:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
        wait_for(self._healthy, 60)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Its store, beside the server: to see what the screen does not show, or what the test need not press."""
        with closing(Store.open(sqlite_url(self.home / "posterframe.sqlite"))) as opened:
            yield opened

    def kill(self) -> None:
        """As the power going off does it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def tell(self) -> None:
        """Print what it said and logged, which pytest shows where a test fails."""
        for told in (self.said, self.home / "posterframe.log"):
            print(told.read_text(errors="replace") if told and told.exists() else "")

    def _healthy(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the server ended"
        return app_answers(self.url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(served: str) -> Mapping[str, str]:
    """What the server finds in its environment: it may read from the loopback server of the tests.

    A file of tests that needs more says so with a fixture of this name.
    """
    return {"POSTERFRAME_ALLOW_HOSTS": served.split("/")[2]}


@pytest.fixture
def app(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[App]:
    """A fresh server on an empty data folder; for tests marked ``lasting`` the one that they share."""
    shared = request.node.get_closest_marker("lasting")
    given = request.getfixturevalue("lasting_app" if shared else "settings")
    with nullcontext(given) if shared else _running(tmp_path, given) as running:
        yield running
        running.tell()


@pytest.fixture(scope="session")
def lasting_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for all tests that each make a review of their own; it may read from any port of this machine."""
    with _running(tmp_path_factory.mktemp("lasting"), {"POSTERFRAME_ALLOW_HOSTS": "127.0.0.1"}) as running:
        yield running


@contextmanager
def _running(folder: Path, settings: Mapping[str, str]) -> Iterator[App]:
    running = App(folder / "home", free_port(), settings, folder / "said.txt")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def served(film: Path) -> Iterator[str]:
    """The address of a video on a server of its own."""
    with MediaServer() as server:
        yield server.add("/three-scenes.mp4", film.read_bytes())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def screen(browser: Browser, app: App, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A window on the app; when a test fails, the last thing it saw is in artifacts/."""
    scheme = request.getfixturevalue("theme") if "theme" in request.fixturenames else "light"
    page = open_page(browser, scheme)
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    yield Screen(page, app.url, ARTIFACTS / name)
    print(page.locator("body").aria_snapshot())  # shown where a test fails, as is what the server said
    page.screenshot(path=ARTIFACTS / name / "last.png", full_page=True)
    page.context.close()


def open_page(browser: Browser, scheme: str = "light", width: int = 1440, zone: str = "UTC") -> Page:
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 1000},
        timezone_id=zone,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def approved_review(app: App, url: str) -> str:
    """A review with eight approved moments, as if somebody had just gone through them."""
    with app.store() as store:
        review, first = store.create_review("Three scenes", SourceKind.URL, url, Wish(count=APPROVED), "local", "Kim")
        store.set_video(review.id, VideoInfo(7.0, 320, 180, 20, "h264"))
        store.keep_picked(first.id, Picked(tuple(Proposal(0.8 * at, f"Moment {at}") for at in range(APPROVED))))
        store.finish_round(first.id, RoundState.DONE)
        for moment in store.moments(review.id):
            store.set_preview_failed(moment.id, moment.timestamp, "None for this test")
            store.decide(moment.id, DecisionState.APPROVED, "Kim")
    return review.id
