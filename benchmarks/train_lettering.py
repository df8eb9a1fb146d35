"""Trains the small network of posterframe/lettering.py on rendered type, and writes posterframe/lettering.npz.

Needs ``jax``, a folder of pictures without lettering and a folder of fonts:
``python -m benchmarks.train_lettering PHOTOS FONTS --steps 4000``. docs/measures.md says what the shipped weights saw.
"""

from __future__ import annotations

import argparse
import io
import string
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from posterframe.lettering import CELL, LAYERS

WIDTH, HEIGHT = 320, 180
GREEK_AND_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыэюяΑΒΓΔΘΛΞΠΣΦΨΩαβγδεζηθ"


class Printer:
    """Makes one picture and the map of where its lettering stands, by chance."""

    def __init__(self, photos: Path, fonts: Path, rng: Generator) -> None:
        self._photos = [Image.open(path).convert("RGB") for path in sorted(photos.iterdir())]
        self._fonts = [path for path in sorted(fonts.iterdir()) if path.suffix in (".ttf", ".otf", ".woff")]
        self._rng = rng

    def picture(self) -> tuple[np.ndarray, np.ndarray]:
        """Luma 0–255 of shape (HEIGHT, WIDTH), and the share of lettering in each cell."""
        rng = self._rng
        ground = self._ground()
        mask = Image.new("L", ground.size)
        if rng.random() < 0.35:
            self._shapes(ground)
        if rng.random() < 0.12:
            ground = self._facade(ground)
        for _ in range(rng.choice(5, p=[0.3, 0.3, 0.2, 0.1, 0.1])):
            self._print_block(ground, mask)
        if rng.random() < 0.4:
            ground = ground.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.9)))
        packed = io.BytesIO()
        ground.save(packed, "JPEG", quality=int(rng.integers(35, 96)))
        luma = np.asarray(Image.open(packed).convert("L"), np.float32)
        if rng.random() < 0.15:
            luma = np.clip(luma + rng.normal(0, rng.uniform(2, 12), luma.shape), 0, 255).astype(np.float32)
        rows, columns = -(-HEIGHT // CELL), -(-WIDTH // CELL)
        share = np.zeros((rows * CELL, columns * CELL), np.float32)
        share[:HEIGHT, :WIDTH] = np.asarray(mask, np.float32) / 255
        return luma, share.reshape(rows, CELL, columns, CELL).mean((1, 3))

    def _ground(self) -> Image.Image:
        rng = self._rng
        if rng.random() < 0.28:
            start, end = rng.integers(0, 256, 3), rng.integers(0, 256, 3)
            if rng.random() < 0.6:
                end = start
            slope = np.linspace(0, 1, HEIGHT)[:, None, None] * np.ones((1, WIDTH, 1))
            return Image.fromarray((start * (1 - slope) + end * slope).astype(np.uint8))
        photo = self._photos[rng.integers(len(self._photos))]
        scale = rng.uniform(0.35, 1.0)
        width = int(photo.width * scale)
        height = int(min(photo.height, width * HEIGHT / WIDTH * rng.uniform(0.8, 1.25)))
        left, top = int(rng.integers(photo.width - width + 1)), int(rng.integers(photo.height - height + 1))
        image = photo.resize((WIDTH, HEIGHT), Image.Resampling.BOX, (left, top, left + width, top + height))
        if rng.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if rng.random() < 0.15:
            image = image.filter(ImageFilter.GaussianBlur(rng.uniform(1, 8)))
        if rng.random() < 0.2:
            gain = rng.uniform(0.2, 0.9)
            image = image.point(lambda level: level * gain)
        return image

    def _shapes(self, image: Image.Image) -> None:
        """Things of graphic design that are no lettering: bars, discs, frames, grids, dots, photographs set in."""
        rng = self._rng
        draw = ImageDraw.Draw(image)
        for _ in range(rng.integers(1, 7)):
            x, y = rng.uniform(-20, WIDTH), rng.uniform(-20, HEIGHT)
            w, h = rng.uniform(3, 150), rng.uniform(3, 100)
            colour = tuple(int(level) for level in rng.integers(0, 256, 3))
            match rng.integers(7):
                case 0:
                    draw.rectangle((x, y, x + w, y + h), fill=colour)
                case 1:
                    draw.ellipse((x, y, x + h, y + h), fill=colour)
                case 2:
                    draw.rectangle((x, y, x + w, y + h), outline=colour, width=int(rng.integers(1, 4)))
                case 3:
                    step = rng.uniform(4, 20)
                    for line in range(12):
                        draw.line(
                            (x + line * step, y, x + line * step, y + h), fill=colour, width=int(rng.integers(1, 4))
                        )
                case 4:
                    step = rng.uniform(5, 22)
                    for row in range(6):
                        for column in range(10):
                            at = (x + column * step, y + row * step)
                            draw.rectangle((*at, at[0] + step * 0.5, at[1] + step * 0.6), fill=colour)
                case 5:
                    points = [
                        (float(px), float(py)) for px, py in rng.uniform((x - 40, y - 40), (x + 40, y + 40), (6, 2))
                    ]
                    draw.line(points, fill=colour, width=int(rng.integers(1, 6)))
                case _:
                    photo = self._photos[rng.integers(len(self._photos))]
                    image.paste(photo.resize((int(w) + 30, int(h) + 20)), (int(x), int(y)))

    def _facade(self, image: Image.Image) -> Image.Image:
        """Lit windows in rows, seen at an angle: what is most easily taken for lettering."""
        rng = self._rng
        wall = Image.new("RGB", (420, 300), tuple(int(level) for level in rng.integers(0, 120, 3)))
        draw = ImageDraw.Draw(wall)
        step_x, step_y = rng.uniform(4, 26), rng.uniform(4, 22)
        fill_x, fill_y = rng.uniform(0.3, 0.95, 2)
        base = rng.integers(60, 256, 3)
        for y in np.arange(0, 300, step_y):
            for x in np.arange(0, 420, step_x):
                if rng.random() < 0.8:
                    light = np.clip(base * rng.uniform(0.2, 1.2), 0, 255).astype(int)
                    draw.rectangle((x, y, x + step_x * fill_x, y + step_y * fill_y), fill=tuple(int(c) for c in light))
        lean = rng.uniform(-0.5, 0.5, 2)
        turned = (1, lean[0], rng.uniform(0, 60), lean[1], 1, rng.uniform(0, 60))
        wall = wall.transform((WIDTH, HEIGHT), Image.Transform.AFFINE, turned, Image.Resampling.BILINEAR)
        left, right = sorted(rng.uniform(-100, WIDTH + 100, 2))
        image.paste(wall.crop((0, 0, max(1, int(right - left)), HEIGHT)), (int(left), 0))
        return image

    def _print_block(self, image: Image.Image, mask: Image.Image) -> None:
        rng = self._rng
        size = int(min(75, max(6, rng.lognormal(2.75, 0.6))))
        face = ImageFont.truetype(self._fonts[rng.integers(len(self._fonts))], size)
        letters = string.ascii_lowercase + "eeeaaoittnnssrr"
        if rng.random() < 0.06:
            letters = GREEK_AND_CYRILLIC
            face = ImageFont.truetype("DejaVuSans.ttf", size)
        layer, ink = Image.new("L", image.size), Image.new("L", image.size)
        draw, mark = ImageDraw.Draw(layer), ImageDraw.Draw(ink)
        x, y = rng.uniform(0, WIDTH * 0.75), rng.uniform(0, HEIGHT * 0.9)
        stroke = int(rng.random() < 0.08)
        for line in range(rng.choice([1, 1, 1, 2, 3, 5, 8])):
            text, top = self._text(letters), y + line * size * 1.25
            draw.text((x, top), text, fill=255, font=face, stroke_width=stroke)
            mark.rectangle(mark.textbbox((x, top), text, face), fill=255)
        ground = np.asarray(image.convert("L"), np.float32)
        under = ground[np.asarray(ink) > 0]
        level = float(under.mean()) if under.size else 128.0
        contrast = rng.uniform(45, 230)
        level = level + contrast if (level < 128) ^ (rng.random() < 0.15) else level - contrast
        colour = tuple(int(np.clip(level + shade, 0, 255)) for shade in rng.normal(0, 25, 3))
        if rng.random() < 0.15:
            angle = rng.uniform(-12, 12)
            layer, ink = layer.rotate(angle), ink.rotate(angle)
        if rng.random() < 0.1:
            shade = layer.filter(ImageFilter.GaussianBlur(2))
            image.paste((0, 0, 0), (1, 1), shade.crop((0, 0, WIDTH - 1, HEIGHT - 1)))
        image.paste(colour, (0, 0), layer)
        mask.paste(255, (0, 0), ink)

    def _text(self, letters: str) -> str:
        rng = self._rng
        words = ["".join(rng.choice(list(letters), rng.integers(1, 10))) for _ in range(rng.integers(1, 6))]
        text = " ".join(words)
        style = rng.random()
        if style < 0.3:
            text = text.upper()
        elif style < 0.65:
            text = text.title()
        if rng.random() < 0.2:
            text += f" {rng.integers(0, 3000)}"
        return text + str(rng.choice(["", "", "", "!", ".", ":", "?", "…"]))


def forward(weights: list[tuple[jax.Array, jax.Array]], pictures: jax.Array) -> jax.Array:
    """The network of lettering.py, for many pictures at once."""
    values = (pictures / 255 - 0.5)[..., None]
    for (kernel, bias), layer in zip(weights, LAYERS, strict=True):
        reach = layer.dilation * (layer.size // 2)
        values = jnp.pad(values, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
        values = jax.lax.conv_general_dilated(
            values, kernel, (layer.stride,) * 2, "VALID", rhs_dilation=(layer.dilation,) * 2,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        ) + bias  # fmt: skip
        values = values if layer is LAYERS[-1] else jax.nn.relu(values)
    return values[..., 0]


def loss(weights: Any, pictures: jax.Array, shares: jax.Array) -> jax.Array:
    """Cross-entropy over cells that are clearly lettering or clearly none."""
    logits = forward(weights, pictures)
    wanted = (shares > 0.35).astype(jnp.float32)
    counts = ((shares > 0.35) | (shares < 0.08)).astype(jnp.float32) * (1 + wanted)
    entropy = jnp.maximum(logits, 0) - logits * wanted + jnp.log1p(jnp.exp(-jnp.abs(logits)))
    return (entropy * counts).sum() / counts.sum()


def main() -> None:
    """Train with Adam and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("fonts", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "posterframe/lettering.npz")
    options = parser.parse_args()
    rng = np.random.default_rng(7)
    printer = Printer(options.photos, options.fonts, rng)
    weights, depth = [], 1
    for layer in LAYERS:
        scale = np.sqrt(2 / (layer.size**2 * depth))
        shape = (layer.size, layer.size, depth, layer.filters)
        weights.append((jnp.asarray(rng.normal(0, scale, shape), jnp.float32), jnp.zeros(layer.filters)))
        depth = layer.filters
    first = jax.tree.map(jnp.zeros_like, weights)
    second = jax.tree.map(jnp.zeros_like, weights)

    def step(weights: Any, first: Any, second: Any, number: int, rate: float, pictures: Any, shares: Any) -> Any:
        value, slope = jax.value_and_grad(loss)(weights, pictures, shares)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slope)
        weights = jax.tree.map(
            lambda w, m, v: w - rate * (m / (1 - 0.9**number)) / (jnp.sqrt(v / (1 - 0.999**number)) + 1e-8),
            weights, first, second,
        )  # fmt: skip
        return weights, first, second, value

    compiled = jax.jit(step)
    running = 0.7
    for number in range(1, options.steps + 1):
        batch = [printer.picture() for _ in range(12)]
        rate = 2e-3 * 0.5 * (1 + np.cos(np.pi * number / options.steps)) + 1e-5
        pictures, shares = (jnp.asarray(np.stack(part)) for part in zip(*batch, strict=True))
        weights, first, second, value = compiled(weights, first, second, number, rate, pictures, shares)
        running = 0.98 * running + 0.02 * float(value)
        if number % 200 == 0:
            print(number, round(running, 4), flush=True)
            save(weights, options.out)
    save(weights, options.out)


def save(weights: list[tuple[jax.Array, jax.Array]], path: Path) -> None:
    """Write the weights in the form that lettering.py reads."""
    flat: dict[str, Any] = {
        f"{name}{i}": np.asarray(part, np.float16)
        for i, pair in enumerate(weights)
        for name, part in zip("kb", pair, strict=True)
    }
    np.savez_compressed(path, **flat)


if __name__ == "__main__":
    main()
