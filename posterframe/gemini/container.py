"""What kind of video file this is, told from its first bytes, in the names that Gemini has for it."""

from __future__ import annotations

from typing import Final

from posterframe.errors import BadInput
from posterframe.gemini.trouble import GO_ON

HEAD: Final = 64
"""Bytes from the start of a file that ``mime_type_of`` wants to see."""

_ASF: Final = bytes.fromhex("3026b2758e66cf11")


def mime_type_of(head: bytes, name: str) -> str:
    """One of the types that Gemini's documents list. Raises ``BadInput`` for a video of another kind."""
    if head[4:8] == b"ftyp":
        return _BY_BRAND.get(head[8:11], "video/mp4")
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return "video/quicktime"
    if head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head:
        return "video/webm"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/avi"
    for start, mime_type in ((b"FLV", "video/x-flv"), (b"\0\0\1\xba", "video/mpeg"), (b"\0\0\1\xb3", "video/mpeg"),
                             (_ASF, "video/wmv")):  # fmt: skip
        if head.startswith(start):
            return mime_type
    raise BadInput(f"Gemini does not take videos of the kind of “{name}”: give it as MP4 or WebM, {GO_ON}")


_BY_BRAND: Final = {b"qt ": "video/quicktime", b"3gp": "video/3gpp", b"3g2": "video/3gpp"}
