"""A session of requests that reaches public addresses only, and whose connections can be cut at a deadline."""

from __future__ import annotations

import http.client
import io
import ipaddress
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession  # type: ignore[import-untyped]
from requests_hardened.ip_filter import InvalidIPAddress  # type: ignore[import-untyped]
from requests_hardened.ip_filter_adapter import IPFilterAdapter  # type: ignore[import-untyped]
from urllib3.connection import HTTPConnection, HTTPSConnection

from posterframe import __version__
from posterframe.net.address import is_allowed, is_public
from posterframe.net.limits import Limits

# Of a refused address the person is told; the library's own warning would be printed a second time.
logging.getLogger("requests_hardened").addHandler(logging.NullHandler())


class PrivateAddress(requests.RequestException):
    """The host is, or its name leads to, an address that is not on the open internet."""


class Sockets:
    """The open sockets of one session, to be cut when time is up.

    A socket's own timeout starts anew with each byte, so a server that sends one now and then, in the headers or the
    body, would hold a thread for ever.
    """

    def __init__(self) -> None:
        self._open: WeakSet[socket.socket] = WeakSet()
        self._lock = threading.Lock()
        self.time_is_up = False

    def add(self, opened: socket.socket) -> None:
        with self._lock:
            self._open.add(opened)
            if self.time_is_up:
                _cut(opened)

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Let whatever is awaited inside end once the time has passed, with an error or as if there were no more."""
        self.time_is_up = False
        left = threading.Event()
        timer = threading.Timer(seconds, self._cut_all, [left])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            with self._lock:
                left.set()
            timer.cancel()

    def _cut_all(self, left: threading.Event) -> None:
        with self._lock:
            if left.is_set():
                return
            self.time_is_up = True
            for opened in list(self._open):
                _cut(opened)


def _cut(opened: socket.socket) -> None:
    # A TLS socket's own shutdown would first forget its keys, and the reader then take ciphertext for the answer.
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


class _BoundedReader(io.BufferedReader):
    """Refuses to read to the end: ``http.client`` would do so, into memory, for a chunk that claims a size of -1."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            raise http.client.IncompleteRead(b"")
        return super().read(size)


class _Response(http.client.HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp = _BoundedReader(self.fp.detach())


class _Connection(HTTPConnection):
    """Hands its socket to ``Sockets``."""

    response_class = _Response

    def __init__(self, sockets: Sockets, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sockets = sockets

    def connect(self) -> None:
        # Until this returns, the time for connecting bounds all of it, a TLS handshake in dribs and drabs too.
        super().connect()
        self._sockets.add(self.sock)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Adapter(IPFilterAdapter):  # type: ignore[misc]
    """Resolves a host once, refuses what is not public, and connects to just the address that was checked.

    requests-hardened does so; added here are the hosts that may be private, and a stricter idea of public: it lets
    site-local, reserved and IPv4-compatible IPv6 addresses pass.
    """

    def __init__(self, *, is_https_proto: bool, allow_hosts: frozenset[str], sockets: Sockets) -> None:
        super().__init__(is_https_proto=is_https_proto)
        self._allow_hosts = allow_hosts
        self._connection = partial(_TlsConnection if is_https_proto else _Connection, sockets)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        if is_allowed(request.url or "", self._allow_hosts):
            return HTTPAdapter.build_connection_pool_key_attributes(self, request, verify, cert)
        try:
            host_params, pool_kwargs = super().build_connection_pool_key_attributes(request, verify, cert)
        except InvalidIPAddress as error:
            raise PrivateAddress(request=request) from error
        if not is_public(ipaddress.ip_address(host_params["host"].strip("[]"))):
            raise PrivateAddress(request=request)
        return host_params, pool_kwargs

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool.ConnectionCls = self._connection
        return pool


class GuardedSession(HTTPSession):  # type: ignore[misc]
    """A session that can reach no private address, proxy, password file or cookie. Follows no redirect by itself."""

    def __init__(self, allow_hosts: frozenset[str], limits: Limits) -> None:
        super().__init__(
            Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=False,
                never_redirect=True,
                default_timeout=(limits.connect_timeout, limits.read_timeout),
                user_agent_override=f"Posterframe/{__version__}",
            )
        )
        # A proxy would resolve names behind the guard's back. What the environment says of certificates still
        # counts: requests itself is asked for it.
        self.trust_env = False
        self.verify = requests.Session().merge_environment_settings("https://", {}, None, None, None)["verify"]
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.sockets = Sockets()
        for scheme in ("http", "https"):
            adapter = _Adapter(is_https_proto=scheme == "https", allow_hosts=allow_hosts, sockets=self.sockets)
            self.mount(f"{scheme}://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - the name is requests' own
        """None, always: requests would read the whole body of a redirect, however long, before it goes on."""
        return None
