"""With an Ittybit key: eight moments in two sizes each, live on their cards, one that fails and one that is slow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from posterframe.model import DecisionState, Picked, Proposal, RoundState, SourceKind, VideoInfo, Wish
from posterframe.sandbox.ittybit import ittybit_app
from posterframe.sandbox.server import Served, serve
from posterframe.store import Store
from tests.browser.conftest import App, free_port
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

KEY = "ittybit_live_a_key_that_must_appear_nowhere"
MOMENTS = 8


@pytest.fixture
def ittybit() -> Iterator[Served]:
    with serve(ittybit_app(seconds=(0.5, 2.0))) as sandbox:
        yield sandbox


@pytest.fixture
def app(tmp_path: Path, ittybit: Served, served: str) -> Iterator[App]:
    allowed = f"{served.split('/')[2]},127.0.0.1:{ittybit.port}"
    settings = {"ITTYBIT_API_KEY": KEY, "ITTYBIT_BASE_URL": ittybit.url, "POSTERFRAME_ALLOW_HOSTS": allowed}
    running = App(tmp_path / "home", free_port(), settings)
    running.start()
    yield running
    running.stop()


def test_sixteen_jobs_are_followed_live_and_the_failed_one_is_tried_again(
    screen: Screen, app: App, ittybit: Served, served: str
) -> None:
    screen.open(f"/?review={_approved_review(app.home, served)}")
    screen.page.get_by_role("button", name="Web · 1280×720").click()
    screen.page.get_by_role("combobox", name="Sizes").click()
    screen.page.get_by_role("option", name="Square · 1080×1080").click()
    screen.page.keyboard.press("Escape")
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("combobox", name="Sizes")).not_to_be_visible()
    screen.settle()
    for fault in ("failed", "slow"):
        requests.post(f"{ittybit.url}/_sandbox/next", json={"fault": fault}, timeout=5).raise_for_status()
    screen.button("Cut 16 thumbnails").click()
    expect(screen.cards()).to_have_count(16)
    screen.see("cut by Ittybit")
    expect(screen.cards().filter(has_text="Failed")).to_have_count(1, timeout=60_000)
    screen.shoot("1-live")
    screen.cards().filter(has_text="Failed").get_by_role("button", name="Try again").click()
    expect(screen.page.get_by_text("16 of 16 ready")).to_be_visible(timeout=120_000)
    screen.button("Choose as final").first.click()
    expect(screen.cards().first).to_contain_text("Final")
    screen.shoot("2-final")
    made = requests.get(f"{ittybit.url}/_sandbox/jobs", timeout=5).json()
    assert len(made["jobs"]) == 17, "sixteen, and the one that was tried again"
    for path in app.home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def _approved_review(home: Path, url: str) -> str:
    """A review with eight approved moments, as if somebody had just gone through them."""
    store = Store.open(f"sqlite:///{home / 'posterframe.sqlite'}")
    review, first = store.create_review("Three scenes", SourceKind.URL, url, Wish(count=MOMENTS), "local", "Kim")
    store.set_video(review.id, VideoInfo(7.0, 320, 180, 20, "h264"))
    store.keep_picked(first.id, Picked(tuple(Proposal(0.8 * at, f"Moment {at}") for at in range(MOMENTS))))
    store.finish_round(first.id, RoundState.DONE)
    for moment in store.moments(review.id):
        store.set_preview_failed(moment.id, moment.timestamp, "None for this test")
        store.decide(moment.id, DecisionState.APPROVED, "Kim")
    store.close()
    return review.id
