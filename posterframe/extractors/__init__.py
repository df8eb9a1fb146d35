"""Who cuts pictures: one protocol, one file for each, a few lines each in the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from posterframe.contracts import Cut, Job, Picture
from posterframe.video import Footage


class Extractor(Protocol):
    """Cuts thumbnails out of a video, at once or as jobs of a service.

    ``name`` is what settings, the database and the command line call it; ``label`` is what a person reads.
    ``is_service`` says that the work is done elsewhere, as jobs to be followed, and that this machine only waits,
    ``is_sandbox`` that a stand-in answers in the service's place.
    """

    name: str
    label: str
    is_service: bool
    is_sandbox: bool

    def start(self, footage: Footage, cut: Cut) -> Job:
        """Ask for a picture. The same ``cut.key`` never makes a second job.

        Raises ``BadInput`` when the cut or video cannot be used, ``ServiceFailed`` when the service does not answer.
        """
        ...

    def look(self, job_ids: Sequence[str]) -> Mapping[str, Job]:
        """How the jobs stand now, by id, in as few requests as the service allows."""
        ...

    def fetch(self, job: Job, cut: Cut) -> Picture:
        """The picture of a job that is ready, checked to be what was asked for."""
        ...
