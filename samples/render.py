"""Render the sample film and its truth: ``python -m samples.render``. README.md beside it says what that needs.

The film is a list of spans; each span's kind says what is on the screen. The stills behind it are kept in a folder,
so a change of timing or print does not render them again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from samples import cards, moves
from samples.camera import Panorama, Still, photograph
from samples.moves import Framing, Picture, ease

FPS: Final = 24
KEY_FRAME_SECONDS: Final = 3
QUALITY: Final = 22
"""x264's constant rate factor; the film has to stay under 2.5 MB."""

BLUR_RADIUS: Final = 20.0
"""How far out of focus the hero goes: the radius in pixels that a point of light spreads to."""

HOME: Final = Path(__file__).parent


@dataclass(frozen=True)
class Span:
    """A stretch of the film in seconds, and whether a thumbnail taken from it would be ``good``."""

    start: float
    end: float
    kind: str
    good: bool
    label: str

    def progress(self, timestamp: float) -> float:
        """How much of the span has passed, 0–1."""
        return (timestamp - self.start) / (self.end - self.start)


SPANS: Final = (
    Span(0.0, 2.0, "fade", False, "Fade from black on eucalyptus"),
    Span(2.0, 4.5, "opening", True, "Eucalyptus in a blush vase before the clay arch"),
    Span(4.5, 8.0, "title", False, "Title card full of text"),
    Span(8.0, 14.0, "hero", True, "The whole coffee set in morning light"),
    Span(14.0, 16.5, "defocus", False, "The same view, racked out of focus"),
    Span(16.5, 17.75, "whip_pan", False, "Whip pan from the set to the cup"),
    Span(17.75, 22.5, "closeup", True, "Amber cup close up, shallow focus"),
    Span(22.5, 26.0, "dark", False, "The set at night, hardly lit"),
    Span(26.0, 30.0, "detail", True, "Speckled cream cup before the vase"),
    Span(30.0, 31.5, "crossfade", False, "Cross-fade from the cream cup to the table from above"),
    Span(31.5, 36.5, "overhead", True, "Both cups and coffee beans from above"),
    Span(36.5, 40.0, "end_card", False, "End card with the maker's name"),
)

SET_FROM_THE_FRONT: Final = ((-0.75, -9.4, 2.4), (0.47, 0.6, 1.33))


@dataclass(frozen=True)
class Take:
    """A slow move over a still, from ``start`` to ``end`` in seconds of the film."""

    still: Still
    start: float
    end: float
    first: Framing
    last: Framing


TAKES: Final = {
    "opening": Take(
        Still("opening", (3.6, -3.6, 2.2), (2.1, 1.0, 2.05), 70, 3.0, (2.4, 0.9, 1.9)),
        0.0, 4.5, Framing(1.08, y=20, slide=-10), Framing(1.14, y=-16, slide=10),
    ),
    "hero": Take(
        Still("hero", *SET_FROM_THE_FRONT, 50),
        8.0, 16.5, Framing(1.13, x=-30, y=6, slide=-16), Framing(1.03, slide=16),
    ),
    "closeup": Take(
        Still("closeup", (-2.7, -3.9, 2.0), (-0.5, -0.4, 0.42), 62, 3.2, (-0.8, -0.85, 0.6)),
        17.75, 22.5, Framing(1.02, slide=-14), Framing(1.12, x=-10, y=-10, slide=14),
    ),
    "dark": Take(
        Still("dark", (-2.2, -7.6, 1.7), (0.4, 0.6, 1.15), 50, night=True),
        22.5, 26.0, Framing(1.03, slide=12), Framing(1.08, slide=-12),
    ),
    "detail": Take(
        Still("detail", (0.7, -4.5, 1.2), (1.70, 0.0, 0.66), 57, 2.8, (1.6, -0.75, 0.5)),
        26.0, 31.5, Framing(1.10, x=24, slide=18), Framing(1.04, x=-14, slide=-18),
    ),
    "overhead": Take(
        Still("overhead", (0.45, -0.75, 7.4), (0.45, -0.22, 0.0), 50),
        30.0, 36.5, Framing(1.02), Framing(1.12, y=-14),
    ),
}  # fmt: skip

WHIP: Final = Panorama("whip", *SET_FROM_THE_FRONT, left=-20, right=58, up=11.5, width=1600, height=472)


class Film:
    """Everything photographed and printed, ready to be cut together."""

    def __init__(self, folder: Path) -> None:
        self.takes = {name: photograph(take.still, folder) for name, take in TAKES.items()}
        self.near = {name: moves.nearness(depth) for name, (_, depth) in self.takes.items()}
        self.title, self.end = cards.title_card(), cards.end_card()
        self.whip = moves.running_light(self._whip_strip(photograph(WHIP, folder)[0]))

    def _whip_strip(self, panorama: Picture) -> Picture:
        """What the whip pan flies along: the out-of-focus set, the far end of the studio, then the next shot."""
        width = round(panorama.shape[1] * moves.HEIGHT / panorama.shape[0])
        wide = Image.fromarray((panorama * 255).round().astype(np.uint8)).resize((width, moves.HEIGHT))
        sharp = np.asarray(wide, dtype=np.float32) / np.float32(255)
        studio = np.dstack([moves.box_blur(sharp[..., channel], round(BLUR_RADIUS * 0.7)) for channel in range(3)])
        return moves.join([studio, self.shot("closeup", TAKES["closeup"].start)], overlap=320)

    def shot(self, name: str, timestamp: float) -> Picture:
        """A take as it is framed at a time of the film."""
        take = TAKES[name]
        progress = (timestamp - take.start) / (take.end - take.start)
        return moves.frame(self.takes[name][0], self.near[name], take.first.toward(take.last, progress))

    def picture(self, timestamp: float) -> Picture:
        """What is on the screen at a time of the film."""
        span = next(span for span in SPANS if span.start <= timestamp < span.end)
        progress = span.progress(timestamp)
        match span.kind:
            case "fade":
                return self.shot("opening", timestamp) * np.float32(ease(progress))
            case "title":
                return self.title
            case "defocus":
                return moves.defocus(self.shot("hero", timestamp), self._radius(timestamp - span.start))
            case "whip_pan":
                return self._whip(progress, span.progress(timestamp + 1 / FPS))
            case "crossfade":
                mix = np.float32(ease(progress))
                return self.shot("detail", timestamp) * (1 - mix) + self.shot("overhead", timestamp) * mix
            case "end_card":
                return self.end
            case take:
                return self.shot(take, timestamp)

    def _radius(self, seconds: float) -> float:
        """The lens is turned within a second, fast at first: no frame of the span is still sharp."""
        turned = min(seconds + 1 / FPS, 1.0)
        return BLUR_RADIUS * (1 - (1 - turned) ** 2)

    def _whip(self, opened: float, closed: float) -> Picture:
        """One exposure of the whip pan. The camera never stops, so that no frame of it is sharp."""

        def edge(progress: float) -> float:
            travelled = 0.3 * progress + 0.7 * ease(progress)
            return travelled * float(self.whip.shape[1] - 1 - moves.WIDTH)

        return moves.pan(self.whip, edge(opened), edge(closed))


def frames(film: Film) -> Iterator[Picture]:
    """All frames of the film in order."""
    for index in range(round(SPANS[-1].end * FPS)):
        yield film.picture(index / FPS)


def encode(pictures: Iterator[Picture], path: Path) -> None:
    """Write H.264 that plays everywhere: 8-bit 4:2:0, BT.709, the index in front."""
    import av

    options = {"movflags": "+faststart"}
    with av.open(str(path), "w", format="mp4", container_options=options) as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = moves.WIDTH, moves.HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        stream.thread_count = 1  # more of them share out the bits differently each time
        stream.options = {
            "crf": str(QUALITY),
            "preset": "slow",
            "g": str(FPS * KEY_FRAME_SECONDS),
            "x264-params": "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv",
        }
        for index, picture in enumerate(pictures):
            pixels = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
            )
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main() -> None:
    """Render what is asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--stills", type=Path, default=HOME / ".stills", help="where rendered stills are kept")
    options.add_argument("--out", type=Path, default=HOME / "sample.mp4", help="the film to write")
    chosen = options.parse_args()
    encode(frames(Film(chosen.stills)), chosen.out)
    truth = chosen.out.with_suffix(".truth.json")
    truth.write_text(json.dumps([asdict(span) for span in SPANS], indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"{chosen.out}: {chosen.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
