"""One round of asking: the video is brought to Gemini by the lightest way that works, and asked about."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import Final

from posterframe.contracts import Proposal, Report, Wish
from posterframe.gemini.courier import Courier, Parcel, share_of
from posterframe.gemini.patience import Patience, Persistence
from posterframe.gemini.reply import Findings, Problem, read_reply
from posterframe.gemini.sdk import Ask, Sdk, Usage
from posterframe.gemini.trouble import Failure, Trouble
from posterframe.video import Footage

BROUGHT: Final = 0.5
"""The share of the work that is done once Gemini has a video that had to be sent."""


@dataclass
class Tally:
    """What a round has taken so far, however it ends."""

    started_at: float = field(default_factory=time.monotonic)
    usage: Usage = field(default_factory=Usage)
    tries: int = 0
    parcel: Parcel | None = None

    @property
    def sent_as(self) -> str | None:
        """How Gemini got the video: youtube, link or upload; None where it did not get it."""
        if self.parcel is None:
            return None
        if self.parcel.content is not None:
            return "upload"
        return "link" if self.parcel.mime_type else "youtube"


@dataclass(frozen=True)
class Task:
    """One round. ``duration`` is None for a video on YouTube, of which nothing but its address is known."""

    footage: Footage
    wish: Wish
    report: Report
    duration: float | None
    by_link: bool
    sdk: Sdk
    ask: Ask
    tally: Tally = field(default_factory=Tally)

    @property
    def known(self) -> tuple[Proposal, ...]:
        """Moments that are not to come again."""
        return (*self.wish.known, *self.wish.more_like, *self.wish.not_like)


class Asking:
    """Brings videos and asks about them. Threads may share it."""

    def __init__(self, courier: Courier, patience: Patience) -> None:
        self._courier = courier
        self._patience = patience

    def put(self, task: Task) -> Findings:
        """Ask by the lightest way that works: by address, else with an upload, anew where Gemini has lost it.

        Raises ``Failure``, and ``BadInput`` for a video that is too large.
        """
        if task.by_link:
            try:
                return self._ask(task, Parcel(task.ask.video_uri, task.ask.mime_type))
            except Failure as failure:
                if not failure.is_about_the_video or task.duration is None:
                    raise
        parcel = self._bring(task)
        try:
            return self._ask(task, parcel)
        except Failure as failure:
            if failure.trouble is not Trouble.FILE_GONE or parcel.content is None:
                raise
            self._courier.forget(parcel.content)
        return self._ask(task, self._bring(task))

    def _bring(self, task: Task) -> Parcel:
        assert task.ask.mime_type is not None, "only a file is uploaded, and its kind is known"
        return self._courier.upload(task.footage, task.ask.mime_type, share_of(task.report, 0.0, BROUGHT))

    def _ask(self, task: Task, parcel: Parcel) -> Findings:
        """Ask until the answer can be used, a few times afresh at most: a malformed call is a matter of luck."""
        ask = replace(task.ask, video_uri=parcel.uri, mime_type=parcel.mime_type)
        brought = BROUGHT if parcel.content else 0.0
        persistence = Persistence(self._patience, _Watch(share_of(task.report, brought, 0.95)))
        tally = task.tally
        tally.parcel = parcel
        last_try = tally.tries + self._patience.fresh_tries
        while True:
            tally.tries += 1
            try:
                reply = persistence.get(lambda seconds: task.sdk.generate(ask, seconds))
            except Failure as failure:
                if failure.trouble is not Trouble.MALFORMED:
                    raise
                findings = Findings(problem=Problem.MALFORMED)
            else:
                tally.usage += reply.usage
                wish = task.wish
                findings = read_reply(reply, duration=task.duration, count=wish.count, part=wish.part, known=task.known)
            is_final = findings.problem is None or not findings.problem.is_worth_a_fresh_try
            if is_final or tally.tries >= last_try or persistence.left <= 0:
                return findings


class _Watch:
    """Reports while Gemini watches. It does not tell how far it is, so the bar nears its end and never arrives."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._since = time.monotonic()

    def __call__(self) -> None:
        seconds = time.monotonic() - self._since
        self._report(1.0 - math.exp(-seconds / 30.0), f"Gemini is watching the video ({seconds:.0f} s)")
