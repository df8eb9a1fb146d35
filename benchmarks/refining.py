"""What refine makes of times that are a second or so off, as a model's are; prints one table.

Run ``python -m benchmarks.refining``. A time is drawn inside a good scene, moved by chance, and refined. Counted in
one figure: the frame lies in the shot that was meant, and is as sharp as the sharpest of that shot within a second
(90 % of its Laplacian variance). Beside it: the frame lies in a good span; it lies in the shot; its sharpness among
the frames of its scene. Shots end where the truth says that a span does or where PySceneDetect sees a cut; the labels
of the real clips say what is good, not where shots end, so there only the cuts count.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from scenedetect import AdaptiveDetector, SceneManager, open_video

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


@dataclass
class Outcome:
    """Verdicts of many cases."""

    verdicts: list[Verdict] = field(default_factory=list)

    def row(self) -> str:
        """Shares as cells of a table: the joint one first."""
        share = {
            "both": np.mean([one.right_shot and one.as_sharp for one in self.verdicts]),
            "good": np.mean([one.good for one in self.verdicts]),
            "right shot": np.mean([one.right_shot for one in self.verdicts]),
        }
        rank = np.mean([one.percentile for one in self.verdicts if one.good] or [np.nan])
        return " | ".join([*(f"{value:.1%}" for value in share.values()), f"{rank:.2f}"])


@dataclass(frozen=True)
class Judge:
    """What is known of one film: its truth, where its shots end, and how sharp each frame is."""

    film: Film
    limits: tuple[float, ...]
    frames: tuple[Judged, ...]

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
    """Look at every frame of a film, and find its cuts."""
    cuts = cuts_of(film.path)
    ends = [span.start for span in film.spans] if spans_are_shots else []
    return Judge(film, tuple(sorted({0.0, *cuts, *ends})), tuple(judge_frames(film.path)))


def cuts_of(path: Path) -> list[float]:
    """Where PySceneDetect sees a new shot begin. It reads through PyAV, as OpenCV's build has no decoder for AV1."""
    manager = SceneManager()
    manager.add_detector(AdaptiveDetector())
    manager.detect_scenes(open_video(str(path), backend="pyav"))
    return [start.get_seconds() for start, _ in manager.get_scene_list()]


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


def tried(numbered: tuple[int, Film], count: int, spans_are_shots: bool) -> dict[str, tuple[Outcome, Outcome]]:  # noqa: FBT001
    """For each kind of error, the outcome without refine and with it, for one film."""
    number, film = numbered
    known = judge(film, spans_are_shots=spans_are_shots)
    outcomes = {}
    with film.footage().open() as video:
        for errors in ERRORS:
            without, refined = Outcome(), Outcome()
            for meant, asked in cases(film, count, errors, number):
                without.verdicts.append(known.verdict(meant, asked, asked))
                refined.verdicts.append(known.verdict(meant, asked, refine(video, asked).timestamp))
            outcomes[errors] = without, refined
    return outcomes


def report(group: Group, count: int, pool: ProcessPoolExecutor) -> None:
    """Print the rows of one group of films, about ``count`` cases for each kind of error."""
    each = -(-count // len(group.films))
    work = partial(tried, count=each, spans_are_shots=group.spans_are_shots)
    films = list(pool.map(work, enumerate(group.films)))
    for errors in ERRORS:
        for way, which in (("as given", 0), ("refined", 1)):
            verdicts = [verdict for film in films for verdict in film[errors][which].verdicts]
            aims = ("≥ 95 %" if errors == "±1 s" else "", group.good_aim) if which else ("", "")
            cells = [group.name, errors, way, str(len(verdicts)), Outcome(verdicts).row(), *aims]
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
