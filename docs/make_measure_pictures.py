"""Makes the pictures of measures.md from the sample film: ``python -m docs.make_measure_pictures``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from posterframe.bars import between_bars
from posterframe.composition import BADGE, drawing_of, read_composition, salience, subject_size, title_room
from posterframe.contracts import Quality
from posterframe.expressions import open_eyes, smile
from posterframe.likeness import look_at
from posterframe.quality import CELL, at_working_size, luma, measure, read_edges
from posterframe.refine import look_around
from posterframe.video import Pixels, Video
from tests.portrait import portrait

FILM = Path(__file__).parents[1] / "samples/sample.mp4"
FOLDER = Path(__file__).parent / "pictures/measures"
SIZE = (288, 162)

Panel = tuple[Pixels, str]


def strip(name: str, panels: Sequence[Panel]) -> None:
    """Pictures side by side, each with a line of words under it."""
    width, height = SIZE
    canvas = Image.new("RGB", (len(panels) * (width + 8) - 8, height + 24), "white")
    draw = ImageDraw.Draw(canvas)
    for number, (pixels, words) in enumerate(panels):
        left = number * (width + 8)
        canvas.paste(Image.fromarray(pixels).resize(SIZE), (left, 0))
        draw.text((left + 2, height + 4), words, fill=(40, 40, 40), font=ImageFont.load_default(14))
    canvas.save(FOLDER / f"{name}.webp", quality=78, method=6)


def compared(name: str, read: Callable[[Quality], float], panels: Sequence[Panel]) -> None:
    """A strip whose words end with the measure of each picture."""
    strip(name, [(pixels, f"{words}: {read(measure(pixels)):.2f}") for pixels, words in panels])


def steepness_map(pixels: Pixels) -> Pixels:
    """Where the picture has edges, and how steep they are: green for sharp, red for soft, grey for none."""
    y = luma(at_working_size(pixels))
    tinted = np.repeat(y[..., None], 3, 2) * 0.35
    for top in range(0, y.shape[0] - CELL + 1, CELL):
        for left in range(0, y.shape[1] - CELL + 1, CELL):
            cell = np.s_[top : top + CELL, left : left + CELL]
            height = float(np.ptp(y[cell], axis=1).max())
            if height > 20:
                steep = min(1.0, float(np.abs(np.diff(y[cell], axis=1)).max()) / height / 0.7)
                tinted[cell] += np.array([150 * (1 - steep), 150 * steep, 0])
    return np.clip(tinted, 0, 255).astype(np.uint8)


def steepest(pixels: Pixels) -> str:
    """The steepness that a fifth of the edges exceed, along each direction."""
    edges = read_edges(luma(at_working_size(pixels)))
    return ", ".join(f"{np.nanpercentile(steepness, 80):.2f}" for steepness in (edges.along_x, edges.along_y))


def salience_map(pixels: Pixels) -> Pixels:
    """What strikes the eye, in yellow, and the corner that the length badge covers, in blue."""
    picture = at_working_size(pixels)
    height, width = picture.shape[:2]
    striking = Image.fromarray((salience(picture) * 255).astype(np.uint8)).resize((width, height))
    tinted = luma(picture)[..., None] * 0.35 + np.asarray(striking, np.float32)[..., None] * (0.6, 0.6, 0)
    left, top = BADGE
    tinted[round(top * height) :, round(left * width) :] += (0, 40, 160)
    return np.clip(tinted, 0, 255).astype(np.uint8)


def laid_out(pixels: Pixels) -> str:
    """The four figures of a composition."""
    picture, found = at_working_size(pixels), read_composition(pixels)
    size, (_, room) = subject_size(salience(picture)), title_room(drawing_of(picture))
    figures = (size, found.on_thirds, room, found.under_badge)
    return "size {:.2f}  thirds {:.2f}  room {:.2f}  badge {:.2f}".format(*figures)


def between(pixels: Pixels, rows: float, columns: float) -> Pixels:
    """With bars above and below, and at both sides, of so much of its height and width."""
    boxed = np.zeros_like(pixels)
    top, left = round(rows * pixels.shape[0]), round(columns * pixels.shape[1])
    inside = np.s_[top : pixels.shape[0] - top, left : pixels.shape[1] - left]
    boxed[inside] = pixels[inside]
    return boxed


def outlined(pixels: Pixels) -> Pixels:
    """With a green frame around what is measured."""
    rows, columns = between_bars(pixels)
    image = Image.fromarray(pixels)
    corners = columns.start, rows.start, columns.stop - 1, rows.stop - 1
    ImageDraw.Draw(image).rectangle(corners, outline=(60, 220, 90), width=pixels.shape[0] // 60)
    return np.asarray(image)


def shaken(pixels: Pixels, length: int = 40) -> Pixels:
    return np.mean([np.roll(pixels, step, axis=1) for step in range(length)], axis=0).astype(np.uint8)


def grainy(pixels: Pixels, sigma: float) -> Pixels:
    grain: NDArray[np.float64] = np.random.default_rng(1).normal(0, sigma, pixels.shape)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def blurred(pixels: Pixels, radius: float) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def main() -> None:
    """Write every strip."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Video(FILM.open("rb"), FILM.name) as video:
        times = (12.3, 27.0, 24.0, 6.0, 38.0, 2.5, 33.0)
        hero, shallow, dark, card, end, leaves, above = (
            frame.pixels for frame in video.frames_at(times, max_height=720)
        )
        window = look_around(video, 30.6, reach=1.8)
    soft = blurred(hero, 6)
    sharp: list[Panel] = [(hero, "in focus"), (soft, "out of focus"), (grainy(soft, 16), "out of focus, with grain")]
    compared("sharpness", lambda quality: quality.sharpness, [*sharp, (shallow, "soft background")])
    strip("edges", [(steepness_map(pixels), words) for pixels, words in [*sharp, (shallow, "soft background")]])
    smears: list[Panel] = [(hero, "in focus"), (soft, "out of focus"), (shaken(hero), "smeared by a pan")]
    strip("motion", [(pixels, f"{words}: along x, y {steepest(pixels)}") for pixels, words in smears])
    boxes: list[Panel] = [
        (between(hero, 0.13, 0), "bars above and below"),
        (between(hero, 0, 0.34), "bars at both sides"),
        (between(end, 0.3, 0.2), "a mark on black: none"),
    ]
    strip("bars", [(outlined(pixels), words) for pixels, words in boxes])
    glare = (200 + hero * 0.25).clip(0, 255).astype(np.uint8)
    compared("exposure", lambda quality: quality.exposure, [(hero, "well lit"), (dark, "dark"), (glare, "burnt out")])
    haze = (95 + hero * 0.25).astype(np.uint8)
    compared("contrast", lambda quality: quality.contrast, [(leaves, "bold"), (hero, "even"), (haze, "haze")])
    grey = np.repeat(hero.mean(2, keepdims=True), 3, 2).astype(np.uint8)
    pale = (hero * 0.4 + grey * 0.6).astype(np.uint8)
    compared("colour", lambda quality: quality.colourfulness, [(hero, "as filmed"), (pale, "pale"), (grey, "grey")])
    compared(
        "emptiness", lambda quality: quality.emptiness, [(above, "a scene"), (end, "end card"), (hero * 0, "black")]
    )
    compared(
        "lettering", lambda quality: quality.text_load, [(hero, "a scene"), (card, "title card"), (end, "end card")]
    )
    steady = [window[number] for number in (0, len(window) // 2 - 6, len(window) // 2 + 3, len(window) - 1)]
    strip("steadiness", [(seen.pixels, f"{seen.timestamp:.2f} s: {seen.steadiness:.2f}") for seen in steady])
    people = [portrait(eyes=eyes, smiling=smiling) for eyes, smiling in ((1.0, False), (0.0, False), (0.6, True))]
    read = [f"eyes {open_eyes(pixels):.2f}, smile {smile(pixels):.2f}" for pixels in people]
    strip("expressions", list(zip(people, read, strict=True)))
    scenes = (hero, shallow, leaves, above)
    strip("salience", [(salience_map(pixels), "what strikes the eye") for pixels in scenes])
    strip("composition", [(pixels, laid_out(pixels)) for pixels in scenes])
    looks = [np.kron(look_at(pixels).colours, np.ones((9, 9, 1))).astype(np.uint8) for pixels in (hero, soft, leaves)]
    strip("looks", [(look, words) for look, words in zip(looks, ("a look", "its twin", "another"), strict=True)])


if __name__ == "__main__":
    main()
