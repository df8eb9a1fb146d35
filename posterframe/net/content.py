"""A look at the first bytes of an answer: could this be a video, or is it something else that deserves a sentence?"""

from __future__ import annotations

from posterframe.errors import BadInput
from posterframe.net.address import PLAYLIST, shown

HEAD_BYTES = 1024
"""As much as ``check_is_video`` wants to see."""

_NEVER_IN_TEXT = frozenset(range(0x20)) - frozenset(b"\t\n\v\f\r\x1b")
"""Control characters that no text has, and every container has within its first bytes."""

_PLAYLIST_TYPES = ("mpegurl", "dash+xml", "ms-sstr+xml")
_PLAYLIST_WORDS = (b"#extm3u", b"<mpd", b"<smoothstreamingmedia", b"ffconcat", b"[playlist]")
_PAGE_WORDS = (b"<!doctype html", b"<html", b"<head", b"<body")


def check_is_video(head: bytes, content_type: str, url: str) -> None:
    """Raise ``BadInput`` for a playlist, a web page, a text or nothing; anything else is for the decoder to judge.

    What the bytes are counts for more than what the server calls them: many serve videos as plain text.
    """
    if not head:
        raise BadInput(f"{shown(url)} is empty: it has no bytes at all. Check the address, or upload the file.")
    if not _NEVER_IN_TEXT.isdisjoint(head[:HEAD_BYTES]):
        return
    text = head[:HEAD_BYTES].lower()
    kind = content_type.lower()
    if any(word in kind for word in _PLAYLIST_TYPES) or any(word in text for word in _PLAYLIST_WORDS):
        raise BadInput(PLAYLIST)
    if "html" in kind or any(word in text for word in _PAGE_WORDS):
        raise BadInput(
            f"{shown(url)} is a web page, not a video file. "
            "Download the video from there and upload the file, or give the address of the file itself."
        )
    raise BadInput(f"{shown(url)} is a text, not a video file. Check the address, or upload the file.")
