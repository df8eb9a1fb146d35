"""Pictures: of exactly the size asked, in every format, and checked when they come from elsewhere."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from posterframe.contracts import Fit, Format, Picture, Shape
from posterframe.errors import BadInput, ServiceFailed
from posterframe.picture import MAX_SIDE, check_picture, encode, within_bytes

Pixels = NDArray[np.uint8]


def thirds(width: int = 960, height: int = 540) -> Pixels:
    """Red, green and blue thirds side by side, the upper half bright and the lower one dim."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for channel in range(3):
        pixels[:, width * channel // 3 : width * (channel + 1) // 3, channel] = 240
    pixels[height // 2 :] //= 2
    return pixels


def decoded(picture: Picture) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"))


def colour_at(pixels: Pixels, x: float, y: float) -> str:
    """What third the pixel at a place (0–1) comes from; black where it is none."""
    pixel = pixels[int(y * (len(pixels) - 1)), int(x * (pixels.shape[1] - 1))]
    return "black" if pixel.max() < 40 else ["red", "green", "blue"][int(pixel.argmax())]


def check(data: bytes, format: Format | None = None) -> Picture:  # noqa: A002
    return check_picture(data, format, max_bytes=1_000_000, max_pixels=2_000_000)


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("size", [(1280, 720), (321, 177), (1, 1), (200, 900)], ids=str)
def test_a_picture_has_the_size_and_format_asked(format: Format, fit: Fit, size: tuple[int, int]) -> None:  # noqa: A002
    picture = encode(thirds(), Shape(*size, format, fit))
    read = Image.open(io.BytesIO(picture.data))
    assert read.size == size == (picture.width, picture.height)
    assert read.format == format.value.upper()
    assert picture.format is format


@pytest.mark.parametrize("format", list(Format))
def test_colours_survive_the_encoding(format: Format) -> None:  # noqa: A002
    shown = decoded(encode(thirds(), Shape(None, None, format, quality=95))).astype(int)
    assert np.abs(shown - thirds()).mean() < 2


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(480, None, (480, 270)), (None, 1080, (1920, 1080)), (None, None, (960, 540)), (333, None, (333, 187))],
)
def test_a_side_that_is_not_given_follows(width: int | None, height: int | None, expected: tuple[int, int]) -> None:
    picture = encode(thirds(), Shape(width, height, Format.PNG))
    assert (picture.width, picture.height) == expected


CROPS = {
    "left": "red",
    "center": "green",
    "top": "green",
    "bottom": "green",
    "right": "blue",
    "top-left": "red",
    "bottom-right": "blue",
}


@pytest.mark.parametrize(("position", "colour"), CROPS.items())
def test_cover_keeps_the_part_at_the_position(position: str, colour: str) -> None:
    shown = decoded(encode(thirds(), Shape(100, 400, Format.PNG, Fit.COVER, position=position)))
    assert {colour_at(shown, x, y) for x in (0.1, 0.9) for y in (0.1, 0.9)} == {colour}


@pytest.mark.parametrize(("position", "row"), [("top", 0), ("center", 1), ("bottom", 2)])
def test_contain_keeps_all_and_pads_with_black(position: str, row: int) -> None:
    shown = decoded(encode(thirds(), Shape(960, 1620, Format.PNG, Fit.CONTAIN, position=position)))
    for place in range(3):
        expected = ["red", "green", "blue"] if place == row else ["black"] * 3
        assert [colour_at(shown, x, (place + 0.3) / 3) for x in (0.1, 0.5, 0.9)] == expected


def test_fill_stretches_the_whole_picture() -> None:
    shown = decoded(encode(thirds(), Shape(300, 900, Format.PNG, Fit.FILL)))
    assert [colour_at(shown, x, y) for x in (0.1, 0.5, 0.9) for y in (0.1, 0.9)] == [
        "red", "red", "green", "green", "blue", "blue",
    ]  # fmt: skip


def test_fine_detail_is_averaged_and_not_aliased_when_made_much_smaller() -> None:
    stripes = np.zeros((1000, 1000, 3), np.uint8)
    stripes[:, ::2] = 255
    shown = decoded(encode(stripes, Shape(97, 97, Format.PNG))).astype(int)
    assert shown[5:-5, 5:-5] == pytest.approx(np.full((87, 87, 3), 128), abs=6)


@pytest.mark.parametrize("format", list(Format))
def test_the_same_frame_makes_the_same_bytes_without_metadata(format: Format) -> None:  # noqa: A002
    first, second = (encode(thirds(), Shape(640, 360, format)) for _ in range(2))
    assert first.data == second.data
    read = Image.open(io.BytesIO(first.data))
    assert not read.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(read.info)


def test_a_jpeg_is_progressive_and_keeps_full_colour_at_high_quality() -> None:
    usual = encode(thirds(), Shape(640, 360, Format.JPEG, quality=85))
    fine = encode(thirds(), Shape(640, 360, Format.JPEG, quality=95))
    assert Image.open(io.BytesIO(usual.data)).info["progressive"]
    samplings = [Image.open(io.BytesIO(picture.data)).layer[0][1:3] for picture in (usual, fine)]  # type: ignore[attr-defined]
    assert samplings == [(2, 2), (1, 1)]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Shape(0, 720), "width of 0"),
        (Shape(1280, -1), "height of -1"),
        (Shape(MAX_SIDE + 1, None), f"from 1 to {MAX_SIDE}"),
        (Shape(1280, 720, quality=0), "quality of 0"),
        (Shape(1280, 720, quality=101), "quality of 101"),
        (Shape(1280, 720, position="middle"), "“middle”"),
        (Shape(None, 8000), "14222×8000"),
    ],
    ids=str,
)
def test_a_shape_that_no_picture_can_have_is_refused(shape: Shape, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        encode(thirds(), shape)


# Pictures from elsewhere


@pytest.mark.parametrize("format", list(Format))
def test_a_good_picture_from_elsewhere_is_taken_as_it_is(format: Format) -> None:  # noqa: A002
    picture = encode(thirds(), Shape(320, 180, format))
    assert check(picture.data, format) == check(picture.data) == picture


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_picture_that_was_cut_off_is_refused(format: Format, share: float) -> None:  # noqa: A002
    data = encode(thirds(), Shape(320, 180, format)).data
    with pytest.raises(ServiceFailed, match="try again"):
        check(data[: int(len(data) * share)], format)


def test_a_picture_of_another_format_is_refused() -> None:
    data = encode(thirds(), Shape(320, 180, Format.JPEG)).data
    with pytest.raises(ServiceFailed, match="is jpeg where webp was asked for"):
        check(data, Format.WEBP)


@pytest.mark.parametrize("data", [b"", b"<html>expired</html>", b"GIF89a" + bytes(50), bytes(5000)], ids=repr)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ServiceFailed, match="is no picture"):
        check(data)


def test_too_many_bytes_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(ServiceFailed, match="1,000,001 bytes"):
        check(bytes(1_000_001))


@pytest.mark.parametrize(
    ("side", "words"), [(2000, "2000×2000"), (60_000, "would fill the memory")], ids=["too large", "a bomb"]
)
def test_too_many_pixels_are_refused_before_they_are_decoded(side: int, words: str) -> None:
    with pytest.raises(ServiceFailed, match=words):
        check(png_header(side))


def png_header(side: int) -> bytes:
    """A PNG that claims a size and holds no pixels at all: decoding it would fail otherwise."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_damage_never_raises_anything_but_our_own_error() -> None:
    random = np.random.default_rng(0)
    for format_ in Format:
        good = encode(thirds(), Shape(64, 36, format_)).data
        for _ in range(60):
            data = bytearray(good)
            for place in random.integers(0, len(data), 4):
                data[place] = random.integers(256)
            try:
                check(bytes(data))
            except ServiceFailed:
                continue


def test_a_picture_stays_within_its_bytes_at_a_lower_quality() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (180, 320, 3), np.uint8)
    free = encode(noise, Shape(320, 180, Format.JPEG, quality=88))
    limit = len(free.data) // 2
    picture = encode(noise, Shape(320, 180, Format.JPEG, quality=88, max_bytes=limit))
    assert limit / 2 < len(picture.data) <= limit
    assert check_picture(picture.data, Format.JPEG, max_bytes=limit, max_pixels=320 * 180).width == 320


def test_a_picture_within_its_bytes_stays_as_it_is() -> None:
    shape = Shape(32, 18, Format.JPEG, max_bytes=100_000)
    picture = encode(np.zeros((18, 32, 3), np.uint8), shape)
    assert within_bytes(picture, shape) is picture


@pytest.mark.parametrize("format_", [Format.JPEG, Format.PNG])
def test_a_picture_that_cannot_be_made_so_small_is_said_so(format_: Format) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (90, 160, 3), np.uint8)
    with pytest.raises(ServiceFailed, match="does not fit into 500 bytes"):
        encode(noise, Shape(160, 90, format_, max_bytes=500))
