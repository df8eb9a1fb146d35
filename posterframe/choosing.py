"""Choosing what to propose: the best frames around the best samples of a film, until enough are sound and differ."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf

from posterframe.ahead import abreast, ahead
from posterframe.contracts import Proposal, Quality, Report, Wish
from posterframe.likeness import Look, are_twins, change, difference, look_at
from posterframe.merit import best_first
from posterframe.quality import warnings, working_height
from posterframe.refine import Refined, Seen, appraise, choose, compared, shown_at
from posterframe.shots import is_same_scene
from posterframe.video import Pixels, Video
from posterframe.watching import Sample, Watch

_APART = 1.5
"""Seconds around another pick, or a moment of an earlier round, in which nothing is proposed."""

_REACH = 1.0
"""Seconds around a sample in which the best frame is looked for."""

_EXPRESSION = 0.4
"""Seconds around a sample whose faces were compared with others: an expression does not last longer."""

_TASTE = 0.5
"""What looking just like a moment that was liked (or refused) adds to (or takes from) a score of 0–1."""

_SHARP = 1.0
"""What sharpness (0–1) counts on top of the score among samples of one shot, which differ in little else."""

_FAULT = 1.5
"""What a warning takes from a rank: it stands behind the second best of other shots."""

_SPARE, _EDGE = 0.1, 0.1
"""Emptiness (0–1) from which what opens or closes a film is taken for a card, and the share of the film in which."""

_CLEARER = 1.1
"""How many times the score of the sharpest frame nearby a sample must have for its own frame to be taken."""

_WORTH_SHOWING = 0.65
"""Share of the best pick's score that a pick must reach to be shown beside it: fewer are better than weak ones."""

_STRONG = 0.57
"""The score from which a pick is worth showing beside the best that films have: 65 % of 0.88."""

_FEW = 3
"""Picks below which frames of one scene are shown beside each other where something has moved: a person can choose."""

_MOVED = 0.25
"""Change (see likeness.py) from which a person sees that something has moved; of things that stay, it is up to 0.15."""

_IN_VAIN = 4
"""Times in a row that looking closer may bring nothing before the rest of a film is left as it is."""

_AHEAD = 24
"""Frames that are looked at before anybody asks how far that is: as many as lie around a sample, and a few."""


@dataclass(frozen=True)
class Finalist:
    """The best frame around a sample, measured in full."""

    found: Refined
    look: Look
    pixels: Pixels
    rank: float

    @property
    def timestamp(self) -> float:
        return self.found.timestamp


@dataclass(frozen=True)
class _Candidate:
    """What is seen around a sample, and the best of it."""

    around: Sequence[Seen]
    best: Finalist


def find_picks(video: Video, watched: Watch, wish: Wish, report: Report) -> list[Finalist]:
    """Picks from key frames, if they show as many good scenes as are wished for; else from more and more of the film.

    What is like a frame that was liked may stand anywhere, so for that a film is watched until nothing new comes. Best
    first; fewer than were wished for, or none, where there are no more.
    """
    choice = _Choice(video, watched, wish, report)
    in_vain = known = 0
    while watched.has_more and in_vain < _IN_VAIN:
        firsts = choice.ranked(watched.with_expressions(wish.count), watched.shots, 1)
        sound = choice.untried([(rank, sample) for rank, sample in firsts if not warnings(sample.quality)])
        if len(sound) >= choice.missing(_STRONG) and not wish.more_like:
            choice.add_from(sound, _STRONG)
            if choice.missing(_STRONG) <= 0:
                return choice.picks(watched.samples)
        in_vain = 0 if len(sound) > known else in_vain + 1
        known = len(sound)
        lacking = max(1, choice.missing(_STRONG) - known)
        watched.look_closer((lacking + 1) << in_vain)  # one more, since of a few one is often weak or like another
    if all(warnings(sample.quality) for sample in watched.samples):
        watched.look_at_all()
    samples = watched.with_expressions(wish.count)
    choice.add_from(choice.ranked(samples, watched.shots, wish.count))
    return choice.picks(samples)


def _may_be_a_card(sample: Sample, span: tuple[float, float]) -> bool:
    """Whether a sample shows little on a plain ground where films have their titles and logos."""
    from_edge = min(sample.timestamp - span[0], span[1] - sample.timestamp)
    return sample.glimpsed.emptiness > _SPARE and from_edge < _EDGE * (span[1] - span[0])


def _nearest(samples: Sequence[Sample], timestamp: float) -> Sample:
    return min(samples, key=lambda sample: abs(sample.timestamp - timestamp))


def _likeness(look: Look, others: Sequence[Look]) -> float:
    """How much a picture looks like the most similar of the others: 0–1."""
    return max((max(0.0, 1 - difference(look, other)) for other in others), default=0.0)


def _looks_of(proposals: Sequence[Proposal], video: Video) -> list[Look]:
    height = working_height(video.info.width, video.info.height)
    frames = video.frames_at([proposal.timestamp for proposal in proposals], max_height=height)
    return [look_at(frame.pixels) for frame in frames]


class _Choice:
    """Looks closer at samples of a film, between two times, until enough of them are sound and differ."""

    def __init__(self, video: Video, watched: Watch, wish: Wish, report: Report) -> None:
        self._watched, self._span, self._wish, self._report = watched, (watched.start, watched.end), wish, report
        self._at_once = video.at_once
        self._liked, self._disliked = _looks_of(wish.more_like, video), _looks_of(wish.not_like, video)
        self._chosen: list[Finalist] = []
        self._faulty: list[Finalist] = []
        self._tried: set[float] = set()

    def ranked(self, samples: Sequence[Sample], shots: Sequence[range], most: int) -> list[tuple[float, Sample]]:
        """Samples with their rank: the best of each shot, best first; then the second best of each, up to ``most``."""
        fit = [[samples[i] for i in shot if not _may_be_a_card(samples[i], self._span)] for shot in shots]
        ordered = []
        for shot in fit if any(fit) else [[samples[i] for i in shot] for shot in shots]:
            taken: list[Sample] = []
            for sample in islice(self._best_first(shot, taken), most):
                fault = _FAULT if warnings(sample.quality) else 0.0
                ordered.append((self._rank(sample, sample.quality) - len(taken) - fault, sample))
                taken.append(sample)
        return sorted(ordered, key=lambda entry: (-entry[0], entry[1].timestamp))

    def _best_first(self, shot: Sequence[Sample], taken: Sequence[Sample]) -> Iterator[Sample]:
        """The samples of a shot that may be picked, each unlike those that have been ``taken`` meanwhile."""

        def merit(sample: Sample, quality: Quality) -> float:
            return self._rank(sample, quality) + _SHARP * quality.sharpness

        return best_first(
            shot,
            lambda sample: merit(sample, sample.glimpsed),
            lambda sample: merit(sample, sample.quality),
            lambda sample: _is_apart(sample.timestamp, _known(self._wish)) and _is_new(sample, taken),
        )

    def _rank(self, sample: Sample, quality: Quality) -> float:
        taste = _likeness(sample.look, self._liked) - _likeness(sample.look, self._disliked)
        return quality.score + _TASTE * taste

    def missing(self, least: float = 0.0) -> int:
        """How many picks with at least that score are still to be found."""
        return self._wish.count - sum(one.found.quality.score >= least for one in self._chosen)

    def add_from(self, ordered: Sequence[tuple[float, Sample]], least: float = 0.0) -> None:
        """Choose from ranked samples, in order, until no picks with at least that score are missing."""
        untried = self.untried(ordered)
        while untried and (missing := self.missing(least)) > 0 and len(self._faulty) <= 2 * self._wish.count:
            entries, untried = untried[:missing], untried[missing:]
            candidates = (self._candidate(sample, rank) for rank, sample in entries)
            with abreast(candidates, _AHEAD, self._at_once) as coming:
                for (rank, sample), steps in zip(entries, coming, strict=True):
                    if not _has_twin(sample, self._chosen):
                        self._tried.add(sample.timestamp)
                        self._judge(self._finalist(steps, sample, rank))
        self._chosen = [one for one in self._chosen if self._is_worthy(one)]

    def untried(self, ordered: Sequence[tuple[float, Sample]]) -> list[tuple[float, Sample]]:
        """Of ranked samples, those that were not looked at before and are unlike each other and what was chosen."""
        untried: list[tuple[float, Sample]] = []
        for rank, sample in ordered:
            others: list[Sample | Finalist] = [*self._chosen, *(other for _, other in untried)]
            if sample.timestamp not in self._tried and not _has_twin(sample, others):
                untried.append((rank, sample))
        return untried

    def _candidate(self, sample: Sample, rank: float) -> Generator[_Candidate | None]:
        """What is seen around a sample of that rank, with the best of it; None with every frame before.

        For a thread of its own: it asks nothing of what has been chosen.
        """
        known = {sample.seen_at: None if sample.quality.faces else sample.quality}
        seen: list[Seen] = []
        for frame in self._watched.around(sample, _EXPRESSION if sample.quality.faces else _REACH):
            seen.append(Seen.of(frame, known.get(frame.timestamp)))
            yield None
        around = compared(seen or [Seen.of(self._watched.shown(sample))])
        yield _Candidate(around, self._best_of(around, sample, rank, ()))

    def _finalist(self, steps: Iterable[_Candidate | None], sample: Sample, rank: float) -> Finalist:
        """The best around a sample, from the steps of its candidate; apart from what is chosen if that can be."""
        candidate: _Candidate | None = None
        for step in steps:
            self._report(len(self._chosen) / self._wish.count, "Looking closer at the best moments")
            candidate = step
        assert candidate is not None  # it comes last
        taken = [one.timestamp for one in self._chosen]
        if _is_apart(candidate.best.timestamp, taken):
            return candidate.best
        return self._best_of(candidate.around, sample, rank, taken)

    def _best_of(self, around: Sequence[Seen], sample: Sample, rank: float, taken: Sequence[float]) -> Finalist:
        """The best of the frames around a sample, apart from the times that are ``taken`` and known."""
        window = [seen for seen in around if self._is_free(seen.timestamp, taken)] or around
        asked = shown_at(window, sample.timestamp)
        if asked.dissolving:
            asked = next((seen for seen in window if seen.timestamp > asked.timestamp and not seen.dissolving), asked)
        best = choose(window, asked)
        if asked is not best and asked.glanced.score > _CLEARER * best.glanced.score:
            best = asked  # a caption or a title stands over the sharpest one
        found = appraise(best, window)
        return Finalist(found, best.look, best.pixels, rank + found.quality.score - sample.quality.score)

    def _is_free(self, timestamp: float, taken: Sequence[float]) -> bool:
        """Whether a pick may lie there: in the part that is asked about, and apart from all that is there."""
        return self._span[0] <= timestamp <= self._span[1] and _is_apart(timestamp, [*taken, *_known(self._wish)])

    def _judge(self, finalist: Finalist) -> None:
        if not _is_apart(finalist.timestamp, _known(self._wish)):
            return
        if warnings(finalist.found.quality):
            self._faulty.append(finalist)
        elif _is_new(finalist, self._chosen) and not _has_lost_a_face(finalist, self._chosen):
            self._chosen.append(finalist)

    def _is_worthy(self, finalist: Finalist) -> bool:
        """Whether it need not hide beside the best of those that were chosen."""
        best = max((one.found.quality.score for one in self._chosen), default=0.0)
        return finalist.found.quality.score >= _WORTH_SHOWING * best

    def picks(self, samples: Sequence[Sample]) -> list[Finalist]:
        """What was chosen, best first; of one scene alone, more of it; without a sound frame, the least bad."""
        if not self._chosen:
            return _least_bad(self._faulty, self._wish.count)
        best_first = sorted(self._chosen, key=lambda one: (-one.rank, one.timestamp))
        more = self._from_the_same_scene(samples)
        if more:
            return sorted([*self._chosen, *more], key=lambda one: (-one.found.quality.score, one.timestamp))
        return best_first[: self._wish.count]

    def _from_the_same_scene(self, samples: Sequence[Sample]) -> list[Finalist]:
        """More of a film of one scene, where few were chosen: frames in which as much as possible has moved."""
        shown: list[Sample | Finalist] = [*self._chosen, *(_nearest(samples, at) for at in _known(self._wish))]
        added: list[Finalist] = []
        fit = (sample for sample in samples if not warnings(sample.glimpsed) and not _may_be_a_card(sample, self._span))
        left = [(inf, sample) for sample in fit]
        fresh = shown  # those that the samples left have not been held against
        while left and len(self._chosen) + len(added) < min(_FEW, self._wish.count):
            left = [
                (min([moved, *(change(sample.look, other.look) for other in fresh)]), sample)
                for moved, sample in left
                if _is_apart(sample.timestamp, [other.timestamp for other in fresh])
            ]
            left.sort(key=lambda entry: entry[0])
            if not left or left[-1][0] < _MOVED:
                break
            sample = left.pop()[1]
            fresh = []
            if warnings(sample.quality):
                continue
            with ahead(self._candidate(sample, 0.0), _AHEAD) as steps:
                finalist = self._finalist(steps, sample, 0.0)
            apart = _is_apart(finalist.timestamp, [*(other.timestamp for other in shown), *_known(self._wish)])
            sound = not warnings(finalist.found.quality) and self._is_worthy(finalist)
            if apart and sound and not _has_lost_a_face(finalist, self._chosen):
                added.append(finalist)
                fresh = [finalist]
                shown = [*shown, finalist]
        return added


def _least_bad(faulty: Sequence[Finalist], count: int) -> list[Finalist]:
    """For a film without a sound frame: the best of what there is, each unlike the others."""
    chosen: list[Finalist] = []
    for finalist in sorted(faulty, key=lambda finalist: (-finalist.found.quality.score, finalist.timestamp)):
        if len(chosen) < count and _is_new(finalist, chosen):
            chosen.append(finalist)
    return chosen


def _known(wish: Wish) -> list[float]:
    """Times of moments that are there already, or were pointed to, for or against: none of them is proposed again."""
    return [proposal.timestamp for proposal in (*wish.more_like, *wish.not_like, *wish.known)]


def _is_apart(timestamp: float, others: Sequence[float]) -> bool:
    return all(abs(timestamp - other) >= _APART for other in others)


def _has_twin(one: Sample | Finalist, others: Sequence[Sample | Finalist]) -> bool:
    return any(are_twins(one.look, other.look) for other in others)


def _is_new(one: Sample | Finalist, chosen: Sequence[Sample | Finalist]) -> bool:
    """Whether a frame is apart from all that were chosen, in time and in looks."""
    return _is_apart(one.timestamp, [other.timestamp for other in chosen]) and not _has_twin(one, chosen)


def _has_lost_a_face(one: Finalist, chosen: Sequence[Finalist]) -> bool:
    """Whether a picture of the same scene that was chosen shows more faces: here somebody has turned away or left."""
    return any(
        other.found.quality.faces > one.found.quality.faces and is_same_scene(other.look, one.look) for other in chosen
    )
