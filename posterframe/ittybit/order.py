"""What is sent to make a job: one cut as the body of ``POST /jobs``, checked strictly. Pure."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlsplit

from posterframe.contracts import Cut, Fit, Shape
from posterframe.errors import BadInput
from posterframe.ittybit.reply import KEY_IN_METADATA
from posterframe.picture import check_shape

_POSITIONS = ("center", "top", "bottom", "left", "right")
"""Those that Ittybit's pages spell out; how they write corners is not told."""

_PADDING = "#000000"
"""Sent with ``contain``: the default is transparent in some formats and black in others."""

_QUALITY_WORDS = ((40, "very_low"), (60, "low"), (75, "medium"), (90, "high"))
"""Up to this quality (1–100), this word; ``medium`` is the service's default, which its older pages call 75 to 80."""


def order(cut: Cut, source: str, webhook_url: str | None = None) -> dict[str, Any]:
    """The body that asks for ``cut`` out of the video at the URL ``source``. Raises ``BadInput``.

    ``webhook_url`` is where the service shall call when the job has ended; its guide names it, its reference does not.
    """
    body = {
        "kind": "image",
        "input": _checked_source(source),
        "options": {"start": _checked_start(cut.timestamp), **_options(cut.shape)},
        "metadata": {KEY_IN_METADATA: cut.key},
    }
    return body | {"webhook_url": webhook_url} if webhook_url else body


def quality_word(quality: int) -> str:
    """The service's word for a quality of 1–100."""
    return next((word for upto, word in _QUALITY_WORDS if quality <= upto), "very_high")


def _options(shape: Shape) -> dict[str, Any]:
    """Always with a ``fit``: with both sides given, the service's own default stretches the picture."""
    check_shape(shape)
    if shape.position not in _POSITIONS:
        raise BadInput(f"Ittybit does not know the position “{shape.position}”: choose one of {', '.join(_POSITIONS)}.")
    options: dict[str, Any] = {
        "fit": shape.fit.value,
        "position": shape.position,
        "format": shape.format.value,
        "quality": quality_word(shape.quality),
    }
    options |= {name: side for name, side in (("width", shape.width), ("height", shape.height)) if side is not None}
    if shape.fit is Fit.CONTAIN:
        options["background"] = _PADDING
    return options


def _checked_start(timestamp: float) -> float:
    """Sent as it is: rounded, the time of a frame could fall to the frame beside it."""
    if not math.isfinite(timestamp) or timestamp < 0:
        raise BadInput(f"The time {timestamp} is not in the video: give seconds from its start.")
    return timestamp


def _checked_source(source: str) -> str:
    try:
        parts = urlsplit(source)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise BadInput("Ittybit reads videos from http and https addresses only: give such an address of the video.")
    return source
