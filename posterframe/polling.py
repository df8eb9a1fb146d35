"""When to look again at which jobs: quick while they are young, kind as they age. Pure: times in, times out.

One poller looks after all jobs of all reviews. All times are seconds of one clock, such as ``time.time()``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from posterframe.contracts import Job

HOOK_PATH = "/hooks/jobs"
"""Where services that can reach us call when a job has ended, so that it is looked at then."""

FIRST_LOOK_AFTER = 1.2
"""Seconds; image jobs "typically complete in a few seconds" by Ittybit's own words."""

LOOKS_APART = 0.2
"""Seconds between the answer to one look and the next look at whatever jobs: one request tells of them all."""

SHORTEST_GAP = 0.4
LONGEST_GAP = 5.0
GAP_BY_AGE = 0.1
"""A look at a job comes this share of its age after the one before, within the two limits above, in seconds.

Where its progress foretells its end the look comes then, within half and twice that time: a service may be wrong.
"""

FAILURE_BACKOFF = 2.0
LONGEST_FAILURE_BACKOFF = 60.0

GIVE_UP_AFTER = 180.0
"""How long a job is waited for, in seconds, before the person is asked whether to keep waiting."""

LATE_GAP = 30.0
LONGEST_LATE_GAP = 600.0
"""Seconds between two looks at a job that is late; the gap grows with its age, within the two."""

PLACE_WITHIN = 15.0
"""How long a service may take, in seconds, to say where a picture is that it says is done."""

OVERDUE = "This picture takes unusually long: keep waiting, or try again to have it cut anew."
NEVER_PLACED = "The service says that this picture is done, but not where it is: try again to have it cut anew."


@dataclass(frozen=True)
class Followed:
    """A job that somebody waits for, and what the last look at it told. ``late``: it is known to be overdue."""

    id: str
    asked_at: float
    give_up_at: float
    looked_at: float | None = None
    progress: float | None = None
    unplaced_since: float | None = None
    late: bool = False


@dataclass(frozen=True)
class Plan:
    """Look at the jobs ``ids`` together at the time ``at`` (None: there are none).

    Those in ``overdue`` have become so now; no longer wait for those in ``never_placed``.
    """

    at: float | None
    ids: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    never_placed: tuple[str, ...] = ()


def follow(job_id: str, asked_at: float) -> Followed:
    """A job that has just been asked for."""
    return Followed(job_id, asked_at, give_up_at=asked_at + GIVE_UP_AFTER)


def keep_waiting(job: Followed, now: float) -> Followed:
    """The person wants to wait for as long again."""
    return replace(job, give_up_at=now + GIVE_UP_AFTER, late=False)


def after_look(job: Followed, answer: Job | None, now: float) -> Followed | None:
    """The job after a look at it at ``now``; None once it is final. ``answer`` is None where it was left out."""
    if answer is None:
        return replace(job, looked_at=now)
    if answer.status.is_final:
        return None
    unplaced_since = (job.unplaced_since or now) if answer.unplaced else None
    return replace(job, looked_at=now, progress=answer.progress, unplaced_since=unplaced_since)


def quiet_until(now: float, failures: int, asked_wait: float | None = None) -> float:
    """Until when nobody should look, after ``failures`` looks in a row that failed; at least what was asked for."""
    backoff = min(FAILURE_BACKOFF * 2.0 ** (min(failures, 10) - 1), LONGEST_FAILURE_BACKOFF)
    return now + max(backoff, asked_wait or 0.0)


def plan(jobs: Collection[Followed], now: float, quiet: float = 0.0) -> Plan:
    """What to do next about all jobs. Nobody looks before ``quiet``: see ``quiet_until``."""
    never_placed = [job.id for job in jobs if _is_never_placed(job, now)]
    overdue = [job.id for job in jobs if job.give_up_at <= now and not job.late and job.id not in never_placed]
    waiting = [job for job in jobs if job.id not in never_placed and job.id not in overdue]
    if not waiting:
        return Plan(None, (), tuple(overdue), tuple(never_placed))
    last_look = max((job.looked_at for job in waiting if job.looked_at is not None), default=0.0)
    at = max(now, quiet, last_look + LOOKS_APART, min(map(_due_at, waiting)))
    # One request tells of many jobs, so those that would be due soon after are looked at along with the first.
    ids = [job.id for job in sorted(waiting, key=lambda job: job.asked_at) if _due_at(job) <= at + _gap(job, at) / 2]
    return Plan(at, tuple(ids), tuple(overdue), tuple(never_placed))


def _is_never_placed(job: Followed, now: float) -> bool:
    return job.unplaced_since is not None and now - job.unplaced_since >= PLACE_WITHIN


def _due_at(job: Followed) -> float:
    """When to look at this job if it were the only one: at its expected end, where its progress foretells it."""
    if job.looked_at is None:
        return job.asked_at + FIRST_LOOK_AFTER
    gap = _gap(job, job.looked_at)
    if job.progress and not job.late:
        age = job.looked_at - job.asked_at
        left = age / job.progress - age
        gap = min(max(left, gap / 2), gap * 2)
    return job.looked_at + gap


def _gap(job: Followed, at: float) -> float:
    shortest, longest = (LATE_GAP, LONGEST_LATE_GAP) if job.late else (SHORTEST_GAP, LONGEST_GAP)
    return min(max((at - job.asked_at) * GAP_BY_AGE, shortest), longest)
