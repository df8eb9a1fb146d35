"""The gallery: thumbnails looked at large, side by side and small, and taken away all at once."""

from __future__ import annotations

from zipfile import ZipFile

import pytest
from playwright.sync_api import FloatRect, Locator, expect

from posterframe.contracts import ThumbnailStatus
from posterframe.model import Thumbnail
from posterframe.shapes import PRESETS
from tests.browser.conftest import APPROVED, App, approved_review
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.lasting]


FOCUSED = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node?.getAttribute("aria-label")
}"""
"""The name of what has the focus, inside of pieces with a front end of their own too."""

FOCUSED_INSIDE = """() => {
  const inside = document.activeElement?.shadowRoot?.activeElement
  return document.activeElement === document.body || Boolean(inside?.closest("dialog"))
}"""
"""Whether what shows a picture large has the focus, or the browser itself, on whose buttons the tabulator goes on."""


def _all_cut(screen: Screen, app: App, url: str) -> str:
    """The page of a review whose eight moments are cut, and its id."""
    review_id = approved_review(app, url)
    screen.open(f"/?review={review_id}")
    screen.button(f"Cut {APPROVED} thumbnails").click()
    expect(screen.page.get_by_text(f"{APPROVED} of {APPROVED} ready").last).to_be_visible(timeout=60_000)
    screen.settle()
    return review_id


def test_a_picture_is_looked_at_large_with_keys_and_the_focus_comes_back(screen: Screen, app: App, served: str) -> None:
    review_id = _all_cut(screen, app, served)
    screen.cards().nth(1).get_by_role("button", name="Look at it large").focus()
    screen.page.keyboard.press("Enter")
    viewer = screen.page.get_by_role("dialog")
    expect(viewer).to_contain_text("2 of 8")
    expect(viewer).to_contain_text("Moment 1")
    for _ in range(2):
        screen.page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("4 of 8")
    for _ in range(4):
        screen.page.keyboard.press("ArrowLeft")
    expect(viewer).to_contain_text("8 of 8")
    for _ in range(20):
        screen.page.keyboard.press("Tab")
        assert screen.page.evaluate(FOCUSED_INSIDE)
    screen.page.keyboard.press("x")
    viewer.get_by_role("button", name="Choose as final").click()
    expect(viewer).to_contain_text("Final")
    expect(viewer.get_by_role("button", name="Choose as final")).to_have_count(0)
    screen.settle()
    expect(viewer).to_contain_text("8 of 8")
    screen.page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    assert "Look at it large: Thumbnail at 0:05.6" in screen.page.evaluate(FOCUSED)
    screen.see("Chosen by Guest")
    with app.store() as store:
        assert {one.decision.value for one in store.moments(review_id)} == {"approved"}, "its keys go nowhere else"


def test_two_pictures_are_compared_side_by_side_at_the_same_height(screen: Screen, app: App, served: str) -> None:
    review_id = _all_cut(screen, app, served)
    with app.store() as store:
        one = store.thumbnails(review_id)[2]
        other = store.cut(review_id, [PRESETS["Square · 1080×1080"]], "local", "Kim")[0]
        _make_ready(app, other, one.picture, (720, 720))
        store.choose_final(review_id, one.id, "Kim")
    screen.page.reload()
    screen.settle()
    viewer = screen.look_at(8)
    expect(viewer.get_by_role("region")).to_have_count(1)
    screen.shoot("1-large")
    viewer.get_by_role("button", name="Side by side").click()
    expect(viewer).to_contain_text("9 of 9, beside the final one")
    boxes = [_box(picture) for picture in viewer.locator(".large").all()]
    assert len(boxes) == 2
    assert boxes[0]["height"] == boxes[1]["height"]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert {_box(tile)["width"] for tile in viewer.locator(".usual .tile").all()} == {168}
    expect(viewer.locator(".length").first).to_have_text("0:07")
    screen.shoot("2-beside")
    screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("4 of 9, beside the final one")
    viewer.get_by_role("button", name="Compare others with it").click()
    expect(viewer).to_contain_text("5 of 9, beside 0:02.4")
    screen.page.keyboard.press("s")
    expect(viewer.get_by_role("region")).to_have_count(1)
    screen.page.set_viewport_size({"width": 420, "height": 860})
    screen.page.keyboard.press("s")
    screen.page.screenshot(path=screen.artifacts / "3-phone.png")
    viewer.get_by_role("button", name="Close").click()
    expect(viewer).to_be_hidden()


def test_what_is_looked_at_stays_while_others_are_still_being_cut(screen: Screen, app: App, served: str) -> None:
    review_id = _all_cut(screen, app, served)
    with app.store() as store:
        first, *_ = store.cut(review_id, [PRESETS["Square · 1080×1080"]], "local", "Kim")
        ready = store.thumbnails(review_id)[0]
        screen.page.reload()
        screen.see("8 of 16 ready")
        screen.see("8 of 16 thumbnails ready")
        waiting = screen.cards().filter(has_text="Queued")
        expect(waiting.get_by_role("progressbar", name="Waiting").first).to_be_visible()
        expect(waiting.locator(".unknown")).to_have_count(0)
        viewer = screen.look_at(2)
        viewer.get_by_role("link", name="Download").focus()
        store.update_thumbnail(first.id, status=ThumbnailStatus.PROCESSING, progress=0.5)
        expect(screen.cards().nth(8)).to_contain_text("50 %")
        expect(viewer).to_contain_text("3 of 8")
        assert screen.page.evaluate(FOCUSED).startswith("Download: Thumbnail at 0:01.6")
        _make_ready(app, first, ready.picture, (1080, 1080))
        expect(viewer).to_contain_text("3 of 9")
        screen.see("9 of 16 thumbnails ready")
        store.cancel_thumbnails(review_id, [one.id for one in store.thumbnails(review_id)], "Kim")
        screen.see("9 of 16 ready")
        screen.settle()
        expect(viewer).to_contain_text("3 of 9")
        expect(viewer).to_be_visible()


@pytest.mark.parametrize("width", [1440, 420])
def test_nothing_stands_lower_once_the_title_is_drawn(screen: Screen, app: App, served: str, width: int) -> None:
    screen.page.set_viewport_size({"width": width, "height": 900})
    screen.open(f"/?review={approved_review(app, served)}")
    expect(screen.page.get_by_role("heading", name="Three scenes")).to_be_visible()
    head = screen.page.locator(".st-key-moments-head")
    before = head.bounding_box()
    screen.page.add_style_tag(content='[class*="st-key-title-"] > * { display: none }')
    expect(screen.page.get_by_role("heading", name="Three scenes")).to_be_hidden()
    assert head.bounding_box() == before


def test_beside_the_button_that_cuts_it_is_told_how_far_and_where_to_look(
    screen: Screen, app: App, served: str
) -> None:
    screen.open(f"/?review={approved_review(app, served)}")
    screen.see("Edit times and reasons in place; everything is saved as you go.")
    screen.page.set_viewport_size({"width": 1440, "height": 700})
    head = screen.page.locator(".st-key-moments-head")
    before = head.bounding_box()
    screen.button(f"Cut {APPROVED} thumbnails").click()
    expect(head).to_contain_text(f"of {APPROVED} thumbnails ready")
    expect(head).to_contain_text(f"{APPROVED} of {APPROVED} thumbnails ready", timeout=60_000)
    assert head.bounding_box() == before, "nothing jumps"
    expect(screen.page.get_by_role("heading", name="Thumbnails", exact=True)).not_to_be_in_viewport()
    screen.page.get_by_role("link", name="See them below").click()
    expect(screen.page.get_by_role("heading", name="Thumbnails", exact=True)).to_be_in_viewport()
    expect(screen.cards().first).to_be_in_viewport()


def test_all_that_is_ready_is_taken_away_in_one_zip(screen: Screen, app: App, served: str) -> None:
    _all_cut(screen, app, served)
    with screen.page.expect_download() as one:
        screen.cards().first.get_by_role("link", name="Download").click()
    with screen.page.expect_download() as download:
        screen.page.get_by_role("link", name="Download all").click()
    assert download.value.suggested_filename == "three-scenes-thumbnails.zip"
    with ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == APPROVED
        assert archive.read(one.value.suggested_filename) == one.value.path().read_bytes()


def _box(node: Locator) -> FloatRect:
    box = node.bounding_box()
    assert box is not None
    return box


def _make_ready(app: App, thumbnail: Thumbnail, picture: str | None, size: tuple[int, int]) -> None:
    """Let a thumbnail come out as if it had been cut."""
    with app.store() as store:
        width, height = size
        store.update_thumbnail(
            thumbnail.id, status=ThumbnailStatus.READY, picture=picture, width=width, height=height, bytes=1000
        )
