"""``posterframe sandbox``: stand-ins for both services, that really do the work, and a film to try them on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

import click

from posterframe.cli.leaving import listen_for
from posterframe.cli.terminal import sample_film
from posterframe.errors import BadInput
from posterframe.sandbox.both import both_app, environment, how_to_set_up, introduction
from posterframe.sandbox.server import serve


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--port", type=click.IntRange(1, 65535), default=8100, show_default=True, help="Where to listen.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def sandbox(context: click.Context, port: int, command: Sequence[str]) -> None:
    """Serve stand-ins for Gemini and Ittybit until Ctrl+C, and print how to use them.

    With COMMAND (such as: posterframe run), run it with the stand-ins set up, and end when it ends.
    """
    with serve(both_app(sample_film()), port) as served:
        click.echo(introduction(served.url))
        if command:
            context.exit(_run(command, {**os.environ, **environment(served.url)}))
        click.echo(how_to_set_up(served.url))
        click.echo("Ctrl+C stops it.")
        listen_for(signal.SIGTERM)()


def _run(command: Sequence[str], variables: dict[str, str]) -> int:
    """Run the command to its end, passing on what we are told; its exit code."""
    try:
        process = subprocess.Popen(command, env=variables)  # noqa: S603 - it is what the person typed
    except OSError as error:
        raise BadInput(f"“{command[0]}” cannot be run: {error.strerror}.") from error
    # Ctrl+C reaches the command by itself, which is in the same group; it then ends, and we after it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code
