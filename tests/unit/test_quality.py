"""Measures of one frame: each goes the right way, and cannot be fooled by what it should not see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from posterframe.composition import is_under_badge
from posterframe.contracts import Quality
from posterframe.faces import Face
from posterframe.quality import glance, glimpse, measure, read_text_load, rescored, warnings, working_height
from tests.films import (
    HEIGHT,
    WIDTH,
    Pixels,
    defocused,
    end_card,
    letterboxed,
    noisy,
    plain,
    scene,
    slide,
    smeared,
    title_card,
)

GOOD = scene(1)


def shallow_focus() -> Pixels:
    """The left half in focus before a soft background."""
    picture = defocused(GOOD, 5).copy()
    picture[:, :130] = GOOD[:, :130]
    return picture


def in_a_strip(share: float) -> Pixels:
    """Only a strip of the picture is in focus, as wide as a person who stands there."""
    picture = defocused(GOOD, 4).copy()
    half = round(picture.shape[1] * share / 2)
    picture[:, 160 - half : 160 + half] = GOOD[:, 160 - half : 160 + half]
    return picture


def logo() -> Pixels:
    """A flat mark on a plain ground, without a word."""
    image = Image.fromarray(np.full((180, 320, 3), (28, 60, 110), np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((120, 50, 200, 130), fill=(250, 180, 40))
    draw.polygon([(160, 65), (185, 115), (135, 115)], fill=(245, 245, 245))
    return np.asarray(image)


def titled(pixels: Pixels) -> Pixels:
    """Two lines of large type over a scene that stays as sharp as it was."""
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    for line, text in enumerate(("THE LONG WAY", "HOME AGAIN")):
        place = (18, 50 + 34 * line)
        draw.text(place, text, (250, 250, 245), ImageFont.load_default(30), stroke_width=1, stroke_fill=(20, 20, 20))
    return np.asarray(image)


def on_white(width: int = 80, height: int = 110) -> Pixels:
    """A product of so many pixels before white: most of the picture is plain."""
    picture = plain(250).copy()
    picture[40 : 40 + height, 120 : 120 + width] = GOOD[40 : 40 + height, 60 : 60 + width]
    return picture


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        pytest.param(defocused(GOOD), GOOD, id="out of focus"),
        pytest.param(smeared(GOOD), GOOD, id="smeared by a pan"),
        pytest.param(noisy(defocused(GOOD), 18), GOOD, id="out of focus under heavy grain"),
        pytest.param(defocused(GOOD), shallow_focus(), id="a soft background is no fault"),
        pytest.param(defocused(GOOD), in_a_strip(0.2), id="a fifth of the picture in focus"),
        pytest.param(letterboxed(defocused(GOOD)), letterboxed(GOOD), id="out of focus between black bars"),
        pytest.param(noisy(defocused(GOOD, 6), 24), GOOD, id="out of focus under the heaviest grain"),
    ],
)
def test_sharpness_ranks(worse: Pixels, better: Pixels) -> None:
    assert measure(worse).sharpness < 0.8 * measure(better).sharpness


@pytest.mark.parametrize("card", [title_card(), slide(scene(2)), end_card()], ids=["title", "slide", "end card"])
def test_lettering_is_told_from_a_scene_that_is_as_sharp(card: Pixels) -> None:
    assert measure(card).text_load > 2 * measure(scene(1)).text_load


@pytest.mark.parametrize("size", [70, 95], ids=lambda size: f"{size} pixels high")
def test_a_word_that_fills_the_picture_is_a_card(size: int) -> None:
    slope = np.linspace(40, 110, HEIGHT, dtype=np.uint8)[:, None, None]
    card = Image.fromarray(np.broadcast_to(slope, (HEIGHT, WIDTH, 3)).copy())
    ImageDraw.Draw(card).text((6, 35), "Better", fill=(240, 190, 205), font=ImageFont.load_default(size))
    assert "mostly text" in warnings(measure(np.asarray(card)))


def test_a_word_in_a_scene_is_no_card() -> None:
    with_sign = GOOD.copy()
    with_sign[60:90, 40:130] = title_card("OPEN")[28:58, 25:115]
    assert warnings(measure(with_sign)) == ()


def test_grain_adds_no_sharpness() -> None:
    clean, grainy = measure(GOOD).sharpness, measure(noisy(GOOD, 20)).sharpness
    assert grainy == pytest.approx(clean, abs=0.08)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        pytest.param(GOOD, (), id="a good frame"),
        pytest.param(on_white(), (), id="a product on white"),
        pytest.param(shallow_focus(), (), id="shallow focus"),
        pytest.param(in_a_strip(0.2), (), id="a narrow subject before a soft background"),
        pytest.param(letterboxed(GOOD), (), id="black bars"),
        pytest.param(noisy(GOOD, 12), (), id="grain"),
        pytest.param(plain(0), ("nearly empty",), id="black"),
        pytest.param(plain(255), ("nearly empty",), id="white"),
        pytest.param(defocused(GOOD, 8), ("blurred",), id="out of focus"),
        pytest.param(noisy(defocused(GOOD, 6), 24), ("blurred",), id="out of focus under heavy grain"),
        pytest.param(letterboxed(defocused(GOOD, 8)), ("blurred",), id="out of focus between black bars"),
        pytest.param(smeared(GOOD, 40), ("blurred",), id="a whip pan"),
        pytest.param((GOOD * 0.15).astype(np.uint8), ("dark",), id="dark"),
        pytest.param(title_card(), ("mostly text",), id="a title card"),
        pytest.param(slide(scene(2)), ("mostly text",), id="a slide with a photograph"),
        pytest.param(end_card(), ("mostly text",), id="an end card"),
        pytest.param(titled(GOOD), ("mostly text",), id="a large title over a sharp scene"),
        pytest.param(logo(), ("nearly empty",), id="a logo without a word"),
    ],
)
def test_warnings_name_what_is_wrong(picture: Pixels, said: tuple[str, ...]) -> None:
    found = warnings(measure(picture))
    assert set(said) <= set(found)
    assert bool(said) == bool(found)


def test_a_small_product_on_white_is_well_exposed() -> None:
    assert measure(on_white(50, 40)).exposure > 0.8


def test_a_frame_within_a_cut_or_a_fast_move_is_said_to_be_so() -> None:
    assert "in a transition or a fast move" in warnings(measure(GOOD, steadiness=0.1))


@pytest.mark.parametrize(
    ("spoil", "of"),
    [
        pytest.param(lambda picture: picture // 6, lambda quality: quality.exposure, id="darkness costs exposure"),
        pytest.param(lambda picture: 215 + picture // 8, lambda quality: quality.exposure, id="glare costs exposure"),
        pytest.param(lambda picture: 90 + picture // 4, lambda quality: quality.contrast, id="haze costs contrast"),
        pytest.param(
            lambda picture: np.repeat(picture.mean(2, keepdims=True), 3, 2).astype(np.uint8),
            lambda quality: quality.colourfulness,
            id="grey costs colour",
        ),
    ],
)
def test_each_measure_notices_its_own_fault(spoil: Callable[[Pixels], Pixels], of: Callable[[Quality], float]) -> None:
    assert of(measure(spoil(GOOD))) < 0.7 * of(measure(GOOD))


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 9), (180, 2), (2160, 4096)], ids=str)
def test_every_measure_of_every_size_lies_between_0_and_1(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    quality = measure(picture)
    figures = {name: value for name, value in vars(quality).items() if name != "faces"}
    assert all(0 <= value <= 1 for value in figures.values()), figures


def test_figures_of_a_small_scan_and_of_the_full_picture_agree() -> None:
    large = np.kron(GOOD, np.ones((4, 4, 1), np.uint8))
    assert measure(large).sharpness == pytest.approx(measure(GOOD).sharpness, abs=0.05)


@pytest.mark.parametrize(
    ("size", "height"),
    [((1920, 1080), 180), ((1080, 1920), 320), ((100, 50), 50), ((7680, 4320), 180), ((1, 4000), 4000)],
    ids=str,
)
def test_the_working_size_has_the_same_number_of_pixels_in_every_shape(size: tuple[int, int], height: int) -> None:
    assert working_height(*size) == height


@pytest.mark.parametrize(
    ("face", "is_covered"),
    [
        pytest.param(Face(0.92, 0.9, 0.1, 0.16), True, id="in the corner"),
        pytest.param(Face(0.8, 0.78, 0.3, 0.5), True, id="large, near the corner"),
        pytest.param(Face(0.92, 0.5, 0.1, 0.16), False, id="beside it"),
        pytest.param(Face(0.5, 0.5, 0.4, 0.7), False, id="in the middle"),
    ],
)
def test_the_length_badge_covers_what_lies_in_its_corner(face: Face, is_covered: bool) -> None:
    assert is_under_badge(face) is is_covered


@pytest.mark.parametrize(
    "picture", [GOOD, title_card(), slide(scene(2)), plain(0)], ids=["scene", "title", "slide", "black"]
)
def test_a_glimpse_is_a_glance_that_leaves_lettering_out(picture: Pixels) -> None:
    glimpsed, glanced = glimpse(picture), glance(picture)
    assert rescored(replace(glimpsed, text_load=read_text_load(picture))) == glanced
    assert glimpsed.score >= glanced.score


def small_print(ground: int, ink: int, size: int) -> Pixels:
    """A page of lines that the network cannot read at this size."""
    image = Image.fromarray(plain(ground))
    draw = ImageDraw.Draw(image)
    for number in range(18):
        words = f"{number} the quick brown fox jumps over a lazy dog {number * 7}"
        draw.text((12, 10 + number * (size + 2)), words, (ink,) * 3, ImageFont.load_default(size))
    return np.asarray(image)


@pytest.mark.parametrize("size", [6, 8])
@pytest.mark.parametrize(("ground", "ink"), [(250, 20), (28, 200)], ids=["on white", "on black"])
def test_a_page_of_small_print_is_text(ground: int, ink: int, size: int) -> None:
    assert "mostly text" in warnings(measure(small_print(ground, ink, size)))


def test_even_things_before_a_plain_ground_are_no_page() -> None:
    image = Image.fromarray(plain(235))
    draw = ImageDraw.Draw(image)
    for number in range(9):
        draw.rectangle(
            (110 - 4 * number, 20 + 16 * number, 210 + 3 * number, 31 + 16 * number), (40 + 12 * number, 90, 60)
        )
    assert measure(np.asarray(image)).text_load < 0.45
