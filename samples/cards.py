"""The two printed cards of the film, set with Pillow: the title full of text, and the end card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from samples.moves import HEIGHT, WIDTH, Picture

PAPER, INK, QUIET, AMBER, RULE = "#FAF9F6", "#2B2118", "#7A6A5A", "#B45309", "#E3D8C8"
SHARPNESS = 2
"""Cards are drawn this many times larger and scaled down: finer spacing than hinted text allows."""

STORY = (
    "Twelve pieces of stoneware, thrown by hand and",
    "fired twice, for the ten quiet minutes before the",
    "day begins. The server keeps its heat for forty",
    "minutes. The dripper holds a common paper filter.",
    "The cups stack. Nothing here needs a manual.",
)
FACTS = (
    ("Server", "0.9 litres, petrol glaze"),
    ("Dripper", "for two to four cups"),
    ("Cups", "four, amber and cream"),
    ("Pitcher", "0.25 litres, speckled cream"),
    ("Clay", "iron-flecked, fired at 1 240 °C"),
    ("Care", "dishwasher, oven, everyday use"),
)


def font(family: str, style: str, size: float) -> ImageFont.FreeTypeFont:
    """A font from the ``font-source-serif-pro`` or ``font-source-sans-pro`` package; ``size`` in screen pixels."""
    import importlib

    module = f"font_source_{family}_pro"
    folder = Path(str(importlib.import_module(module).__file__)).parent / "files"
    return ImageFont.truetype(folder / f"Source{family.title()}Pro-{style}.otf", round(size * SHARPNESS))


class Card:
    """A blank card to print on; all measures are in screen pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * SHARPNESS, HEIGHT * SHARPNESS), PAPER)
        self.pen = ImageDraw.Draw(self.image)

    def text(self, at: tuple[float, float], words: str, face: ImageFont.FreeTypeFont, ink: str, anchor: str) -> None:
        """Print words; ``anchor`` as Pillow has it: ``ls`` is left on the baseline, ``ms`` centred on it."""
        self.pen.text((at[0] * SHARPNESS, at[1] * SHARPNESS), words, font=face, fill=ink, anchor=anchor)

    def spaced(self, at: tuple[float, float], words: str, face: ImageFont.FreeTypeFont, ink: str, gap: float) -> None:
        """Print letters from the left with extra space between them."""
        x = at[0] * SHARPNESS
        for letter in words:
            self.pen.text((x, at[1] * SHARPNESS), letter, font=face, fill=ink, anchor="ls")
            x += face.getlength(letter) + gap * SHARPNESS

    def rule(self, start: tuple[float, float], end: tuple[float, float], ink: str, weight: float = 1) -> None:
        """Draw a line."""
        ends = [(x * SHARPNESS, y * SHARPNESS) for x, y in (start, end)]
        self.pen.line(ends, fill=ink, width=round(weight * SHARPNESS))

    def emblem(self, middle: tuple[float, float], size: float) -> None:
        """The maker's mark: a sun that rises over the rim of a cup."""
        x, y, r = middle[0] * SHARPNESS, middle[1] * SHARPNESS, size * SHARPNESS
        self.pen.pieslice((x - 0.55 * r, y - 0.62 * r, x + 0.55 * r, y + 0.48 * r), 180, 360, fill=AMBER)
        self.pen.chord((x - r, y - r, x + r, y + r), 0, 180, fill=INK)

    def finish(self) -> Picture:
        """The card as a picture of the film."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        return np.asarray(small, dtype=np.float32) / np.float32(255)


def title_card() -> Picture:
    """A page of print: the name, the story and the facts. A picker should not choose it."""
    card = Card()
    card.emblem((112, 96), 17)
    card.spaced((146, 104), "MORROW STONEWARE", font("sans", "Semibold", 17), INK, 3)
    card.text((1184, 104), "Set No. 3", font("serif", "It", 20), QUIET, "rs")
    card.rule((96, 138), (1184, 138), RULE)
    card.text((92, 262), "Slow coffee,", font("serif", "Light", 92), INK, "ls")
    card.text((92, 356), "made at home.", font("serif", "LightIt", 92), AMBER, "ls")
    body = font("serif", "Regular", 23)
    for line, words in enumerate(STORY):
        card.text((96, 446 + 36 * line), words, body, INK, "ls")
    name, value = font("sans", "Semibold", 17), font("sans", "Regular", 18)
    for row, (what, how) in enumerate(FACTS):
        y = 230 + 62 * row
        card.text((740, y), what, name, AMBER, "ls")
        card.text((860, y), how, value, INK, "ls")
        card.rule((740, y + 22), (1184, y + 22), RULE)
    card.rule((96, 640), (1184, 640), RULE)
    card.text((96, 672), "Rendered for Posterframe. The set, the maker and the claims are made up.",
              font("sans", "Regular", 15), QUIET, "ls")  # fmt: skip
    return card.finish()


def end_card() -> Picture:
    """The logo on plain paper."""
    card = Card()
    card.emblem((WIDTH / 2, 282), 38)
    card.text((WIDTH / 2, 414), "Morrow", font("serif", "Light", 84), INK, "ms")
    card.text((WIDTH / 2, 468), "Slow coffee, made at home.", font("serif", "It", 26), QUIET, "ms")
    return card.finish()
