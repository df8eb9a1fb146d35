"""What refine makes of times that are a second or so off, as a model's are; prints one table.

Run ``python -m benchmarks.refining``. A time is drawn inside a good scene, moved by chance, and refined. Counted: the
frame lies in a good span; it lies in the scene that was meant; its sharpness among the frames of that scene; and
whether it is as sharp as the sharpest frame within a second in its own scene (90 % of its Laplacian variance).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.compose import Film, composed_films, labelled_clips
from benchmarks.picking import Judged, judge_frames, nearest
from posterframe.refine import refine
from posterframe.video import Video


@dataclass
class Outcome:
    """Results of many cases, one entry each."""

    good: list[bool] = field(default_factory=list)
    intended: list[bool] = field(default_factory=list)
    percentiles: list[float] = field(default_factory=list)
    as_sharp: list[bool] = field(default_factory=list)

    def add(self, film: Film, frames: Sequence[Judged], meant: float, asked: float, got: float) -> None:
        """Judge one case."""
        span = film.span_at(got)
        self.good.append(span.good)
        self.intended.append(span == film.span_at(meant))
        if span.good:
            own = nearest(frames, got).focus
            within = [frame for frame in frames if span.start <= frame.at < span.end]
            near = [frame.focus for frame in within if abs(frame.at - asked) <= 1.0]
            self.percentiles.append(float(np.mean([frame.focus <= own for frame in within])))
            self.as_sharp.append(own >= 0.9 * max(near, default=own))

    def row(self) -> str:
        shares = [f"{np.mean(values):.1%}" for values in (self.good, self.intended, self.as_sharp)]
        return " | ".join([*shares, f"{np.mean(self.percentiles):.2f}"])


def cases(films: Sequence[Film], count: int, errors: str, seed: int = 5) -> list[tuple[Film, float, float]]:
    """Films with the time that was meant and the time that is asked for, in the same order every time."""
    rng = np.random.default_rng(seed)
    drawn = []
    for number in range(count):
        film = films[number % len(films)]
        good = [span for span in film.spans if span.good]
        span = good[rng.integers(len(good))]
        meant = float(rng.uniform(span.start, span.end))
        error = rng.uniform(-1, 1) if errors == "±1 s" else rng.normal(0, 0.7)
        drawn.append((film, meant, max(0.0, min(meant + float(error), film.spans[-1].end - 0.05))))
    return drawn


def main() -> None:
    """Run all cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=10)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--tune", action="store_true", help="the films that measures were tuned on")
    options = parser.parse_args()
    which = "tune" if options.tune else "report"
    with tempfile.TemporaryDirectory() as folder:
        groups = {"composed": list(composed_films(which, options.films, Path(folder))), "clips": labelled_clips(which)}
        report(groups, options.cases)


def report(groups: dict[str, list[Film]], count: int) -> None:
    """Print one row for each group of films, kind of error, and way."""
    print("| films | off by | | good | scene that was meant | as sharp as the best nearby | sharpness percentile |")
    print("|---|---|---|---|---|---|---|")
    for group, films in groups.items():
        frames = {film.path: judge_frames(film.path) for film in films}
        videos: dict[Path, Video] = {film.path: film.footage().open() for film in films}
        for errors in ("±1 s", "σ 0.7 s"):
            without, refined = Outcome(), Outcome()
            for film, meant, asked in cases(films, count, errors):
                without.add(film, frames[film.path], meant, asked, asked)
                found = refine(videos[film.path], asked).timestamp
                refined.add(film, frames[film.path], meant, asked, found)
            print(f"| {group} | {errors} | as given | {without.row()} |")
            print(f"| {group} | {errors} | refined | {refined.row()} |", flush=True)
        for video in videos.values():
            video.close()


if __name__ == "__main__":
    main()
