"""Looks at the jobs of one service when they are due, and remembers what it saw. It knows no store and no screen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from posterframe.contracts import Job
from posterframe.errors import ServiceBusy, ServiceFailed
from posterframe.extractors import Extractor
from posterframe.polling import Followed, after_look, plan, quiet_until

HURRIED_GAP = 1.0
"""Seconds between two looks that somebody else asks for: whoever calls without end costs one request a second."""


@dataclass(frozen=True)
class Seen:
    """What a turn told of the jobs looked at, by id, and which of them are not waited for any longer.

    ``trouble`` is why the last look told nothing, if it did not.
    """

    answers: Mapping[str, Job] = field(default_factory=dict)
    overdue: tuple[str, ...] = ()
    never_placed: tuple[str, ...] = ()
    trouble: str | None = None


class Lookout:
    """``jobs`` are those waited for, by id. Whoever waits sets them; those that ended or were given up leave."""

    def __init__(self, extractor: Extractor) -> None:
        self.jobs: dict[str, Followed] = {}
        self._extractor = extractor
        self._quiet = 0.0
        self._failures = 0
        self._looked_at = 0.0
        self._hurried = False
        self._trouble: str | None = None

    def hurry(self) -> None:
        """Somebody says that there is something to see: look at all jobs at the next turn, due or not."""
        self._hurried = True

    def pause(self) -> float | None:
        """Seconds until a turn is due; None when nothing is waited for."""
        now = time.time()
        todo = plan(self.jobs.values(), now, self._quiet)
        if todo.overdue or todo.never_placed:
            return 0.0
        at = todo.at
        if at is not None and self._hurried:
            at = min(at, max(self._looked_at + HURRIED_GAP, self._quiet))
        return None if at is None else max(at - now, 0.0)

    def turn(self) -> Seen:
        """Do what is due now. No job is given up without a last look, unless the service cannot be asked."""
        now = time.time()
        todo = plan(self.jobs.values(), now, self._quiet)
        ids = todo.ids if todo.at is not None and todo.at <= now else ()
        if self._hurried and now >= max(self._looked_at + HURRIED_GAP, self._quiet):
            ids, self._hurried = tuple(self.jobs), False
        asked = tuple(dict.fromkeys((*ids, *todo.overdue, *todo.never_placed)))
        answers = self._ask(asked, now) if asked and now >= self._quiet else {}
        ended = {job_id for job_id, job in answers.items() if job.status.is_final}
        placed = {job_id for job_id in todo.never_placed if job_id in answers and not answers[job_id].unplaced}
        seen = Seen(
            answers,
            tuple(job_id for job_id in todo.overdue if job_id not in ended),
            tuple(job_id for job_id in todo.never_placed if job_id not in ended | placed),
            self._trouble,
        )
        for job_id in ended.union(seen.overdue, seen.never_placed):
            del self.jobs[job_id]
        return seen

    def _ask(self, job_ids: tuple[str, ...], now: float) -> Mapping[str, Job]:
        """One look at these jobs. After one that failed nobody looks for a while: nothing is told of them."""
        self._looked_at = now
        try:
            told = self._extractor.look(job_ids)
        except ServiceFailed as error:
            self._failures += 1
            self._trouble = str(error)
            wait = error.wait if isinstance(error, ServiceBusy) else None
            self._quiet = quiet_until(time.time(), self._failures, wait)
            return {}
        self._failures, self._trouble = 0, None
        for job_id in job_ids:
            left = after_look(self.jobs[job_id], told.get(job_id), time.time())
            if left is not None:
                self.jobs[job_id] = left
        return {job_id: told[job_id] for job_id in job_ids if job_id in told}
