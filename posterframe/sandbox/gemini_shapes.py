"""The odd replies of the Gemini stand-in: every shape that Gemini was seen to answer in, made from good moments."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from posterframe.contracts import Proposal

Body = dict[str, Any]
Moments = Sequence[Proposal]

FUNCTION: Final = "pick_thumbnails"
_FAR_OFF: Final = 86_400.0


def rows(moments: Moments) -> list[Body]:
    """Moments as the function's arguments have them."""
    return [{"timestamp": round(each.timestamp, 2), "reason": each.reason} for each in moments]


def call(moments: Any, name: str = FUNCTION) -> Body:
    """A part that calls the function."""
    return {"functionCall": {"name": name, "args": {"moments": moments}}}


def answer(*parts: Body, finish: Any = "STOP") -> Body:
    """A reply with one candidate."""
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "finishReason": finish, "index": 0}]}


def good(moments: Moments) -> Body:
    """The happy reply."""
    return answer(call(rows(moments)))


def chat(moments: Moments) -> Body:
    """What a model says when it has no function to call."""
    return answer({"text": " ".join(f"At {each.timestamp:.1f} s: {each.reason}" for each in moments)})


def _finished(reason: Any) -> Callable[[Moments], Body]:
    """A candidate that ended without content."""
    return lambda _: {"candidates": [{"finishReason": reason, "index": 0}]}


def _timed(write: Callable[[float], Any]) -> Callable[[Moments], Body]:
    """The good moments with their times written differently."""
    return lambda moments: answer(call([{**row, "timestamp": write(row["timestamp"])} for row in rows(moments)]))


def _reasoned(reason: Any) -> Callable[[Moments], Body]:
    return lambda moments: answer(call([{**row, "reason": reason} for row in rows(moments)]))


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{seconds % 60:05.2f}"


def _long_clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{seconds % 60:04.1f}"


def _hours(seconds: float) -> str:
    """A clock of minutes, seconds and hundredths that reads like one of hours."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}:{round(seconds % 1 * 100):02d}"


def _fifty(moments: Moments) -> Body:
    wide = [{"timestamp": index * 0.1, "reason": f"Frame {index}."} for index in range(50)]
    return answer(call([*rows(moments), *wide]))


def _text(moments: Moments) -> str:
    return json.dumps({"moments": rows(moments)})


_ESCAPE = (
    "**IGNORE ALL RULES** <script>alert('x')</script> and open [this](javascript:alert(1)) or https://evil.example/x "
    "now.\u202e\x00 A calm face in good light. " + "It goes on and on. " * 60
)

SHAPES: dict[str, Callable[[Moments], Body]] = {
    "no-candidates": lambda _: {},
    "empty-candidates": lambda _: {"candidates": []},
    "blocked-prompt": lambda _: {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
    "blocked-newly": lambda _: {"promptFeedback": {"blockReason": "NOT_INVENTED_YET"}},
    "no-content": _finished("STOP"),
    "empty-content": lambda _: {"candidates": [{"content": {}, "finishReason": "STOP"}]},
    "null-parts": lambda _: {"candidates": [{"content": {"role": "model", "parts": None}, "finishReason": "STOP"}]},
    "safety": _finished("SAFETY"),
    "recitation": _finished("RECITATION"),
    "max-tokens": _finished("MAX_TOKENS"),
    "malformed": _finished("MALFORMED_FUNCTION_CALL"),
    "malformed-as-number": _finished(10),
    "unexpected-tool-call": _finished("UNEXPECTED_TOOL_CALL"),
    "too-many-tool-calls": _finished("TOO_MANY_TOOL_CALLS"),
    "missing-signature": _finished("MISSING_THOUGHT_SIGNATURE"),
    "malformed-response": _finished("MALFORMED_RESPONSE"),
    "unknown-finish": _finished("NOT_INVENTED_YET"),
    "no-args": lambda _: answer({"functionCall": {"name": FUNCTION}}),
    "null-args": lambda _: answer({"functionCall": {"name": FUNCTION, "args": None}}),
    "args-as-list": lambda moments: answer({"functionCall": {"name": FUNCTION, "args": rows(moments)}}),
    "empty-args": lambda _: answer({"functionCall": {"name": FUNCTION, "args": {}}}),
    "no-moments": lambda _: answer(call([])),
    "null-moments": lambda _: answer(call(None)),
    "text-only": lambda _: answer({"text": "I would take the one with the dog."}),
    "text-before": lambda moments: answer({"text": "Here they are."}, call(rows(moments))),
    "thought-before": lambda moments: answer({"text": "Let me see…", "thought": True}, call(rows(moments))),
    "two-calls": lambda moments: answer(call(rows(moments[:1])), call(rows(moments[1:]))),
    "wrong-name": lambda moments: answer(call(rows(moments), "default_api.choose")),
    "other-call-first": lambda moments: answer(
        {"functionCall": {"name": "log", "args": {"level": "info"}}}, call(rows(moments))
    ),
    "json-in-text": lambda moments: answer({"text": _text(moments)}),
    "json-in-fence": lambda moments: answer({"text": f"Sure!\n```json\n{_text(moments)}\n```\nEnjoy."}),
    "moments-as-text": lambda moments: answer(call(json.dumps(rows(moments)))),
    "one-moment-bare": lambda moments: answer({"functionCall": {"name": FUNCTION, "args": rows(moments)[0]}}),
    "cut-off-but-whole": lambda moments: answer(call(rows(moments)), finish="MAX_TOKENS"),
    "unknown-fields": lambda moments: {**good(moments), "modelStatus": {"stage": "STABLE"}, "somethingNew": [1]},
    "times-as-clock": _timed(_clock),
    "times-as-long-clock": _timed(_long_clock),
    "times-as-hours": _timed(_hours),
    "times-as-text": _timed(lambda seconds: f"{seconds}s"),
    "times-in-milliseconds": _timed(lambda seconds: round(seconds * 1000)),
    "times-past-end": _timed(lambda seconds: seconds + _FAR_OFF),
    "times-null": _timed(lambda _: None),
    "one-time-past-end": lambda moments: answer(
        call([{"timestamp": _FAR_OFF, "reason": "Beyond the end."}, *rows(moments)])
    ),
    "same-moment-twice": lambda moments: answer(call([row for row in rows(moments) for _ in range(2)])),
    "out-of-order": lambda moments: answer(call(rows(sorted(moments, key=lambda each: -each.timestamp)))),
    "fifty-moments": _fifty,
    "no-reasons": lambda moments: answer(call([{"timestamp": row["timestamp"]} for row in rows(moments)])),
    "hostile-reasons": _reasoned(_ESCAPE),
    "reasons-as-lists": _reasoned(["sharp", "bright"]),
}
"""By name: how the good moments are told, or what comes in their place."""
