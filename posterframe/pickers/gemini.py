"""The picker that asks Gemini: it watches the video and says which moments, and why."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from posterframe.contracts import Picked, Report, Wish
from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.gemini.asking import Asking, Task
from posterframe.gemini.container import HEAD, mime_type_of
from posterframe.gemini.courier import Courier, goes_by_link
from posterframe.gemini.files import Files
from posterframe.gemini.models import Model, Models, label_of, model_name
from posterframe.gemini.patience import Patience
from posterframe.gemini.prices import Cost, PriceTable, expected_usage, load_prices
from posterframe.gemini.prompt import PROMPT_VERSION, build_prompt
from posterframe.gemini.reply import Findings, Problem
from posterframe.gemini.sdk import Ask, Resolution, Sdk, Usage, Viewing
from posterframe.gemini.sdk_genai import GenAi
from posterframe.gemini.sdk_generativeai import GenerativeAi
from posterframe.gemini.trouble import GO_ON, Failure, Trouble, explain, explain_youtube
from posterframe.gemini.uploads import Uploads
from posterframe.gemini.wire import Wire
from posterframe.net import Net
from posterframe.net.address import is_allowed, is_loopback, is_youtube
from posterframe.timecode import check_part
from posterframe.video import Footage

LONGEST_SECONDS: Final = 3 * 3600.0
SHARPEST_SECONDS: Final = 3600.0
"""Gemini watches up to three hours at low resolution, and up to one at high."""

_SDKS: Final[Mapping[str, type[GenerativeAi | GenAi]]] = {sdk.name: sdk for sdk in (GenerativeAi, GenAi)}

_WHOLE_ONLY: Final = "As it is set up here, Gemini only watches whole videos."

_NONE: Final[Mapping[Problem, str]] = {
    Problem.BLOCKED: "Gemini’s filters block this video, or the answer about it: change the brief, take another, ",
    Problem.NOTHING_FOUND: "Gemini found no {other}moment that would make a good thumbnail: change the brief, ",
    Problem.CUT_OFF: "Gemini’s answer broke off before its first moment, each time: ask for fewer moments, ",
    Problem.MALFORMED: "Gemini answered in a form that cannot be used, each time: try again, choose another model, ",
    Problem.UNUSABLE_TIMES: "Gemini named only times that are not in this video, each time: try again, ",
}


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
        self.is_sandbox = is_loopback(self._base_url) or is_allowed(self._base_url, allow_hosts)
        self._api_key = api_key
        self._allow_hosts = allow_hosts
        self._sdk_kind = _SDKS[sdk]
        self.whole_only = "" if self._sdk_kind.takes_viewing else _WHOLE_ONLY
        self._patience = patience or Patience()
        self._prices = prices or load_prices()
        self._viewing = viewing or Viewing()
        wire = Wire(api_key, self._base_url)
        self._models = Models(wire, self._patience.listing)
        uploads = Uploads(uploads_folder, api_key, self._base_url)
        self._courier = Courier(Files(wire, self._patience), uploads, net)
        self._asking = Asking(self._courier, self._patience)

    @cached_property
    def _sdk(self) -> Sdk:
        """Made when Gemini is asked: without it, a package that is missing does not stop the app."""
        return self._sdk_kind(self._api_key, self._base_url)

    def with_model(self, model: str) -> GeminiPicker:
        """The same picker, asking another model. Raises ``BadInput`` for what cannot be the name of one."""
        other = copy(self)
        other.model = model_name(model)
        other.label = label_of(other.model)
        return other

    def label_of(self, model: str) -> str:
        """What people call this model; empty is the one that is set up."""
        return label_of(model) if model else self.label

    def models(self) -> tuple[Model, ...]:
        """The models to choose from, listed live and remembered for an hour. Raises as ``pick`` does."""
        try:
            return self._models.all()
        except Failure as failure:
            raise explain(failure, model=self.model) from failure

    def choices(self) -> Mapping[str, str]:
        """The models by name, with what people call them, the one that is set up first. Raises as ``pick`` does."""
        listed = {model.name: model.label for model in self.models()}
        return {self.model: listed.pop(self.model, self.label), **listed}

    def expected_cost(self, duration: float, wish: Wish) -> float | None:
        """US dollars, or None where the table has no price for the model."""
        chosen = self.with_model(wish.model) if wish.model else self
        return chosen.estimate(duration, wish).amount

    def estimate(self, duration: float, wish: Wish) -> Cost:
        """What a round about a video of so many seconds is likely to cost, before it is asked for."""
        start, end = wish.part.span(duration)
        viewing, _ = self._viewing_for(end - start)
        return self._cost(expected_usage(end - start, build_prompt(wish, duration), wish.count, viewing))

    def tidy(self) -> None:
        """Delete uploads that have outlived their use, here and at Gemini, and what a killed process left behind."""
        self._courier.tidy()

    def pick(self, footage: Footage, wish: Wish, report: Report) -> Picked:
        """Propose up to ``wish.count`` moments, best first.

        A YouTube address is not opened here: its moments are not yet checked against the length of a file. How their
        times were written is in ``details["written"]``, in their order, for ``read_times`` once there is one.
        """
        if wish.model and wish.model != self.model:
            return self.with_model(wish.model).pick(footage, wish, report)
        report(0.0, "Opening the video")
        task, notes = self._task(footage, wish, report)
        try:
            findings = self._found(task)
        except PosterframeError as error:
            error.details = self._details(task)  # tokens are paid, whatever comes of them
            raise
        report(1.0, "Done")
        details = {**self._details(task), "repaired": findings.repaired}
        if task.duration is None:
            details["written"] = list(findings.written)
        return Picked(findings.proposals, (*notes, *findings.warnings), details)

    def _found(self, task: Task) -> Findings:
        """Moments, at least one. Raises what a person can read."""
        try:
            findings = self._asking.put(task)
        except Failure as failure:
            raise self._explained(failure, task) from failure
        if findings.problem:
            fail = BadInput if findings.problem is Problem.BLOCKED else ServiceFailed
            sentence = _NONE[findings.problem].format(other="other " if task.known else "")
            raise fail(f"{sentence}{GO_ON}")
        return findings

    def _task(self, footage: Footage, wish: Wish, report: Report) -> tuple[Task, tuple[str, ...]]:
        """What is to be asked, and what the person should know about how. Opens the file, unless it is on YouTube."""
        if self.whole_only and not wish.part.is_whole:
            raise BadInput(f"{self.whole_only} Leave the times out, {GO_ON}")
        if footage.url is not None and is_youtube(footage.url):
            viewing, notes = self._viewing_for(None)
            ask = Ask(self.model, footage.url, None, build_prompt(wish, None), viewing, wish.part)
            return Task(footage, wish, report, None, by_link=True, sdk=self._sdk, ask=ask), notes
        with footage.open_file() as file:
            mime_type = mime_type_of(file.read(HEAD), footage.name)
        with footage.open() as video:
            info = video.info
        start, end = check_part(wish.part, info.duration)
        if end - start > LONGEST_SECONDS:
            part = "" if self.whole_only else "choose a part of it, "
            raise BadInput(
                f"“{footage.name}” is longer than the three hours that Gemini watches: {part}cut it shorter, {GO_ON}"
            )
        viewing, notes = self._viewing_for(end - start)
        prompt = build_prompt(wish, info.duration)
        ask = Ask(self.model, footage.url or "", mime_type, prompt, viewing, wish.part)
        by_link = goes_by_link(footage.url, info.bytes, self._base_url, self._allow_hosts)
        return Task(footage, wish, report, info.duration, by_link, self._sdk, ask), notes

    def _viewing_for(self, seconds: float | None) -> tuple[Viewing, tuple[str, ...]]:
        """How closely to look at so many seconds, and what the person should know about it."""
        if not self._sdk_kind.takes_viewing:
            if self._viewing.is_default:
                return self._viewing, ()
            told = "As it is set up here, Gemini cannot be told how closely to look: it looked as it usually does."
            return Viewing(), (told,)
        if self._viewing.resolution is None and seconds is not None and seconds > SHARPEST_SECONDS:
            low = replace(self._viewing, resolution=Resolution.LOW)
            return low, ("That is longer than an hour, so Gemini looked at it at low resolution.",)
        return self._viewing, ()

    def _cost(self, usage: Usage) -> Cost:
        day = datetime.now(UTC).date()
        return Cost(usage, self._prices.cost(self.model, usage, day), self._prices.as_of)

    def _details(self, task: Task) -> dict[str, Any]:
        """What is stored with the round, also with one that failed: plain JSON."""
        tally = task.tally
        estimate = None if task.duration is None else self.estimate(task.duration, task.wish).as_json()
        return {
            "model": self.model,
            "label": self.label,
            "sdk": task.sdk.name,
            "prompt_version": PROMPT_VERSION,
            "cost": self._cost(tally.usage).as_json(),
            "estimate": estimate,
            "tries": tally.tries,
            "sent_as": tally.sent_as,
            "uploaded": tally.parcel.content if tally.parcel else None,
            "sandbox": self.is_sandbox,
            "seconds": round(time.monotonic() - tally.started_at, 1),
        }

    def _explained(self, failure: Failure, task: Task) -> PosterframeError:
        if task.duration is None and (not_public := explain_youtube(failure)):
            return not_public
        models: tuple[str, ...] = ()
        if failure.trouble is Trouble.NO_MODEL:
            with suppress(Failure):
                models = tuple(model.name for model in self._models.all())
        return explain(failure, model=self.model, models=models)
