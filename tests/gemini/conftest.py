"""Gemini's sandbox over HTTP, a film on a server, and the picker with each of both SDKs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from posterframe.contracts import Proposal, Wish
from posterframe.gemini.patience import Patience
from posterframe.gemini.sdk_generativeai import _import_genai
from posterframe.net import Net
from posterframe.pickers.gemini import GeminiPicker
from posterframe.sandbox.gemini import gemini_app
from posterframe.sandbox.server import Served, serve
from posterframe.video import Footage
from tests.films import scene, still, write_film
from tests.servers import MediaServer

KEY = "key-that-must-stay-secret-4711"
SECONDS = 8.0
MOMENTS = (
    Proposal(2.5, "A sharp still life in soft light."),
    Proposal(6.25, "Strong colours fill the frame."),
    Proposal(4.5, "A calm composition with one clear subject."),
)
"""What the sandbox sees in the film, best first; times that are exact in every spelling."""

QUICK = Patience(reply=5.0, total=8.0, ready=5.0, poll=0.05, first_wait=0.02, longest_wait=0.1)

MakePicker = Callable[..., GeminiPicker]


@dataclass(frozen=True)
class Sandbox:
    """The stand-in as a test steers it."""

    url: str

    def next(self, name: str, **how: Any) -> None:
        response = requests.post(f"{self.url}/_sandbox/next", json={"fault": name, **how}, timeout=5)
        assert response.ok, response.text

    def told(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = requests.get(f"{self.url}/_sandbox/requests", timeout=5).json()
        return told

    def asked(self, kind: str) -> list[Mapping[str, Any]]:
        return [request for request in self.told()["requests"] if request["kind"] == kind]

    def uploads(self) -> int:
        return sum(1 for request in self.asked("upload") if request["command"] == "start")

    def forget_files(self) -> None:
        requests.post(f"{self.url}/_sandbox/forget-files", timeout=5)


def see_the_same(_: Footage, wish: Wish) -> Sequence[Proposal]:
    return MOMENTS[: wish.count]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four still scenes of two seconds."""
    path = tmp_path_factory.mktemp("gemini") / "still-lives.mp4"
    write_film(path, *(still(scene(seed), SECONDS / 4) for seed in range(4)))
    return path


@pytest.fixture(scope="session")
def served(film: Path) -> Iterator[Served]:
    with serve(gemini_app(watch=see_the_same, youtube_film=film, ready_after=0.1)) as served:
        yield served


@pytest.fixture
def sandbox(served: Served) -> Sandbox:
    requests.post(f"{served.url}/_sandbox/reset", timeout=5)
    return Sandbox(served.url)


@pytest.fixture
def media(film: Path) -> Iterator[MediaServer]:
    with MediaServer() as server:
        server.add("/still-lives.mp4", film.read_bytes())
        yield server


@pytest.fixture
def net(media: MediaServer, tmp_path: Path) -> Net:
    return Net(allow_hosts=frozenset({media.host}), cache_folder=tmp_path / "cache")


@pytest.fixture
def footage(media: MediaServer, net: Net) -> Footage:
    """The film at an address that only this machine can read."""
    url = media.url("/still-lives.mp4")
    return Footage("Still lives", url, lambda: net.open(url))


@pytest.fixture
def file(film: Path) -> Footage:
    """The film as an uploaded file."""
    return Footage("Still lives", None, lambda: film.open("rb"))


@pytest.fixture(scope="session")
def imported() -> None:
    """On a busy machine, importing an SDK takes longer than these tests wait for an answer."""
    import google.genai  # noqa: F401

    _import_genai()


@pytest.fixture(params=["google-generativeai", "google-genai"])
def sdk(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_picker(sandbox: Sandbox, media: MediaServer, net: Net, tmp_path: Path, sdk: str, imported: None) -> MakePicker:
    """Makes a picker that asks the sandbox; whatever a test names is set otherwise."""

    def make(**otherwise: Any) -> GeminiPicker:
        usual: dict[str, Any] = {
            "api_key": SecretStr(KEY),
            "base_url": sandbox.url,
            "model": "gemini-3.5-flash-lite",
            "sdk": sdk,
            "net": net,
            "uploads_folder": tmp_path / "gemini",
            "allow_hosts": frozenset({media.host}),
            "patience": QUICK,
        }
        return GeminiPicker(**{**usual, **otherwise})

    return make


@pytest.fixture
def picker(make_picker: MakePicker) -> GeminiPicker:
    return make_picker()
