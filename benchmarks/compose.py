"""Labelled films put together from clips (or from rendered scenes where there are none), with the truth beside them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks import cards
from benchmarks.cards import Pixels
from posterframe.video import Footage

CLIPS = Path(__file__).parents[2] / "shared/videos"
"""Where the clips lie; labels.json says where each comes from."""

SAMPLE = Path(__file__).parents[1] / "samples/sample.mp4"
WIDTH, HEIGHT, FPS = 640, 360, 25

BAD_KINDS = (
    "blurred", "defocused and noisy", "dark", "black", "white", "whip pan", "title card", "title on a picture",
    "title on a scene", "one huge word", "slide", "credits", "logo", "end card",
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A stretch of a film, in seconds, and whether a poster may come from it."""

    start: float
    end: float
    kind: str
    good: bool


@dataclass(frozen=True)
class Film:
    """A file and what is known about it; ``cuts`` are seconds at which a shot begins inside of a span."""

    path: Path
    spans: tuple[Span, ...]
    cuts: tuple[float, ...] = ()

    def span_at(self, timestamp: float) -> Span:
        """The span that a time lies in; the last one for times past the end."""
        return next((span for span in self.spans if span.start <= timestamp < span.end), self.spans[-1])

    def footage(self) -> Footage:
        return Footage(self.path.name, None, lambda: self.path.open("rb"))


def labels() -> dict[str, Any]:
    """The hand-made labels of the clips that are present on this machine, by file name."""
    listed = json.loads((Path(__file__).parent / "labels.json").read_text())["clips"]
    return {name: entry for name, entry in listed.items() if (CLIPS / name).exists()}


def sample_film() -> Film:
    """The film that comes with the product, with the truth beside it."""
    truth = json.loads(SAMPLE.with_suffix(".truth.json").read_text())
    return Film(SAMPLE, tuple(Span(one["start"], one["end"], one["label"], one["good"]) for one in truth))


def labelled_clips(which: str, *, mixed_only: bool = True) -> list[Film]:
    """The clips themselves as films; what no one called bad counts as good. ``mixed_only``: those with a bad part."""
    films = []
    for name, entry in labels().items():
        if entry["set"] != which or (mixed_only and not entry["bad"]):
            continue
        with av.open(str(CLIPS / name)) as container:
            ends = (container.duration or 0) / av.time_base
        bad = [Span(start, end, why, False) for start, end, why in entry["bad"]]
        edges = [0.0, *(edge for span in bad for edge in (span.start, span.end)), ends]
        good = [
            Span(start, end, "good", True) for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start
        ]
        spans = tuple(sorted(good + bad, key=lambda span: span.start))
        films.append(Film(CLIPS / name, spans, tuple(entry.get("cuts", ()))))
    return films


def decoded(path: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    """Every frame of the stream that FFmpeg takes for the best, with its seconds from the first one."""
    with av.open(str(path)) as container:
        stream = container.streams.best("video")
        assert isinstance(stream, av.VideoStream)
        stream.thread_type = "AUTO"
        first = None
        for frame in container.decode(stream):
            first = frame.time if first is None else first
            yield frame.time - first, frame


def excerpt(name: str, start: float, seconds: float) -> list[Pixels]:
    """Frames of a clip at the film's size and pace, cropped to its shape."""
    wanted = [start + number / FPS for number in range(round(seconds * FPS))]
    frames: list[Pixels] = []
    for at, frame in decoded(CLIPS / name):
        while len(frames) < len(wanted) and at >= wanted[len(frames)] - 0.5 / FPS:
            frames.append(_fitted(frame.to_ndarray(format="rgb24").astype(np.uint8)))
        if len(frames) == len(wanted):
            break
    return frames


def _fitted(pixels: Pixels) -> Pixels:
    image = Image.fromarray(pixels)
    scale = max(WIDTH / image.width, HEIGHT / image.height)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC)
    left, top = (image.width - WIDTH) // 2, (image.height - HEIGHT) // 2
    return np.asarray(image.crop((left, top, left + WIDTH, top + HEIGHT)))


def rendered_scene(seed: int, seconds: float) -> list[Pixels]:
    """A moving still life of our own, for machines without the clips."""
    rng = np.random.default_rng(seed)
    sky = np.asarray(cards.backdrop(rng, WIDTH, HEIGHT)[0]).astype(np.float32)
    texture = rng.normal(0, 1, (HEIGHT // 3, WIDTH, 1))
    things = [
        (
            rng.uniform(0, WIDTH),
            rng.uniform(0, HEIGHT),
            rng.uniform(12, 70),
            rng.integers(0, 255, 3),
            rng.uniform(-30, 30),
        )
        for _ in range(24)
    ]
    frames = []
    for number in range(round(seconds * FPS)):
        picture = np.clip(sky * 0.8 + 60, 0, 255)
        picture[-(HEIGHT // 3) :] = np.clip(picture[-(HEIGHT // 3) :] * 0.6 + 22 * texture, 0, 255)
        for x, y, radius, colour, pace in things:
            _draw_ball(picture, x + pace * number / FPS, y, radius, colour)
        frames.append(picture.astype(np.uint8))
    return frames


def _draw_ball(picture: NDArray[np.float32], x: float, y: float, radius: float, colour: NDArray[np.int64]) -> None:
    """A disc that darkens towards its edge, drawn into the picture as far as it lies in it."""
    rows = slice(max(0, int(y - radius)), max(0, int(y + radius) + 2))
    columns = slice(max(0, int(x - radius)), max(0, int(x + radius) + 2))
    part = picture[rows, columns]
    ys, xs = np.mgrid[rows.start : rows.start + part.shape[0], columns.start : columns.start + part.shape[1]]
    away = np.hypot(xs - x, ys - y)
    inside = away < radius
    part[inside] = (colour * (1.1 - 0.6 * away[inside, None] / radius)).clip(0, 255)


class Composer:
    """Puts one film together from a seed and the clips of one set; ``rendered``: from scenes of our own alone."""

    def __init__(self, which: str, seed: int, *, rendered: bool = False) -> None:
        self._rng = np.random.default_rng([seed, len(which)])
        self._sources = [
            (name, start, end)
            for name, entry in ({} if rendered else labels()).items()
            if entry["set"] == which
            for start, end in entry["good"]
            if end - start >= 2.2
        ]
        self._used: set[str] = set()

    def film(self, path: Path) -> Film:
        """Six good scenes with bad spans between them; some joints are cross-fades, some fades to black."""
        rng = self._rng
        parts: list[tuple[str, bool, list[Pixels]]] = []
        scenes = [self._scene() for _ in range(6)]
        opening = scenes[0][0][: FPS // 2]
        parts.append(("fade in", False, _faded(opening)))
        for number, (scene, other) in enumerate(scenes):
            parts.append(("good", True, scene))
            kind = str(rng.choice(BAD_KINDS))
            parts.append((kind, False, self._bad(kind, other)))
            if number + 1 < len(scenes) and rng.random() < 0.4:
                parts.append(("cross-fade", False, _cross_fade(scene[-1], scenes[number + 1][0][0])))
        parts.append(("end card", False, [cards.end_card(rng, WIDTH, HEIGHT)] * (2 * FPS)))
        return write(path, parts)

    def _scene(self) -> tuple[list[Pixels], list[Pixels]]:
        """Two to four seconds of something good, and some of its frames to spoil; no clip twice while it lasts."""
        rng = self._rng
        if rng.random() < 0.12:
            seed = int(rng.integers(1 << 30))
            return [cards.product(seed, number / FPS, WIDTH, HEIGHT) for number in range(2 * FPS)], self._scene()[1]
        seconds = float(rng.uniform(2.0, 4.0))
        if not self._sources:
            scene = rendered_scene(int(rng.integers(1 << 30)), seconds)
            return scene, scene[: 3 * FPS]
        fresh = [source for source in self._sources if source[0] not in self._used] or self._sources
        name, start, end = fresh[rng.integers(len(fresh))]
        self._used.add(name)
        seconds = min(seconds, end - start - 0.1)
        first = float(rng.uniform(start, end - seconds))
        scene = excerpt(name, first, seconds)
        return scene, scene[: int(rng.uniform(1.5, 4) * FPS)]

    def _bad(self, kind: str, source: Sequence[Pixels]) -> list[Pixels]:
        rng = self._rng
        still = round(rng.uniform(1.5, 4) * FPS)
        match kind:
            case "blurred":
                return [_blur(frame, rng.uniform(3, 6)) for frame in source]
            case "defocused and noisy":
                return [_noise(_blur(frame, 4), rng, 14) for frame in source]
            case "dark":
                return [(frame * 0.16).astype(np.uint8) for frame in source]
            case "black" | "white":
                return [np.full((HEIGHT, WIDTH, 3), 4 if kind == "black" else 251, np.uint8)] * still
            case "whip pan":
                return _whip(source)
            case "title on a scene":
                title = cards.title_over(rng, WIDTH, HEIGHT)
                return [cards.laid_over(frame, title) for frame in source]
            case _:
                return [self._card(kind, source[0])] * still

    def _card(self, kind: str, photo: Pixels) -> Pixels:
        """What stands still on the screen for a while."""
        drawn = {"one huge word": cards.huge_word, "credits": cards.credits_card, "logo": cards.logo}
        match kind:
            case "title card":
                return cards.title_card(self._rng, WIDTH, HEIGHT)
            case "title on a picture":
                return cards.title_card(self._rng, WIDTH, HEIGHT, photo)
            case "slide":
                return cards.slide(self._rng, WIDTH, HEIGHT, photo)
            case _:
                return drawn.get(kind, cards.end_card)(self._rng, WIDTH, HEIGHT)


def _blur(frame: Pixels, radius: float) -> Pixels:
    return np.asarray(Image.fromarray(frame).filter(ImageFilter.GaussianBlur(radius)))


def _noise(frame: Pixels, rng: Generator, sigma: float) -> Pixels:
    return np.clip(frame + rng.normal(0, sigma, frame.shape), 0, 255).astype(np.uint8)


def _faded(frames: Sequence[Pixels]) -> list[Pixels]:
    weights = np.linspace(0, 0.85, len(frames))
    return [(frame * weight).astype(np.uint8) for frame, weight in zip(frames, weights, strict=True)]


def _cross_fade(one: Pixels, other: Pixels) -> list[Pixels]:
    return [(one * (1 - weight) + other * weight).astype(np.uint8) for weight in np.linspace(0.06, 0.94, FPS)]


def _whip(frames: Sequence[Pixels], pixels_per_frame: int = 60) -> list[Pixels]:
    """The camera swings: each frame is the mean of all that passed while the shutter was open."""
    swung = []
    for number, frame in enumerate(frames[: FPS // 2]):
        doubled = np.concatenate([frame, frame[:, ::-1]], axis=1).astype(np.float32)
        offset = number * pixels_per_frame
        passing = [np.roll(doubled, -offset - step, axis=1)[:, :WIDTH] for step in range(0, pixels_per_frame, 4)]
        swung.append(np.mean(passing, axis=0).astype(np.uint8))
    return swung


def write(path: Path, parts: Sequence[tuple[str, bool, list[Pixels]]]) -> Film:
    """Encode the parts in order as H.264 with ordinary settings, and write the truth beside the film."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bounds = np.cumsum([0, *(len(frames) for _, _, frames in parts)]) / FPS
    spans = tuple(
        Span(float(start), float(end), kind, good)
        for (start, end), (kind, good, _) in zip(pairwise(bounds), parts, strict=True)
    )
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", FPS, options={"crf": "21", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for pixels in (frame for _, _, frames in parts for frame in frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return Film(path, spans)


def composed_films(which: str, count: int, folder: Path, *, rendered: bool = False) -> Iterator[Film]:
    """Films from the clips of one set, ``tune`` or ``report``; the same seed makes the same film."""
    for seed in range(count):
        name = f"{which}-{'rendered-' if rendered else ''}{seed:02d}.mp4"
        yield Composer(which, seed, rendered=rendered).film(folder / name)


def joined(films: Sequence[Film], folder: Path) -> Path:
    """All films behind each other in one file, without encoding again: long enough to time."""
    listing, path = folder / "films.txt", folder / "joined.mp4"
    listing.write_text("".join(f"file '{film.path}'\n" for film in films))
    read = ["-f", "concat", "-safe", "0", "-i", str(listing)]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *read, "-c", "copy", str(path)], check=True)
    return path
