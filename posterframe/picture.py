"""Pictures as bytes: pixels fitted to a shape and encoded, and bytes from elsewhere checked to be what they claim."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from typing import Any

from PIL import Image

from posterframe.contracts import Fit, Format, Picture, Shape
from posterframe.errors import BadInput, ServiceFailed
from posterframe.video import Pixels

MAX_SIDE = 8192
"""The longest side that a picture can have, in pixels: 8K and a little more."""

_PLACES = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}
_POSITIONS = {
    name: (_PLACES[column], _PLACES[row])
    for row in ("top", "center", "bottom")
    for column in ("left", "center", "right")
    for name in [row if column == "center" else column if row == "center" else f"{row}-{column}"]
}

_FULL_COLOUR_FROM = 90
"""Above this quality people look for edges of colour too; below it the file's size counts. As ImageMagick has it."""

_QUALITY_STEP = 8
"""How much of the quality is given up at a time for a picture that has to become smaller."""

_REDUCING_GAP = 3.0
"""Averaging by whole numbers before Lanczos where a picture is made more than this many times smaller."""

_PILLOW_NAMES = {Format.WEBP: "WEBP", Format.JPEG: "JPEG", Format.PNG: "PNG", Format.AVIF: "AVIF"}
_FORMATS = {name: format_ for format_, name in _PILLOW_NAMES.items()} | {"MPO": Format.JPEG}

_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, struct.error, zlib.error)
"""What Pillow and its codecs raise for bytes that are no picture, or not all of one."""


def encode(pixels: Pixels, shape: Shape) -> Picture:
    """A picture of exactly the size that the shape asks for, in sRGB, without metadata; the same bytes every time.

    Raises ``BadInput`` as ``check_shape`` does, or if a side that follows from the other becomes too long.
    """
    check_shape(shape)
    image = Image.fromarray(pixels)
    return within_bytes(_encoded(_fitted(image, size_of(image.size, shape), shape), shape), shape)


def within_bytes(picture: Picture, shape: Shape) -> Picture:
    """The picture, encoded again at lower and lower quality while it is larger than the shape allows.

    Raises ``ServiceFailed`` where no quality is low enough.
    """
    smaller, quality = picture, shape.quality
    while shape.max_bytes is not None and len(smaller.data) > shape.max_bytes:
        quality -= _QUALITY_STEP
        if quality < 1 or shape.format is Format.PNG:
            raise ServiceFailed(f"This picture does not fit into {shape.max_bytes:,} bytes: choose a smaller size.")
        smaller = _encoded(_opened(picture.data).convert("RGB"), replace(shape, quality=quality))
    return smaller


def _encoded(image: Image.Image, shape: Shape) -> Picture:
    file = io.BytesIO()
    image.save(file, _PILLOW_NAMES[shape.format], **_encoder_options(shape))
    return Picture(file.getvalue(), shape.format, *image.size)


def check_shape(shape: Shape) -> None:
    """Raise ``BadInput`` for a size, quality or position that no picture can have."""
    for name, side in (("width", shape.width), ("height", shape.height)):
        if side is not None and not 1 <= side <= MAX_SIDE:
            raise BadInput(f"A {name} of {side} pixels cannot be cut: give one from 1 to {MAX_SIDE}.")
    if not 1 <= shape.quality <= 100:
        raise BadInput(f"A quality of {shape.quality} is not known: give one from 1 to 100.")
    if shape.position not in _POSITIONS:
        raise BadInput(f"The position “{shape.position}” is not known: choose one of {', '.join(_POSITIONS)}.")


def check_picture(data: bytes, format: Format | None, *, max_bytes: int, max_pixels: int) -> Picture:  # noqa: A002
    """Bytes from elsewhere as a picture: whole, of the format asked for (any that we know, if None), and no bomb.

    The size is read and judged before anything is decoded. Raises ``ServiceFailed`` that says what is wrong.
    """
    if len(data) > max_bytes:
        raise _refused(f"is {len(data):,} bytes, more than the {max_bytes:,} that are taken")
    try:
        image = _opened(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused("claims a size that would fill the memory") from error
    except _DAMAGED as error:
        raise _refused("is no picture") from error
    found = _FORMATS[image.format or ""]
    if format is not None and found is not format:
        raise _refused(f"is {found.value} where {format.value} was asked for")
    if image.width * image.height > max_pixels:
        raise _refused(f"is {image.width}×{image.height}, more than the {max_pixels:,} pixels that are taken")
    try:
        image.verify()  # PNG: that the last chunk is there; it leaves the image unusable
        _opened(data).load()
    except _DAMAGED as error:
        raise _refused("is cut off or damaged") from error
    return Picture(data, found, image.width, image.height)


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=list(_PILLOW_NAMES.values()))


def _refused(why: str) -> ServiceFailed:
    return ServiceFailed(f"The picture that came back {why}: try again, or cut on this machine.")


def size_of(video: tuple[int, int], shape: Shape) -> tuple[int, int]:
    """Width and height of a video's picture: as asked, with a side that is not given following from the other.

    Raises ``BadInput`` if that side becomes too long.
    """
    width, height = shape.width, shape.height
    if width is None and height is None:
        width, height = video
    elif width is None:
        width = max(1, round(video[0] * (height or 1) / video[1]))
    elif height is None:
        height = max(1, round(video[1] * width / video[0]))
    assert width is not None
    assert height is not None
    if max(width, height) > MAX_SIDE:
        raise BadInput(f"The picture would be {width}×{height}: give a size of at most {MAX_SIDE} pixels a side.")
    return width, height


def _fitted(image: Image.Image, size: tuple[int, int], shape: Shape) -> Image.Image:
    """The image brought to a size; contain pads with black, as players do."""
    if shape.fit is Fit.CONTAIN:
        inner = _inside(image.size, size)
        left, top = _offset((size[0] - inner[0], size[1] - inner[1]), shape.position)
        padded = Image.new("RGB", size)
        padded.paste(_resized(image, inner), (round(left), round(top)))
        return padded
    return _resized(image, size, _crop(image.size, size, shape.position) if shape.fit is Fit.COVER else None)


def _resized(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None = None
) -> Image.Image:
    if size == image.size and (box is None or box == (0, 0, *size)):
        return image
    return image.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=_REDUCING_GAP)


def _inside(size: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """The largest size of the same shape that fits into a frame."""
    scale = min(frame[0] / size[0], frame[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _crop(size: tuple[int, int], frame: tuple[int, int], position: str) -> tuple[float, float, float, float]:
    """The largest part of the shape of a frame: left, top, right and bottom in pixels, not rounded."""
    scale = max(frame[0] / size[0], frame[1] / size[1])
    width, height = min(frame[0] / scale, size[0]), min(frame[1] / scale, size[1])
    left, top = _offset((size[0] - width, size[1] - height), position)
    return left, top, left + width, top + height


def _offset(spare: tuple[float, float], position: str) -> tuple[float, float]:
    """How much of the spare room lies to the left and above."""
    column, row = _POSITIONS[position]
    return spare[0] * column, spare[1] * row


def _encoder_options(shape: Shape) -> dict[str, Any]:
    match shape.format:
        case Format.JPEG:
            subsampling = "4:4:4" if shape.quality >= _FULL_COLOUR_FROM else "4:2:0"
            return {"quality": shape.quality, "optimize": True, "progressive": True, "subsampling": subsampling}
        case Format.WEBP:
            return {"quality": shape.quality, "method": 6}
        case Format.AVIF:
            return {"quality": shape.quality, "speed": 7}
        case Format.PNG:
            return {"compress_level": 6}
