"""What the commands share: one line of progress, and files that cannot be written said in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from posterframe.contracts import Report
from posterframe.errors import BadInput, ServiceFailed

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "samples/sample.mp4"


def sample_film() -> Path:
    """The sample film. Raises ``BadInput`` where only the package is installed."""
    if not SAMPLE.is_file():
        raise BadInput("The sample film is not here: run this from the project's own folder.")
    return SAMPLE


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises ``ServiceFailed`` in words where the block cannot write ``path``."""
    try:
        yield
    except OSError as error:
        raise ServiceFailed(f"{path} cannot be written: {error.strerror}.") from error


@contextmanager
def progress(*, quiet: bool) -> Iterator[Report]:
    """One line on a terminal's standard error that says what is happening and how far it is."""
    shown = sys.stderr.isatty() and not quiet

    def report(fraction: float, doing: str) -> None:
        if shown:
            filled = round(24 * fraction)
            click.echo(f"\r\033[K{'█' * filled}{'░' * (24 - filled)}  {doing}", nl=False, err=True)

    try:
        yield report
    finally:
        if shown:
            click.echo("\r\033[K", nl=False, err=True)
