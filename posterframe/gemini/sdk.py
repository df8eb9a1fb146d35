"""The small protocol that both SDKs stand behind, and the values that cross it. No SDK is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from posterframe.contracts import Part
from posterframe.errors import BadInput

MOST_FPS: Final = 24


class Resolution(StrEnum):
    """How many tokens Gemini spends on each frame that it sees."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Viewing:
    """How closely Gemini looks: frames a second (up to 24) and resolution.

    What is None is left to the model. Only google-genai can send it; ``Sdk.takes_viewing`` tells.
    """

    fps: float | None = None
    resolution: Resolution | None = None

    def __post_init__(self) -> None:
        """Raises ``BadInput`` for what no video can be watched by."""
        if self.fps is not None and not 0 < self.fps <= MOST_FPS:
            raise BadInput(f"Gemini looks at {MOST_FPS} frames a second at most, and at more than none: choose others.")

    @property
    def is_default(self) -> bool:
        return self == Viewing()


@dataclass(frozen=True)
class Ask:
    """One request: this model, this video, this prompt. ``mime_type`` is None where the service knows it (YouTube).

    ``part`` is sent where ``Sdk.takes_viewing``, and is the whole video elsewhere.
    """

    model: str
    video_uri: str
    mime_type: str | None
    prompt: str
    viewing: Viewing = field(default_factory=Viewing)
    part: Part = field(default_factory=Part)


@dataclass(frozen=True)
class Call:
    """A function call as it came; ``args`` is whatever stood there, also nothing."""

    name: str
    args: Mapping[str, Any] | None


@dataclass(frozen=True)
class Usage:
    """Tokens that were paid for; thinking counts as output."""

    prompt_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt_tokens + other.prompt_tokens, self.output_tokens + other.output_tokens)


@dataclass(frozen=True)
class Reply:
    """What came back, in the same words for both SDKs and with nothing judged yet.

    ``finish`` is the reason that the first candidate ended with ("" where none was told, or none that the SDK
    knows), ``blocked`` the reason that the request was refused for.
    """

    calls: tuple[Call, ...] = ()
    texts: tuple[str, ...] = ()
    finish: str = ""
    blocked: str = ""
    usage: Usage = Usage()


class Sdk(Protocol):
    """Sends one request and brings its reply. Keys and endpoints belong to the object, never to the process."""

    name: str
    takes_viewing: bool

    def generate(self, ask: Ask, timeout: float) -> Reply:
        """Ask once, without retries, waiting ``timeout`` seconds at most. Raises ``trouble.Failure``."""
        ...
