"""Which models there are: listed live and in time, remembered for an hour, and named for people."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from posterframe.errors import BadInput
from posterframe.gemini.patience import attend
from posterframe.gemini.text import plain_sentence
from posterframe.gemini.trouble import Failure
from posterframe.gemini.wire import Wire

REMEMBERED_SECONDS: Final = 3600.0
FAILURE_REMEMBERED_SECONDS: Final = 60.0
"""A page that shows the list is drawn again and again, and must not wait for a broken service each time."""

_PAGES_AT_MOST: Final = 10
_LABEL_LENGTH: Final = 80
_NAME = re.compile(r"[A-Za-z0-9][\w.\-]{0,127}")

RECOMMENDED: Final = ("gemini-3.5-flash-lite", "gemini-3.8-flash")
"""The default, and the one for the best quality."""

_NOT_FOR_VIDEO = re.compile(r"embedding|imagen|veo|tts|image|audio|live|aqa|robotics|gemma|computer-use|learnlm|lyria")
"""Families that answer to ``generateContent`` but do not watch: the list itself does not tell."""


@dataclass(frozen=True)
class Model:
    """A model that can be asked. ``name`` is what a setting calls it, ``label`` what a person reads."""

    name: str
    label: str


def model_name(text: str) -> str:
    """A model's bare name, from a setting. Raises ``BadInput`` for what cannot be one."""
    name = text.strip().removeprefix("models/")
    if not _NAME.fullmatch(name):
        raise BadInput("GEMINI_MODEL is not the name of a model: set it to one such as gemini-3.5-flash-lite.")
    return name


def label_of(name: str) -> str:
    """``gemini-3.5-flash-lite`` is Gemini 3.5 Flash-Lite."""
    words = " ".join(word.capitalize() for word in name.removeprefix("models/").split("-") if word)
    return words.replace("Flash Lite", "Flash-Lite")


class Models:
    """The models that a key can use, those that watch video and are current first."""

    def __init__(self, wire: Wire, seconds: float) -> None:
        """``seconds`` is how long a list is waited for."""
        self._wire = wire
        self._seconds = seconds
        self._lock = threading.Lock()
        self._listed: tuple[Model, ...] | Failure = ()
        self._fresh_until = 0.0

    def all(self) -> tuple[Model, ...]:
        """Asked live, once an hour. Raises ``Failure``, the same one again for a minute."""
        with self._lock:
            if time.monotonic() >= self._fresh_until:
                try:
                    self._listed = attend(self._list, self._seconds, lambda: None)
                except Failure as failure:
                    self._listed = failure
                is_failure = isinstance(self._listed, Failure)
                kept = FAILURE_REMEMBERED_SECONDS if is_failure else REMEMBERED_SECONDS
                self._fresh_until = time.monotonic() + kept
            if isinstance(self._listed, Failure):
                raise self._listed.with_traceback(None)
            return self._listed

    def _list(self) -> tuple[Model, ...]:
        found: list[Model] = []
        params = {"pageSize": "1000"}
        for _ in range(_PAGES_AT_MOST):
            page = self._wire.json("GET", "/v1beta/models", params=params)
            entries = page.get("models")
            found += [model for entry in (entries if isinstance(entries, list) else ()) if (model := _model(entry))]
            token = page.get("nextPageToken")
            if not token:
                break
            params = {"pageSize": "1000", "pageToken": str(token)}
        return tuple(sorted(found, key=_rank))


def _model(entry: Any) -> Model | None:
    if not isinstance(entry, Mapping):
        return None
    name = str(entry.get("name") or "").removeprefix("models/")
    methods = entry.get("supportedGenerationMethods")
    answers = isinstance(methods, list) and "generateContent" in methods
    if not _NAME.fullmatch(name) or not answers or _NOT_FOR_VIDEO.search(name):
        return None
    return Model(name, plain_sentence(entry.get("displayName"), _LABEL_LENGTH) or label_of(name))


def _rank(model: Model) -> tuple[int, str]:
    return (RECOMMENDED.index(model.name) if model.name in RECOMMENDED else len(RECOMMENDED), model.name)
