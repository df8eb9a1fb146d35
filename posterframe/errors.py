"""Errors that are meant for people: each message is one sentence that says what is wrong and what to do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class PosterframeError(Exception):
    """Base of every error whose text may be shown to a person.

    ``details`` are worth keeping of the work that failed, such as what it cost: plain JSON.
    """

    details: Mapping[str, Any] = MappingProxyType({})


class BadInput(PosterframeError):
    """What the person gave cannot be used; the command line exits with 2."""


class ServiceFailed(PosterframeError):
    """A service, a server or this machine failed us; the command line exits with 1."""


class ServiceBusy(ServiceFailed):
    """A service asks everybody to slow down: nothing should be sent to it for ``wait`` seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message, wait)  # all that it is made of, so that it can be sent to another process
        self.wait = wait

    def __str__(self) -> str:
        return str(self.args[0])


class Stopped(PosterframeError):
    """The person cancelled the work; nothing is wrong."""
