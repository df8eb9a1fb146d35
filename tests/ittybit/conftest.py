"""A real film on a real server, the stand-in for Ittybit over real HTTP, and an extractor that uses both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from posterframe.contracts import Cut, Fit, Format, Job, Shape
from posterframe.extractors.ittybit import IttybitExtractor
from posterframe.ittybit.client import IttybitClient
from posterframe.ittybit.retry import Pace
from posterframe.model import new_id
from posterframe.net import Limits, Net
from posterframe.sandbox.ittybit import ittybit_app
from posterframe.sandbox.server import serve
from posterframe.video import Footage
from tests.films import still, write_film

SECRET = "ittybit_live_7hIs-k3y-must-never-show"
HASTY = Pace(first_backoff=0.01, longest_backoff=0.02, patience=3.0, connect_timeout=1.0, read_timeout=1.0)
SMALL = Shape(160, 90, Format.WEBP, Fit.COVER)

COLOURS = [(220, 30, 30), (30, 200, 30), (30, 30, 220), (220, 220, 30)]
"""The film shows each of these for one second."""


@dataclass(frozen=True)
class Desk:
    """One sandbox, and what speaks to it."""

    url: str
    extractor: IttybitExtractor
    client: IttybitClient
    footage: Footage

    def next(self, fault: str | None = None, **more: Any) -> None:
        """Say what the sandbox shall do next."""
        told = {"fault": fault, **more} if fault else more
        requests.post(f"{self.url}/_sandbox/next", json=told, timeout=5).raise_for_status()

    def report(self) -> dict[str, Any]:
        """What the sandbox made and was asked."""
        return requests.get(f"{self.url}/_sandbox/jobs", timeout=5).json()  # type: ignore[no-any-return]

    def forget_keys(self) -> None:
        requests.post(f"{self.url}/_sandbox/forget-keys", timeout=5).raise_for_status()

    def start(self, cut: Cut) -> Job:
        return self.extractor.start(self.footage, cut)

    def look(self, job: Job) -> Job:
        assert job.id is not None
        return self.extractor.look([job.id])[job.id]

    def until_final(self, job: Job) -> Job:
        """Look until the job is final; each look is a request, so nothing is slept through."""
        for _ in range(2000):
            job = self.look(job)
            if job.status.is_final:
                return job
        raise AssertionError(f"the job stays {job.status}")


def a_cut(timestamp: float = 1.5, shape: Shape = SMALL, **more: Any) -> Cut:
    return Cut(new_id(), timestamp, shape, **more)


@pytest.fixture(scope="session")
def film_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("film")
    write_film(folder / "film.mp4", *(still(np.full((180, 320, 3), colour, np.uint8), 1.0) for colour in COLOURS))
    with serve(Starlette(routes=[Mount("/", StaticFiles(directory=folder))])) as served:
        yield f"{served.url}/film.mp4"


@pytest.fixture
def open_desk(film_url: str) -> Iterator[Callable[..., Desk]]:
    """Opens a sandbox with the given options, whose jobs take no time unless told otherwise."""
    with ExitStack() as stack:

        def open_it(pace: Pace = HASTY, under: str = "", **options: Any) -> Desk:
            app = ittybit_app(**{"seconds": (0.0, 0.0), **options})
            served = stack.enter_context(serve(Starlette(routes=[Mount(under or "/", app)])))
            url = served.url + under
            hosts = frozenset({urlsplit(served.url).netloc, urlsplit(film_url).netloc})
            net = Net(hosts, limits=Limits(first_pause=0.01))
            key = SecretStr(SECRET)
            extractor = IttybitExtractor(key, url, net, lambda footage: footage.url, pace)
            footage = Footage("film.mp4", film_url, lambda: net.open(film_url))
            return Desk(url, extractor, IttybitClient(key, url, pace), footage)

        yield open_it


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()
