"""The client of Ittybit's jobs: create, get and list over one pooled session. It knows HTTP and no policy."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from pydantic import SecretStr

from posterframe.ittybit import trouble
from posterframe.ittybit.line import answered_within, open_session
from posterframe.ittybit.reply import JobReply, Unreadable, read_complaint, read_job, read_jobs
from posterframe.ittybit.retry import Gate, Pace, persistently
from posterframe.retrying import Transient, pause_asked

T = TypeVar("T")

PAGE_SIZE = 100
"""Jobs on one page of a list: the most that Ittybit's API reference allows."""

_LONGEST_WAIT = 86_400.0
"""Seconds that the service can make us wait at most, whatever it asks for: a day."""

_MAX_REPLY_BYTES = 8 * 1024 * 1024
_RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504})
_MAY_PASS = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


@dataclass(frozen=True)
class JobPage:
    """One page of a list, newest first. ``after`` is the cursor of the next page, None where this is the last."""

    jobs: tuple[JobReply, ...]
    after: str | None


@dataclass(frozen=True)
class _Reply:
    """``value`` is the JSON of the body, None where it is none: what that means depends on the status."""

    status: int
    headers: Mapping[str, str]
    value: object


class IttybitClient:
    """Speaks to ``/jobs`` at ``base_url``; threads may share it. The key is sent to that address and nowhere else.

    What may pass is tried again as ``pace`` says. In the end every method raises ``ServiceFailed`` (``ServiceBusy``
    for 429, ``JobUnknown`` for an id that the service does not know), or ``BadInput`` where it refuses what was asked.
    """

    def __init__(self, api_key: SecretStr, base_url: str, pace: Pace | None = None) -> None:
        self._jobs_url = f"{base_url.rstrip('/')}/jobs"
        self._pace = pace or Pace()
        self._gate = Gate(self._pace.a_second)
        self._session = open_session(api_key)

    def create(self, body: Mapping[str, Any], key: str) -> JobReply:
        """Make a job, or find the one that was made under this ``key`` within the last day."""
        return self._call(_job, "POST", json=body, headers={"Idempotency-Key": key})

    def get(self, job_id: str) -> JobReply:
        """The job with all its tasks."""
        return self._call(_job, "GET", f"/{quote(job_id, safe='')}")

    def list_jobs(self, after: str | None = None) -> JobPage:
        """The page of image jobs that follows the job ``after``; without it, the newest ones."""
        params = {"kind": "image", "order": "desc", "limit": str(PAGE_SIZE)}
        return self._call(_page, "GET", params={**params, "after": after} if after else params)

    def _call(self, read: Callable[[_Reply], T], method: str, path: str = "", **request: Any) -> T:
        return persistently(self._pace, self._attempt, read, method, path, request)

    def _attempt(self, read: Callable[[_Reply], T], method: str, path: str, request: Mapping[str, Any]) -> T:
        wait = self._gate.enter(self._pace.patience)
        if wait:
            raise trouble.busy(wait)
        try:
            reply = self._send(method, path, request)
        except _MAY_PASS as error:
            raise Transient(trouble.unreached()) from error
        except requests.RequestException as error:
            raise trouble.unreached() from error
        except ValueError:  # a header cannot be sent; the error's own text would show the key
            raise trouble.unusable_key() from None
        if reply.status not in (200, 201, 202):
            raise self._refused(reply, path)
        try:
            return read(reply)
        except Unreadable as unreadable:
            raise Transient(unreadable) from unreadable

    def _refused(self, reply: _Reply, path: str) -> Exception:
        """The error for a reply that is no success; a 429 makes every thread wait."""
        if reply.status == 404 and path:
            return trouble.job_unknown()
        asked = pause_asked(reply.headers.get("Retry-After"), datetime.now(UTC))
        wait = None if asked is None else min(asked, _LONGEST_WAIT)
        if reply.status == 429:
            wait = self._pace.untold_wait * random.uniform(1, 1.5) if wait is None else wait  # noqa: S311 - no secret
            self._gate.close_for(wait)
        error = trouble.refusal(reply.status, read_complaint(reply.value), wait)
        return Transient(error, wait) if reply.status in _RETRIED else error

    def _send(self, method: str, path: str, request: Mapping[str, Any]) -> _Reply:
        """One request. Redirects are not followed: they could carry the key to another address."""
        timeout = (self._pace.connect_timeout, self._pace.read_timeout)
        url = self._jobs_url + path
        with (
            answered_within(sum(timeout)),
            self._session.request(
                method, url, timeout=timeout, allow_redirects=False, stream=True, **request
            ) as response,
        ):
            return _Reply(response.status_code, response.headers, _json(response))


def _json(response: requests.Response) -> object:
    """The body's value, read up to a limit of bytes: no reply can fill the memory."""
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > _MAX_REPLY_BYTES:
            return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _job(reply: _Reply) -> JobReply:
    return read_job(reply.value)


def _page(reply: _Reply) -> JobPage:
    """A full page has another after it, unless the service says in ``Has-More`` that it has none."""
    jobs = read_jobs(reply.value)
    more = reply.headers.get("Has-More", str(len(jobs) >= PAGE_SIZE)).strip().lower() == "true"
    return JobPage(jobs, jobs[-1].id if jobs and more else None)
