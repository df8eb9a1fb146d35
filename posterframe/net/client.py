"""One thread's way to ask servers for bytes: redirects, refusals, retries and deadlines, each put into a sentence."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Self, TypeVar
from urllib.parse import urljoin

import requests
import urllib3
from requests.utils import requote_uri
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)
from urllib3.exceptions import NewConnectionError
from urllib3.util.ssl_match_hostname import CertificateError

from posterframe.errors import BadInput, ServiceFailed
from posterframe.net.address import NOT_AN_ADDRESS, host_of, private_address, shown
from posterframe.net.guard import GuardedSession, PrivateAddress
from posterframe.net.limits import KIB, Limits
from posterframe.retrying import Transient, pause_asked

_CHUNK = 64 * KIB
_REDIRECTS = (301, 302, 303, 307, 308)
_ANSWERS = (200, 206, 416)
_BUSY = (408, 425, 429)
_COMPRESSIONS = ("gzip", "x-gzip", "deflate", "compress", "br", "zstd")
_NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))

_LENGTH = re.compile(r"\d{1,18}", re.ASCII)

_SLOW_LINE = 128 * KIB
"""Bytes a second of a slow but honest line, 1 Mbit/s: what it needs for a long film is not held against a server."""

T = TypeVar("T")


class Answer:
    """A server's answer, its body still to be read."""

    def __init__(self, client: Client, url: str, response: requests.Response) -> None:
        self.url = url
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._client = client
        self._raw = response.raw

    @property
    def length(self) -> int | None:
        """How many bytes the body is said to have."""
        if "Transfer-Encoding" in self.headers:
            return None
        said = self.headers.get("Content-Length", "")
        return int(said) if _LENGTH.fullmatch(said) else None

    def read(self, size: int) -> bytes:
        """The next bytes of the body as sent, up to ``size``; none at its end. Raises ``Transient`` if it breaks."""
        try:
            data: bytes = self._raw.read(min(size, _CHUNK), decode_content=False)
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            raise self._client.explain(error, self.url) from None
        if not data and self._client.time_is_up:
            raise self.cut_short()
        self._client.bytes_fetched += len(data)
        return data

    def cut_short(self) -> Transient:
        """What to raise when there is less of the body than was said."""
        return self._client.cut_short(self.url)

    def chunks(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes of the body, bit by bit. Raises ``Transient`` when there are fewer."""
        while size > 0:
            data = self.read(size)
            if not data:
                raise self.cut_short()
            size -= len(data)
            yield data


class Client:
    """Asks servers for bytes, within limits. For one thread.

    ``vet`` checks an address, and each one that it leads to, before it is asked. ``way_out`` ends the sentences:
    what else a person can do. ``requests_made`` and ``bytes_fetched`` count all that went over the wire. Errors have
    no cause, since that would show the whole address, signature and all, wherever a traceback is logged.
    """

    def __init__(
        self, vet: Callable[[str], str], allow_hosts: frozenset[str], limits: Limits, *, way_out: str = ""
    ) -> None:
        self.limits = limits
        self.requests_made = 0
        self.bytes_fetched = 0
        self._vet = vet
        self._way_out = way_out
        self._session = GuardedSession(allow_hosts, limits)
        self._patience = limits.total_deadline

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def time_is_up(self) -> bool:
        """Whether connections were cut: headers and bodies then look complete where they are not."""
        return self._session.sockets.time_is_up

    def close(self) -> None:
        self._session.close()

    @contextmanager
    def get(self, url: str, part: tuple[int, int] | None = None) -> Iterator[Answer]:
        """The answer to a GET after redirects; for a part of the file, its first and its last byte are given.

        Its status is 200, 206 or 416, its body plain. Raises ``Transient`` for what may pass, ``BadInput`` or
        ``ServiceFailed`` for all else. Leaving the context with bytes unread drops the connection.
        """
        headers = {"Accept-Encoding": "identity"}
        if part is not None:
            headers["Range"] = "bytes={}-{}".format(*part)
        response, at = self._follow(url, headers)
        try:
            if response.status_code not in _ANSWERS:
                raise self._refusal(response, at)
            if response.headers.get("Content-Encoding", "").lower() in _COMPRESSIONS:
                raise ServiceFailed(
                    f"{host_of(at)} compresses what it sends, although asked not to. Use another server{self._way_out}."
                )
            yield Answer(self, at, response)
        finally:
            response.close()

    def persist(self, attempt: Callable[[], T], url: str, seconds: float) -> T:
        """What ``attempt`` returns, run again with growing pauses while it raises ``Transient`` and there is time.

        At the deadline its connections are cut. Raises ``ServiceFailed`` when time or attempts are used up.
        """
        begun, fetched = monotonic(), self.bytes_fetched
        seconds = min(seconds, self._patience)
        retrying = Retrying(
            retry=retry_if_exception_type(Transient),
            stop=stop_after_attempt(self.limits.attempts) | stop_before_delay(seconds),
            wait=self._pause,
            reraise=True,
        )
        try:
            with self._session.sockets.cut_after(seconds):
                return retrying(attempt)
        except Transient as error:
            if monotonic() - begun < seconds:
                raise error.said from None
            raise ServiceFailed(
                f"{host_of(url)} is too slow, so reading was given up. Try again later{self._way_out}."
            ) from None
        finally:
            needed = (self.bytes_fetched - fetched) / _SLOW_LINE
            self._patience -= max(0.0, monotonic() - begun - needed)

    def explain(self, error: Exception, url: str) -> Exception:
        """What a failed request comes to: ``BadInput``, ``ServiceFailed`` or ``Transient``."""
        host = host_of(url)
        causes = list(_causes(error))
        if isinstance(error, PrivateAddress):
            return BadInput(private_address(host))
        if type(error) is OSError:
            return ServiceFailed("The certificates named in REQUESTS_CA_BUNDLE cannot be read on this machine.")
        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
            return BadInput(NOT_AN_ADDRESS)
        if any(isinstance(cause, ssl.SSLCertVerificationError | CertificateError) for cause in causes):
            return ServiceFailed(
                f"The certificate of {host} cannot be trusted, so nothing was read. Check the address{self._way_out}."
            )
        for cause in causes:
            if isinstance(cause, socket.gaierror):
                if cause.errno in _NO_SUCH_NAME:
                    return BadInput(f"There is no server named {host}. Check the address{self._way_out}.")
                return Transient(ServiceFailed(f"The name {host} cannot be looked up now. Try again in a minute."))
        # In this order, since to urllib3 a connection that was refused is a kind of timeout.
        if any(isinstance(cause, NewConnectionError) for cause in causes):
            return Transient(ServiceFailed(f"{host} cannot be reached. Check the address{self._way_out}."))
        if any(
            isinstance(cause, TimeoutError | requests.Timeout | urllib3.exceptions.TimeoutError) for cause in causes
        ):
            return Transient(ServiceFailed(f"{host} does not answer in time. Try again in a minute{self._way_out}."))
        return Transient(ServiceFailed(f"The connection to {host} broke off. Try again in a minute{self._way_out}."))

    def cut_short(self, url: str) -> Transient:
        """What to raise when a server sent less than it said."""
        return Transient(
            ServiceFailed(f"{host_of(url)} stopped in the middle of sending. Try again in a minute{self._way_out}.")
        )

    def _follow(self, url: str, headers: Mapping[str, str]) -> tuple[requests.Response, str]:
        """The first answer that is no redirect, and the address that gave it."""
        at = url
        for _ in range(self.limits.redirects + 1):
            self.requests_made += 1
            try:
                response = self._session.get(at, headers=headers, stream=True)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise self.explain(error, at) from None
            if self.time_is_up:
                response.close()
                raise self.cut_short(at)
            location = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or not location:
                return response, at
            response.close()
            at = self._next(at, location)
        raise BadInput(f"{shown(url)} leads from address to address. Give the address of the video file itself.")

    def _next(self, at: str, location: str) -> str:
        try:
            # Headers arrive as Latin-1; servers that write other letters into them mean UTF-8.
            return self._vet(urljoin(at, requote_uri(location.encode("latin-1").decode("utf-8", "replace"))))
        except ValueError:
            raise BadInput(f"{shown(at)} leads on to something that is no address. Check the address.") from None
        except BadInput as error:
            raise BadInput(f"{shown(at)} leads on to another address. {error}") from None

    def _refusal(self, response: requests.Response, url: str) -> Exception:
        """What a status other than success means."""
        status, host, place = response.status_code, host_of(url), shown(url)
        if status in (401, 403):
            return BadInput(
                f"{host} does not let us read {place} ({status}). "
                f"Give a public or freshly signed address{self._way_out}."
            )
        if status == 404:
            return BadInput(f"There is nothing at {place} (404). Check the address{self._way_out}.")
        if status == 410:
            return BadInput(f"{place} has been taken away for good (410). Give another address{self._way_out}.")
        if status in _BUSY or status >= 500:
            trouble = "is busy" if status in _BUSY else "has a fault of its own"
            said = ServiceFailed(f"{host} {trouble} ({status}). Try again in a few minutes{self._way_out}.")
            pause = pause_asked(response.headers.get("Retry-After"), datetime.now(UTC))
            return said if pause is not None and pause > self.limits.longest_pause else Transient(said, pause)
        return BadInput(f"{host} gives no video at {place} (it answers {status}). Check the address{self._way_out}.")

    def _pause(self, state: RetryCallState) -> float:
        """How long a server asked us to wait, else longer each time and never quite the same."""
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, Transient) and failure.pause is not None:
            return failure.pause
        first = self.limits.first_pause
        return wait_exponential_jitter(initial=first, max=self.limits.longest_pause, jitter=first)(state)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
