"""Two people on one review, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, expect

from posterframe.contracts import Picked, Proposal, Wish
from posterframe.model import DecisionState, RoundState
from posterframe.store import Store
from tests.browser.conftest import App, open_page
from tests.browser.screen import REASON_COLUMN, REMOVE_X, TIME_COLUMN, TIME_X, Screen
from tests.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.lasting]


@pytest.fixture
def colleague(browser: Browser, screen: Screen, served: str) -> Iterator[Screen]:
    """Another person's window on the review that ``screen`` shows, which has its moments."""
    screen.open()
    screen.page.get_by_label("Video URL").fill(served)
    screen.page.keyboard.press("Enter")
    expect(screen.table).to_be_visible(timeout=90_000)
    other = Screen(open_page(browser), screen.url, screen.artifacts)
    other.open(f"/?review={screen.review_id}")
    expect(other.table).to_be_visible()
    other.settle()
    yield other
    other.shoot("colleague")
    other.page.context.close()


def test_a_decision_appears_on_the_page_of_a_colleague_and_moves_nothing_there(
    screen: Screen, colleague: Screen
) -> None:
    place = colleague.table.bounding_box()
    colleague.see("Moment 1 of")
    screen.page.keyboard.press("a")
    screen.see("Moment 2 of")
    colleague.see("1 of 3 decided")
    expect(colleague.button("Cut 1 thumbnail")).to_be_enabled()
    colleague.settle()
    colleague.see("Moment 1 of")
    assert colleague.table.bounding_box() == place
    assert colleague.cell(0, 0) == "true"
    asked: list[str] = []
    colleague.page.on("request", lambda request: asked.append(request.url))
    colleague.page.wait_for_timeout(5_000)
    assert 1 <= sum("/stamps/" in url for url in asked) <= 3, (
        "at rest a page asks every two seconds, however often it was drawn before"
    )


def test_a_page_asks_again_after_an_answer_that_broke_off(screen: Screen, colleague: Screen) -> None:
    colleague.page.evaluate("""() => {
      const ask = window.fetch
      window.fetch = async (...all) => {
        window.fetch = ask
        return { ok: true, text: () => Promise.reject(new TypeError("broke off")) }
      }
    }""")
    screen.page.keyboard.press("a")
    colleague.see("1 of 3 decided")


def test_what_a_colleague_types_stays_while_others_decide(screen: Screen, colleague: Screen) -> None:
    colleague.page.get_by_label("Time").fill("0:0")
    colleague.page.get_by_label("Reason").press_sequentially("The lo")
    screen.page.keyboard.press("x")
    colleague.see("1 of 3 decided")
    colleague.page.keyboard.type("go")
    expect(colleague.page.get_by_label("Reason")).to_have_value("The logo")
    expect(colleague.page.get_by_label("Time")).to_have_value("0:0")


def test_enter_adds_a_moment_and_what_is_refused_is_said_at_the_row(screen: Screen, colleague: Screen) -> None:
    time, reason = screen.page.get_by_label("Time"), screen.page.get_by_label("Reason")
    time.fill("9:59")
    reason.fill("The logo")
    reason.press("Enter")
    said = screen.page.get_by_test_id("stForm").get_by_role("alert")
    expect(said).to_contain_text("The video ends at")
    expect(reason).to_have_value("The logo")
    time.fill("0:03.0")
    time.press("Enter")
    screen.see("Moment 4 of 4")
    expect(said).to_have_count(0)
    expect(time).to_have_value("")
    expect(reason).to_have_value("")
    colleague.see("of 4 decided")
    colleague.see("Moment 1 of 4")


def test_an_open_cell_stays_open_when_a_colleague_removes_a_row(screen: Screen, colleague: Screen) -> None:
    second = colleague.cell(1, REASON_COLUMN)
    field = _open_time(colleague, 1)
    screen.click_cell(0, REMOVE_X)
    wait_for(lambda: screen.rows() == 2, 30)
    colleague.page.wait_for_timeout(5_000)  # two looks, of which nothing may come
    _finish_time(colleague, field, rows=2)
    assert colleague.cell(0, REASON_COLUMN) == second


def test_an_open_cell_stays_open_when_more_moments_come(screen: Screen, colleague: Screen, app: App) -> None:
    first = colleague.cell(0, REASON_COLUMN)
    with app.store() as store:
        more = store.add_round(screen.review_id, Wish(), "local", "Kim")
        colleague.see("Getting ready")
        field = _open_time(colleague, 0)
        found = store.keep_picked(more.id, Picked((Proposal(6.5, "The end"),)))
        store.set_preview_failed(found[0].id, 6.5, "None for this test")
        store.finish_round(more.id, RoundState.DONE)
    colleague.page.wait_for_timeout(2_000)  # four looks
    _finish_time(colleague, field, rows=4)
    assert colleague.cell(0, REASON_COLUMN) == first


def test_no_press_is_lost_while_a_colleague_decides_as_well(screen: Screen, colleague: Screen, app: App) -> None:
    approved, rejected = DecisionState.APPROVED, DecisionState.REJECTED
    with app.store() as store:
        moments = store.moments(screen.review_id)
        for moment in moments:
            store.decide(moment.id, rejected, "Kim")
        colleague.see("3 of 3 decided")
        colleague.settle()
        for key, decision in (("a", approved), ("x", rejected)) * 4:
            store.decide(moments[2].id, decision, "Kim")
            colleague.page.keyboard.press(key)
            wait_for(partial(_is_decided, store, moments[0].id, decision), 30)


def _open_time(screen: Screen, row: int) -> Locator:
    """Begin to type another time in a row; what it is typed into."""
    screen.click_cell(row, TIME_X)
    screen.page.keyboard.press("Enter")
    field = screen.page.locator("#portal textarea, #portal input").first
    field.fill("0:0")
    return field


def _finish_time(screen: Screen, field: Locator, rows: int) -> None:
    """Type the rest into what is still open, on a busy machine; it counts for the first of so many rows."""
    expect(field).to_have_value("0:0")
    browser = screen.page.context.new_cdp_session(screen.page)
    browser.send("Emulation.setCPUThrottlingRate", {"rate": 20})
    field.press_sequentially("3.2")
    field.press("Enter")
    screen.page.wait_for_timeout(3_000)  # so long it can take until what was typed is sent
    browser.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    wait_for(lambda: screen.rows() == rows, 30)
    wait_for(lambda: screen.cell(0, TIME_COLUMN) == "0:03.2", 30)


def _is_decided(store: Store, moment_id: str, decision: DecisionState) -> bool:
    found = store.moment(moment_id)
    return found is not None and found.decision is decision
