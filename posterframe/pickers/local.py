"""The picker that needs no key: this machine watches the video by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

from posterframe.composition import read_composition
from posterframe.likeness import Look, are_twins, change, difference
from posterframe.model import Picked, Proposal, Report, Wish
from posterframe.quality import warnings
from posterframe.reasons import Sight, write_reasons
from posterframe.refine import Refined, appraise, choose, look_around, shown_at
from posterframe.shots import is_same_scene
from posterframe.timecode import check_part
from posterframe.video import Footage, Frame, Pixels, Video
from posterframe.watching import Sample, watch, with_expressions

_WATCHING = 0.75
"""The share of the work that is done once the film has been watched."""

_APART = 1.5
"""Seconds around another pick, or a moment of an earlier round, in which nothing is proposed."""

_REACH, _STEPS = 0.6, 0.06
"""Seconds around a sample in which the best frame is looked for, and seconds that lie between those that are read."""

_TASTE = 0.5
"""What looking just like a moment that was liked (or refused) adds to (or takes from) a score of 0–1."""

_SHARP = 1.0
"""What sharpness (0–1) counts on top of the score among samples of one shot, which differ in little else."""

_FAULT = 1.5
"""What a warning takes from a rank: after the second best of other shots, before their third."""

_SPARE, _EDGE = 0.1, 0.1
"""Emptiness (0–1) from which what opens or closes a film is taken for a card, and the share of the film in which."""

_CLEARER = 1.1
"""How many times the score of the sharpest frame nearby a sample must have for its own frame to be taken."""

_WORTH_SHOWING = 0.65
"""Share of the best pick's score that a pick must reach to be shown beside it: fewer are better than weak ones."""

_FEW = 3
"""Picks below which frames of one scene are shown beside each other where something has moved: a person can choose."""

_MOVED = 0.25
"""Change (see likeness.py) from which a person sees that something has moved; of things that stay, it is up to 0.15."""


@dataclass(frozen=True)
class _Finalist:
    """The best frame around a sample, measured in full."""

    found: Refined
    look: Look
    pixels: Pixels
    rank: float

    @property
    def timestamp(self) -> float:
        return self.found.timestamp


class LocalPicker:
    """Samples the whole video, measures every sample, and proposes the best frames of different shots."""

    name = "local"
    label = "this machine"
    reads_briefs = False
    knows_youtube = False
    is_sandbox = False
    whole_only = ""

    def label_of(self, model: str) -> str:  # noqa: ARG002 -- there are no models here
        """Always the same."""
        return self.label

    def tidy(self) -> None:
        """Nothing is left behind."""

    def choices(self) -> Mapping[str, str]:
        """There is one way to watch here."""
        return {}

    def expected_cost(self, duration: float, wish: Wish) -> None:
        """Nothing."""

    def pick(
        self, footage: Footage, wish: Wish, report: Report, *, each: Callable[[Frame], None] | None = None
    ) -> Picked:
        """Propose up to ``wish.count`` moments. The same video and wish always get the same answer.

        ``each`` is given every frame of the pass through the film, in order and at working size: filmstrip.py makes
        its sprite of them.
        """

        def watching(done: float, words: str) -> None:
            report(_WATCHING * done, words)

        report(0.0, "Opening the video")
        with footage.open() as video:
            start, end = check_part(wish.part, video.info.duration)
            samples, shots = watch(video, start, end, watching, each)
            samples = with_expressions(video, samples, shots, wish.count, watching)
            look = _Looking(video, (start, end), report)
            chosen = _choose(look, _in_order(samples, shots, wish), wish)
            if more := _from_the_same_scene(look, samples, chosen, wish):
                chosen = sorted([*chosen, *more], key=lambda one: (-one.found.quality.score, one.timestamp))
        report(1.0, "Done")
        whole = wish.part.is_whole
        sights = [
            Sight(
                one.found.quality,
                read_composition(one.pixels),
                _place(one.found.timestamp, samples, shots) if whole else "",
            )
            for one in chosen
        ]
        reasons = write_reasons(sights, [sample.quality for sample in samples], "the film" if whole else "this part")
        proposals = tuple(
            Proposal(max(found.timestamp, start), reason, found.warnings, found.quality, found.explanation)
            for found, reason in zip((finalist.found for finalist in chosen), reasons, strict=True)
        )
        return Picked(
            proposals,
            warnings=_remarks(chosen, "This video" if whole else "This part of the video"),
            details={"frames_watched": len(samples), "shots": len(shots)},
        )


def _remarks(chosen: Sequence[_Finalist], watched: str) -> tuple[str, ...]:
    """What a person should know about all proposals together."""
    if not chosen:
        return (f"{watched} has no other moments than those of earlier rounds.",)
    if all(warnings(finalist.found.quality) for finalist in chosen):
        return (f"{watched} has no frame that makes a strong picture; these are the least weak.",)
    return ()


def _place(timestamp: float, samples: Sequence[Sample], shots: Sequence[range]) -> str:
    """Where in the film a moment stands, if that is worth a word."""
    if len(shots) < 3:
        return ""
    starts = [samples[shot[0]].timestamp for shot in shots]
    own = max(0, bisect_right(starts, timestamp) - 1)
    if len(shots[own]) == max(len(shot) for shot in shots):
        return "from the scene that the film stays with longest"
    return {0: "from the opening scene", len(shots) - 1: "from the closing scene"}.get(own, "")


def _in_order(samples: Sequence[Sample], shots: Sequence[range], wish: Wish) -> list[tuple[float, Sample]]:
    """Samples with their rank: the best of each shot, best first; then the second best of each, and so on."""
    liked = [_nearest(samples, proposal.timestamp).look for proposal in wish.more_like]
    disliked = [_nearest(samples, proposal.timestamp).look for proposal in wish.not_like]

    def rank(sample: Sample) -> float:
        return sample.quality.score + _TASTE * (_likeness(sample.look, liked) - _likeness(sample.look, disliked))

    ordered = []
    for shot in shots:
        taken: list[Sample] = []
        fit = (i for i in shot if not _may_be_a_card(samples[i], samples))
        best_first = sorted(fit, key=lambda i: (-rank(samples[i]) - _SHARP * samples[i].quality.sharpness, i))
        for sample in (samples[i] for i in best_first):
            if _is_apart(sample.timestamp, _known(wish)) and _is_new(sample, taken):
                fault = _FAULT if warnings(sample.quality) else 0.0
                ordered.append((rank(sample) - len(taken) - fault, sample))
                taken.append(sample)
            if len(taken) == wish.count:
                break
    return sorted(ordered, key=lambda entry: (-entry[0], entry[1].timestamp))


def _may_be_a_card(sample: Sample, samples: Sequence[Sample]) -> bool:
    """Whether a sample shows little on a plain ground where films have their titles and logos."""
    start, end = samples[0].timestamp, samples[-1].timestamp
    from_edge = min(sample.timestamp - start, end - sample.timestamp)
    return sample.quality.emptiness > _SPARE and from_edge < _EDGE * (end - start)


def _nearest(samples: Sequence[Sample], timestamp: float) -> Sample:
    return min(samples, key=lambda sample: abs(sample.timestamp - timestamp))


def _likeness(look: Look, others: Sequence[Look]) -> float:
    """How much a picture looks like the most similar of the others: 0–1."""
    return max((max(0.0, 1 - difference(look, other)) for other in others), default=0.0)


@dataclass(frozen=True)
class _Looking:
    """Looks closer at the film, between two times."""

    video: Video
    span: tuple[float, float]
    report: Report

    def near(self, sample: Sample, rank: float, done: float) -> _Finalist:
        """The best frame around a sample of that rank, when that share (0–1) of all looking is ``done``."""
        tell = partial(self.report, _WATCHING + (1 - _WATCHING) * done, "Looking closer at the best moments")
        middle = sample.timestamp + (_REACH if sample.opens_shot else 0.0)
        around = look_around(self.video, middle, reach=_REACH, apart=_STEPS, each=tell)
        window = [seen for seen in around if self.span[0] <= seen.timestamp <= self.span[1]] or around
        asked = shown_at(window, sample.timestamp)
        best = choose(window, asked)
        if asked.glanced.score > _CLEARER * best.glanced.score:
            best = asked  # a caption or a title stands over the sharpest one
        found = appraise(best, window)
        return _Finalist(found, best.look, best.pixels, rank + found.quality.score - sample.quality.score)


def _choose(look: _Looking, ordered: Sequence[tuple[float, Sample]], wish: Wish) -> list[_Finalist]:
    """The best frames around the samples, in order, until there are enough that are sound and differ."""
    chosen: list[_Finalist] = []
    faulty: list[_Finalist] = []
    tried: list[Look] = []
    for rank, sample in ordered:
        if len(chosen) == wish.count or len(faulty) == 2 * wish.count + 2:
            break
        if not _is_new(sample, chosen) or any(are_twins(sample.look, other) for other in tried):
            continue
        tried.append(sample.look)
        finalist = look.near(sample, rank, len(chosen) / wish.count)
        if not _is_apart(finalist.timestamp, _known(wish)):
            continue
        if warnings(finalist.found.quality):
            faulty.append(finalist)
        elif _is_new(finalist, chosen) and not _has_lost_a_face(finalist, chosen):
            chosen.append(finalist)
    chosen = chosen or _least_bad(faulty, wish.count)
    worthy = (finalist for finalist in chosen if _is_worthy(finalist, chosen))
    return sorted(worthy, key=lambda finalist: (-finalist.rank, finalist.timestamp))


def _is_worthy(one: _Finalist, chosen: Sequence[_Finalist]) -> bool:
    """Whether a picture need not hide beside the best that was chosen."""
    return one.found.quality.score >= _WORTH_SHOWING * max(other.found.quality.score for other in chosen)


def _from_the_same_scene(
    look: _Looking, samples: Sequence[Sample], chosen: Sequence[_Finalist], wish: Wish
) -> list[_Finalist]:
    """More of a film of one scene, where few were chosen: frames in which as much as possible has moved."""
    shown: list[Sample | _Finalist] = [*chosen, *(_nearest(samples, timestamp) for timestamp in _known(wish))]
    added: list[_Finalist] = []
    fit = (sample for sample in samples if not warnings(sample.quality) and not _may_be_a_card(sample, samples))
    left = [(inf, sample) for sample in fit]
    fresh = shown  # those that the samples left have not been held against
    while left and chosen and len(chosen) + len(added) < min(_FEW, wish.count):
        left = [
            (min([moved, *(change(sample.look, other.look) for other in fresh)]), sample)
            for moved, sample in left
            if _is_apart(sample.timestamp, [other.timestamp for other in fresh])
        ]
        left.sort(key=lambda entry: entry[0])
        if not left or left[-1][0] < _MOVED:
            break
        finalist = look.near(left.pop()[1], 0.0, (len(chosen) + len(added)) / wish.count)
        apart = _is_apart(finalist.timestamp, [other.timestamp for other in shown])
        sound = not warnings(finalist.found.quality) and _is_worthy(finalist, chosen)
        fresh = []
        if apart and sound and not _has_lost_a_face(finalist, chosen):
            added.append(finalist)
            fresh = [finalist]
            shown = [*shown, finalist]
    return added


def _least_bad(faulty: Sequence[_Finalist], count: int) -> list[_Finalist]:
    """For a film without a sound frame: the best of what there is, each unlike the others."""
    chosen: list[_Finalist] = []
    for finalist in sorted(faulty, key=lambda finalist: (-finalist.found.quality.score, finalist.timestamp)):
        if len(chosen) < count and _is_new(finalist, chosen):
            chosen.append(finalist)
    return chosen


def _known(wish: Wish) -> list[float]:
    """Times of moments that are there already, or were pointed to, for or against: none of them is proposed again."""
    return [proposal.timestamp for proposal in (*wish.more_like, *wish.not_like, *wish.known)]


def _is_apart(timestamp: float, others: Sequence[float]) -> bool:
    return all(abs(timestamp - other) >= _APART for other in others)


def _is_new(one: Sample | _Finalist, chosen: Sequence[Sample | _Finalist]) -> bool:
    """Whether a frame is apart from all that were chosen, in time and in looks."""
    apart = _is_apart(one.timestamp, [other.timestamp for other in chosen])
    return apart and not any(are_twins(one.look, other.look) for other in chosen)


def _has_lost_a_face(one: _Finalist, chosen: Sequence[_Finalist]) -> bool:
    """Whether a picture of the same scene that was chosen shows more faces: here somebody has turned away or left."""
    return any(
        other.found.quality.faces > one.found.quality.faces and is_same_scene(other.look, one.look) for other in chosen
    )
