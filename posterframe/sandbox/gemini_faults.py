"""The faults of the Gemini stand-in: errors as Google words them, and answers that are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from posterframe.sandbox.faults import CutConnection, Fault, Hang

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    410: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def refuse(code: int, message: str, details: Sequence[dict[str, Any]] = (), status: str | None = None) -> Response:
    """An error as the API shows it."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status or _STATUSES[code]}
    if details:
        error["details"] = list(details)
    return JSONResponse({"error": error}, code)


def bad_key() -> Response:
    """What a key that is not one gets."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    return refuse(400, "API key not valid. Please pass a valid API key.", [info])


def no_model(name: str) -> Response:
    """What a model gets that was shut down, or never was."""
    return refuse(
        404,
        f"models/{name} is not found for API version v1beta, or is not supported for generateContent. Call ListModels "
        "to see the list of available models and their supported methods.",
    )


def _quota(fault: Fault, quota: str = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier") -> Response:
    seconds = 1.0 if fault.seconds is None else fault.seconds
    violations = [{"quotaMetric": "generativelanguage.googleapis.com/generate_content_requests", "quotaId": quota}]
    failure = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations}
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds:g}s"}
    message = f"You exceeded your current quota, please check your plan. Please retry in {seconds:g}s."
    return refuse(429, message, [failure, retry])


def _no_access() -> Response:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
    }
    return refuse(403, "Generative Language API has not been used in project 1 before or it is disabled.", [info])


def _come_later(fault: Fault) -> Response:
    seconds = 1 if fault.seconds is None else int(fault.seconds)
    body = {"error": {"code": 503, "message": "Come back later.", "status": "UNAVAILABLE"}}
    return JSONResponse(body, 503, headers={"Retry-After": str(seconds)})


def _says(body: bytes, code: int = 200) -> Callable[[Fault], Response]:
    """A body as it stands, which is no JSON object, or holds what JSON cannot."""
    return lambda _: Response(body, code, media_type="application/json")


def _at(written: bytes) -> bytes:
    """The happy reply with one moment, at a time that no JSON library would write."""
    moment = b'{"timestamp": ' + written + b', "reason": "A face."}'
    call = b'{"functionCall": {"name": "pick_thumbnails", "args": {"moments": [' + moment + b"]}}}"
    return b'{"candidates": [{"content": {"role": "model", "parts": [' + call + b']}, "finishReason": "STOP"}]}'


_DEEP = 100_000

FAULTS: dict[str, Callable[[Fault], Response]] = {
    "bad-key": lambda _: bad_key(),
    "unauthenticated": lambda _: refuse(401, "Request had invalid authentication credentials."),
    "echo-key": lambda fault: refuse(400, f"The key {fault.key} is of no use here."),
    "no-access": lambda _: _no_access(),
    "wrong-place": lambda _: refuse(
        400, "User location is not supported for the API use.", status="FAILED_PRECONDITION"
    ),
    "no-billing": lambda _: refuse(
        400,
        "Gemini API free tier is not available in your country. Please enable billing on your project.",
        status="FAILED_PRECONDITION",
    ),
    "retired-model": lambda _: no_model("gemini-2.0-flash"),
    "no-video": lambda _: refuse(400, "Video input modality is not enabled for models/this-model"),
    "too-long": lambda _: refuse(
        400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
    ),
    "cannot-fetch": lambda _: refuse(400, "Cannot fetch content from the provided URL."),
    "invalid-argument": lambda _: refuse(400, "Request contains an invalid argument."),
    "no-such-type": lambda _: refuse(400, "Unsupported MIME type: text/html"),
    "no-such-address": lambda _: refuse(400, "Unsupported file URI type: https://example.com/film.mp4"),
    "failed-to-fetch": lambda _: refuse(400, "Failed to fetch the URL."),
    "no-permission": lambda _: refuse(403, "The caller does not have permission"),
    "refused": lambda _: refuse(400, "The request was not liked."),
    "file-gone": lambda _: refuse(403, "You do not have permission to access the File gone123 or it may not exist."),
    "upload-lost": lambda _: refuse(404, "Upload not found."),
    "upload-gone": lambda _: refuse(410, "The upload has ended."),
    "quota": _quota,
    "quota-long": lambda fault: _quota(Fault(fault.name, seconds=fault.seconds or 3600.0)),
    "quota-daily": lambda fault: _quota(fault, "GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
    "quota-bare": lambda _: refuse(429, "Resource has been exhausted (e.g. check quota)."),
    "internal": lambda _: refuse(500, "An internal error has occurred. Please retry."),
    "overloaded": lambda _: refuse(503, "The model is overloaded. Please try again later."),
    "come-later": _come_later,
    "deadline": lambda _: refuse(504, "The request timed out. Please try again."),
    "bad-gateway": lambda _: HTMLResponse("<html><title>502</title>Bad Gateway</html>", 502),
    "html": lambda _: HTMLResponse("<html><h1>Please sign in to the network</h1></html>"),
    "redirect": lambda _: RedirectResponse("http://127.0.0.1:9/elsewhere", 302),
    "empty": lambda _: Response(b""),
    "not-a-number": _says(_at(b"NaN")),
    "endless-number": _says(_at(b"1e400")),
    "not-utf-8": _says(b'{"candidates": [{"content": "\xff\xfe"}]}'),
    "bare-number": _says(b"1"),
    "bare-list": _says(b"[1]"),
    "bare-text": _says(b'"Hello."'),
    "deep": _says(b'{"candidates": ' + b"[" * _DEEP + b"]" * _DEEP + b"}"),
    "error-as-list": _says(b"[1]", 503),
    "error-as-text": _says(b'"The server is tired."', 503),
    "deep-error": _says(b"[" * _DEEP, 503),
    "drop": lambda _: CutConnection(b'{"candidates": ['),
    "drop-after": lambda _: CutConnection(b'{"candidates": ['),
    "hang": lambda _: Hang(),
}
"""By name: what comes in place of an answer. ``drop-after`` does the work and then loses the answer."""
