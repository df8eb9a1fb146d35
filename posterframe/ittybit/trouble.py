"""Ittybit's errors as sentences for people: what a refused request means, and why a job ended without a picture."""

from __future__ import annotations

from posterframe.errors import BadInput, PosterframeError, ServiceBusy, ServiceFailed
from posterframe.ittybit.reply import Complaint

_ACCOUNT = {
    401: "Ittybit did not accept the API key: check ITTYBIT_API_KEY, then try again.",
    402: "Ittybit asks for payment before it cuts more: check the plan of your Ittybit account, then try again.",
    403: "The Ittybit key may not do this: use the key of a project in ITTYBIT_API_KEY, then try again.",
}
_REFUSALS = frozenset({400, 413, 415, 422})
_BY_KIND = {"token_missing": 401, "token_invalid": 401, "payment_required": 402, "project_required": 403}

_REFUSED = {
    "url_required": "Ittybit needs an address where it can read the video: give a public link, or cut on this machine.",
    "format_unsupported": "Ittybit does not make this picture from this video: choose another format and cut again.",
}

_ANEW = "try again to have it cut anew, or cut on this machine"


class JobUnknown(ServiceFailed):
    """The service has no job under this id."""


class Conflict(ServiceFailed):
    """The service is still busy with another request under the same key, or holds it for one that differs."""


def job_unknown() -> JobUnknown:
    return JobUnknown("Ittybit no longer knows this job: try again to have the picture cut anew.")


def unreached() -> ServiceFailed:
    return ServiceFailed("Ittybit did not answer: check the connection and ITTYBIT_BASE_URL, then try again.")


def unusable_key() -> ServiceFailed:
    return ServiceFailed("ITTYBIT_API_KEY has letters that no key has: copy the key anew, without line breaks.")


def busy(wait: float) -> ServiceBusy:
    """``wait`` is in seconds."""
    return ServiceBusy("Ittybit asks us to slow down: the picture is tried again shortly.", wait)


def refusal(status: int, complaint: Complaint, wait: float | None) -> PosterframeError:
    """The error for a reply with an HTTP status that is no success. ``wait`` is its Retry-After in seconds."""
    account = _ACCOUNT.get(_BY_KIND.get(complaint.kind or "", status))
    if account:
        return ServiceFailed(account)
    if status == 429:
        return busy(wait or 0.0)
    if status == 409:
        return Conflict("Ittybit already works on this picture under another request: try again in a minute.")
    if status in _REFUSALS:
        known = _REFUSED.get(complaint.kind or "")
        return BadInput(
            known or _said("Ittybit refused to cut this picture", complaint, "change its time, size or format")
        )
    if status == 404 or 300 <= status < 400:
        return ServiceFailed("Ittybit has nothing at this address: check ITTYBIT_BASE_URL, then try again.")
    return ServiceFailed(_said(f"Ittybit has trouble at the moment, HTTP {status}", complaint, "try again in a minute"))


def why_failed(complaint: Complaint | None) -> str:
    """The sentence for a job that the service gave up."""
    known = _REFUSED.get(complaint.kind or "") if complaint else None
    return known or _said("Ittybit could not cut this picture", complaint or Complaint(), _ANEW)


def why_cancelled(complaint: Complaint | None) -> str:
    """The sentence for a job that was cancelled at the service."""
    return _said("Ittybit cancelled this job", complaint or Complaint(), _ANEW)


def _said(what: str, complaint: Complaint, then: str) -> str:
    """What happened, in the service's own words where it gives any, and what to do."""
    words = (complaint.words or complaint.kind or "").rstrip(" .")
    return f"{what} (“{words}”): {then}." if words else f"{what}: {then}."
