"""The shapes and words in which Ittybit's pages tell of a job, each made from the reference's. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from posterframe.sandbox.ittybit_jobs import SandboxJob, Standing

Told = dict[str, Any]


def tell(job: SandboxJob, stands: Standing, *, with_tasks: bool = True) -> Told:
    """The job in its shape. Lists of the real service do not promise the tasks."""
    told = SHAPES[job.shape](_reference(job, stands))
    if not with_tasks:
        told.pop("tasks", None)
    return told


def enveloped(told: object) -> Told:
    """As older replies come."""
    kind = "list" if isinstance(told, list) else "object"
    return {"meta": {"version": "2025-08-20", "type": kind}, "data": told, "error": None, "links": {}}


def _reference(job: SandboxJob, stands: Standing) -> Told:
    """As the reference of the 2026 generation shows a job."""
    made = int(job.made_at * 1000)
    ended = stands.status in ("succeeded", "failed", "cancelled")
    times = {"created_at": made, "started_at": made, "finished_at": made + int(job.seconds * 1000) if ended else None}
    source = {"object": "external_file", "url": job.body["input"]}
    probed = {"object": "file", "kind": "video", "url": job.body["input"]}
    drawn = {"object": "file", "kind": "image", "url": stands.url, "format": job.format} if stands.url else None
    in_task = job.fault == "failed-task"
    return {
        "id": job.id,
        "object": "job",
        "kind": "image",
        "input": job.body["input"],
        "output": stands.url,
        "options": job.body["options"],
        "metadata": job.body["metadata"],
        "status": stands.status,
        "error": None if in_task else stands.error,
        "tasks": [
            _task(f"{job.id}_1", "probe", "queued" if stands.status == "queued" else "succeeded", source, probed),
            _task(f"{job.id}_2", "image", stands.status, source, drawn)
            | {"progress": stands.progress, "error": stands.error},
        ],
        **times,
        "updated_at": made,
    }


def _task(task_id: str, kind: str, status: str, source: Told, output: Told | None) -> Told:
    return {
        "id": task_id,
        "object": "task",
        "kind": kind,
        "input": source,
        "options": {},
        "output": output,
        "status": status,
        "progress": None,
        "error": None,
    }


def _with_url_at(place: Callable[[str], Told]) -> Callable[[Told], Told]:
    """A shape that tells the picture's address nowhere but at ``place``."""

    def shape(told: Told) -> Told:
        elsewhere = {key: value for key, value in told.items() if key != "tasks"} | {"output": None}
        return elsewhere | (place(told["output"]) if told["output"] else {})

    return shape


def _with_words(words: dict[str, str], **more: Any) -> Callable[[Told], Told]:
    def shape(told: Told) -> Told:
        tasks = [task | {"status": words.get(task["status"], task["status"])} for task in told["tasks"]]
        return told | {"status": words.get(told["status"], told["status"]), "tasks": tasks} | more

    return shape


def _older_words(told: Told) -> Told:
    words = {"queued": "pending", "processing": "waiting", "succeeded": "completed", "failed": "error"}
    error = told["error"]["message"] if told["error"] else None
    return _with_words(words | {"cancelled": "canceled"})(told) | {"object": "task", "error": error}


SHAPES: dict[str, Callable[[Told], Told]] = {
    "reference": lambda told: told,
    "output-url": _with_url_at(lambda url: {"output_url": url}),
    "output-object": _with_url_at(lambda url: {"output": {"object": "file", "kind": "image", "url": url}}),
    "outputs": _with_url_at(lambda url: {"outputs": [{"kind": "image", "url": url}]}),
    "urls": _with_url_at(lambda url: {"urls": [url]}),
    "tasks-only": lambda told: told | {"output": None},
    "s3": lambda told: told | {"output": f"s3://bucket/{told['id']}"},
    "older-words": _older_words,
    "ready-words": _with_words({"queued": "waiting", "succeeded": "ready"}),
    "new-words": _with_words({"queued": "validating", "processing": "finishing"}),
    "envelope": enveloped,
}
"""Every shape by name. The list as a whole comes in an envelope where that is the sandbox's own shape."""
