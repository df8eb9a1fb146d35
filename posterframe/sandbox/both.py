"""Both stand-ins in one app, with the sample film at an address of its own: all that a demo without keys needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from posterframe.sandbox.gemini import gemini_app
from posterframe.sandbox.ittybit import ittybit_app

STAND_IN_KEY = "sandbox"
"""Both stand-ins take any key; this one says whose it is."""

FILM_PATH = "/films/sample.mp4"


def both_app(film: Path) -> Starlette:
    """Gemini under ``/gemini``, Ittybit under ``/ittybit``, and ``film``, which also stands for YouTube's videos."""

    async def give_film(_: Request) -> Response:
        return FileResponse(film, media_type="video/mp4")

    async def introduce(request: Request) -> Response:
        url = str(request.base_url).rstrip("/")
        return PlainTextResponse(f"{introduction(url)}\n{how_to_set_up(url)}")

    return Starlette(
        routes=[
            Route("/", introduce),
            Route(FILM_PATH, give_film),
            Mount("/gemini", gemini_app(youtube_film=film)),
            Mount("/ittybit", ittybit_app()),
        ]
    )


def environment(url: str) -> Mapping[str, str]:
    """The settings with which Posterframe uses the stand-ins at ``url`` in place of the services."""
    return {
        "GEMINI_BASE_URL": f"{url}/gemini",
        "GEMINI_API_KEY": STAND_IN_KEY,
        "ITTYBIT_BASE_URL": f"{url}/ittybit",
        "ITTYBIT_API_KEY": STAND_IN_KEY,
        "POSTERFRAME_ALLOW_HOSTS": urlsplit(url).netloc,
    }


def introduction(url: str) -> str:
    """What the stand-ins at ``url`` are, and how to have them misbehave."""
    return f"""\
Gemini's stand-in   {url}/gemini
Ittybit's stand-in  {url}/ittybit
A film to paste     {url}{FILM_PATH}

Ask for a fault (a name that is not known lists them all):
  curl -d '{{"fault": "failed"}}' {url}/ittybit/_sandbox/next
"""


def how_to_set_up(url: str) -> str:
    """What to type where Posterframe is to use the stand-ins at ``url``."""
    settings = "\n".join(f"  export {name}={value}" for name, value in environment(url).items())
    return f"Set this where Posterframe runs:\n{settings}\n"
