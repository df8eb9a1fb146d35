"""What runs beside the pages in the same process: the engine, and the routes for pictures, videos and uploads."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from anyio import to_thread
from starlette.routing import BaseRoute

from components.session import studio
from components.together import stamp_of
from posterframe import workflows
from posterframe.errors import BadInput, PosterframeError
from posterframe.routes import bundle_route, hook_route, media_routes, stamp_route, upload_route


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Start the engine before the first page is served, and leave at once when the server does."""
    try:
        await to_thread.run_sync(lambda: workflows.start(studio()))
    except PosterframeError as error:
        # Raised here, the server would show it as a traceback; nothing has been started that would want an orderly end.
        sys.stderr.write(f"{error}\n")
        os._exit(2 if isinstance(error, BadInput) else 1)
    try:
        yield {}
    finally:
        await to_thread.run_sync(workflows.stop)


def routes() -> list[BaseRoute]:
    """Pictures, videos and downloads behind signed links; uploads straight to the media store; calls of services;
    and by what an open page knows that it is out of date.
    """
    return [
        *media_routes(lambda: studio().media),
        bundle_route(lambda: studio().media),
        upload_route(lambda: studio().media),
        hook_route(workflows.call),
        stamp_route(stamp_of),
    ]
