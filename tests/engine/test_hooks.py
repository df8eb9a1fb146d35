"""A service that calls when a job has ended: it is heard, never believed, and only brings the next look nearer."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests
from pydantic import SecretStr
from starlette.applications import Starlette

from posterframe.contracts import Cut, Shape
from posterframe.extractors.ittybit import IttybitExtractor
from posterframe.lookout import HURRIED_GAP, Lookout
from posterframe.model import new_id
from posterframe.net import Net
from posterframe.polling import HOOK_PATH, follow
from posterframe.registry import hook_address
from posterframe.routes import hook_route
from posterframe.sandbox.ittybit import ittybit_app
from posterframe.sandbox.server import Served, serve
from posterframe.settings import Settings
from posterframe.video import Footage
from tests.waiting import wait_for


class Doorbell:
    """Counts how often it is rung."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1


@pytest.fixture
def bell() -> Doorbell:
    return Doorbell()


@pytest.fixture
def us(bell: Doorbell) -> Iterator[Served]:
    with serve(Starlette(routes=[hook_route(bell.ring)])) as served:
        yield served


@pytest.fixture
def service() -> Iterator[Served]:
    with serve(ittybit_app(seconds=(0.5, 0.5))) as served:
        yield served


def _extractor(service: Served, us: Served) -> IttybitExtractor:
    net = Net(frozenset({urlsplit(service.url).netloc}))
    return IttybitExtractor(
        SecretStr("a key"), service.url, net, lambda footage: footage.url, webhook_url=us.url + HOOK_PATH
    )


def _start(extractor: IttybitExtractor, us: Served) -> str:
    """The id of a new job; that there is no such film does not matter here."""
    footage = Footage("film", f"{us.url}/film.mp4", lambda: pytest.fail("the service opens it, not we"))
    job = extractor.start(footage, Cut(new_id(), 1.0, Shape(160, 90)))
    assert job.id is not None
    return job.id


def test_the_service_calls_when_a_job_has_ended(service: Served, us: Served, bell: Doorbell) -> None:
    _start(_extractor(service, us), us)
    assert bell.rings == 0
    wait_for(lambda: bell.rings == 1)


@pytest.mark.parametrize(
    "body",
    [b"", b'{"id": "job_1", "status": "succeeded", "output": "http://evil.example/"}', b"\xff", b"x" * 5_000_000],
)
def test_a_call_is_heard_whatever_it_says(us: Served, bell: Doorbell, body: bytes) -> None:
    answer = requests.post(us.url + HOOK_PATH, data=body, timeout=5)
    assert (answer.status_code, answer.content, bell.rings) == (204, b"", 1)


def test_a_call_is_answered_before_its_body_is_there(us: Served, bell: Doorbell) -> None:
    head = f"POST {HOOK_PATH} HTTP/1.1\r\nHost: us\r\nContent-Length: 1000000000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", us.port), timeout=5) as line:
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 204")
    assert bell.rings == 1


def test_only_a_post_is_a_call(us: Served, bell: Doorbell) -> None:
    assert requests.get(us.url + HOOK_PATH, timeout=5).status_code == 405
    assert bell.rings == 0


def test_a_call_brings_the_next_look_nearer_and_calls_without_end_no_more_looks(service: Served, us: Served) -> None:
    lookout = Lookout(_extractor(service, us))
    job_id = _start(_extractor(service, us), us)
    now = time.time()
    # A job that is so old is looked at every few seconds only.
    lookout.jobs = {job_id: replace(follow(job_id, now - 100), looked_at=now)}
    assert (lookout.pause() or 0) > 2 * HURRIED_GAP
    assert not lookout.turn().answers
    lookout.hurry()
    assert lookout.pause() == 0
    assert set(lookout.turn().answers) == {job_id}
    lookout.hurry()
    assert 0 < (lookout.pause() or 0) <= HURRIED_GAP
    assert not lookout.turn().answers, "not twice within the gap"
    wait_for(lambda: lookout.pause() == 0)
    assert set(lookout.turn().answers) == {job_id}


@pytest.mark.parametrize(
    ("public_url", "base_url", "address"),
    [
        (None, "https://api.ittybit.com", None),
        ("https://frames.example/", "https://api.ittybit.com", "https://frames.example/hooks/jobs"),
        ("http://localhost:8501", "https://api.ittybit.com", None),
        ("http://localhost:8501", "http://127.0.0.1:8100/ittybit", "http://localhost:8501/hooks/jobs"),
    ],
    ids=["nothing set", "public", "only this machine", "a stand-in on this machine"],
)
def test_the_service_is_told_an_address_only_where_it_can_reach_us(
    public_url: str | None, base_url: str, address: str | None
) -> None:
    chosen = Settings().model_copy(update={"public_url": public_url, "ittybit_base_url": base_url})
    assert hook_address(chosen) == address
