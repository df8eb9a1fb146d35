"""The durable workflows, and the only place that knows the workflow engine (DBOS).

What is asked for is stored first and queued after, under the id that it has in the store. So a process killed
anywhere goes on where it stopped, and asking twice is asking once.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from concurrent.futures import Future, wait
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID

from posterframe import cutting, work
from posterframe.engine import Engine
from posterframe.errors import PosterframeError, ServiceBusy, Stopped
from posterframe.following import Follower
from posterframe.model import RoundState, Thumbnail, new_id
from posterframe.owning import own
from posterframe.settings import Role, Settings, sqlite_url
from posterframe.store.database import keep_a_log_of_writes
from posterframe.studio import Studio, open_studio
from posterframe.workers import Leaving

log = logging.getLogger(__name__)

WORKFLOWS_VERSION = "1"
"""Raised when the order of steps in a workflow changes; work under way is only taken up by the same version."""

WATCH_QUEUE = "watch"
QUICK_QUEUE = "quick"
SERVICE_QUEUE = "service"

ROUNDS_AT_ONCE = 16
"""Rounds under way in this process; most wait for a service, and the number of workers bounds what is done here."""

ASKS_AT_ONCE = 24
ASKS_A_SECOND = 30
"""How many jobs are asked of services at once, and in a second by the whole installation; neither tells its limit."""

SWEEPS_EVERY = 30.0
"""Seconds between two sweeps for work that was stored but never queued, or that the engine has given up."""

LOST_PICTURE = "Something went wrong on our side while this picture was cut: try again."
LOST_ROUND = "Something went wrong on our side while this video was watched: try again."

SQLITE_CONNECTIONS = 2
"""Connections to the engine's SQLite file: in the pool's queue threads take turns, at the file's lock they sleep."""

STOPPING_EVERY = 0.1
"""Seconds between two looks of the engine's listener for messages, of which we send none: its end waits for one."""

_BROKEN_OFF = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""The engine's words for workflows that ended without doing their work."""

ROUNDS_EVERY = 0.3
"""Seconds between two looks for new rounds; the engine's default of 1 s would be felt by the person.

A look takes 3 ms of an idle server, so none is more frequent than what waits for it is quick.
"""

PICTURES_EVERY = 0.2
"""Seconds between two looks for new pictures to cut here."""

JOBS_EVERY = 0.1
"""Seconds between two looks for new jobs to ask services for."""


_engine: Engine | None = None


def start(studio: Studio) -> None:
    """Start the engine, take up what an earlier process left, and queue what was stored but never queued.

    Raises ``BadInput`` when another process already works on this data folder.
    """
    global _engine  # noqa: PLW0603 -- the workflow engine itself is one per process
    chosen = studio.settings
    _engine = Engine(chosen, own(chosen.home, chosen.role), Follower(studio))
    DBOS(config=_config(chosen))
    if chosen.role is Role.WEB:
        DBOS.listen_queues([])
    DBOS.launch()
    DBOS.register_queue(WATCH_QUEUE, worker_concurrency=ROUNDS_AT_ONCE, polling_interval_sec=ROUNDS_EVERY)
    DBOS.register_queue(QUICK_QUEUE, worker_concurrency=2, polling_interval_sec=PICTURES_EVERY)
    DBOS.register_queue(
        SERVICE_QUEUE,
        worker_concurrency=ASKS_AT_ONCE,
        limiter={"limit": ASKS_A_SECOND, "period": 1.0},
        polling_interval_sec=JOBS_EVERY,
    )
    if chosen.role is not Role.WEB:
        for task in (_engine.follower.run, _engine.warm_up):
            threading.Thread(target=task, daemon=True).start()
        threading.Thread(target=_sweep_until, args=(studio, _engine.leaving), daemon=True).start()
    sweep(studio)


def stop() -> None:
    """End this process's part at once; what is under way goes on at the next start."""
    global _engine
    if _engine is None:
        return
    engine, _engine = _engine, None
    engine.close()
    DBOS.destroy(workflow_completion_timeout_sec=0)
    engine.lock.close()


def _sweep_until(studio: Studio, leaving: Future[None]) -> None:
    """Sweep now and then: a press that makes a page start anew may end it between storing a wish and queueing it."""
    while not leaving.done():
        with suppress(TimeoutError):
            leaving.result(SWEEPS_EVERY)
            return
        try:
            sweep(studio, quiet_for=SWEEPS_EVERY)
            _tidy(studio)
        except Exception:
            log.exception("the sweep for unfinished work failed")


def sweep(studio: Studio, *, quiet_for: float = 0.0) -> None:
    """Queue what the store holds as unfinished and nobody has reported on for so many seconds.

    What is queued already stays as it is; what is unfinished though its workflow has ended is marked as failed.
    """
    unfinished = studio.store.unfinished(quiet_for=quiet_for)
    for round_ in unfinished.rounds:
        if _is_lost(round_.id):
            work.finish(studio, round_.id, RoundState.FAILED, LOST_ROUND)
        else:
            watch(round_.id)
    for thumbnail in unfinished.thumbnails:
        if _is_lost(thumbnail.id):
            cutting.fail_thumbnail(studio, thumbnail.id, LOST_PICTURE)
        else:
            cut(thumbnail)
    for moment in unfinished.moments:
        preview(moment.id)


def _tidy(studio: Studio) -> None:
    """Let every picker clear away what has outlived its use at its service."""
    for picker in studio.pickers.values():
        picker.tidy()


def _is_lost(subject_id: str) -> bool:
    """Whether the workflow of something unfinished has broken off for good; under its id it never runs again."""
    state = DBOS.get_workflow_status(subject_id)
    return state is not None and state.status in _BROKEN_OFF


def call() -> None:
    """A service says that a job has ended: let whoever follows the jobs look.

    In a process that only serves pages the call is queued for the others, once a second however often it comes.
    """
    if _engine is None:
        return
    if _engine.settings.role is not Role.WEB:
        _engine.follower.hurry()
        return
    with SetWorkflowID(f"call-{int(time.time())}"):
        DBOS.enqueue_workflow(QUICK_QUEUE, heed_call)


def watch(round_id: str) -> None:
    """Queue a round: read the video, watch it, refine, preview."""
    with SetWorkflowID(round_id):
        DBOS.enqueue_workflow(WATCH_QUEUE, watch_round, round_id)


def preview(moment_id: str) -> None:
    """Queue a preview of a moment at its time in force."""
    with SetWorkflowID(f"preview-{moment_id}-{new_id()}"):
        DBOS.enqueue_workflow(QUICK_QUEUE, preview_moment, moment_id)


def cut(thumbnail: Thumbnail) -> None:
    """Queue the cutting of a thumbnail."""
    extractor = _studio().extractors.get(thumbnail.extractor)
    # One whose key was taken away meanwhile fails in its own step, where its picture is told so.
    queue = QUICK_QUEUE if extractor is not None and not extractor.is_service else SERVICE_QUEUE
    with SetWorkflowID(thumbnail.id):
        DBOS.enqueue_workflow(queue, cut_thumbnail, thumbnail.id, queue)


@DBOS.workflow()
def watch_round(round_id: str) -> None:
    """One round, from a video that nobody has looked at to moments with previews."""
    try:
        for task in (work.read_video, work.watch, work.refine_moments, work.preview_moments):
            _step(task, round_id, WATCH_QUEUE)
        state, error = RoundState.DONE, None
    except Stopped:
        state, error = RoundState.CANCELLED, None
    except PosterframeError as failure:
        state, error = RoundState.FAILED, str(failure)
    DBOS.run_step({"name": "finish"}, _finish_round, round_id, state.value, error)
    if state is RoundState.DONE:
        try:
            _step(work.make_storyboard, round_id, WATCH_QUEUE)
        except PosterframeError as failure:
            log.warning("no small pictures of the film for round %s: %s", round_id, failure)


@DBOS.workflow()
def preview_moment(moment_id: str) -> None:
    """A new preview after a time was edited or a moment added by hand."""
    try:
        _step(work.preview_moment, moment_id, QUICK_QUEUE)
    except PosterframeError as failure:
        DBOS.run_step({"name": "fail"}, _fail_preview, moment_id, str(failure))


@DBOS.workflow()
def cut_thumbnail(thumbnail_id: str, queue: str) -> None:
    """One thumbnail, from the wish to the stored picture, or to a service's job that is followed from there on."""
    try:
        _cut_patiently(thumbnail_id, queue)
    except PosterframeError as failure:
        DBOS.run_step({"name": "fail"}, _fail_thumbnail, thumbnail_id, str(failure))
    _running().follower.wake()


@DBOS.workflow()
def heed_call() -> None:
    """A call that reached a process which follows no jobs."""
    _running().follower.hurry()


def _finish_round(round_id: str, state: str, error: str | None) -> None:
    work.finish(_studio(), round_id, RoundState(state), error)


def _fail_preview(moment_id: str, error: str) -> None:
    work.fail_preview(_studio(), moment_id, error)


def _fail_thumbnail(thumbnail_id: str, error: str) -> None:
    cutting.fail_thumbnail(_studio(), thumbnail_id, error)


def _step(task: work.Task, subject_id: str, queue: str) -> None:
    """Run one piece of work as a recorded step: in a worker process, or here where it only waits for a service."""
    DBOS.run_step({"name": task.__name__}, _run, task, subject_id, queue)


def _cut_patiently(thumbnail_id: str, queue: str) -> None:
    """A step that a busy service puts off for as long as it asks, however often; a restart does not begin anew."""
    while True:
        try:
            _step(cutting.cut, thumbnail_id, queue)
        except ServiceBusy as busy:
            until = DBOS.run_step({"name": "until"}, _put_off, thumbnail_id, busy.wait)
            if wait([_running().leaving], until - time.time()).done:
                raise Leaving from None
        else:
            return


def _put_off(thumbnail_id: str, wait_for: float) -> float:
    return cutting.put_off(_studio(), thumbnail_id, time.time() + wait_for)


def _run(task: work.Task, subject_id: str, queue: str) -> None:
    engine = _running()
    if queue == SERVICE_QUEUE or (task is work.watch and work.is_service_round(_studio(), subject_id)):
        engine.run_beside(task, subject_id)
    else:
        workers = engine.watchers if queue == WATCH_QUEUE else engine.quick
        workers.run(work.do, engine.settings, task, subject_id)


def _running() -> Engine:
    if _engine is None:
        raise Leaving  # so that work which is under way at the end counts as unfinished, and not as failed
    return _engine


def _studio() -> Studio:
    return open_studio(_running().settings)


def _config(chosen: Settings) -> DBOSConfig:
    address = chosen.sqlalchemy_url if chosen.database_url else sqlite_url(_engine_file(chosen.home))
    return {
        "name": "posterframe",
        "system_database_url": address,
        "db_engine_kwargs": {} if chosen.database_url else _SQLITE_ENGINE,
        "application_version": WORKFLOWS_VERSION,
        "executor_id": "web" if chosen.role is Role.WEB else _executor_id(chosen.home),
        "notification_listener_polling_interval_sec": STOPPING_EVERY,
        "log_level": "ERROR",
    }


class _SqliteConnection(sqlite3.Connection):
    """Waits for the disk at checkpoints and not at each of a job's dozen commits.

    A killed process loses nothing by it. A power cut may take the last commits, the file stays whole, and what was
    lost is queued again by the sweep and done again by steps that change nothing the second time.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA synchronous = NORMAL")


_SQLITE_ENGINE = {
    "pool_size": SQLITE_CONNECTIONS,
    "max_overflow": 0,
    "connect_args": {"factory": _SqliteConnection},
}


def _engine_file(home: Path) -> Path:
    """The engine's SQLite file. With a write-ahead log, which it keeps once it has it, writers wait a tenth as long."""
    path = home / "engine.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        keep_a_log_of_writes(connection)
    return path


def _executor_id(home: Path) -> str:
    """A name for whoever works on this data folder, kept in it: pending work is recovered under the same name only."""
    path = home / "executor"
    if not path.exists():
        path.write_text(new_id())
    return path.read_text()
