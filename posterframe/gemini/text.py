"""Makes a plain sentence of what a model wrote. A video can contain instructions, so nothing of its form survives."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any, Final

LONGEST: Final = 240
"""Characters that a reason may have: two sentences, or three lines of the table."""

_READ_AT_MOST: Final = 4000
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)")
_ADDRESS = re.compile(r"\b(?:(?:https?|ftp|file|data|javascript|mailto):\S+|www\.\S+)", re.IGNORECASE)
_DIRECTIVE = re.compile(r":[a-z]+(?:-[a-z]+)*\[([^\[\]]*)\]")
_MARKS = re.compile(r"[*`~|\\]+|(?<!\w)_+|_+(?!\w)|^\s*(?:#+|>|[-+]|\d+\.)\s+", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?。！？…](?=\s|$)")


def plain_sentence(value: Any, longest: int = LONGEST) -> str:
    """Plain text of one line: no markup, no addresses, no control characters; cut after a whole sentence or word."""
    if not isinstance(value, str):
        return ""
    text = html.unescape(value[:_READ_AT_MOST])
    for pattern, instead in ((_TAG, " "), (_LINK, r"\1"), (_DIRECTIVE, r"\1"), (_ADDRESS, " "), (_MARKS, "")):
        text = pattern.sub(instead, text)
    text = "".join(_visible(character) for character in text.translate({ord("<"): " ", ord(">"): " "}))
    return _shortened(" ".join(text.split()).replace(" .", "."), longest)


def _visible(character: str) -> str:
    """Line ends and tabs part words; every other control, direction or hidden character goes (categories C…)."""
    if character in "\n\r\t\u2028\u2029\x0b\x0c\x85":
        return " "
    return "" if unicodedata.category(character).startswith("C") else character


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text[:longest])]
    if ends and ends[-1] >= longest // 4:
        return text[: ends[-1]]
    words = text[: longest - 1].rpartition(" ")[0] or text[: longest - 1]
    return f"{words.rstrip(',;:–—- ')}…"
