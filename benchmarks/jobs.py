"""How long until all thumbnails of a batch are ready, and with how many requests: the product beside the guide's way.

Both run against the sandbox with 150 ms of latency and jobs of 1–4 s, the same times for both. The guide submits one
by one, then waits for each in turn, asking every 2 s, and is done when it has the addresses. The product is the whole
engine, from the press of the button to the last picture fetched, checked and stored as ready.
``.venv/bin/python -m benchmarks.jobs`` prints the table.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
import requests
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from benchmarks.serving import talk_to
from posterframe import workflows
from posterframe.contracts import Format, Shape, ThumbnailStatus, VideoInfo, Wish
from posterframe.model import DecisionState, RoundState, SourceKind
from posterframe.sandbox.ittybit import ittybit_app
from posterframe.sandbox.server import serve
from posterframe.settings import Settings
from posterframe.studio import Studio, open_studio

LATENCY = 0.150
SECONDS = (1.0, 4.0)
BATCHES = (5, 20, 100)
SEEDS = (1, 2, 3)
GUIDE_POLLS_EVERY = 2.0
STORE_LOOKS_EVERY = 0.05
VIDEO = VideoInfo(2.0, 160, 90, 10, "h264")
SHAPE = Shape(160, 90, Format.JPEG)
KEY = "ittybit_live_benchmark"

Way = Callable[[str, int], float]
"""Has so many thumbnails cut by the service at a URL; the seconds until all are ready."""


@dataclass(frozen=True)
class Run:
    """Seconds until all were ready, those of the slowest job (the floor), and requests to the service's API."""

    took: float
    floor: float
    requests: float


def main() -> None:
    print("seconds until all are ready, mean of 3; lean: the service's lists leave the progress out")
    print("  n  floor  guide   ours  over  /floor  /guide  requests   lean  over  /guide  requests  guide's requests")
    for count in BATCHES:
        guide = average([measure(count, seed, guides_way) for seed in SEEDS])
        ours = average([measure(count, seed, our_way) for seed in SEEDS])
        lean = average([measure(count, seed, our_way, tasks_in_lists=False) for seed in SEEDS])
        print(
            f"{count:3}  {guide.floor:5.2f}  {guide.took:5.2f}  {ours.took:5.2f}  {ours.took - ours.floor:4.2f}  "
            f"{ours.took / ours.floor:6.2f}  {ours.took / guide.took:6.2f}  {ours.requests:8.1f}  "
            f"{lean.took:5.2f}  {lean.took - lean.floor:4.2f}  {lean.took / guide.took:6.2f}  {lean.requests:8.1f}  "
            f"{guide.requests:16.1f}",
            flush=True,
        )


def average(runs: list[Run]) -> Run:
    return Run(mean(run.took for run in runs), mean(run.floor for run in runs), mean(run.requests for run in runs))


def measure(count: int, seed: int, way: Way, *, tasks_in_lists: bool = True) -> Run:
    with sandbox(seed=seed, tasks_in_lists=tasks_in_lists) as url:
        took = way(url, count)
        told = requests.get(f"{url}/_sandbox/jobs", timeout=30).json()
    assert sorted(told["per_key"].values()) == [1] * count, "one job for each thumbnail"
    asked = sum(number for kind, number in told["requests"].items() if kind != "file")
    return Run(took, max(job["seconds"] for job in told["jobs"]), asked)


def guides_way(url: str, count: int) -> float:
    """Submit one by one, then wait for each in turn."""
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {KEY}"}
    ids = []
    for _ in range(count):
        options = {"start": 1.0, "width": SHAPE.width, "height": SHAPE.height, "format": "jpeg"}
        body = {"kind": "image", "input": f"{url}/film/film.mp4", "options": options}
        ids.append(requests.post(f"{url}/jobs", json=body, headers=headers, timeout=30).json()["id"])
    for job_id in ids:
        while requests.get(f"{url}/jobs/{job_id}", headers=headers, timeout=30).json()["status"] != "succeeded":
            time.sleep(GUIDE_POLLS_EVERY)
    return time.monotonic() - began


def our_way(url: str, count: int) -> float:
    """The product in a process of its own, as the one behind the pages is."""
    here, there = get_context("spawn").Pipe()
    with tempfile.TemporaryDirectory() as home:
        process = get_context("spawn").Process(target=run_product, args=(there, home, url, count), name="The product")
        process.start()
        there.close()  # so that ours tells when the process has died
        with talk_to(process):
            took: float = here.recv()
        process.join()
    return took


def run_product(pipe: Connection, home: str, url: str, count: int) -> None:
    chosen = Settings.model_validate(
        {
            "POSTERFRAME_HOME": home,
            "ITTYBIT_API_KEY": KEY,
            "ITTYBIT_BASE_URL": url,
            "POSTERFRAME_ALLOW_HOSTS": urlsplit(url).netloc,
        }
    )
    studio = open_studio(chosen)
    review_id = approved_review(studio, f"{url}/film/film.mp4", count)
    workflows.start(studio)
    time.sleep(2.0)  # whoever presses the button does not do so at the moment of the server's start
    began = time.monotonic()
    for thumbnail in studio.store.cut(review_id, [SHAPE], "ittybit", "Kim"):
        workflows.cut(thumbnail)
    while not all(one.status is ThumbnailStatus.READY for one in studio.store.thumbnails(review_id)):
        time.sleep(STORE_LOOKS_EVERY)
    pipe.send(time.monotonic() - began)
    workflows.stop()


def approved_review(studio: Studio, video_url: str, count: int) -> str:
    """A review with so many approved moments, whose previews are there."""
    store = studio.store
    review, first = store.create_review("Film", SourceKind.URL, video_url, Wish(), "local", "Kim")
    store.set_video(review.id, VIDEO)
    store.finish_round(first.id, RoundState.DONE)
    for number in range(count):
        moment = store.add_moment(review.id, 1.0 + number / 1000, "Looks good", "Kim")
        store.set_preview(moment.id, moment.timestamp, f"previews/{'0' * 64}.webp")
        store.decide(moment.id, DecisionState.APPROVED, "Kim")
    return review.id


@contextmanager
def sandbox(**options: Any) -> Iterator[str]:
    """A sandbox in a process of its own, so that it takes no time from those who are measured."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve_sandbox, args=(there, options), name="The sandbox", daemon=True)
    process.start()
    there.close()  # so that ours tells when the process has died
    try:
        with talk_to(process):
            url: str = here.recv()
        yield url
    finally:
        here.close()
        process.join()


def serve_sandbox(pipe: Connection, options: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        render(Path(folder) / "film.mp4")
        stand_in = ittybit_app(seconds=SECONDS, latency=LATENCY, **options)
        routes = [Mount("/film", StaticFiles(directory=folder)), Mount("/", stand_in)]
        with serve(Starlette(routes=routes)) as served:
            pipe.send(served.url)
            pipe.poll(None)  # until the other end is closed


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
