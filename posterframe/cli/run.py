"""``posterframe run``: the app with its pages."""

from __future__ import annotations

import os
import socket
from importlib import import_module
from threading import Thread

import click
from tenacity import retry, retry_if_exception_type, wait_fixed

from posterframe.cli.terminal import PROJECT
from posterframe.errors import BadInput
from posterframe.owning import own
from posterframe.settings import Role, settings
from posterframe.studio import open_studio


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Where to listen.")
@click.option("--host", default="localhost", show_default=True, help="0.0.0.0 lets other machines in.")
def run(port: int, host: str) -> None:
    """Start the app and print its address."""
    app = PROJECT / "app.py"
    if not app.is_file():
        raise BadInput("The app is not here: run this from the project's own folder, after make install.")
    if settings().role is Role.WORKER:
        raise BadInput("POSTERFRAME_ROLE is worker, which shows no pages: run posterframe worker, or leave it unset.")
    _check_port(host, port)
    open_studio(settings()).store.close()
    own(settings().home, settings().role).close()
    told = f"Posterframe is at http://{host}:{port}  (Ctrl+C stops it; your reviews are in {settings().home})"
    Thread(target=_tell_once_it_answers, args=(host, port, told), daemon=True).start()
    arguments = ["--server.port", str(port), "--server.address", host, "--logger.level", "error"]
    os.chdir(PROJECT)
    # In this process, which has loaded most of what the pages need.
    import_module("streamlit.web.cli").main(["run", str(app), *arguments], standalone_mode=False)


@retry(retry=retry_if_exception_type(OSError), wait=wait_fixed(0.05))
def _tell_once_it_answers(host: str, port: int, told: str) -> None:
    """Say so as soon as somebody listens there; if that never comes, the process ends and tells why."""
    socket.create_connection((host, port), timeout=1).close()
    click.echo(told)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(
                f"Port {port} is taken or cannot be used. Choose another, such as make run PORT={port + 1}."
            ) from error
