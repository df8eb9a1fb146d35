"""Errors of the service told apart, and what the person reads of each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from posterframe.errors import BadInput, ServiceFailed
from posterframe.gemini.trouble import GO_ON, LONGEST_WAIT, Failure, Trouble, explain, failure_from

KEY = SecretStr("key-4711")


def told(status: int, message: str = "", **error: Any) -> Failure:
    return failure_from(status, json.dumps({"error": {"code": status, "message": message, **error}}), KEY)


@pytest.mark.parametrize(
    ("failure", "trouble"),
    [
        (told(400, "API key expired. Please renew the API key."), Trouble.BAD_KEY),
        (told(400, "x", details=[{"reason": "API_KEY_INVALID"}]), Trouble.BAD_KEY),
        (told(401), Trouble.BAD_KEY),
        (told(402), Trouble.NO_ACCESS),
        (told(403, "Permission denied"), Trouble.NO_ACCESS),
        (told(403, "You do not have permission to access the File x or it may not exist."), Trouble.FILE_GONE),
        (told(404, "models/x is not found"), Trouble.NO_MODEL),
        (told(400, "Unsupported MIME type: video/x"), Trouble.NO_VIDEO),
        (told(400, "The File files/x is not in an ACTIVE state"), Trouble.FILE_GONE),
        (told(400, "Request contains an invalid argument."), Trouble.CANNOT_FETCH),
        (told(400, "Something else"), Trouble.REFUSED),
        (told(413), Trouble.TOO_LONG),
        (told(429), Trouble.QUOTA),
        (told(429, "Quota exceeded for GenerateRequestsPerDay"), Trouble.DAILY_QUOTA),
        (told(500), Trouble.BUSY),
        (told(599), Trouble.BUSY),
        (told(504), Trouble.TIMEOUT),
        (told(302), Trouble.NOT_GEMINI),
        (told(418), Trouble.REFUSED),
        (failure_from(503, "<html>no JSON</html>", KEY), Trouble.BUSY),
        (failure_from(400, json.dumps([{"error": {"message": "API key not valid."}}]), KEY), Trouble.BAD_KEY),
        (failure_from(400, "[]", KEY), Trouble.REFUSED),
        (failure_from(400, '{"error": "text"}', KEY), Trouble.REFUSED),
        (failure_from(429, '{"error": {"details": 5}}', KEY), Trouble.QUOTA),
        (failure_from(429, '{"error": {"details": ["x", {"violations": ["y"]}]}}', KEY), Trouble.QUOTA),
    ],
    ids=str,
)
def test_an_error_is_told_apart(failure: Failure, trouble: Trouble) -> None:
    assert failure.trouble is trouble


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_a_sentence_with_a_way_to_go_on(trouble: Trouble) -> None:
    sentence = str(explain(Failure(trouble, "It said {so}."), model="gemini-x"))
    assert sentence.endswith(GO_ON)
    assert "{go_on}" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("delay", "waits"),
    [("2s", 2.0), ("0.5s", 0.5), ("3600s", 3600.0), ("soon", None), ("", None), (None, None), (5, None)],
)
def test_what_a_quota_asks_to_wait_is_read(delay: object, waits: float | None) -> None:
    failure = told(429, details=[{"@type": "x/google.rpc.RetryInfo", "retryDelay": delay}])
    assert failure.retry_after == waits
    assert failure.may_pass is (waits is None or waits <= LONGEST_WAIT)


@pytest.mark.parametrize(("delay", "waits"), [(None, 1.5), ("2s", 2.0)])
def test_the_header_counts_where_the_body_asks_for_no_wait(delay: str | None, waits: float) -> None:
    body = json.dumps({"error": {"details": [{"retryDelay": delay}]}})
    assert failure_from(503, body, KEY, retry_after="1.5").retry_after == waits


@pytest.mark.parametrize(("seconds", "span"), [(65.0, "65 seconds"), (600.0, "10 minutes"), (7200.0, "2 hours")])
def test_a_long_wait_is_said(seconds: float, span: str) -> None:
    assert f"ask again in {span}" in str(explain(Failure(Trouble.QUOTA, retry_after=seconds), model="gemini-x"))


def test_a_key_that_the_service_repeats_is_taken_out() -> None:
    failure = told(400, f"The key {KEY.get_secret_value()} is bad.")
    assert KEY.get_secret_value() not in str(failure) + str(explain(failure, model="gemini-x"))


@pytest.mark.parametrize(("trouble", "kind"), [(Trouble.BAD_KEY, BadInput), (Trouble.BUSY, ServiceFailed)])
def test_who_has_to_act_is_told_by_the_kind_of_error(trouble: Trouble, kind: type) -> None:
    assert type(explain(Failure(trouble), model="gemini-x")) is kind
