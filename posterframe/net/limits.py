"""How long, how often and how much: every bound on reading from outside, in one place."""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB, GIB = 1024, 1024**2, 1024**3

BLOCK_BYTES = 256 * KIB
"""Remote files are read, checked and cached in blocks of this size.

Measured with five frames of a film of 160 MB, at 0, 20 and 80 ms and down to 20 Mbit/s: half of it costs a third more
requests, four times as much costs half more bytes, and neither is faster.
"""

LONGEST_RUN = 16
"""Reading on and on asks for 1, 2, 4 … blocks at a time, up to this many."""


@dataclass(frozen=True)
class Limits:
    """Bounds with the values that suit videos on the open internet. Times are seconds, sizes are bytes."""

    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    """The longest silence of a server; one byte ends it, which is why there are deadlines too."""
    request_deadline: float = 60.0
    """For one part of a file, from the first attempt to the last byte."""
    total_deadline: float = 30 * 60.0
    """For the download of a video that a server only gives as a whole, and for all the time that reading one open
    file takes longer than it would over a line of 1 Mbit/s."""
    attempts: int = 4
    first_pause: float = 0.5
    longest_pause: float = 20.0
    """A server that asks for more patience than this (``Retry-After``) is not asked again."""
    redirects: int = 5
    whole_bytes: int = 2 * GIB
    """The largest video to download from a server without byte ranges: what the Gemini Files API takes."""
    memory_bytes: int = 32 * MIB
    """Blocks kept in memory for each open file."""
    disk_bytes: int = 4 * GIB
    """Blocks and whole videos kept in the cache folder, all files together."""
