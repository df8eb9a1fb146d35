"""The same job without a screen. Errors go to standard error in one line: exit 2 for bad input, 1 for a failure."""

from __future__ import annotations

import gc
import logging
from importlib import import_module
from types import ModuleType
from typing import Any

import click

from posterframe.errors import BadInput, PosterframeError

COMMANDS = ("cut", "pick", "run", "sample", "sandbox", "worker")
"""Each is the function of its name in the module of its name, loaded when it is asked for."""

CTRL_C = 130
"""What shells expect of a command that Ctrl+C has ended: 128 and the number of the signal."""


class _Commands(click.Group):
    """Every error that is meant for people leaves as one line and the exit code that the contract names."""

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(_loaded(f"posterframe.cli.{name}"), name)
        return command

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except PosterframeError as error:
            click.echo(str(error), err=True)
            context.exit(2 if isinstance(error, BadInput) else 1)
        except (KeyboardInterrupt, click.Abort):
            context.exit(CTRL_C)


def _loaded(name: str) -> ModuleType:
    """A module and all that it needs, among which Python need not look for garbage: not now, nor when it ends.

    A worker starts a seventh sooner so, and is gone half a second earlier.
    """
    gc.disable()
    module = import_module(name)
    gc.freeze()
    gc.enable()
    return module


@click.group(cls=_Commands)
@click.version_option(package_name="posterframe")
def main() -> None:
    """Pick a video's thumbnail: moments worth a look, the best real frame at each, pictures ready for use."""
    logging.basicConfig(level=logging.CRITICAL)
