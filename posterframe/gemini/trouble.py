"""What can go wrong with Gemini: each trouble told apart once, and each with its own sentence for the person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import SecretStr

from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.gemini.text import plain_sentence
from posterframe.retrying import pause_asked

LONGEST_WAIT: Final = 40.0
"""Seconds that a person is made to wait for a quota without being asked."""

MODELS_TO_OFFER: Final = 5
"""Models that are named in place of one that is gone."""

GO_ON: Final = "or let this machine suggest now, which needs no key."


class Trouble(StrEnum):
    """The troubles that a person can do different things about."""

    BAD_KEY = "bad key"
    NO_ACCESS = "no access"
    WRONG_PLACE = "wrong place"
    NO_MODEL = "no such model"
    NO_VIDEO = "takes no video"
    TOO_LONG = "too long"
    CANNOT_FETCH = "cannot fetch"
    FILE_GONE = "file gone"
    FILE_REFUSED = "file refused"
    QUOTA = "quota"
    DAILY_QUOTA = "daily quota"
    BUSY = "busy"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    NOT_GEMINI = "not Gemini"
    MALFORMED = "malformed"
    REFUSED = "refused"


_PASSING = frozenset({Trouble.BUSY, Trouble.TIMEOUT, Trouble.UNREACHABLE, Trouble.NOT_GEMINI})
_YOURS = frozenset({Trouble.BAD_KEY, Trouble.NO_MODEL, Trouble.NO_VIDEO, Trouble.TOO_LONG, Trouble.FILE_REFUSED})
"""Troubles that lie in what the person gave, not in the service."""


class Failure(Exception):
    """One failed request, told apart. For this package only: ``explain`` makes of it what a person reads."""

    def __init__(self, trouble: Trouble, said: str = "", *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(f"{trouble}: {said}" if said else str(trouble))
        self.trouble = trouble
        self.said = said
        self.status = status
        self.retry_after = retry_after

    @property
    def may_pass(self) -> bool:
        """Whether the same request may work in a moment."""
        if self.trouble is Trouble.QUOTA:
            return self.retry_after is None or self.retry_after <= LONGEST_WAIT
        return self.trouble in _PASSING

    @property
    def is_about_the_video(self) -> bool:
        """Whether the video was refused the way that it was given; sent as a file it may be taken."""
        may_be = self.trouble is Trouble.REFUSED and self.status == 400
        return may_be or self.trouble in (Trouble.CANNOT_FETCH, Trouble.NO_VIDEO, Trouble.FILE_GONE)


def header_value(api_key: SecretStr) -> str:
    """The key as a header holds it. Raises ``Failure`` (BAD_KEY) for one that no header can hold.

    Whoever tries to send such a key raises, or logs, an error that has it in its text.
    """
    key = api_key.get_secret_value()
    if not (key.isascii() and key.isprintable()):
        raise Failure(Trouble.BAD_KEY)
    return key


def failure_from(
    status: int, body: str, api_key: SecretStr, *, about_file: bool = False, retry_after: str = ""
) -> Failure:
    """Tell apart an answer with an error status by its body, JSON or not. A key that it repeats is taken out.

    ``retry_after`` is the header of that name, which counts where the body asks for no wait.
    """
    error = _error_in(body.replace(api_key.get_secret_value(), "…"))
    said = plain_sentence(error.get("message"))
    details = _mappings(error.get("details"))
    trouble = _trouble(status, said.lower(), _reasons(details), about_file=about_file)
    if trouble is Trouble.QUOTA and _is_daily(details, said):
        trouble = Trouble.DAILY_QUOTA
    asked = _retry_delay(details)
    if asked is None:
        asked = pause_asked(retry_after, datetime.now(UTC))
    return Failure(trouble, said, status=status, retry_after=asked)


def _trouble(status: int, said: str, reasons: frozenset[str], *, about_file: bool) -> Trouble:
    if status < 400:
        return Trouble.NOT_GEMINI
    if status == 401 or reasons & {"API_KEY_INVALID", "API_KEY_EXPIRED"} or (status == 400 and "api key" in said):
        return Trouble.BAD_KEY
    if status == 400:
        return next((trouble for pattern, trouble in _REFUSALS if pattern.search(said)), Trouble.REFUSED)
    if (status in (403, 404, 410) and about_file) or (status in (403, 404) and _FILE.search(said)):
        return Trouble.FILE_GONE
    by_status = {402: Trouble.NO_ACCESS, 403: Trouble.NO_ACCESS, 404: Trouble.NO_MODEL, 408: Trouble.TIMEOUT}
    by_status |= {413: Trouble.TOO_LONG, 429: Trouble.QUOTA, 504: Trouble.TIMEOUT}
    return by_status.get(status, Trouble.BUSY if status >= 500 else Trouble.REFUSED)


_FILE = re.compile(r"\bfile\b.*(?:not exist|permission|not found)|permission.*\bfile\b")
_REFUSALS: Sequence[tuple[re.Pattern[str], Trouble]] = (
    (re.compile(r"billing"), Trouble.NO_ACCESS),
    (re.compile(r"location is not supported|not available in your (?:country|region)"), Trouble.WRONG_PLACE),
    (re.compile(r"token count|maximum number of tokens|too long|too many (?:frames|images)"), Trouble.TOO_LONG),
    (re.compile(r"not (?:in an )?active|precondition.*file"), Trouble.FILE_GONE),
    (re.compile(r"unsupported (?:mime|file|video)|mime type|modality|does not support (?:video|file)|"
                r"video.* not (?:supported|enabled)|cannot process (?:the )?video"), Trouble.NO_VIDEO),
    (re.compile(r"cannot fetch|fetch content|(?:unable|failed) to (?:fetch|access|download)|url_|provided url|"
                r"request contains an invalid argument"), Trouble.CANNOT_FETCH),
)  # fmt: skip
"""How the 400s that matter are worded, first match first. Google gives most of them no reason code."""


def _error_in(text: str) -> Mapping[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(body, list):
        body = body[0] if body else {}
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else {}


def _reasons(details: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(str(detail["reason"]) for detail in details if detail.get("reason"))


def _retry_delay(details: Sequence[Mapping[str, Any]]) -> float | None:
    """Seconds, from ``google.rpc.RetryInfo``: ``"34s"`` or ``"0.5s"``."""
    for detail in details:
        if match := re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", ""))):
            return float(match[1])
    return None


def _is_daily(details: Sequence[Mapping[str, Any]], said: str) -> bool:
    """A cap for the day comes as a plain 429, sometimes with a short ``retryDelay``; only its quota's name tells."""
    return any("perday" in name.replace(" ", "").lower() for name in (*_quota_names(details), said))


def _quota_names(details: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for detail in details:
        for violation in _mappings(detail.get("violations")):
            yield str(violation.get("quotaId", ""))


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def explain(failure: Failure, *, model: str, models: Sequence[str] = ()) -> PosterframeError:
    """The error that a person reads: what happened, and what to do. ``models`` are those to choose from."""
    sentence = _SENTENCES[failure.trouble].format(model=model, said=_quoted(failure.said), go_on=GO_ON)
    if failure.trouble is Trouble.NO_MODEL:
        others = ", ".join([each for each in models if each != model][:MODELS_TO_OFFER])
        choice = f"one of {others}" if others else "a model that Google lists today"
        sentence = (
            f"Gemini has no model “{model}” (any more): choose another under “Model”, or set GEMINI_MODEL to {choice}, "
            f"{GO_ON}"
        )
    if failure.trouble is Trouble.QUOTA and failure.retry_after is not None and failure.retry_after > LONGEST_WAIT:
        sentence = f"Gemini’s limit for your key is used up: ask again in {_span(failure.retry_after)}, {GO_ON}"
    return (BadInput if failure.trouble in _YOURS else ServiceFailed)(sentence)


_SENTENCES: dict[Trouble, str] = {
    Trouble.BAD_KEY: "Gemini does not accept the key in GEMINI_API_KEY: put in one from Google AI Studio, {go_on}",
    Trouble.NO_ACCESS: "Gemini does not let this key use {model}{said}: check the key’s project, its billing and its "
    "restrictions in Google AI Studio, {go_on}",
    Trouble.WRONG_PLACE: "Gemini does not serve the place that this machine is in: run Posterframe in a region that "
    "Google supports, {go_on}",
    Trouble.NO_MODEL: "",
    Trouble.NO_VIDEO: "{model} does not take this video{said}: choose a model that watches video in GEMINI_MODEL, give "
    "the video as MP4, {go_on}",
    Trouble.TOO_LONG: "The video is too long for {model}: cut it shorter, or set POSTERFRAME_GEMINI_RESOLUTION to low "
    "and POSTERFRAME_GEMINI_SDK to google-genai, {go_on}",
    Trouble.CANNOT_FETCH: "Gemini cannot read this video{said}: give it as a plain MP4 file, {go_on}",
    Trouble.FILE_GONE: "Gemini no longer has the uploaded video: start again to send it anew, {go_on}",
    Trouble.FILE_REFUSED: "Gemini could not read the uploaded video{said}: give it as a plain MP4 file, {go_on}",
    Trouble.QUOTA: "Gemini’s limit for your key is used up: ask again in a few minutes, {go_on}",
    Trouble.DAILY_QUOTA: "Today’s Gemini quota of your key is used up: ask again tomorrow (it starts anew at midnight, "
    "Pacific time), raise it in Google AI Studio, {go_on}",
    Trouble.BUSY: "Gemini is overloaded or out of order just now: try again in a few minutes, {go_on}",
    Trouble.TIMEOUT: "Gemini took too long to answer: try again, choose a shorter video, {go_on}",
    Trouble.UNREACHABLE: "Gemini cannot be reached: check this machine’s connection and GEMINI_BASE_URL, then try "
    "again, {go_on}",
    Trouble.NOT_GEMINI: "What answered in Gemini’s place is not Gemini (a proxy or a sign-in page?): check the "
    "connection and GEMINI_BASE_URL, then try again, {go_on}",
    Trouble.MALFORMED: "Gemini answered in a form that cannot be used: try again, {go_on}",
    Trouble.REFUSED: "Gemini refused the request{said}: try another model or video, {go_on}",
}


def explain_youtube(failure: Failure) -> BadInput | None:
    """What to say of a YouTube video that Gemini does not take; None where the failure is about something else."""
    is_forbidden = failure.status == 403 and "caller does not have permission" in failure.said.lower()
    if not (failure.is_about_the_video or is_forbidden):
        return None
    return BadInput(
        f"Gemini cannot watch this YouTube video{_quoted(failure.said)}: it is perhaps not public. Give the video "
        f"itself, as an upload or by its URL, {GO_ON}"
    )


def _quoted(said: str) -> str:
    return f" (it says: “{said.rstrip('.')}”)" if said else ""


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.0f} hours"
