"""The menu of sizes: what is chosen there is told before it is cut, and cut exactly so."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from posterframe.contracts import Fit, Format, Shape
from posterframe.model import Review, Thumbnail
from posterframe.studio import Studio
from tests.app.conftest import edit, open_page, press, snapshot_of
from tests.waiting import wait_for


def _approving_two(review: Review) -> AppTest:
    page = open_page(review.id)
    edit(page, 0, "Approve", True)
    edit(page, 1, "Approve", True)
    return page


def _cut(studio: Studio, review: Review) -> tuple[Thumbnail, ...]:
    wait_for(lambda: all(one.status.is_final for one in snapshot_of(studio, review.id).thumbnails), 60)
    return snapshot_of(studio, review.id).thumbnails


def test_several_sizes_are_counted_before_and_cut_one_for_each_moment(studio: Studio, review: Review) -> None:
    page = _approving_two(review)
    assert page.button(key="cut").label == "Cut 2 thumbnails"
    page.multiselect(key="sizes").set_value(["YouTube · 1280×720", "Responsive · 320 wide"]).run()
    press(page, "Cut 4 thumbnails")
    made = _cut(studio, review)
    assert [(one.width, one.height, one.shape.format) for one in made] == [
        *((1280, 720, Format.JPEG), (320, 180, Format.WEBP)) * 2
    ]


def test_a_size_of_ones_own_is_cut_as_fit_position_and_quality_say(studio: Studio, review: Review) -> None:
    page = _approving_two(review)
    page.multiselect(key="sizes").set_value([]).run()
    assert page.button(key="cut").disabled
    page.toggle(key="custom").set_value(True).run()
    page.number_input(key="own_width").set_value(300)
    page.number_input(key="own_height").set_value(300)
    page.selectbox(key="own_format").set_value("png")
    page.selectbox(key="fit").set_value("Add edges").run()
    assert page.selectbox(key="position").label == "Place of the frame"
    page.selectbox(key="position").set_value("top")
    page.selectbox(key="quality").set_value("Finest")
    page.run()
    press(page, "Cut 2 thumbnails")
    asked = Shape(300, 300, Format.PNG, Fit.CONTAIN, quality=95, position="top")
    assert [(one.shape, one.width, one.height) for one in _cut(studio, review)] == [(asked, 300, 300)] * 2


def test_what_is_stretched_keeps_no_part_in_particular(studio: Studio, review: Review) -> None:
    page = _approving_two(review)
    page.selectbox(key="fit").set_value("Stretch").run()
    assert page.selectbox(key="position").disabled


def test_the_same_size_chosen_twice_is_cut_once(studio: Studio, review: Review) -> None:
    page = _approving_two(review)
    page.toggle(key="custom").set_value(True).run()
    page.number_input(key="own_width").set_value(1280)
    page.number_input(key="own_height").set_value(720).run()
    assert page.button(key="cut").label == "Cut 2 thumbnails"


def test_a_size_chosen_just_before_the_press_is_cut(studio: Studio, review: Review) -> None:
    page = _approving_two(review)
    page.multiselect(key="sizes").set_value(["Responsive · 320 wide"])
    press(page, "Cut 2 thumbnails")
    assert [(one.width, one.height) for one in _cut(studio, review)] == [(320, 180)] * 2
