"""``posterframe sample``: the sample film, for trying things by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from posterframe.cli.terminal import sample_film, writing


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def sample(path: Path) -> None:
    """Copy the sample film to PATH, a file or a folder."""
    film = sample_film()
    target = path / film.name if path.is_dir() else path
    with writing(target):
        shutil.copyfile(film, target)
    click.echo(str(target))
