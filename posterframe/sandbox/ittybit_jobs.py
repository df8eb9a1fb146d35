"""The stand-in's jobs: what each was asked for, what shall befall it, and how it stands at a time."""

from __future__ import annotations

import random
import secrets
import time
from asyncio import Future
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from posterframe.contracts import Picture

_QUEUED_SHARE = 0.15
"""The share of a job's time that it waits for its turn."""

LATE_LOOKS = 2
"""Looks at a job with the fault ``late-url`` that tell success without saying where the picture is."""

SLOWER_BY = 4.0
"""A job with the fault ``slow`` takes this many times the longest usual time, unless told otherwise."""


@dataclass
class SandboxJob:
    """One job. ``seconds`` is how long it takes; ``cutting`` brings the picture, or why it cannot be cut."""

    id: str
    key: str | None
    body: Mapping[str, Any]
    made_at: float
    seconds: float
    fault: str | None
    shape: str
    files_url: str
    cutting: Future[Picture | str]
    looks: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def format(self) -> str:
        return str(self.body["options"]["format"])

    @property
    def picture(self) -> Picture | None:
        """The picture, once it is really cut."""
        cut = self.cutting.result() if self.cutting.done() else None
        return cut if isinstance(cut, Picture) else None

    def renew(self) -> None:
        """The address has expired: from now on the picture lies at another one, and in order."""
        self.fault = None
        self.token = secrets.token_urlsafe(24)

    @property
    def picture_url(self) -> str:
        return f"{self.files_url}/{self.token}.{self.format}"


@dataclass(frozen=True)
class Standing:
    """How a job stands, in the words of the reference. ``progress`` is in percent."""

    status: str
    progress: int | None = None
    url: str | None = None
    error: Mapping[str, str] | None = None


def standing(job: SandboxJob, now: float) -> Standing:
    """How ``job`` stands at ``now``: as its time and its fault have it, and not before its picture is really cut."""
    share = (now - job.made_at) / job.seconds if job.seconds else 1.0
    if share < _QUEUED_SHARE:
        return Standing("queued")
    if share < 1 or not job.cutting.done() or job.fault == "stuck":
        return Standing("processing", min(int(share * 100), 99))
    if job.fault in ("failed", "failed-task"):
        return Standing("failed", error={"kind": "invalid_input", "message": "the sandbox was asked to fail this job"})
    if job.fault == "cancelled":
        return Standing("cancelled")
    trouble = job.cutting.result()
    if isinstance(trouble, str):
        return Standing("failed", error={"kind": "invalid_input", "message": trouble})
    if job.fault == "no-url" or (job.fault == "late-url" and job.looks <= LATE_LOOKS):
        return Standing("succeeded", 100)
    return Standing("succeeded", 100, job.picture_url)


class JobBook:
    """All jobs of one sandbox, newest last, and what was asked of it."""

    def __init__(self, seconds: tuple[float, float], seed: int | None) -> None:
        self._seconds = seconds
        self._random = random.Random(seed)  # noqa: S311 - durations are no secret
        self._by_key: dict[str, SandboxJob] = {}
        self.jobs: list[SandboxJob] = []
        self.requests: Counter[str] = Counter()
        self.strangers_keys: list[str] = []

    def of_key(self, key: str | None) -> SandboxJob | None:
        """The job that this Idempotency-Key made, while the sandbox remembers the key."""
        return self._by_key.get(key) if key else None

    def make(
        self,
        body: Mapping[str, Any],
        key: str | None,
        *,
        fault: str | None,
        shape: str,
        files_url: str,
        cutting: Future[Picture | str],
        seconds: float | None = None,
    ) -> SandboxJob:
        """A new job. It takes ``seconds``, else a random time within the sandbox's usual ones."""
        if seconds is None:
            seconds = self._seconds[1] * SLOWER_BY if fault == "slow" else self._random.uniform(*self._seconds)
        prefix = "task" if shape == "older-words" else "job"
        job_id = f"{prefix}_{secrets.token_hex(12)}"
        job = SandboxJob(job_id, key, body, time.time(), seconds, fault, shape, files_url, cutting)
        self.jobs.append(job)
        if key:
            self._by_key[key] = job
        return job

    def forget_keys(self) -> None:
        """As the service does after 24 hours."""
        self._by_key.clear()

    def mend(self) -> None:
        """From now on nothing is wrong with any job that was made."""
        for job in self.jobs:
            job.fault = None

    def find(self, job_id: str) -> SandboxJob | None:
        return next((job for job in self.jobs if job.id == job_id), None)

    def of_token(self, token: str) -> SandboxJob | None:
        return next((job for job in self.jobs if secrets.compare_digest(job.token, token)), None)

    def page(self, limit: int, after: str | None) -> tuple[list[SandboxJob], bool]:
        """Jobs newest first, those that follow ``after``, and whether more follow."""
        newest_first = self.jobs[::-1]
        start = next((at + 1 for at, job in enumerate(newest_first) if job.id == after), 0)
        page = newest_first[start : start + limit]
        return page, start + limit < len(newest_first)

    def report(self) -> dict[str, Any]:
        """What a test wants to know: jobs made for each key, requests by kind, keys that reached the files' host."""
        return {
            "jobs": [
                {"id": job.id, "key": job.key, "seconds": job.seconds, "fault": job.fault, "body": job.body}
                for job in self.jobs
            ],
            "per_key": Counter(job.body["metadata"].get("posterframe_key") or job.key or job.id for job in self.jobs),
            "requests": self.requests,
            "strangers_keys": self.strangers_keys,
        }
