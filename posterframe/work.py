"""The steps of a round, each a function of an id: read the video, watch it, refine, preview. cutting.py has the rest.

Each may be run again after a crash and then goes on from what is stored. They run in worker processes, or in threads of
the server where they only wait for a service; they know the store and the media, and nothing of the workflow engine or
the screen.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from posterframe.contracts import Picked, Report, VideoInfo, Wish
from posterframe.errors import BadInput, PosterframeError, ServiceFailed, Stopped
from posterframe.filmstrip import draw_filmstrip
from posterframe.matching import known_moments, match, remarks_on
from posterframe.model import BY_FILE, Filmstrip, Moment, Review, Round, RoundState, SourceKind, Stage, Storyboard
from posterframe.pickers import Picker
from posterframe.pickers.local import LocalPicker
from posterframe.refine import appraise, look_around, refine, shown_at
from posterframe.settings import Settings
from posterframe.storyboard import DrawnStoryboard, StoryboardMaker, draw_storyboard
from posterframe.studio import Studio, open_studio
from posterframe.timecode import clamp_time, format_time
from posterframe.video import Pixels, Video

log = logging.getLogger(__name__)

PREVIEW_HEIGHT = 540
"""Previews are this many pixels high at most: sharp in the table and as a large picture beside it."""

PREVIEW_QUALITY = 80
"""WebP quality of previews; at 540 pixels about 30 kB each."""

AROUND = 0.6
"""Seconds around a moment whose frames stand beneath it, and tell whether it lies in a transition or a fast move."""

ON_OUR_OWN = "Posterframe"
"""Who stands in the log where no person decided."""

PROGRESS_EVERY = 0.25
"""Seconds between two progress notes of a round: often enough to look alive, rare enough for the database."""


Task = Callable[[Studio, str], None]
"""A step: what it works with, and the id of what it works on."""


def do(chosen: Settings, task: Task, subject_id: str) -> None:
    """Run a step. Only errors that a person can read leave it; the log has the others."""
    try:
        task(open_studio(chosen), subject_id)
    except PosterframeError:
        raise
    except Exception as error:
        log.exception("%s of %s failed", task.__name__, subject_id)
        raise ServiceFailed(
            "Something went wrong on our side. Try again; if it happens again, the log of this server says more."
        ) from error


def warm_up(chosen: Settings) -> None:
    """Have everything loaded and open in this worker before the first step comes."""
    open_studio(chosen)


def read_video(studio: Studio, round_id: str) -> None:
    """Open and probe the video of a round, and store what it is."""
    review, _ = _subject(studio, round_id)
    report = _reporter(studio, round_id, Stage.READING)
    report(0.0, "Reading the video")
    if review.video is None and review.source is not SourceKind.YOUTUBE:
        with studio.footage(review, report).open() as video:
            studio.store.set_video(review.id, video.info)
    report(1.0, "Reading the video")


def watch(studio: Studio, round_id: str) -> None:
    """Let the round's picker watch the video and store what it proposes; what was stored is not paid for again."""
    review, round_ = _subject(studio, round_id)
    if round_.picker == BY_FILE:
        _match_to_file(studio, review, round_id)
        return
    if studio.store.is_picked(round_id):
        return
    picker = studio.picker(round_.picker)
    known = known_moments(studio.store.moments(review.id, removed=True))
    wish = replace(round_.wish, known=(*round_.wish.known, *known))
    try:
        picked = _pick(studio, review, picker, wish, _reporter(studio, round_id, Stage.WATCHING))
    except PosterframeError as error:
        if error.details:
            studio.store.keep_details(round_id, error.details)
        raise
    studio.store.keep_picked(round_id, replace(picked, warnings=(*_remarks_on(review.video), *picked.warnings)))


def _remarks_on(video: VideoInfo | None) -> tuple[str, ...]:
    """What a person should know of a video before they choose from it."""
    if video is None or not video.missing:
        return ()
    end, claimed = format_time(video.duration), format_time(video.duration + video.missing)
    return (f"The pictures end at {end}, though the file is to last {claimed}: it may be cut off.",)


def is_service_round(studio: Studio, round_id: str) -> bool:
    """Whether a round's picker watches elsewhere, so that this machine only waits."""
    round_ = studio.store.round(round_id)
    return round_ is not None and round_.picker not in (BY_FILE, LocalPicker.name)


def refine_moments(studio: Studio, round_id: str) -> None:
    """Move each proposed moment of a round to the best frame near it, where its picker has not measured that one."""
    _go_through(studio, round_id, Stage.REFINING, "Finding the best frames", lambda one: one.needs_refining, _refine)


def preview_moments(studio: Studio, round_id: str) -> None:
    """Make the previews of a round's moments."""
    _go_through(studio, round_id, Stage.PREVIEWING, "Making previews", lambda one: one.needs_preview, _preview)


def make_storyboard(studio: Studio, round_id: str) -> None:
    """Make the small pictures of a film whose picker has not seen enough of it here; nothing waits for them."""
    review, _ = _subject(studio, round_id)
    if review.storyboard is None and review.source is not SourceKind.YOUTUBE:
        with studio.footage(review).open() as video:
            _keep_storyboard(studio, review, draw_storyboard(video))


def finish(studio: Studio, round_id: str, state: RoundState, error: str | None = None) -> None:
    """Close a round, unless the person has cancelled it meanwhile."""
    studio.store.finish_round(round_id, state, error=error)


def preview_moment(studio: Studio, moment_id: str) -> None:
    """Make a preview of the frame at a moment's time, again if the time is edited meanwhile."""
    moment = studio.store.moment(moment_id)
    if moment is None or not moment.needs_preview:
        return
    review = studio.store.review(moment.review_id)
    if review is None or review.source is SourceKind.YOUTUBE:
        return
    with studio.footage(review).open() as video:
        latest: Moment | None = moment
        while latest is not None and latest.needs_preview:
            _preview(studio, video, latest)
            latest = studio.store.moment(moment_id)


def fail_preview(studio: Studio, moment_id: str, error: str) -> None:
    """Say at a moment why its time has no preview, unless it got one after all."""
    moment = studio.store.moment(moment_id)
    if moment is not None and moment.needs_preview:
        studio.store.set_preview_failed(moment_id, moment.timestamp, error)


def _pick(studio: Studio, review: Review, picker: Picker, wish: Wish, report: Report) -> Picked:
    """What the picker proposes. One that watches all of a film here may give its storyboard on the way."""
    if not isinstance(picker, LocalPicker) or review.video is None or not wish.part.is_whole:
        return picker.pick(studio.footage(review), wish, report)
    maker = StoryboardMaker(review.video.duration)
    picked = picker.pick(studio.footage(review), wish, report, each=maker.add)
    if maker.is_even and (drawn := maker.storyboard()):
        _keep_storyboard(studio, review, drawn)
    return picked


def _keep_storyboard(studio: Studio, review: Review, drawn: DrawnStoryboard) -> None:
    key = studio.media.put(_encode(drawn.pixels), "previews", "webp")
    studio.store.set_storyboard(review.id, review.location, Storyboard(key, drawn.times, drawn.columns))


def _match_to_file(studio: Studio, review: Review, round_id: str) -> None:
    """Hold moments that were suggested without a file against the length of the one that has come.

    What is said is stored before what is changed: started again after a crash, it says the same and changes the rest.
    """
    assert review.video is not None, "the video is read before"
    rounds, moments = studio.store.rounds(review.id), studio.store.moments(review.id, removed=True)
    matched = match(rounds, moments, review.video.duration)
    studio.store.add_warnings(round_id, remarks_on(matched, review.video.duration))
    for one in matched:
        if one.timestamp is None:
            studio.store.remove_moment(one.moment.id, ON_OUR_OWN)
        elif one.remark and one.timestamp != one.moment.timestamp:
            studio.store.resuggest(one.moment.id, one.timestamp, one.remark)


def _go_through(
    studio: Studio,
    round_id: str,
    stage: Stage,
    doing: str,
    waits: Callable[[Moment], bool],
    work_on: Callable[[Studio, Video, Moment], None],
) -> None:
    """Work on each moment that waits for it, with the video opened once; one without a file waits on."""
    review, _ = _subject(studio, round_id)
    report = _reporter(studio, round_id, stage)
    waiting = [moment for moment in studio.store.moments(review.id) if waits(moment)]
    if not waiting or review.source is SourceKind.YOUTUBE:
        return
    with studio.footage(review).open() as video:
        for done, moment in enumerate(waiting):
            report(done / len(waiting), f"{doing} · {done + 1} of {len(waiting)}")
            work_on(studio, video, moment)
    report(1.0, doing)


def _subject(studio: Studio, round_id: str) -> tuple[Review, Round]:
    round_ = studio.store.round(round_id)
    review = studio.store.review(round_.review_id) if round_ else None
    if round_ is None or review is None:
        raise BadInput("This review does not exist any more.")
    return review, round_


def _reporter(studio: Studio, round_id: str, stage: Stage) -> Report:
    """A report that stores progress a few times a second and raises ``Stopped`` once the round is cancelled."""
    last = -PROGRESS_EVERY

    def report(fraction: float, doing: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < PROGRESS_EVERY and 0.0 < fraction < 1.0:
            return
        last = now
        if not studio.store.set_progress(round_id, stage, fraction, doing):
            raise Stopped("Cancelled.")

    return report


def _refine(studio: Studio, video: Video, moment: Moment) -> None:
    """Store the best frame near a moment."""
    refined = refine(video, clamp_time(moment.timestamp, video.info.duration))
    notes = tuple(dict.fromkeys((*moment.warnings, *refined.warnings)))
    studio.store.set_refined(moment.id, refined.timestamp, refined.quality, notes, refined.explanation)


def _preview(studio: Studio, video: Video, moment: Moment) -> None:
    """Store the frame at a moment's time, what lies around it, and what it measures where refine has not done that."""
    time = clamp_time(moment.timestamp, video.info.duration)
    try:
        frame = video.frame_at(time, max_height=PREVIEW_HEIGHT)
        window = look_around(video, time, reach=AROUND)
    except BadInput as error:
        studio.store.set_preview_failed(moment.id, moment.timestamp, str(error))
        return
    key = studio.media.put(_encode(frame.pixels), "previews", "webp")
    drawn = draw_filmstrip(window, time)
    filmstrip = Filmstrip(studio.media.put(_encode(drawn.pixels), "previews", "webp"), drawn.times, drawn.best)
    if moment.quality and moment.preview_at is None and moment.refined_timestamp == moment.timestamp:
        studio.store.set_preview(moment.id, moment.timestamp, key, filmstrip=filmstrip)
        return
    found = appraise(shown_at(window, time), window)
    studio.store.set_preview(
        moment.id, moment.timestamp, key, filmstrip=filmstrip, quality=found.quality, warnings=found.warnings
    )


def _encode(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=PREVIEW_QUALITY, method=2)
    return buffer.getvalue()
