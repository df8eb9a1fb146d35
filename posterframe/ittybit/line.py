"""The connection under the client: pooled, and cut when a whole answer takes too long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection

from posterframe.net.guard import Sockets

_CONNECTIONS = 32

_asking: ContextVar[Sockets] = ContextVar("asking")
"""What the request under way in this thread is waiting for."""


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    """Cut the request inside once the time has passed: a timeout of ``requests`` starts anew with each byte.

    Raises ``requests.Timeout`` where what was cut looks like a whole answer.
    """
    sockets = Sockets()
    token = _asking.set(sockets)
    try:
        with sockets.cut_after(seconds):
            yield
    finally:
        _asking.reset(token)
    if sockets.time_is_up:
        raise requests.Timeout


def open_session(key: SecretStr) -> requests.Session:
    """A pooled session whose requests carry the key; each is to be made within ``answered_within``."""
    session = requests.Session()
    session.auth = _Bearer(key)
    session.mount("https://", _Adapter(_TlsConnection))
    session.mount("http://", _Adapter(_Connection))
    return session


class _Connection(HTTPConnection):
    """Can be cut from when it waits for an answer on."""

    def getresponse(self) -> Any:
        _asking.get().add(self.sock)
        return super().getresponse()


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Adapter(HTTPAdapter):
    def __init__(self, connection: type[HTTPConnection]) -> None:
        self._connection = connection
        super().__init__(pool_connections=1, pool_maxsize=_CONNECTIONS, pool_block=True)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = self._connection
        return pool


class _Bearer(AuthBase):
    """Signs requests with the key. Being ``auth``, it goes before any .netrc; printing it tells nothing."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        return request
