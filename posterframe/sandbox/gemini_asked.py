"""Reads requests to the Gemini stand-in, in both SDKs' encodings: what video, what prompt, which function."""

from __future__ import annotations

import json
import re
from typing import Any

from posterframe.contracts import Part, Proposal, Wish
from posterframe.sandbox.gemini_shapes import FUNCTION

Body = dict[str, Any]

_COUNT = re.compile(r"(\d+) best moment")


def video_uri(body: Body) -> str:
    """The address of the first video; protocol buffers take both spellings."""
    data = [part.get("fileData") or part.get("file_data") or {} for part in _parts(body)]
    return next((uri for each in data if (uri := each.get("fileUri") or each.get("file_uri"))), "")


def part_of(body: Body) -> Part:
    """The part of the video that is to be watched; offsets are written like ``12.5s``."""
    found = [part.get("videoMetadata") or part.get("video_metadata") or {} for part in _parts(body)]
    metadata = next((each for each in found if each), {})
    start = metadata.get("startOffset") or metadata.get("start_offset") or "0s"
    end = metadata.get("endOffset") or metadata.get("end_offset")
    return Part(float(start.rstrip("s")), float(end.rstrip("s")) if end else None)


def prompt_of(body: Body) -> str:
    """All text of a request."""
    return "\n".join(part["text"] for part in _parts(body) if part.get("text"))


def declares_function(body: Body) -> bool:
    """Whether the function is declared; its types may be names or the numbers of an enum."""
    tools = body.get("tools") or ()
    declared = [tool.get("functionDeclarations") or tool.get("function_declarations") or () for tool in tools]
    return any(each.get("name") == FUNCTION for several in declared for each in several)


def wish_in(prompt: str) -> Wish:
    """What a prompt asks for: how many moments, and which are known already."""
    count = _COUNT.search(prompt)
    last = prompt.rpartition("\n")[2]
    said = json.loads(last) if last.startswith("{") else {}
    return Wish(
        count=int(count[1]) if count else 5,
        brief=said.get("brief", ""),
        more_like=tuple(Proposal(**each) for each in said.get("more_like_these", ())),
        not_like=tuple(Proposal(**each) for each in said.get("not_like_these", ())),
        known=tuple(Proposal(each, "") for each in said.get("seconds_known_already", ())),
    )


def _parts(body: Body) -> list[Body]:
    return [part for content in body.get("contents") or () for part in content.get("parts") or ()]
