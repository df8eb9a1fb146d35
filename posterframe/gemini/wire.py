"""Plain HTTPS to Gemini for what the SDKs do not do the same way: files and the list of models. It knows no policy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from posterframe.gemini.trouble import Failure, Trouble, failure_from, header_value

CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 60.0


class Wire:
    """One pooled session to one address with one key, which travels in a header only. Redirects are not followed."""

    def __init__(self, api_key: SecretStr, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._auth = _Key(api_key)
        self._session = requests.Session()

    def json(self, method: str, path: str, *, about_file: bool = False, **request: Any) -> Mapping[str, Any]:
        """Send with the key and read a JSON object. Raises ``Failure``."""
        response = self.send(method, f"{self.base_url}{path}", with_key=True, about_file=about_file, **request)
        return read_object(response)

    def send(
        self, method: str, url: str, *, with_key: bool = False, about_file: bool = False, **request: Any
    ) -> requests.Response:
        """Send a request and read its answer whole, whatever its body. Raises ``Failure`` for all but a 2xx."""
        try:
            response = self._session.request(
                method,
                url,
                auth=self._auth if with_key else _NoAuth(),
                allow_redirects=False,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                **request,
            )
        except requests.Timeout as error:
            raise Failure(Trouble.TIMEOUT) from error
        except requests.RequestException as error:
            raise Failure(Trouble.UNREACHABLE) from error
        if not 200 <= response.status_code < 300:
            raise refusal(response, self._api_key, about_file=about_file)
        return response


def refusal(response: requests.Response, api_key: SecretStr, *, about_file: bool = False) -> Failure:
    """What an answer that is not a 2xx says."""
    asked = response.headers.get("retry-after", "")
    return failure_from(response.status_code, response.text, api_key, about_file=about_file, retry_after=asked)


def read_object(response: requests.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; an empty body is an empty one. Raises ``Failure`` for anything else."""
    try:
        value = json.loads(response.content or b"{}")
    except (ValueError, RecursionError) as error:
        raise Failure(Trouble.NOT_GEMINI) from error
    if not isinstance(value, Mapping):
        raise Failure(Trouble.NOT_GEMINI)
    return value


class _NoAuth(AuthBase):
    """Without it, requests would look for credentials in ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Key(AuthBase):
    def __init__(self, api_key: SecretStr) -> None:
        self._api_key = api_key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["x-goog-api-key"] = header_value(self._api_key)
        return request
