"""Gemini through google-generativeai 0.8, the SDK that this product grew from."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import requests
from pydantic import SecretStr

from posterframe.gemini.prompt import DECLARATION, FUNCTION_NAME
from posterframe.gemini.sdk import Ask, Call, Reply, Usage
from posterframe.gemini.trouble import Failure, Trouble, header_value
from posterframe.gemini.wire import refusal


class GenerativeAi:
    """Each object has a client of its own over REST: ``genai.configure`` would set one key for the whole process."""

    name = "google-generativeai"
    takes_viewing = False

    def __init__(self, api_key: SecretStr, base_url: str) -> None:
        self._api_key = api_key
        self._base_url = base_url

    def generate(self, ask: Ask, timeout: float) -> Reply:
        from google.protobuf import json_format  # type: ignore[import-untyped]

        genai = _import_genai()
        model = genai.GenerativeModel(
            ask.model,
            tools=[genai.protos.Tool(function_declarations=[DECLARATION])],
            tool_config={"function_calling_config": {"mode": "ANY", "allowed_function_names": [FUNCTION_NAME]}},
        )
        model._client = self._client()
        file_data = {"file_uri": ask.video_uri, "mime_type": ask.mime_type or ""}
        content = genai.protos.Content(role="user", parts=[{"file_data": file_data}, {"text": ask.prompt}])
        try:
            response = model.generate_content([content], request_options={"timeout": timeout, "retry": None})
            return _reply(response.to_dict(), genai.protos.Candidate.FinishReason)
        except requests.Timeout as error:
            raise Failure(Trouble.TIMEOUT) from error
        except requests.RequestException as error:
            raise Failure(Trouble.UNREACHABLE) from error
        except json_format.ParseError as error:
            is_json = not str(error).startswith("Failed to load JSON")
            raise Failure(Trouble.MALFORMED if is_json else Trouble.NOT_GEMINI) from error
        except UnicodeDecodeError as error:
            raise Failure(Trouble.NOT_GEMINI) from error
        # The SDK stumbles over numbers that are none, and over values of types that it does not expect.
        except (json_format.Error, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise Failure(Trouble.MALFORMED) from error

    def _client(self) -> Any:
        from google.ai.generativelanguage import GenerativeServiceClient
        from google.api_core.client_options import ClientOptions

        options = ClientOptions(api_key=header_value(self._api_key), api_endpoint=self._base_url)
        client = GenerativeServiceClient(transport="rest", client_options=options)
        transport: Any = client.transport
        transport._session.hooks["response"].append(self._refuse)
        return client

    def _refuse(self, response: requests.Response, **_: Any) -> None:
        """Judge an error before the SDK does, which stumbles over bodies that are no JSON object, asks twice more
        after a 401, and would take the key along to wherever a redirect points."""
        if not 200 <= response.status_code < 300:
            raise refusal(response, self._api_key)


def _import_genai() -> Any:
    """Imported late, since it takes two seconds, and without the notice of its age that it prints each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import google.generativeai as genai
    return genai


def _reply(response: Mapping[str, Any], finish_reasons: Any) -> Reply:
    feedback = response.get("prompt_feedback")
    usage = response.get("usage_metadata") or {}
    prompt_tokens = int(usage.get("prompt_token_count") or 0)
    candidates = response.get("candidates") or []
    first = candidates[0] if candidates else {}
    parts = (first.get("content") or {}).get("parts") or []
    names = {int(reason): reason.name for reason in finish_reasons if reason}
    return Reply(
        calls=tuple(_call(part["function_call"]) for part in parts if part.get("function_call")),
        texts=tuple(part["text"] for part in parts if part.get("text")),
        finish=names.get(int(first.get("finish_reason") or 0), ""),
        # Reasons that are newer than this SDK reach us as 0, so feedback in place of an answer is enough.
        blocked="BLOCKED" if feedback and (feedback.get("block_reason") or not candidates) else "",
        usage=Usage(prompt_tokens, max(0, int(usage.get("total_token_count") or 0) - prompt_tokens)),
    )


def _call(call: Mapping[str, Any]) -> Call:
    args = call.get("args")
    return Call(str(call.get("name") or ""), args if isinstance(args, Mapping) else None)
