"""With an Ittybit key: eight moments in two sizes each, live on their cards, one that fails and one that is slow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Locator, expect

from posterframe.sandbox.ittybit import ittybit_app
from posterframe.sandbox.server import Served, serve
from tests.browser.conftest import ARTIFACTS, ROOT, App, approved_review, free_port, open_page
from tests.browser.screen import APPROVE_X, Screen
from tests.waiting import app_answers, wait_for

pytestmark = pytest.mark.browser

KEY = "ittybit_live_a_key_that_must_appear_nowhere"


@pytest.fixture
def ittybit() -> Iterator[Served]:
    with serve(ittybit_app(seconds=(0.5, 2.0))) as sandbox:
        yield sandbox


@pytest.fixture
def settings(ittybit: Served, served: str) -> Mapping[str, str]:
    allowed = f"{served.split('/')[2]},127.0.0.1:{ittybit.port}"
    return {"ITTYBIT_API_KEY": KEY, "ITTYBIT_BASE_URL": ittybit.url, "POSTERFRAME_ALLOW_HOSTS": allowed}


def test_sixteen_jobs_are_followed_live_and_the_failed_one_is_tried_again(
    screen: Screen, app: App, ittybit: Served, served: str
) -> None:
    screen.open(f"/?review={approved_review(app, served)}")
    screen.page.get_by_role("button", name="Web · 1280×720").click()
    screen.page.get_by_role("combobox", name="Sizes").click()
    screen.page.get_by_role("option", name="Square · 1080×1080").click()
    screen.page.keyboard.press("Escape")
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("combobox", name="Sizes")).not_to_be_visible()
    screen.settle()
    for fault, more in (("failed", {}), ("slow", {"seconds": 40})):
        requests.post(f"{ittybit.url}/_sandbox/next", json={"fault": fault, **more}, timeout=5).raise_for_status()
    screen.see("This makes 16 jobs at Ittybit.")
    screen.button("Cut 16 thumbnails").click()
    expect(screen.cards()).to_have_count(16)
    screen.see("cut by Ittybit")
    expect(_card(screen, "Ready").first).to_be_visible(timeout=60_000)
    assert _under_way(screen).count() > 0, "some are under way while another is ready: the cards are live"
    screen.see("Choose one above. You can change your mind later.")
    expect(screen.cards().filter(has_text="1280×720 · WEBP")).to_have_count(8)
    expect(screen.cards().filter(has_text="1080×1080 · JPEG")).to_have_count(8)
    expect(_card(screen, "Failed")).to_have_count(1, timeout=60_000)
    screen.shoot("1-live")
    _card(screen, "Failed").get_by_role("button", name="Try again").click()
    expect(screen.page.get_by_text("15 of 16 ready")).to_be_visible(timeout=120_000)
    slow = _under_way(screen)
    expect(slow).to_have_count(1)
    expect(slow).to_contain_text("Processing ·")
    slow.get_by_role("button", name="Cancel").click()
    expect(_card(screen, "Cancelled")).to_have_count(1)
    screen.see("Ittybit cannot take a job back")
    _card(screen, "Cancelled").get_by_role("button", name="Try again").click()
    expect(screen.page.get_by_text("16 of 16 ready")).to_be_visible(timeout=60_000)
    screen.button("Choose as final").first.click()
    expect(screen.cards().first).to_contain_text("Final")
    screen.shoot("2-final")
    made = requests.get(f"{ittybit.url}/_sandbox/jobs", timeout=5).json()
    assert len(made["jobs"]) == 18, "sixteen, and the two that were tried again"
    for path in app.home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_all_that_failed_is_tried_again_and_all_that_is_under_way_cancelled_in_one_press_each(
    screen: Screen, app: App, ittybit: Served, served: str
) -> None:
    for fault in ("failed", "stuck"):
        requests.post(f"{ittybit.url}/_sandbox/next", json={"fault": fault, "times": 3}, timeout=5).raise_for_status()
    screen.open(f"/?review={approved_review(app, served)}")
    screen.see("This makes 8 jobs at Ittybit.")
    screen.button("Cut 8 thumbnails").click()
    expect(_card(screen, "Failed")).to_have_count(3, timeout=60_000)
    expect(_card(screen, "Failed").first).to_contain_text("the sandbox was asked to fail this job")
    expect(screen.page.get_by_text(re.compile(r"2 of 8 ready · cut by Ittybit · 0:\d\d"))).to_be_visible()
    order = [f"0:0{0.8 * number:.1f}" for number in range(8)]
    expect(screen.cards().locator(".time")).to_have_text(order)
    screen.shoot("1-failed")
    screen.button("Try all failed again").click()
    expect(screen.page.get_by_text("5 of 8 ready")).to_be_visible(timeout=60_000)
    expect(screen.button("Try all failed again")).to_have_count(0)
    screen.button("Cancel all").click()
    expect(_card(screen, "Cancelled")).to_have_count(3)
    screen.see("Ittybit cannot take a job back: it may still finish what was asked.")
    expect(screen.page.get_by_text("5 of 8 ready · cut by Ittybit", exact=True)).to_be_visible()
    expect(screen.cards().locator(".time")).to_have_text(order)
    screen.shoot("2-cancelled")


def test_a_time_that_was_changed_after_cutting_is_cut_again_in_the_same_place(
    screen: Screen, app: App, served: str
) -> None:
    review_id = approved_review(app, served)
    screen.open(f"/?review={review_id}")
    screen.button("Cut 8 thumbnails").click()
    expect(screen.page.get_by_text("8 of 8 ready")).to_be_visible(timeout=60_000)
    with app.store() as store:
        store.retime(store.moments(review_id)[1].id, 5.2, "Kim")
    screen.page.reload()
    older = screen.cards().nth(1)
    expect(older).to_contain_text("Older time: this moment is now at 0:05.2")
    screen.shoot("older")
    older.get_by_role("button", name="Cut at 0:05.2").click()
    expect(screen.cards().nth(1).locator(".time")).to_have_text("0:05.2")
    expect(screen.page.get_by_text("8 of 8 ready")).to_be_visible(timeout=60_000)
    expect(screen.cards()).to_have_count(8)
    expect(screen.page.get_by_text("Older time")).to_have_count(0)


def test_a_late_picture_can_be_waited_for_or_tried_again(
    screen: Screen, app: App, ittybit: Served, served: str
) -> None:
    requests.post(f"{ittybit.url}/_sandbox/next", json={"fault": "stuck", "times": 2}, timeout=5).raise_for_status()
    review_id = approved_review(app, served)
    screen.open(f"/?review={review_id}")
    screen.button("Cut 8 thumbnails").click()
    expect(screen.page.get_by_text("6 of 8 ready")).to_be_visible(timeout=60_000)
    app.stop()
    with app.store() as store:
        for one in store.followed():
            store.update_thumbnail(one.id, waiting_since=datetime.now(UTC) - timedelta(hours=1))
    app.start()
    screen.open(f"/?review={review_id}")
    late = _card(screen, "Late")
    expect(late).to_have_count(2)
    expect(late.first).to_contain_text("This picture takes unusually long")
    expect(late.first.locator(".bar.unknown")).to_have_count(0)
    screen.shoot("late")
    late.first.get_by_role("button", name="Keep waiting").click()
    expect(late).to_have_count(1)
    late.first.get_by_role("button", name="Try again").click()
    expect(screen.page.get_by_text("7 of 8 ready")).to_be_visible(timeout=60_000)


def test_the_demos_sample_film_goes_through_the_stand_in(browser: Browser, tmp_path: Path) -> None:
    """As ``make demo`` starts it; the film is no upload, and the service fetches it here."""
    app, sandbox = App(tmp_path / "home", free_port()), free_port()
    environment = {**os.environ, "POSTERFRAME_HOME": str(app.home), "POSTERFRAME_PUBLIC_URL": app.url}
    us = [sys.executable, "-m", "posterframe"]
    command = [*us, "sandbox", "--port", str(sandbox), *us, "run", "--port", str(app.port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            wait_for(lambda: app_answers(app.url), 60)
            screen = Screen(open_page(browser), app.url, ARTIFACTS / "demo")
            screen.open()
            screen.button("Try the sample film").click()
            expect(screen.table).to_be_visible(timeout=90_000)
            screen.click_cell(0, APPROVE_X)
            screen.button("Cut 1 thumbnail").click()
            expect(screen.page.get_by_text("1 of 1 ready")).to_be_visible(timeout=60_000)
            screen.see("cut by Ittybit")
            screen.shoot("cut")
            screen.page.context.close()
            made = requests.get(f"http://127.0.0.1:{sandbox}/ittybit/_sandbox/jobs", timeout=5).json()["jobs"]
            assert [job["body"]["input"].startswith(f"{app.url}/files/") for job in made] == [True]
            assert made[0]["body"]["webhook_url"] == f"{app.url}/hooks/jobs"
        finally:
            process.terminate()


def _card(screen: Screen, state: str) -> Locator:
    return screen.cards().filter(has=screen.page.locator(".pill", has_text=state))


def _under_way(screen: Screen) -> Locator:
    return screen.cards().filter(has=screen.page.locator(".pill", has_text=re.compile("Queued|Processing")))
