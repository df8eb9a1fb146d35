"""A video on a server that gives byte ranges, read in blocks that are fetched once and kept in memory and on disk."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic

from posterframe.errors import BadInput, ServiceFailed
from posterframe.net.address import host_of, shown
from posterframe.net.cache import DiskCache, key_of
from posterframe.net.client import Answer, Client
from posterframe.net.limits import BLOCK_BYTES, LONGEST_RUN
from posterframe.retrying import Transient

_QUICK = 2.0
"""A run that took longer than this many seconds is not made longer the next time."""

_TRAILS = 8
"""How many places that may be read on from are remembered: sound and picture of one file can lie far apart."""

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The first bytes of a file and what came with them: its size, and its ETag or else date of change, or ""."""

    data: bytes
    size: int
    tag: str
    content_type: str
    at: str


def tag_of(answer: Answer) -> str:
    """What tells one version of a file from another, as far as the server says."""
    return answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""


def ask_for_head(client: Client, url: str, size: int) -> Head | None:
    """The first bytes of a file, ``size`` or fewer; None from a server that does not give parts.

    Without a tag they are all there, up to the end of the file, since they have to tell one version from another.
    """

    def attempt() -> Head | None:
        with client.get(url, (0, size - 1)) as answer:
            if answer.status == 206 and "Content-Range" not in answer.headers:
                raise answer.cut_short()
            span = _span(answer)
            if span is None:
                return None
            first, last, total = span
            if first != 0:
                raise _wrong_part(answer.url)
            tag = tag_of(answer)
            data = bytearray()
            try:
                for chunk in answer.chunks(min(size, last + 1)):
                    data += chunk
            except Transient:
                if not (data and tag):
                    raise
            return Head(bytes(data), total, tag, answer.headers.get("Content-Type", ""), answer.url)

    return client.persist(attempt, url, client.limits.request_deadline)


class Parts:
    """The bytes of one version of a file. Reading on asks for more at a time; jumping asks for one block."""

    def __init__(self, client: Client, cache: DiskCache, url: str, head: Head) -> None:
        self.size = head.size
        self._client = client
        self._cache = cache
        self._url = url
        self._at = head.at
        self._tag = head.tag
        self._key = key_of(url, head.size, head.tag or sha256(head.data).digest())
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._most_blocks = max(client.limits.memory_bytes // BLOCK_BYTES, LONGEST_RUN)
        self._trails: OrderedDict[int, int] = OrderedDict()
        if len(head.data) == self._length(0):
            self._keep(0, head.data)

    def read(self, position: int, size: int) -> bytes:
        """Up to ``size`` bytes from ``position`` on, as many as one block holds.

        Raises ``ServiceFailed`` when the server fails or the file has changed, ``BadInput`` when it is gone.
        """
        index, offset = divmod(position, BLOCK_BYTES)
        return self._block(index)[offset : offset + size]

    def close(self) -> None:
        self._blocks.clear()

    def _block(self, index: int) -> bytes:
        block = self._blocks.get(index)
        if block is not None:
            self._blocks.move_to_end(index)
            return block
        block = self._cache.block(self._name(index))
        if block is not None and len(block) == self._length(index):
            self._remember(index, block)
            return block
        return self._load(index)

    def _load(self, index: int) -> bytes:
        """Fetch a block, and some after it when those before it have just been fetched."""
        run = self._run(index)
        begun = monotonic()
        data = self._fetch(index * BLOCK_BYTES, min((index + run) * BLOCK_BYTES, self.size))
        quick = monotonic() - begun < _QUICK
        following = index
        for start in range(0, len(data), BLOCK_BYTES):
            block = data[start : start + BLOCK_BYTES]
            if len(block) == self._length(following):
                self._keep(following, block)
                following += 1
        self._trails[following] = run if quick else run // 2
        if len(self._trails) > _TRAILS:
            self._trails.popitem(last=False)
        return data[:BLOCK_BYTES]

    def _run(self, index: int) -> int:
        """How many blocks to fetch from here: none that is there already, none past the end."""
        most = min(2 * self._trails.pop(index, 0) or 1, LONGEST_RUN, -(-self.size // BLOCK_BYTES) - index)
        for following in range(index + 1, index + most):
            if following in self._blocks or self._cache.has(self._name(following)):
                return following - index
        return most

    def _fetch(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` to ``end``, or fewer, but the first block of them whole.

        Each attempt goes on where the one before it stopped.
        """
        enough = min(BLOCK_BYTES, end - start)
        got = bytearray()

        def attempt() -> None:
            while len(got) < enough:
                try:
                    self._receive(start + len(got), end, got)
                except Transient:
                    if len(got) < enough:
                        raise

        self._client.persist(attempt, self._at, self._client.limits.request_deadline)
        return bytes(got)

    def _receive(self, start: int, end: int, into: bytearray) -> None:
        try:
            self._receive_from(self._at, start, end, into)
        except BadInput:
            if self._at == self._url:
                raise
            # The first address led to this one, which may have been signed for a short time only.
            self._at = self._url
            self._receive_from(self._url, start, end, into)

    def _receive_from(self, url: str, start: int, end: int, into: bytearray) -> None:
        with self._client.get(url, (start, end - 1)) as answer:
            self._at = answer.url
            span = _span(answer)
            tag = tag_of(answer)
            other_tag = tag and self._tag and tag != self._tag
            if other_tag or answer.status == 416 or (span is not None and span[2] != self.size):
                raise ServiceFailed(f"{shown(self._url)} was changed while it was being read. Start again.")
            if span is None or span[0] != start:
                raise _wrong_part(answer.url)
            for chunk in answer.chunks(min(span[1] + 1, end) - start):
                into += chunk

    def _keep(self, index: int, block: bytes) -> None:
        self._remember(index, block)
        self._cache.keep_block(self._name(index), block)

    def _remember(self, index: int, block: bytes) -> None:
        self._blocks[index] = block
        if len(self._blocks) > self._most_blocks:
            self._blocks.popitem(last=False)

    def _length(self, index: int) -> int:
        return min(BLOCK_BYTES, self.size - index * BLOCK_BYTES)

    def _name(self, index: int) -> str:
        return f"{self._key}-{index}"


def _span(answer: Answer) -> tuple[int, int, int] | None:
    """First and last byte of the part that a server sends, and the size of the whole; None if it is no such part."""
    said = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    if answer.status != 206 or said is None:
        return None
    first, last, total = (int(number) for number in said.groups())
    return (first, last, total) if first <= last < total else None


def _wrong_part(url: str) -> ServiceFailed:
    return ServiceFailed(
        f"{host_of(url)} does not send the part of the video that was asked for. Upload the file instead."
    )
