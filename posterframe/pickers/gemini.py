"""The picker that asks Gemini: it watches the video and says which moments, and why."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.gemini.container import HEAD, mime_type_of
from posterframe.gemini.courier import Courier, Parcel, goes_by_link, within
from posterframe.gemini.files import Files
from posterframe.gemini.models import Model, Models, label_of, model_name
from posterframe.gemini.patience import Patience, Persistence
from posterframe.gemini.prices import Cost, PriceTable, expected_usage, load_prices
from posterframe.gemini.prompt import PROMPT_VERSION, build_prompt
from posterframe.gemini.reply import Findings, Problem, read_reply
from posterframe.gemini.sdk import Ask, Resolution, Sdk, Usage, Viewing
from posterframe.gemini.sdk_genai import GenAi
from posterframe.gemini.sdk_generativeai import GenerativeAi
from posterframe.gemini.trouble import GO_ON, Failure, Trouble, explain
from posterframe.gemini.uploads import Uploads
from posterframe.gemini.wire import Wire
from posterframe.model import Picked, Report, Wish
from posterframe.net import Net
from posterframe.net.address import is_loopback, is_youtube
from posterframe.video import Footage

LONGEST_SECONDS: Final = 3 * 3600.0
SHARPEST_SECONDS: Final = 3600.0
"""Gemini watches up to three hours at low resolution, and up to one at high."""

MODELS_TO_OFFER: Final = 5
BROUGHT: Final = 0.5
"""The share of the work that is done once Gemini has the video."""

_SDKS: Final[Mapping[str, Callable[[SecretStr, str], Sdk]]] = {sdk.name: sdk for sdk in (GenerativeAi, GenAi)}

_NONE: Final[Mapping[Problem, str]] = {
    Problem.BLOCKED: "Gemini’s filters block this video, or the answer about it: change the brief, take another, ",
    Problem.NOTHING_FOUND: "Gemini found no other moment that would make a good thumbnail: change the brief, ",
    Problem.CUT_OFF: "Gemini’s answer broke off before its first moment, each time: ask for fewer moments, ",
    Problem.MALFORMED: "Gemini answered in a form that cannot be used, each time: try again, choose another model, ",
    Problem.UNUSABLE_TIMES: "Gemini named only times that are not in this video, each time: try again, ",
}


@dataclass(frozen=True)
class _Task:
    """One round. ``duration`` is None for a video on YouTube, of which nothing but its address is known."""

    footage: Footage
    wish: Wish
    report: Report
    duration: float | None
    by_link: bool
    ask: Ask


@dataclass(frozen=True)
class _Answer:
    """What came of asking, fresh tries included."""

    findings: Findings
    usage: Usage
    tries: int
    parcel: Parcel


class GeminiPicker:
    """Asks one model with one key at one address. Threads may share it; nothing of it is global."""

    name = "gemini"
    reads_briefs = True
    knows_youtube = True

    def __init__(
        self,
        *,
        api_key: SecretStr,
        base_url: str,
        model: str,
        sdk: str,
        net: Net,
        uploads_folder: Path,
        allow_hosts: frozenset[str] = frozenset(),
        prices: PriceTable | None = None,
        viewing: Viewing | None = None,
        patience: Patience | None = None,
    ) -> None:
        """``sdk`` is google-generativeai or google-genai; ``uploads_folder`` is where uploads are remembered.

        Raises ``BadInput`` for a setting that cannot be used.
        """
        if sdk not in _SDKS:
            raise BadInput(f"POSTERFRAME_GEMINI_SDK has to be one of {', '.join(_SDKS)}.")
        self.model = model_name(model)
        self.label = label_of(self.model)
        self._base_url = base_url.rstrip("/")
        self._allow_hosts = allow_hosts
        self._sdk = _SDKS[sdk](api_key, self._base_url)
        self._patience = patience or Patience()
        self._prices = prices or load_prices()
        self._viewing = viewing or Viewing()
        wire = Wire(api_key, self._base_url)
        self._models = Models(wire)
        uploads = Uploads(uploads_folder, api_key, self._base_url)
        self._courier = Courier(Files(wire, self._patience), uploads, net)

    @property
    def is_sandbox(self) -> bool:
        """Whether a stand-in on this machine answers in Gemini's place."""
        return is_loopback(self._base_url)

    def with_model(self, model: str) -> GeminiPicker:
        """The same picker, asking another model. Raises ``BadInput`` for what cannot be the name of one."""
        other = copy(self)
        other.model = model_name(model)
        other.label = label_of(other.model)
        return other

    def models(self) -> tuple[Model, ...]:
        """The models to choose from, listed live and remembered for an hour. Raises as ``pick`` does."""
        try:
            return self._models.all()
        except Failure as failure:
            raise explain(failure, model=self.model) from failure

    def choices(self) -> Mapping[str, str]:
        """The models by name, with what people call them. Raises as ``pick`` does."""
        return {model.name: model.label for model in self.models()}

    def expected_cost(self, duration: float, wish: Wish) -> float | None:
        """US dollars, or None where the table has no price for the model."""
        chosen = self.with_model(wish.model) if wish.model else self
        return chosen.estimate(duration, wish).amount

    def estimate(self, duration: float, wish: Wish) -> Cost:
        """What a round about a video of so many seconds is likely to cost, before it is asked for."""
        viewing, _ = self._viewing_for(duration)
        usage = expected_usage(duration, build_prompt(wish, (0.0, duration)), wish.count, viewing)
        return self._cost(usage)

    def release(self, details: Mapping[str, Any]) -> None:
        """Delete at Gemini what was uploaded for a round, once its review has ended. Raises as ``pick`` does."""
        content = details.get("uploaded")
        if content:
            try:
                self._courier.release(str(content), lambda: None)
            except Failure as failure:
                raise explain(failure, model=self.model) from failure

    def pick(self, footage: Footage, wish: Wish, report: Report) -> Picked:
        """Propose up to ``wish.count`` moments, best first.

        A YouTube address is not opened here: its moments are not yet checked against the length of a file
        (``reply.fit_to_video`` does that once there is one).
        """
        if wish.model and wish.model != self.model:
            return self.with_model(wish.model).pick(footage, wish, report)
        started = time.monotonic()
        report(0.0, "Opening the video")
        task, notes = self._task(footage, wish, report)
        try:
            answer = self._put(task)
        except Failure as failure:
            raise self._explained(failure, task) from failure
        findings = answer.findings
        if findings.problem:
            fail = BadInput if findings.problem is Problem.BLOCKED else ServiceFailed
            raise fail(f"{_NONE[findings.problem]}{GO_ON}")
        report(1.0, "Done")
        details = self._details(task, answer, time.monotonic() - started)
        return Picked(findings.proposals, (*notes, *findings.warnings), details)

    def _task(self, footage: Footage, wish: Wish, report: Report) -> tuple[_Task, tuple[str, ...]]:
        """What is to be asked, and what the person should know about how. Opens the file, unless it is on YouTube."""
        if footage.url is not None and is_youtube(footage.url):
            viewing, notes = self._viewing_for(None)
            ask = Ask(self.model, footage.url, None, build_prompt(wish, None), viewing)
            return _Task(footage, wish, report, None, by_link=True, ask=ask), notes
        with footage.open_file() as file:
            mime_type = mime_type_of(file.read(HEAD), footage.name)
        with footage.open() as video:
            info = video.info
        if info.duration > LONGEST_SECONDS:
            raise BadInput(
                f"“{footage.name}” is longer than the three hours that Gemini watches: cut it shorter, {GO_ON}"
            )
        viewing, notes = self._viewing_for(info.duration)
        ask = Ask(self.model, footage.url or "", mime_type, build_prompt(wish, _span(info.duration, viewing)), viewing)
        by_link = goes_by_link(footage.url, info.bytes, self._base_url, self._allow_hosts)
        return _Task(footage, wish, report, info.duration, by_link, ask), notes

    def _viewing_for(self, duration: float | None) -> tuple[Viewing, tuple[str, ...]]:
        """How closely to look, and what the person should know about it."""
        if not self._sdk.takes_viewing:
            if self._viewing.is_default:
                return self._viewing, ()
            wants = "Frames a second, resolution and a part of the video can only be chosen with google-genai"
            return Viewing(), (f"{wants} (POSTERFRAME_GEMINI_SDK): Gemini looked as it does by default.",)
        if self._viewing.resolution is None and duration is not None and duration > SHARPEST_SECONDS:
            low = replace(self._viewing, resolution=Resolution.LOW)
            return low, ("The video is longer than an hour, so Gemini looked at it at low resolution.",)
        return self._viewing, ()

    def _put(self, task: _Task) -> _Answer:
        """Ask by the lightest way that works: by address, else with an upload, anew where Gemini has lost it."""
        if task.by_link:
            try:
                return self._ask(task, Parcel(task.ask.video_uri, task.ask.mime_type))
            except Failure as failure:
                if failure.trouble is not Trouble.CANNOT_FETCH or task.duration is None:
                    raise
        parcel = self._bring(task)
        try:
            return self._ask(task, parcel)
        except Failure as failure:
            if failure.trouble is not Trouble.FILE_GONE or parcel.content is None:
                raise
            self._courier.forget(parcel.content)
        return self._ask(task, self._bring(task))

    def _bring(self, task: _Task) -> Parcel:
        assert task.ask.mime_type is not None, "only a file is uploaded, and its kind is known"
        return self._courier.upload(task.footage, task.ask.mime_type, within(task.report, 0.0, BROUGHT))

    def _ask(self, task: _Task, parcel: Parcel) -> _Answer:
        """Ask until the answer can be used, a few times afresh at most: a malformed call is a matter of luck."""
        ask = replace(task.ask, video_uri=parcel.uri, mime_type=parcel.mime_type)
        persistence = Persistence(self._patience, _Watch(task.report))
        usage = Usage()
        tries = 0
        while True:
            tries += 1
            try:
                reply = persistence.get(lambda seconds: self._sdk.generate(ask, seconds))
            except Failure as failure:
                if failure.trouble is not Trouble.MALFORMED:
                    raise
                findings = Findings(problem=Problem.MALFORMED)
            else:
                usage += reply.usage
                known = (*task.wish.more_like, *task.wish.not_like)
                findings = read_reply(reply, duration=task.duration, count=task.wish.count, known=known)
            is_final = findings.problem is None or not findings.problem.is_worth_a_fresh_try
            if is_final or tries >= self._patience.fresh_tries or persistence.left <= 0:
                return _Answer(findings, usage, tries, parcel)

    def _cost(self, usage: Usage) -> Cost:
        day = datetime.now(UTC).date()
        return Cost(usage, self._prices.cost(self.model, usage, day), self._prices.as_of)

    def _details(self, task: _Task, answer: _Answer, seconds: float) -> Mapping[str, Any]:
        """What is stored with the round: plain JSON."""
        estimate = None if task.duration is None else self.estimate(task.duration, task.wish).as_json()
        sent_as = "upload" if answer.parcel.content else "youtube" if task.duration is None else "link"
        return {
            "model": self.model,
            "sdk": self._sdk.name,
            "prompt_version": PROMPT_VERSION,
            "cost": self._cost(answer.usage).as_json(),
            "estimate": estimate,
            "tries": answer.tries,
            "repaired": answer.findings.repaired,
            "sent_as": sent_as,
            "uploaded": answer.parcel.content,
            "sandbox": self.is_sandbox,
            "seconds": round(seconds, 1),
        }

    def _explained(self, failure: Failure, task: _Task) -> PosterframeError:
        if failure.trouble is Trouble.CANNOT_FETCH and task.duration is None:
            return BadInput("Gemini cannot watch this YouTube video, since it takes public ones only: upload the file.")
        models: tuple[str, ...] = ()
        if failure.trouble is Trouble.NO_MODEL:
            try:
                models = tuple(model.name for model in self._models.all()[:MODELS_TO_OFFER])
            except Failure:
                models = ()
        return explain(failure, model=self.model, models=models)


class _Watch:
    """Reports while Gemini watches. It does not tell how far it is, so the bar nears its end and never arrives."""

    def __init__(self, report: Report) -> None:
        self._report = within(report, BROUGHT, 0.95)
        self._since = time.monotonic()

    def __call__(self) -> None:
        seconds = time.monotonic() - self._since
        self._report(1.0 - math.exp(-seconds / 30.0), f"Gemini is watching the video ({seconds:.0f} s)")


def _span(duration: float, viewing: Viewing) -> tuple[float, float]:
    return viewing.start or 0.0, min(duration, viewing.end or duration)
