"""What Ittybit's replies mean: any JSON value becomes a typed job, a list of jobs, or one clear error. Pure.

Its pages disagree with each other about words and shapes, so everything that has been seen is understood here
(docs/ittybit.md lists it), and whatever has not been seen counts as a job that still runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from posterframe.errors import ServiceFailed

KEY_IN_METADATA = "posterframe_key"
"""Where a thumbnail's id stands in a job's metadata, beside being its Idempotency-Key."""

_SUCCEEDED = frozenset({"succeeded", "completed", "ready"})
_FAILED = frozenset({"failed", "error"})
_CANCELLED = frozenset({"cancelled", "canceled"})
_QUEUED = frozenset({"queued", "pending", "waiting"})

_SAFE_ID = re.compile(r"(?!\.+$)[\w.:~-]{1,200}", re.ASCII)
_LONGEST_URL = 8_000
_LONGEST_WORDS = 300


class JobState(StrEnum):
    """How a job stands. ``UNPLACED``: the service says that it succeeded, but not yet where the picture is."""

    QUEUED = "queued"
    RUNNING = "running"
    UNPLACED = "unplaced"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Complaint:
    """What the service says is wrong: one of its kinds, and its own words, where it gives them."""

    kind: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class JobReply:
    """A job as the service tells it. ``url`` is there exactly when the state is ``SUCCEEDED``.

    ``progress`` is 0–1. ``key`` is the thumbnail's id that we sent along. ``created_at`` is seconds since 1970.
    """

    id: str
    state: JobState
    url: str | None = None
    progress: float | None = None
    complaint: Complaint | None = None
    key: str | None = None
    created_at: float | None = None


class Unreadable(ServiceFailed):
    """The reply is no job at all: a web page, an empty body, something else's JSON."""


def read_job(reply: object) -> JobReply:
    """The job that a reply tells of, in whichever shape. Raises ``Unreadable`` where there is none."""
    job = _unwrapped(reply)
    job_id = _id(job.get("id")) if isinstance(job, Mapping) else None
    if not isinstance(job, Mapping) or job_id is None:
        raise Unreadable("Ittybit's reply is not a job; try again, and check ITTYBIT_BASE_URL if it stays so.")
    state, url = _state_and_url(job)
    return JobReply(
        id=job_id,
        state=state,
        url=url,
        progress=_progress(job),
        complaint=_job_complaint(job) if state in (JobState.FAILED, JobState.CANCELLED) else None,
        key=_key(job),
        created_at=_seconds(job.get("created_at")),
    )


def read_jobs(reply: object) -> tuple[JobReply, ...]:
    """The jobs of a list, in its order; entries that are no jobs are passed over. Raises ``Unreadable``."""
    listed = _unwrapped(reply)
    if isinstance(listed, Mapping):
        listed = next((listed[name] for name in ("jobs", "items", "results") if name in listed), None)
    if not isinstance(listed, list):
        raise Unreadable("Ittybit's reply is not a list of jobs; try again in a minute.")
    return tuple(_readable(listed))


def read_complaint(reply: object) -> Complaint:
    """What an error reply says, in any of its shapes; an empty ``Complaint`` where it says nothing."""
    if not isinstance(reply, Mapping):
        return Complaint()
    found = _complaint(reply.get("error"))
    return found or _complaint(reply) or Complaint()


def _unwrapped(reply: object) -> object:
    """Older replies wrap everything in ``{meta, data, error, links}``."""
    inner = reply.get("data") if isinstance(reply, Mapping) else None
    return inner if isinstance(inner, Mapping | list) else reply


def _readable(listed: list[object]) -> Iterator[JobReply]:
    for entry in listed:
        try:
            yield read_job(entry)
        except Unreadable:
            continue


def _state_and_url(job: Mapping[str, object]) -> tuple[JobState, str | None]:
    word = _word(job.get("status"))
    if word in _SUCCEEDED:
        url = next(_picture_urls(job), None)
        return (JobState.SUCCEEDED, url) if url else (JobState.UNPLACED, None)
    if word in _FAILED:
        return JobState.FAILED, None
    if word in _CANCELLED:
        return JobState.CANCELLED, None
    return (JobState.QUEUED if word in _QUEUED else JobState.RUNNING), None


def _picture_urls(job: Mapping[str, object]) -> Iterator[str]:
    """Every place where the picture's address may stand, the likeliest first; never the source video's own."""
    source = _address(job.get("input"))
    places = [job.get("output_url"), job.get("output"), _first(job.get("outputs")), _first(job.get("urls"))]
    places += [task.get("output") for task in reversed(_tasks(job)) if _may_hold_picture(task)]
    for place in places:
        url = _address(place)
        if url is not None and url != source:
            yield url


def _may_hold_picture(task: Mapping[str, object]) -> bool:
    """A probe's output is the source video, and so may be that of an import: neither is the picture."""
    output = task.get("output")
    kind = _word(output.get("kind")) if isinstance(output, Mapping) else ""
    return _word(task.get("status")) in _SUCCEEDED and _word(task.get("kind")) != "probe" and kind in ("", "image")


def _address(place: object) -> str | None:
    """The http(s) URL that is here or in ``url``; an ``s3://`` string is a destination, not something to show."""
    url = place.get("url") if isinstance(place, Mapping) else place
    if not isinstance(url, str) or len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _progress(job: Mapping[str, object]) -> float | None:
    """The job's own progress; else the mean of its tasks, if any of them tells it."""
    own = _fraction(job.get("progress"))
    if own is not None:
        return own
    tasks = [task for task in _tasks(job) if _word(task.get("kind")) != "probe"]
    told = [_fraction(task.get("progress")) for task in tasks]
    if all(part is None for part in told):
        return None
    ended = [_word(task.get("status")) in _SUCCEEDED for task in tasks]
    return sum(1.0 if end else part or 0.0 for end, part in zip(ended, told, strict=True)) / len(tasks)


def _fraction(value: object) -> float | None:
    """0–1 of a progress: whole numbers are percent, as the older reference says; so are others above 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        return None
    return value / 100 if isinstance(value, int) or value > 1 else value


def _job_complaint(job: Mapping[str, object]) -> Complaint:
    """The job's own complaint, else that of the first task with one."""
    complaints = (_complaint(part.get("error")) for part in (job, *_tasks(job)))
    return next((found for found in complaints if found), Complaint())


def _complaint(error: object) -> Complaint | None:
    """An error is a string or ``{kind, message}``; older ones say ``code`` or ``type`` for the kind."""
    if isinstance(error, str):
        return Complaint(words=_words(error)) if error.strip() else None
    if not isinstance(error, Mapping):
        return None
    kind = next((_word(error[name]) for name in ("kind", "code", "type") if _word(error.get(name))), None)
    words = next((_words(error[name]) for name in ("message", "detail") if _words(error.get(name))), None)
    return Complaint(kind, words) if kind or words else None


def _words(value: object) -> str | None:
    """The service's words on one line, printable and short, without keys and without the queries of URLs."""
    if not isinstance(value, str):
        return None
    line = " ".join("".join(char if char.isprintable() else " " for char in value).split())
    line = re.sub(r"(https?://[^\s?#]+)[?#]\S*", r"\1", line)
    line = re.sub(r"\bittybit_[a-z]+_\S+", "…", line)
    return line if len(line) <= _LONGEST_WORDS else f"{line[:_LONGEST_WORDS]}…"


def _key(job: Mapping[str, object]) -> str | None:
    metadata = job.get("metadata")
    key = metadata.get(KEY_IN_METADATA) if isinstance(metadata, Mapping) else None
    return key if isinstance(key, str) else None


def _seconds(value: object) -> float | None:
    """Unix milliseconds as seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e15:
        return None
    return value / 1000


def _tasks(job: Mapping[str, object]) -> list[Mapping[str, object]]:
    tasks = job.get("tasks")
    return [task for task in tasks if isinstance(task, Mapping)] if isinstance(tasks, list) else []


def _word(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def _id(value: object) -> str | None:
    """Ids are opaque, but they go into paths: one that could lead elsewhere is none."""
    return value if isinstance(value, str) and _SAFE_ID.fullmatch(value) else None
