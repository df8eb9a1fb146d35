"""Ittybit's stand-in as a process of its own, with a film beside it; prints its address and serves until killed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route

from posterframe.sandbox.ittybit import ittybit_app
from posterframe.sandbox.server import serve


def main(film: Path, shortest: float, longest: float) -> None:
    """Jobs take a random time between these two, in seconds."""

    async def give(_: Request) -> Response:
        return FileResponse(film)

    app = Starlette(routes=[Route("/film.mp4", give), Mount("/", ittybit_app(seconds=(shortest, longest)))])
    with serve(app) as served:
        print(served.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
