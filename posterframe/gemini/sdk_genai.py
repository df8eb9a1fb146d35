"""Gemini through google-genai 3, the successor: an optional extra that can also say how closely to look."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic import SecretStr, ValidationError

from posterframe.errors import BadInput
from posterframe.gemini.prompt import DECLARATION, FUNCTION_NAME
from posterframe.gemini.sdk import Ask, Call, Reply, Usage, Viewing
from posterframe.gemini.trouble import Failure, Trouble, failure_from, header_value

API_VERSION = "v1beta"
"""The ``…-latest`` names of models live only there."""


class GenAi:
    """Each object has a client of its own. Raises ``BadInput`` when made where the package is not installed."""

    name = "google-genai"
    takes_viewing = True

    def __init__(self, api_key: SecretStr, base_url: str) -> None:
        try:
            import google.genai  # noqa: F401
        except ImportError as error:
            raise BadInput(
                "POSTERFRAME_GEMINI_SDK is google-genai, which is not installed: run "
                ".venv/bin/pip install -e '.[genai]' in the project's folder, or set it to google-generativeai."
            ) from error
        self._api_key = api_key
        self._base_url = base_url

    def generate(self, ask: Ask, timeout: float) -> Reply:
        import httpx2

        try:
            response = self._client.models.generate_content(
                model=ask.model, contents=_contents(ask), config=_config(ask.viewing, timeout)
            )
            return _reply(response)
        except httpx2.TimeoutException as error:
            raise Failure(Trouble.TIMEOUT) from error
        except httpx2.HTTPError as error:
            raise Failure(Trouble.UNREACHABLE) from error
        # The SDK stumbles over values of types that it does not expect.
        except (ValidationError, AttributeError, TypeError, RecursionError) as error:
            raise Failure(Trouble.MALFORMED) from error
        except ValueError as error:  # a JSONDecodeError, wrapped or not, for an HTML body
            raise Failure(Trouble.NOT_GEMINI) from error

    @cached_property
    def _client(self) -> Any:
        from google.genai import Client, types

        # Followed redirects would take the key along to wherever they point.
        how = {"follow_redirects": False, "event_hooks": {"response": [self._refuse]}}
        options = types.HttpOptions(base_url=self._base_url, api_version=API_VERSION, client_args=how)
        return Client(vertexai=False, api_key=header_value(self._api_key), http_options=options)

    def _refuse(self, response: Any) -> None:
        """Judge an error before the SDK does, which stumbles over bodies that are no JSON object."""
        if not 200 <= response.status_code < 300:
            response.read()
            asked = response.headers.get("retry-after", "")
            raise failure_from(response.status_code, response.text, self._api_key, retry_after=asked)


def _contents(ask: Ask) -> Any:
    from google.genai import types

    fps, part = ask.viewing.fps, ask.part
    metadata = None
    if fps is not None or not part.is_whole:
        metadata = types.VideoMetadata(fps=fps, start_offset=_offset(part.start or None), end_offset=_offset(part.end))
    video = types.FileData(file_uri=ask.video_uri, mime_type=ask.mime_type)
    parts = [types.Part(file_data=video, video_metadata=metadata), types.Part(text=ask.prompt)]
    return [types.Content(role="user", parts=parts)]


def _offset(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:g}s"


def _config(viewing: Viewing, timeout: float) -> Any:
    from google.genai import types

    resolution = types.MediaResolution(f"MEDIA_RESOLUTION_{viewing.resolution.upper()}") if viewing.resolution else None
    calling = types.FunctionCallingConfig(
        mode=types.FunctionCallingConfigMode.ANY, allowed_function_names=[FUNCTION_NAME]
    )
    return types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[types.FunctionDeclaration.model_validate(DECLARATION)])],
        tool_config=types.ToolConfig(function_calling_config=calling),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        media_resolution=resolution,
        http_options=types.HttpOptions(timeout=int(timeout * 1000)),
    )


def _reply(response: Any) -> Reply:
    feedback = response.prompt_feedback
    usage = response.usage_metadata
    prompt_tokens = (usage.prompt_token_count or 0) if usage else 0
    total = (usage.total_token_count or 0) if usage else 0
    first = response.candidates[0] if response.candidates else None
    parts = (first.content.parts or []) if first and first.content else []
    return Reply(
        calls=tuple(_call(part.function_call) for part in parts if part.function_call),
        texts=tuple(part.text for part in parts if part.text),
        finish=_name(first.finish_reason) if first else "",
        blocked="BLOCKED" if feedback and (feedback.block_reason or not response.candidates) else "",
        usage=Usage(prompt_tokens, max(0, total - prompt_tokens)),
    )


def _call(call: Any) -> Call:
    return Call(call.name or "", call.args if isinstance(call.args, Mapping) else None)


def _name(reason: Any) -> str:
    """The SDK makes an enum member even of names that it does not know."""
    return "" if reason is None else str(reason.value)
