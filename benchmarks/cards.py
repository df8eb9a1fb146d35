"""Graphics as promotional films have them, drawn from a seed: title cards, slides, end cards, product shots."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_WORDS = [
    *("New Season", "made for everyone", "Launch", "faster", "Discover", "the quiet power", "of", "design", "North"),
    *("simple", "Better Together", "since 1998", "Festival", "limited edition", "Open World", "craft", "Summer"),
    *("www.example.com", "call 555-0101", "learn more", "Start now", "free trial", "Coming soon", "presents", "and"),
]


@cache
def _fonts() -> tuple[Path, ...]:
    """The Liberation fonts of this system, which the network of lettering.py has not been trained on."""
    return tuple(sorted(Path("/usr/share/fonts").rglob("Liberation*.ttf")))


def font(rng: Generator, size: int) -> Font:
    """A font picked by chance, ``size`` pixels high; Pillow's own where the system has none."""
    if not _fonts() or rng.random() < 0.2:
        return ImageFont.load_default(size)
    return ImageFont.truetype(_fonts()[rng.integers(len(_fonts()))], size)


def words(rng: Generator, count: int) -> str:
    """Some words in the voice of an advertisement."""
    text = " ".join(_WORDS[i] for i in rng.integers(0, len(_WORDS), count))
    return (text.upper(), text.title(), text.capitalize())[rng.integers(3)]


def _colour(rng: Generator, low: int, high: int) -> Colour:
    red, green, blue = (int(level) for level in rng.integers(low, high, 3))
    return red, green, blue


def backdrop(rng: Generator, width: int, height: int) -> tuple[Image.Image, Colour]:
    """A plain or gradient ground, dark or light, and a colour that can be read on it."""
    dark = rng.random() < 0.6
    low, high = (0, 90) if dark else (170, 256)
    start, end = np.array(_colour(rng, low, high)), np.array(_colour(rng, low, high))
    if rng.random() < 0.5:
        end = start
    slope = np.linspace(0, 1, height)[:, None, None] * np.ones((1, width, 1))
    ground = (start * (1 - slope) + end * slope).astype(np.uint8)
    return Image.fromarray(ground), _colour(rng, 190, 256) if dark else _colour(rng, 0, 80)


def title_card(rng: Generator, width: int, height: int, photo: Pixels | None = None) -> Pixels:
    """One to four lines of type; on a plain ground, or on a blurred and dimmed ``photo``."""
    ground, ink = backdrop(rng, width, height)
    if photo is not None:
        blurred = Image.fromarray(photo).resize((width, height)).filter(ImageFilter.GaussianBlur(height / 18))
        ground, ink = blurred.point(lambda level: level * 0.45), (245, 245, 240)
    draw = ImageDraw.Draw(ground)
    lines = int(rng.integers(1, 5))
    size = int(height * rng.uniform(0.09, 0.2 if lines < 3 else 0.13))
    top = (height - lines * size * 1.3) / 2
    for line in range(lines):
        text, face = words(rng, int(rng.integers(1, 4))), font(rng, size if line == 0 else int(size * 0.8))
        left = (width - draw.textlength(text, face)) / 2 if rng.random() < 0.8 else width * 0.1
        draw.text((max(left, width * 0.04), top + line * size * 1.3), text, fill=ink, font=face)
    return np.asarray(ground)


def slide(rng: Generator, width: int, height: int, photo: Pixels) -> Pixels:
    """A heading, some bullets and a photograph beside them."""
    ground, ink = backdrop(rng, width, height)
    draw = ImageDraw.Draw(ground)
    inset = (int(width * rng.uniform(0.3, 0.45)), int(height * rng.uniform(0.4, 0.6)))
    photo_left = int(width * 0.5) if rng.random() < 0.7 else int(width * 0.05)
    ground.paste(Image.fromarray(photo).resize(inset), (photo_left, int(height * 0.3)))
    text_left = int(width * 0.05) if photo_left > width * 0.3 else int(width * 0.55)
    draw.text((int(width * 0.05), int(height * 0.08)), words(rng, 3), fill=ink, font=font(rng, int(height * 0.11)))
    face = font(rng, int(height * rng.uniform(0.045, 0.065)))
    for line in range(int(rng.integers(4, 7))):
        text = "• " + words(rng, 3)
        draw.text((text_left, int(height * (0.32 + 0.1 * line))), text, fill=ink, font=face)
    return np.asarray(ground)


def end_card(rng: Generator, width: int, height: int) -> Pixels:
    """A mark, a name under it and an address."""
    ground, ink = backdrop(rng, width, height)
    draw = ImageDraw.Draw(ground)
    side = height * rng.uniform(0.15, 0.3)
    centre, top = width / 2, height * 0.18
    box = (centre - side / 2, top, centre + side / 2, top + side)
    (draw.ellipse, draw.rectangle)[rng.integers(2)](box, fill=_colour(rng, 30, 240))
    draw.ellipse((centre - side / 5, top + side * 0.3, centre + side / 5, top + side * 0.7), fill=ink)
    for text, share, at in ((words(rng, 2), 0.12, 0.56), ("www.example.com", 0.06, 0.76)):
        face = font(rng, int(height * share))
        draw.text(((width - draw.textlength(text, face)) / 2, height * at), text, fill=ink, font=face)
    return np.asarray(ground)


def title_over(rng: Generator, width: int, height: int) -> Image.Image:
    """Two lines of large type with an outline on nothing, to be laid over a scene."""
    layer = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(layer)
    size, top = int(height * rng.uniform(0.1, 0.14)), height * rng.uniform(0.1, 0.55)
    for line in range(2):
        place = (width * 0.06, top + line * size * 1.25)
        text, face = words(rng, int(rng.integers(2, 4))), font(rng, size)
        draw.text(place, text, (250, 250, 245, 255), face, stroke_width=1, stroke_fill=(20, 20, 20, 255))
    return layer


def laid_over(frame: Pixels, layer: Image.Image) -> Pixels:
    """The frame with the layer before it."""
    image = Image.fromarray(frame)
    image.paste(layer, mask=layer.getchannel("A"))
    return np.asarray(image)


def huge_word(rng: Generator, width: int, height: int) -> Pixels:
    """One short word that fills a plain ground."""
    ground, ink = backdrop(rng, width, height)
    face = font(rng, int(height * 0.42))
    ImageDraw.Draw(ground).text((width * 0.03, height * 0.2), words(rng, 1)[:7], fill=ink, font=face)
    return np.asarray(ground)


def credits_card(rng: Generator, width: int, height: int) -> Pixels:
    """Eight to sixteen lines of small type, centred on near-black."""
    card = Image.new("RGB", (width, height), (8, 8, 10))
    draw = ImageDraw.Draw(card)
    face = font(rng, int(height * 0.04))
    for line in range(int(rng.integers(8, 16))):
        text = words(rng, 2)
        draw.text(
            ((width - draw.textlength(text, face)) / 2, height * (0.05 + 0.06 * line)), text, (220, 220, 220), face
        )
    return np.asarray(card)


def logo(rng: Generator, width: int, height: int) -> Pixels:
    """A flat mark in the middle of a plain ground, without a word."""
    ground, ink = backdrop(rng, width, height)
    draw = ImageDraw.Draw(ground)
    half, x, y = height * rng.uniform(0.14, 0.36), width / 2, height / 2
    box = (x - half, y - half, x + half, y + half)
    (draw.ellipse, draw.rectangle)[rng.integers(2)](box, fill=_colour(rng, 30, 240))
    draw.polygon([(x, y - half * 0.6), (x + half / 2, y + half / 2), (x - half / 2, y + half / 2)], fill=ink)
    return np.asarray(ground)


def product(seed: int, turn: float, width: int, height: int) -> Pixels:
    """A shaded bottle or box on white that turns slowly: a sound poster, though most of it is plain."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    colour = np.array(_colour(rng, 40, 220))
    half, tall = width * rng.uniform(0.08, 0.16), height * rng.uniform(0.5, 0.75)
    centre, top = width * rng.uniform(0.4, 0.6), (height - tall) / 2
    draw.ellipse((centre - half * 1.2, top + tall - 8, centre + half * 1.3, top + tall + 12), fill=(205, 205, 208))
    for x in np.arange(-half, half):
        light = 0.45 + 0.75 * np.exp(-(((x / half) - 0.5 * np.sin(turn)) ** 2) / 0.18)
        shade = tuple(int(level) for level in np.clip(colour * light, 0, 255))
        round_off = tall * 0.06 * (x / half) ** 2
        draw.line((centre + x, top + round_off, centre + x, top + tall - round_off), fill=shade)
    for ring in rng.uniform(0.15, 0.85, 4):
        draw.arc(
            (centre - half, top + tall * ring - 6, centre + half, top + tall * ring + 6),
            0,
            180,
            fill=(30, 30, 35),
            width=3,
        )
    draw.rectangle((centre - half * 0.5, top - tall * 0.07, centre + half * 0.5, top + 2), fill=_colour(rng, 10, 120))
    return np.asarray(image)
