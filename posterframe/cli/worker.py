"""``posterframe worker``: the work of a team's server, on a machine or in a process of its own."""

from __future__ import annotations

import signal

import click

from posterframe import workflows
from posterframe.cli.leaving import listen_for
from posterframe.settings import Role, settings
from posterframe.studio import open_studio


@click.command()
def worker() -> None:
    """Do the work of a team's server without serving pages, until told to stop."""
    chosen = settings().model_copy(update={"role": Role.WORKER})
    wait = listen_for(signal.SIGINT, signal.SIGTERM)
    workflows.start(open_studio(chosen))
    click.echo(f"Working for {chosen.home}. Ctrl+C stops it; unfinished work goes on at the next start.")
    wait()
    workflows.stop()
