"""Who proposes moments: one protocol, one file for each, a few lines each in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from posterframe.contracts import Picked, Report, Wish
from posterframe.video import Footage


class Picker(Protocol):
    """Watches a video and proposes moments.

    ``name`` is what settings, the database and the command line call it; ``label`` is what a person reads.
    ``reads_briefs`` says whether ``wish.brief`` makes a difference to it, ``knows_youtube`` whether it can watch a
    video there, of which there is no file, ``is_sandbox`` whether a stand-in answers in the service's place, and
    ``whole_only`` says why it cannot watch a part of a video; empty where it can.
    """

    name: str
    label: str
    reads_briefs: bool
    knows_youtube: bool
    is_sandbox: bool
    whole_only: str

    def pick(self, footage: Footage, wish: Wish, report: Report) -> Picked:
        """Propose up to ``wish.count`` moments, best first, each with a reason in plain words.

        Fewer than asked is fine; none is outside ``wish.part``, or within 1.5 s of a moment that the wish names.
        Raises ``BadInput`` for a video or a wish that it cannot use, ``ServiceFailed`` when the service behind it does
        not deliver, and lets ``Stopped`` from ``report`` pass. What a failure cost is in the ``details`` of its error,
        as in those of what is picked.
        """
        ...

    def label_of(self, model: str) -> str:
        """What a person reads of this picker when it watches with a model; empty is the one that is set up."""
        ...

    def tidy(self) -> None:
        """Clear away what earlier work left here and at the service; to be called regularly, beside the pages."""
        ...

    def choices(self) -> Mapping[str, str]:
        """The models that ``wish.model`` can name, with what people call them, the one that is set up first.

        Empty where there is nothing to choose. Takes a few seconds at most. Raises ``ServiceFailed`` when the service
        does not tell.
        """
        ...

    def expected_cost(self, duration: float, wish: Wish) -> float | None:
        """About what a round on a video of so many seconds costs, in US dollars; None where it costs nothing."""
        ...
