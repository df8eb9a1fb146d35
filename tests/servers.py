"""A real HTTP server on loopback that serves bytes well, with byte ranges, or with any fault on request."""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

_PIECE = 16 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Behaviour:
    """How a path is answered where it is not answered well. Fields combine; times are seconds, sizes bytes."""

    times: int | None = None
    """How many requests get the fault (None: all of them); later ones are answered well."""
    after: int = 0
    """How many requests are answered well before the fault begins."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent besides, or instead of, the usual ones."""
    redirect_to: str | None = None
    ranges: bool = True
    """False: range requests get 200 and everything."""
    tags: bool = True
    """False: neither ETag nor Last-Modified."""
    length: bool = True
    """False: no Content-Length; the body comes in chunks."""
    claims_size: int | None = None
    """The size to speak of, whatever the real one is."""
    most_per_answer: int | None = None
    """Ranges are cut to this many bytes, and said to be."""
    stop_after: int | None = None
    """Close the connection when this much of the body is sent."""
    reset: bool = False
    """Where the connection is closed early, close it with a reset."""
    latency: float = 0.0
    """Wait this long before answering."""
    rate: float | None = None
    """Bytes a second of the body."""
    drip: float | None = None
    """Send the header section, and what follows, one byte at a time and this far apart."""
    raw: bytes | None = None
    """Send this and close, in place of any HTTP."""


GOOD = Behaviour()


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    range: str | None
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Item:
    data: bytes
    content_type: str
    behaviour: Behaviour

    @property
    def etag(self) -> str:
        return f'"{sha256(self.data).hexdigest()[:16]}"'


class MediaServer:
    """Serves what was added, from a thread of its own for each connection. A context manager.

    ``requests`` is the log, ``body_bytes`` what left in bodies. ``certificate`` (key and certificate in one PEM
    file) makes it https. Paths may be added, and added anew, while it runs.
    """

    def __init__(self, host: str = "127.0.0.1", certificate: Path | None = None) -> None:
        self.requests: list[Request] = []
        self.body_bytes = 0
        self.closing = threading.Event()
        self._host = host
        self._certificate = certificate
        self._items: dict[str, _Item] = {}
        self._answers: dict[str, int] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        kind = type("_Server", (_Server,), {"address_family": family})
        self._server = kind((self._host, 0), type("_BoundHandler", (_Handler,), {"media": self}))
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def host(self) -> str:
        """Host and port as ``allow_hosts`` wants them."""
        return f"[{self._host}]:{self.port}" if ":" in self._host else f"{self._host}:{self.port}"

    def url(self, path: str) -> str:
        return f"{'https' if self._certificate else 'http'}://{self.host}{path}"

    def add(self, path: str, data: bytes = b"", *, content_type: str = "video/mp4", behaviour: Behaviour = GOOD) -> str:
        """Serve ``data`` at ``path`` from now on; the address of it."""
        with self._lock:
            self._items[path] = _Item(data, content_type, behaviour)
            self._answers[path] = 0
        return self.url(path)

    def asked(self, path: str) -> list[Request]:
        """The requests for one path, in order."""
        return [request for request in self.requests if request.path.split("?")[0] == path]

    def take(self, request: Request) -> tuple[_Item | None, Behaviour]:
        """Note a request; what to answer it with, and how."""
        path = request.path.split("?")[0]
        with self._lock:
            self.requests.append(request)
            item = self._items.get(path)
            if item is None:
                return None, GOOD
            number = self._answers[path]
            self._answers[path] += 1
        fault = item.behaviour
        struck = number >= fault.after and (fault.times is None or number < fault.after + fault.times)
        return item, fault if struck else GOOD

    def count(self, sent: int) -> None:
        with self._lock:
            self.body_bytes += sent


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def server_bind(self) -> None:
        """Without the look-up of the host's full name, which takes seconds where there is no DNS."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    media: MediaServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: the log is ``MediaServer.requests``."""

    def do_GET(self) -> None:
        range_ = self.headers.get("Range")
        item, fault = self.media.take(Request(self.command, self.path, range_, dict(self.headers.items())))
        if fault.latency:
            self.media.closing.wait(fault.latency)
        if item is None:
            self._answer(fault, 404, {"Content-Type": "text/html", "Content-Length": "9"}, b"Not found")
        elif fault.raw is not None:
            self.wfile.write(fault.raw)
            self.close_connection = True
        elif fault.redirect_to is not None:
            self._answer(fault, fault.status or 302, {"Location": fault.redirect_to, "Content-Length": "0"}, b"")
        elif fault.status is not None:
            self._answer(fault, fault.status, {"Content-Length": "5"}, b"Sorry")
        else:
            self._serve(item, fault, range_)

    def _serve(self, item: _Item, fault: Behaviour, range_: str | None) -> None:
        size = len(item.data) if fault.claims_size is None else fault.claims_size
        headers = {"Content-Type": item.content_type}
        if fault.tags:
            headers |= {"ETag": item.etag, "Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT"}
        asked = _RANGE.fullmatch(range_ or "")
        if not fault.ranges or asked is None:
            self._answer(fault, 200, headers | {"Content-Length": str(size)}, item.data)
            return
        first, last = _span(asked, size)
        if fault.most_per_answer is not None:
            last = min(last, first + fault.most_per_answer - 1)
        if first > last:
            self._answer(fault, 416, headers | {"Content-Range": f"bytes */{size}", "Content-Length": "0"}, b"")
            return
        headers |= {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)}
        self._answer(fault, 206, headers | {"Accept-Ranges": "bytes"}, item.data[first : last + 1])

    def _answer(self, fault: Behaviour, status: int, headers: Mapping[str, str], body: bytes) -> None:
        said = {**headers, **fault.headers}
        if not fault.length:
            said.pop("Content-Length", None)
            said["Transfer-Encoding"] = "chunked"
        lines = [f"HTTP/1.1 {status} Really", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        head = "\r\n".join(lines).encode("utf-8")
        short = said.get("Content-Length", str(len(body))) != str(len(body))
        if fault.drip is not None:
            self._drip(head + body, fault.drip)
            return
        self.wfile.write(head)
        stop = len(body) if fault.stop_after is None else min(fault.stop_after, len(body))
        for piece in _pieces(body[:stop]):
            self.media.count(len(piece))
            self.wfile.write(piece if fault.length else b"%x\r\n%b\r\n" % (len(piece), piece))
            if fault.rate:
                self.media.closing.wait(len(piece) / fault.rate)
        if stop < len(body) or short:
            self._hang_up(fault)
        elif not fault.length:
            self.wfile.write(b"0\r\n\r\n")

    def _drip(self, data: bytes, apart: float) -> None:
        for byte in data:
            self.wfile.write(bytes((byte,)))
            if self.media.closing.wait(apart):
                break

    def _hang_up(self, fault: Behaviour) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            if fault.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()


def _span(asked: re.Match[str], size: int) -> tuple[int, int]:
    first, last = asked.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]


class DrippingServer:
    """Takes connections, sends ``start`` and then one byte at a time, ``apart`` seconds apart, for ever.

    A context manager; ``host`` is its host and port. ``hung_up`` is set once a client has gone.
    """

    def __init__(self, start: bytes, apart: float = 0.05) -> None:
        self.hung_up = threading.Event()
        self._start = start
        self._apart = apart
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = "{}:{}".format(*self._listening.getsockname())
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.sendall(self._start)
                while not self._closing.wait(self._apart):
                    connection.sendall(b"0")
            except OSError:
                self.hung_up.set()
