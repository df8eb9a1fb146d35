"""Which models there are: listed live, remembered for an hour, and named for people."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from posterframe.errors import BadInput
from posterframe.gemini.wire import Wire

REMEMBERED_SECONDS: Final = 3600.0
_PAGES_AT_MOST: Final = 10
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
    input_limit: int | None = None


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

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._lock = threading.Lock()
        self._listed: tuple[Model, ...] = ()
        self._listed_at: float | None = None

    def all(self) -> tuple[Model, ...]:
        """Asked live, once an hour. Raises ``Failure``."""
        with self._lock:
            if self._listed_at is None or time.monotonic() - self._listed_at > REMEMBERED_SECONDS:
                self._listed = self._list()
                self._listed_at = time.monotonic()
            return self._listed

    def _list(self) -> tuple[Model, ...]:
        found: list[Model] = []
        params = {"pageSize": "1000"}
        for _ in range(_PAGES_AT_MOST):
            page = self._wire.json("GET", "/v1beta/models", params=params)
            found += [model for entry in page.get("models") or () if (model := _model(entry))]
            token = page.get("nextPageToken")
            if not token:
                break
            params = {"pageSize": "1000", "pageToken": str(token)}
        return tuple(sorted(found, key=_rank))


def _model(entry: Any) -> Model | None:
    if not isinstance(entry, Mapping):
        return None
    name = str(entry.get("name") or "").removeprefix("models/")
    methods = entry.get("supportedGenerationMethods") or ()
    if not _NAME.fullmatch(name) or "generateContent" not in methods or _NOT_FOR_VIDEO.search(name):
        return None
    limit = entry.get("inputTokenLimit")
    return Model(name, str(entry.get("displayName") or label_of(name))[:80], int(limit) if limit else None)


def _rank(model: Model) -> tuple[int, str]:
    return (RECOMMENDED.index(model.name) if model.name in RECOMMENDED else len(RECOMMENDED), model.name)
