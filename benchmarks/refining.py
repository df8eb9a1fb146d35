"""What refine makes of times that are a second or so off, as a model's are; prints one table.

Run ``python -m benchmarks.refining``. A time is drawn inside a good scene, moved by chance, and refined. Counted in
one figure: the frame lies in the shot that was meant, and is as sharp as the sharpest of that shot within a second
(90 % of its Laplacian variance). Beside it: the frame lies in a good span; it lies in the shot; its sharpness among
the frames of its scene. In composed films a shot is a span; in real clips shots end at the cuts that the labels name.
Peers: the time as given, and the sharpest frame within a second by the judge's own measure, whatever shot it is in.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.compose import Film, composed_films, labelled_clips, sample_film
from benchmarks.picking import Judged, judge_frames, nearest
from posterframe.refine import refine

AS_SHARP = 0.9
REACH = 1.0
HEADINGS = (
    *("films", "off by", "", "cases", "right shot and sharp", "good", "right shot", "sharpness percentile"),
    *("aim for both", "aim for good"),
)
ERRORS = ("±1 s", "σ 0.7 s")


@dataclass(frozen=True)
class Group:
    """Films of one kind, what is aimed at for them, and whether the truth's spans are shots."""

    name: str
    films: tuple[Film, ...]
    spans_are_shots: bool
    good_aim: str


@dataclass(frozen=True)
class Verdict:
    """One case: is the frame good, in the right shot, as sharp as the best nearby; its rank in its scene, 0–1."""

    good: bool
    right_shot: bool
    as_sharp: bool
    percentile: float


@dataclass(frozen=True)
class Judge:
    """What is known of one film: its truth, where its shots end, and how sharp each frame is."""

    film: Film
    limits: tuple[float, ...]
    frames: tuple[Judged, ...]

    def sharpest_near(self, asked: float) -> float:
        """When the sharpest frame within a second is shown, whatever shot it belongs to."""
        near = [one for one in self.frames if abs(one.at - asked) <= REACH]
        return max(near, key=lambda one: one.focus, default=nearest(self.frames, asked)).at

    def verdict(self, meant: float, asked: float, got: float) -> Verdict:
        """Judge the frame that was got for a time that was asked for in place of the one meant."""
        start = max((limit for limit in self.limits if limit <= meant), default=0.0)
        end = min((limit for limit in self.limits if limit > meant), default=float("inf"))
        own = nearest(self.frames, got).focus
        near = [one.focus for one in self.frames if start <= one.at < end and abs(one.at - asked) <= REACH]
        span = self.film.span_at(got)
        scene = [one.focus <= own for one in self.frames if max(start, span.start) <= one.at < min(end, span.end)]
        return Verdict(
            good=span.good,
            right_shot=start <= got < end,
            as_sharp=own >= AS_SHARP * max(near, default=own),
            percentile=float(np.mean(scene)) if scene else 0.0,
        )


def judge(film: Film, *, spans_are_shots: bool) -> Judge:
    """Look at every frame of a film."""
    ends = [span.start for span in film.spans] if spans_are_shots else film.cuts
    return Judge(film, (0.0, *ends), tuple(judge_frames(film.path)))


def cases(film: Film, count: int, errors: str, seed: int) -> list[tuple[float, float]]:
    """Times that were meant and the times that are asked for, the same every time."""
    rng = np.random.default_rng([seed, ERRORS.index(errors)])
    good = [span for span in film.spans if span.good]
    drawn = []
    for _ in range(count):
        span = good[rng.integers(len(good))]
        meant = float(rng.uniform(span.start, span.end))
        error = rng.uniform(-1, 1) if errors == "±1 s" else rng.normal(0, 0.7)
        drawn.append((meant, float(np.clip(meant + error, 0.0, film.spans[-1].end - 0.05))))
    return drawn


def tried(numbered: tuple[int, Film], count: int, spans_are_shots: bool) -> dict[str, dict[str, list[Verdict]]]:  # noqa: FBT001
    """For each kind of error and each way, the verdicts on one film."""
    number, film = numbered
    known = judge(film, spans_are_shots=spans_are_shots)
    outcomes = {}
    with film.footage().open() as video:
        ways: dict[str, Callable[[float], float]] = {
            "as given": lambda asked: asked,
            "sharpest within a second": known.sharpest_near,
            "refined": lambda asked: refine(video, asked).timestamp,
        }
        for errors in ERRORS:
            drawn = cases(film, count, errors, number)
            outcomes[errors] = {
                way: [known.verdict(meant, asked, move(asked)) for meant, asked in drawn] for way, move in ways.items()
            }
    return outcomes


def shares(verdicts: Sequence[Verdict]) -> list[str]:
    """Of many cases, as cells of a table: the joint share first."""
    both = np.mean([one.right_shot and one.as_sharp for one in verdicts])
    good = np.mean([one.good for one in verdicts])
    right_shot = np.mean([one.right_shot for one in verdicts])
    percentile = np.mean([one.percentile for one in verdicts if one.good] or [np.nan])
    return [f"{both:.1%}", f"{good:.1%}", f"{right_shot:.1%}", f"{percentile:.2f}"]


def report(group: Group, count: int, pool: ProcessPoolExecutor) -> None:
    """Print the rows of one group of films, about ``count`` cases for each kind of error."""
    each = -(-count // len(group.films))
    work = partial(tried, count=each, spans_are_shots=group.spans_are_shots)
    films = list(pool.map(work, enumerate(group.films)))
    for errors in ERRORS:
        for way in films[0][errors]:
            verdicts = [verdict for film in films for verdict in film[errors][way]]
            aims = ("≥ 95 %" if errors == "±1 s" else "", group.good_aim) if way == "refined" else ("", "")
            cells = [group.name, errors, way, str(len(verdicts)), *shares(verdicts), *aims]
            print(f"| {' | '.join(cells)} |", flush=True)


def groups_of(which: str, films: int, folder: Path) -> Sequence[Group]:
    """The groups that this machine has: those of real clips only where the clips are."""
    real = labelled_clips(which, mixed_only=False)
    rendered = (*composed_films(which, films, folder, rendered=True), sample_film())
    found = [Group("rendered", rendered, spans_are_shots=True, good_aim="")]
    if real:
        composed = tuple(composed_films(which, films, folder))
        found.append(Group("composed of clips", composed, spans_are_shots=True, good_aim="≥ 97 %"))
        found.append(Group("real clips", tuple(real), spans_are_shots=False, good_aim="≥ 95 %"))
    return found


def main() -> None:
    """Run all cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=6)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--tune", action="store_true", help="the films that measures were tuned on")
    options = parser.parse_args()
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        for group in groups_of("tune" if options.tune else "report", options.films, Path(folder)):
            report(group, options.cases, pool)


if __name__ == "__main__":
    main()
