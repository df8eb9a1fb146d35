"""How long until all thumbnails of a batch are ready, and with how many requests: ours beside the guide's way.

Both run against the sandbox with 150 ms of latency and jobs of 1–4 s, the same times for both. The guide submits one
by one, then waits for each in turn, asking every 2 s. ``.venv/bin/python -m benchmarks.jobs`` prints the table.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
import requests
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from posterframe import polling
from posterframe.extractors.ittybit import IttybitExtractor
from posterframe.model import Cut, Format, Job, Shape, new_id
from posterframe.net import Net
from posterframe.polling import Watched
from posterframe.sandbox.ittybit import ittybit_app
from posterframe.sandbox.server import serve
from posterframe.video import Footage

LATENCY = 0.150
SECONDS = (1.0, 4.0)
BATCHES = (5, 20, 100)
SEEDS = (1, 2, 3)
THREADS = 10
GUIDE_POLLS_EVERY = 2.0
SHAPE = Shape(160, 90, Format.JPEG)
KEY = "ittybit_live_benchmark"

Way = Callable[[str, int], None]
"""Has so many thumbnails cut by the service at a URL, and returns when all are ready."""


@dataclass(frozen=True)
class Run:
    """Seconds until all were known to be ready, those of the slowest job (the floor), and requests sent."""

    took: float
    slowest: float
    requests: float

    @property
    def over(self) -> float:
        return self.took - self.slowest


def main() -> None:
    print("all ready: seconds, mean of 3; over: seconds over the slowest job; lean: lists that tell no progress")
    print("  n  floor  guide   ours  over  /guide  requests   lean  over  /guide  requests  guide's requests")
    for count in BATCHES:
        guide = average([measure(count, seed, guides_way) for seed in SEEDS])
        ours = average([measure(count, seed, our_way) for seed in SEEDS])
        lean = average([measure(count, seed, our_way, tasks_in_lists=False) for seed in SEEDS])
        columns = [
            f"{run.took:5.2f}  {run.over:4.2f}  {run.took / guide.took:6.2f}  {run.requests:8.1f}"
            for run in (ours, lean)
        ]
        print(
            f"{count:3}  {guide.slowest:5.2f}  {guide.took:5.2f}  {'  '.join(columns)}  {guide.requests:16.1f}",
            flush=True,
        )


def average(runs: list[Run]) -> Run:
    return Run(mean(run.took for run in runs), mean(run.slowest for run in runs), mean(run.requests for run in runs))


def measure(count: int, seed: int, way: Way, *, tasks_in_lists: bool = True) -> Run:
    with sandbox(seed=seed, tasks_in_lists=tasks_in_lists) as url:
        began = time.monotonic()
        way(url, count)
        took = time.monotonic() - began
        told = requests.get(f"{url}/_sandbox/jobs", timeout=30).json()
    assert sorted(told["per_key"].values()) == [1] * count, "one job for each thumbnail"
    return Run(took, max(job["seconds"] for job in told["jobs"]), sum(told["requests"].values()))


def guides_way(url: str, count: int) -> None:
    """Submit one by one, then wait for each in turn."""
    headers = {"Authorization": f"Bearer {KEY}"}
    ids = []
    for _ in range(count):
        options = {"start": 1.0, "width": SHAPE.width, "height": SHAPE.height, "format": "jpeg"}
        body = {"kind": "image", "input": f"{url}/film/film.mp4", "options": options}
        ids.append(requests.post(f"{url}/jobs", json=body, headers=headers, timeout=30).json()["id"])
    for job_id in ids:
        while requests.get(f"{url}/jobs/{job_id}", headers=headers, timeout=30).json()["status"] != "succeeded":
            time.sleep(GUIDE_POLLS_EVERY)


def our_way(url: str, count: int) -> None:
    """Submit side by side, and look at all together when ``polling`` says so."""
    net = Net(allow_hosts=frozenset({urlsplit(url).netloc}))
    extractor = IttybitExtractor(SecretStr(KEY), url, net, lambda footage: footage.url)
    footage = Footage("film", f"{url}/film/film.mp4", lambda: net.open(f"{url}/film/film.mp4"))
    started: SimpleQueue[Future[Job]] = SimpleQueue()
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(count):
            threads.submit(extractor.start, footage, Cut(new_id(), 1.0, SHAPE)).add_done_callback(started.put)
        follow(extractor, started, count)


def follow(extractor: IttybitExtractor, started: SimpleQueue[Future[Job]], count: int) -> None:
    """Look at the jobs as they are started until ``count`` of them are final."""
    watched: dict[str, Watched] = {}
    while count:
        now = time.time()
        plan = polling.plan(watched.values(), now)
        try:
            job = started.get(timeout=None if plan.at is None else max(plan.at - now, 0.0)).result()
        except Empty:
            answers = extractor.look(plan.ids)
            for job_id in plan.ids:
                after = polling.after_look(watched.pop(job_id), answers.get(job_id), time.time())
                if after is None:
                    count -= 1
                else:
                    watched[job_id] = after
        else:
            assert job.id is not None
            watched[job.id] = polling.watch(job.id, time.time())


@contextmanager
def sandbox(**options: Any) -> Iterator[str]:
    """A sandbox in a process of its own, so that it takes no time from those who are measured."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve_sandbox, args=(there, options), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        process.join()


def serve_sandbox(pipe: Connection, options: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        render(Path(folder) / "film.mp4")
        stand_in = ittybit_app(seconds=SECONDS, latency=LATENCY, **options)
        routes = [Mount("/film", StaticFiles(directory=folder)), Mount("/", stand_in)]
        with serve(Starlette(routes=routes)) as served:
            pipe.send(served.url)
            pipe.recv()


def render(path: Path) -> None:
    """Two seconds of one colour: the sandbox's cutting shall cost next to nothing."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.full((90, 160, 3), 128, np.uint8), format="rgb24")
        for _ in range(20):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


if __name__ == "__main__":
    main()
