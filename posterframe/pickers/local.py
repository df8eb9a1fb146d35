"""The picker that needs no key: this machine watches the video by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from posterframe.choosing import Finalist, find_picks
from posterframe.composition import read_composition
from posterframe.contracts import Picked, Proposal, Report, Wish
from posterframe.quality import warnings
from posterframe.reasons import Sight, write_reasons
from posterframe.timecode import check_part
from posterframe.video import Footage, Frame, Video
from posterframe.watching import Watch

_WATCHING = 0.75
"""The share of the work that is done once the film has been watched."""


class LocalPicker:
    """Measures key frames, and more of the video as far as good scenes are missing; proposes the best of each shot."""

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

        ``each`` is given the frames that are measured, at working size: storyboard.py makes its pictures of them.
        """
        furthest = 0.0

        def tell(done: float, words: str) -> None:
            nonlocal furthest
            furthest = max(furthest, done)  # watching goes on where choosing finds too little
            report(furthest, words)

        tell(0.0, "Opening the video")
        with footage.open() as video:
            span = check_part(wish.part, video.info.duration)
            watched, chosen = _watch_and_choose(video, span, wish, tell, each)
            if watched.has_damage:  # which several threads do not tell alike each time
                del watched, chosen  # they hold many pictures
                video.take_care()
                watched, chosen = _watch_and_choose(video, span, wish, tell, None)
        report(1.0, "Done")
        whole = wish.part.is_whole
        sights = [
            Sight(
                one.found.quality,
                read_composition(one.pixels),
                _place(one.timestamp, watched) if whole else "",
            )
            for one in chosen
        ]
        reasons = write_reasons(
            sights, [sample.glimpsed for sample in watched.samples], "the film" if whole else "this part"
        )
        proposals = tuple(
            Proposal(max(found.timestamp, span[0]), reason, found.warnings, found.quality, found.explanation)
            for found, reason in zip((finalist.found for finalist in chosen), reasons, strict=True)
        )
        return Picked(
            proposals,
            warnings=_warnings(chosen, watched, wish),
            details={"frames_watched": len(watched.samples), "shots": len(watched.shots)}
            | _remark(len(chosen), wish, "the film" if whole else "this part"),
        )


def _watch_and_choose(
    video: Video, span: tuple[float, float], wish: Wish, report: Report, each: Callable[[Frame], None] | None
) -> tuple[Watch, list[Finalist]]:
    watched = Watch(video, *span, lambda done, words: report(_WATCHING * done, words), each)
    chosen = find_picks(video, watched, wish, lambda done, words: report(_WATCHING + (1 - _WATCHING) * done, words))
    return watched, chosen


def _remark(found: int, wish: Wish, watched: str) -> dict[str, str]:
    """Why there are fewer moments than were asked for, where there are some: nothing to worry about."""
    if not 0 < found < wish.count:
        return {}
    more = "more " if wish.known else ""
    moments = f"1 {more}moment was" if found == 1 else f"{found} {more}moments were"
    return {"remark": f"{moments} found. The rest of {watched} shows nothing as good that differs enough."}


def _warnings(chosen: Sequence[Finalist], watched: Watch, wish: Wish) -> tuple[str, ...]:
    """What a person should know about all proposals together."""
    name = "This video" if wish.part.is_whole else "This part of the video"
    said = []
    if not chosen:
        is_first = not (wish.known or wish.more_like or wish.not_like)
        said.append(f"{name} has no {'picture' if is_first else 'other moments than those of earlier rounds'}.")
    elif all(warnings(finalist.found.quality) for finalist in chosen):
        best = "this is" if len(chosen) == 1 else "these are"
        said.append(f"{name} has no frame that makes a strong picture; {best} the least weak.")
    if watched.has_damage:
        said.append(f"{name} is damaged in places; frames there were left out.")
    return tuple(said)


def _place(timestamp: float, watched: Watch) -> str:
    """Where in the film a moment stands, if that is worth a word."""
    if len(watched.shots) < 3:
        return ""
    starts = [watched.samples[shot[0]].timestamp for shot in watched.shots]
    lengths = [later - earlier for earlier, later in pairwise([*starts, watched.end])]
    own = max(0, bisect_right(starts, timestamp) - 1)
    if lengths[own] == max(lengths):
        return "from the scene that the film stays with longest"
    return {0: "from the opening scene", len(starts) - 1: "from the closing scene"}.get(own, "")
