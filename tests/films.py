"""Small films rendered for tests: scenes drawn with numpy and Pillow, encoded with PyAV."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from posterframe.video import Footage

Pixels = NDArray[np.uint8]
WIDTH, HEIGHT, FPS = 320, 180, 20


def scene(seed: int, *, width: int = WIDTH, height: int = HEIGHT, shift: float = 0.0) -> Pixels:
    """A sharp, colourful, well lit still life; other seeds look different. ``shift`` moves the camera, in pixels."""
    rng = np.random.default_rng(seed)
    top, bottom = rng.integers(90, 230, 3), rng.integers(30, 160, 3)
    rows = np.linspace(0, 1, height)[:, None, None]
    backdrop = np.broadcast_to(top * (1 - rows) + bottom * rows, (height, width, 3))
    image = Image.fromarray(backdrop.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(28):
        x, y = rng.uniform(-0.1, 1, 2) * (width, height)
        size = rng.uniform(0.04, 0.22) * height
        colour = tuple(int(value) for value in rng.integers(10, 250, 3))
        box = (x - shift, y, x - shift + size, y + size)
        draw.ellipse(box, fill=colour, outline=(20, 20, 25)) if rng.random() < 0.6 else draw.rectangle(box, fill=colour)
        draw.line((x - shift, y, x - shift + size, y + size / 2), fill=(240, 240, 235), width=2)
    return np.asarray(image)


def plain(level: int) -> Pixels:
    """A picture of one grey."""
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def title_card(
    text: str = "THE LONG WAY HOME\na film in seven parts\nwritten and directed\nby nobody you know",
) -> Pixels:
    """White lettering on near-black."""
    image = Image.fromarray(plain(18))
    draw = ImageDraw.Draw(image)
    draw.multiline_text((30, 30), text, fill=(245, 245, 245), font=ImageFont.load_default(22), spacing=8)
    return np.asarray(image)


def slide(photo: Pixels) -> Pixels:
    """A heading, bullets and a photograph beside them, on a light ground."""
    image = Image.fromarray(plain(238))
    draw = ImageDraw.Draw(image)
    image.paste(Image.fromarray(photo).resize((120, 90)), (185, 60))
    draw.text((15, 14), "Three reasons to try it", fill=(30, 40, 70), font=ImageFont.load_default(22))
    for line, text in enumerate(("• Twice as fast", "• Works offline", "• Free for teams", "• Open source")):
        draw.text((15, 62 + 24 * line), text, fill=(50, 50, 55), font=ImageFont.load_default(14))
    return np.asarray(image)


def end_card() -> Pixels:
    """A mark, a name and an address on a colour."""
    image = Image.fromarray(np.full((HEIGHT, WIDTH, 3), (28, 60, 110), np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((135, 20, 185, 70), fill=(250, 180, 40))
    draw.text((75, 82), "North Roasters", fill=(245, 245, 245), font=ImageFont.load_default(26))
    draw.text((88, 132), "www.example.com/shop", fill=(245, 245, 245), font=ImageFont.load_default(14))
    return np.asarray(image)


def defocused(pixels: Pixels, radius: float = 4.0) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def smeared(pixels: Pixels, length: int = 24) -> Pixels:
    """As a fast pan to the side leaves it."""
    smear: Pixels = np.mean([np.roll(pixels, step, axis=1) for step in range(length)], axis=0).astype(np.uint8)
    return smear


def noisy(pixels: Pixels, sigma: float, seed: int = 0) -> Pixels:
    grain = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def letterboxed(pixels: Pixels) -> Pixels:
    """With black bars above and below, where it is cut off."""
    boxed = pixels.copy()
    boxed[:22], boxed[-22:] = 0, 0
    return boxed


def pillarboxed(pixels: Pixels) -> Pixels:
    """The middle of it, as high as a phone's picture, between broad black bars."""
    boxed = np.zeros_like(pixels)
    boxed[:, 110:210] = pixels[:, 110:210]
    return boxed


def still(pixels: Pixels, seconds: float) -> Iterable[Pixels]:
    return [pixels] * max(1, round(seconds * FPS))


def dissolve(one: Pixels, other: Pixels, seconds: float) -> Iterable[Pixels]:
    weights = np.linspace(0, 1, max(2, round(seconds * FPS)))
    return [(one * (1 - weight) + other * weight).astype(np.uint8) for weight in weights]


def moving(draw: Callable[[float], Pixels], seconds: float) -> Iterable[Pixels]:
    """A picture for each frame, drawn for its time in seconds."""
    return [draw(number / FPS) for number in range(round(seconds * FPS))]


_OPTIONS = {"crf": "16", "preset": "veryfast"}


def write_film(
    path: Path, *parts: Iterable[Pixels], fps: int | Fraction = FPS, options: dict[str, str] | None = None
) -> Footage:
    """Encode the parts one after the other as H.264, and open them as the product would."""
    with av.open(str(path), "w") as container:
        stream: av.VideoStream | None = None
        for pixels in (picture for part in parts for picture in part):
            if stream is None:
                stream = container.add_stream("libx264", fps, options=_OPTIONS | (options or {}))
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        assert stream is not None, "a film needs a frame"
        container.mux(stream.encode())
    return Footage(path.name, None, lambda: path.open("rb"))
