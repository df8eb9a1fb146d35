"""How good, how varied, how sharp and how fast the picks are, beside other ways to pick; prints two tables.

Run ``python -m benchmarks.picking``. Measures and thresholds were set on films from the ``tune`` clips of
labels.json only; the tables report on films from the others (``--tune`` shows the first). The type on the cards is of
the same fonts in both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.compose import Film, composed_films, decoded, joined, labelled_clips
from benchmarks.peers import METHODS, duration


@dataclass(frozen=True)
class Judged:
    """A frame's time, its focus by the plain measure that everybody uses (variance of the Laplacian), its mean hash."""

    at: float
    focus: float
    hash: int


HEADINGS = (
    *("method", "picks a film", "good", "first good", "scenes covered", "duplicates", "sharpness percentile"),
    *("× playing time", "peak MB"),
)
AIMS = {
    "composed films": ("", "≥ 99 %", "", "≥ 0.95", "0", "≥ 0.80", "≥ 2 × thumbnail", "< 400"),
    "labelled clips": ("", "≥ 90 %", "≥ 95 %", "", "0", "≥ 0.80", "", ""),
}


@dataclass
class Tally:
    """What one method reached, film by film."""

    picks: list[int] = field(default_factory=list)
    good: list[bool] = field(default_factory=list)
    first_good: list[bool] = field(default_factory=list)
    covered: list[float] = field(default_factory=list)
    duplicates: int = 0
    percentiles: list[float] = field(default_factory=list)

    def add(self, film: Film, timestamps: Sequence[float], frames: Sequence[Judged]) -> None:
        """Score one film's picks against its truth."""
        spans = [film.span_at(timestamp) for timestamp in timestamps]
        self.picks.append(len(spans))
        self.good += [span.good for span in spans]
        self.first_good += [spans[0].good] if spans else [False]
        sound = [span for span in film.spans if span.good]
        self.covered.append(len({span for span in spans if span.good}) / max(1, min(5, len(sound))))
        shown = [nearest(frames, timestamp) for timestamp in timestamps]
        self.duplicates += sum(
            any((shown[i].hash ^ shown[j].hash).bit_count() <= 5 and spans[i] == spans[j] for j in range(i))
            for i in range(len(spans))
        )
        for span, frame in zip(spans, shown, strict=True):
            if span.good:
                within = [other.focus for other in frames if span.start <= other.at < span.end]
                self.percentiles.append(float(np.mean([focus <= frame.focus for focus in within])))

    def row(self) -> list[str]:
        """The figures as cells; of a method that picked nothing at all there are none."""
        if not any(self.picks):
            return ["fails"] * 6
        return [
            f"{np.mean(self.picks):.1f}",
            f"{np.mean(self.good):.1%}",
            f"{np.mean(self.first_good):.0%}",
            f"{np.mean(self.covered):.2f}",
            str(self.duplicates),
            f"{np.mean(self.percentiles):.2f}",
        ]


def judge_frames(path: Path) -> list[Judged]:
    """Every frame of a film as the judge sees it, in grey at 320×180; shared by all methods, so none is favoured."""
    return [
        _judged(at, frame.reformat(320, 180, "gray").to_ndarray().astype(np.float32)) for at, frame in decoded(path)
    ]


def _judged(at: float, grey: NDArray[np.float32]) -> Judged:
    response = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    small = grey[:176, :320].reshape(8, 22, 8, 40).mean((1, 3))
    bits = np.packbits(small > small.mean()).tobytes()
    return Judged(at, float(response.var()), int.from_bytes(bits, "big"))


def nearest(frames: Sequence[Judged], timestamp: float) -> Judged:
    """The frame that stands closest to a time."""
    return min(frames, key=lambda frame: abs(frame.at - timestamp))


def run(method: str, path: Path) -> tuple[list[float], float, float]:
    """A method in its own process: its picks, seconds on the clock, and its peak memory in MB.

    One that cannot read a film has no picks there, and that is said.
    """
    command = [sys.executable, "-m", "benchmarks.peers", method, str(path)]
    started = time.perf_counter()
    child = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - started
    if child.returncode:
        print(f"{method} fails on {path.name}", file=sys.stderr)
        return [], seconds, 0.0
    told = json.loads(child.stdout)
    return told["picks"], seconds, told["megabytes"]


def main() -> None:
    """Compose, run every method, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=8)
    parser.add_argument("--tune", action="store_true", help="the films that measures were tuned on")
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    options = parser.parse_args()
    which = "tune" if options.tune else "report"
    with tempfile.TemporaryDirectory() as folder:
        films = list(composed_films(which, options.films, Path(folder)))
        clips = labelled_clips(which)
        frames = {film.path: judge_frames(film.path) for film in [*films, *clips]}
        long_film = joined(films, Path(folder))
        for title, group in (("composed films", films), ("labelled clips", clips)):
            if group:
                print(f"\n### {len(group)} {title} of the set “{which}”\n")
                print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
                for method in options.methods:
                    speed = timed(method, long_film) if group is films else ["", ""]
                    print(f"| {' | '.join([method, *tally(method, group, frames).row(), *speed])} |", flush=True)
                print(f"| {' | '.join(['*aim of Posterframe*', *AIMS[title]])} |")


def tally(method: str, films: Sequence[Film], frames: Mapping[Path, Sequence[Judged]]) -> Tally:
    """What a method reaches on some films."""
    reached = Tally()
    for film in films:
        reached.add(film, run(method, film.path)[0], frames[film.path])
    return reached


def timed(method: str, path: Path) -> list[str]:
    """How many times faster than playing a method goes through a film, and its peak memory in MB, as cells.

    The time until a failure is none, so a method without picks has no figures.
    """
    picks, seconds, megabytes = run(method, path)
    if not picks:
        return ["fails", "fails"]
    return [f"{duration(path) / seconds:.0f}", f"{megabytes:.0f}"]


if __name__ == "__main__":
    main()
