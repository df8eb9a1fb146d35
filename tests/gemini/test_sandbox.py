"""The stand-in itself: what both SDKs, used as their documents say, can do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from google import genai
from starlette.applications import Starlette
from starlette.routing import Mount

from posterframe.contracts import Wish, ignore_progress
from posterframe.gemini.sdk_generativeai import _import_genai
from posterframe.sandbox.gemini import BAD_KEY, gemini_app
from posterframe.sandbox.gemini_faults import FAULTS
from posterframe.sandbox.gemini_shapes import SHAPES
from posterframe.sandbox.server import serve
from posterframe.video import Footage
from tests.gemini.conftest import KEY, MOMENTS, SECONDS, MakePicker, Sandbox, see_the_same
from tests.servers import MediaServer
from tests.waiting import wait_for


def open_client(sandbox: Sandbox) -> genai.Client:
    """google-genai as its documents have it."""
    options = genai.types.HttpOptions(base_url=sandbox.url, api_version="v1beta")
    return genai.Client(api_key=KEY, vertexai=False, http_options=options)


@pytest.fixture
def client(sandbox: Sandbox) -> genai.Client:
    return open_client(sandbox)


def post(sandbox: Sandbox, path: str, body: Any, key: str = KEY) -> requests.Response:
    return requests.post(f"{sandbox.url}{path}", json=body, headers={"x-goog-api-key": key}, timeout=10)


def about(uri: str) -> dict[str, Any]:
    parts = [{"fileData": {"fileUri": uri, "mimeType": "video/mp4"}}, {"text": "What is in it?"}]
    return {"contents": [{"role": "user", "parts": parts}]}


def test_the_new_sdk_uploads_asks_and_deletes(client: genai.Client, film: Path, sandbox: Sandbox) -> None:
    uploaded = client.files.upload(file=film)
    assert uploaded.name is not None
    name = uploaded.name
    wait_for(lambda: client.files.get(name=name).state == genai.types.FileState.ACTIVE)
    said = client.models.generate_content(model="gemini-3.5-flash-lite", contents=uploaded)
    assert said.text is not None
    assert said.text.startswith("At 2.5 s:")
    client.files.delete(name=name)
    assert sandbox.told()["files"] == []


def test_tokens_are_counted_for_the_new_sdk(client: genai.Client, media: MediaServer) -> None:
    video = genai.types.Part.from_uri(file_uri=media.url("/still-lives.mp4"), mime_type="video/mp4")
    counted = client.models.count_tokens(model="gemini-3.5-flash-lite", contents=video)
    assert counted.total_tokens == round(SECONDS * 300)


def test_tokens_are_counted_for_the_old_sdk(sandbox: Sandbox, media: MediaServer) -> None:
    from google.ai.generativelanguage import GenerativeServiceClient
    from google.api_core.client_options import ClientOptions

    old = _import_genai()
    model = old.GenerativeModel("gemini-3.5-flash-lite")
    model._client = GenerativeServiceClient(
        transport="rest", client_options=ClientOptions(api_key=KEY, api_endpoint=sandbox.url)
    )
    video = {"file_data": {"file_uri": media.url("/still-lives.mp4"), "mime_type": "video/mp4"}}
    assert model.count_tokens([video]).total_tokens == round(SECONDS * 300)


def test_it_can_stand_beside_others_at_one_address(make_picker: MakePicker, file: Footage) -> None:
    together = Starlette(routes=[Mount("/gemini", gemini_app(watch=see_the_same, ready_after=0.1))])
    with serve(together) as served:
        picked = make_picker(base_url=f"{served.url}/gemini").pick(file, Wish(), ignore_progress)
    assert picked.proposals == MOMENTS


@pytest.mark.parametrize(("key", "status"), [("", 403), (BAD_KEY, 400), ("any other", 200)])
def test_a_key_is_required(key: str, status: int, sandbox: Sandbox) -> None:
    answer = requests.get(f"{sandbox.url}/v1beta/models", headers={"x-goog-api-key": key}, timeout=5)
    assert answer.status_code == status


def test_a_file_that_is_not_ready_cannot_be_asked_about(film: Path) -> None:
    with serve(gemini_app(ready_after=60.0)) as served:
        sandbox = Sandbox(served.url)
        client = open_client(sandbox)  # held, since it closes itself when nothing holds it
        uploaded = client.files.upload(file=film)
        assert uploaded.uri is not None
        answer = post(sandbox, "/v1beta/models/gemini-3.5-flash-lite:generateContent", about(uploaded.uri))
    assert answer.status_code == 400
    assert "not in an ACTIVE state" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("uri", "status", "message"),
    [
        ("http://127.0.0.1:9/none.mp4", 400, "Cannot fetch content"),
        ("ftp://127.0.0.1/none.mp4", 400, "unsupported file uri"),
        ("{sandbox}/v1beta/files/none", 403, "may not exist"),
    ],
    ids=["nobody there", "no web address", "no such file"],
)
def test_a_video_that_cannot_be_read_is_refused_as_google_does(
    uri: str, status: int, message: str, sandbox: Sandbox
) -> None:
    body = about(uri.format(sandbox=sandbox.url))
    answer = post(sandbox, "/v1beta/models/gemini-3.5-flash-lite:generateContent", body)
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]


def test_what_it_can_play_is_listed_and_nothing_else_is_taken(sandbox: Sandbox) -> None:
    listed = requests.get(f"{sandbox.url}/_sandbox/faults", timeout=5).json()
    assert listed == {"faults": sorted(FAULTS), "shapes": sorted(SHAPES)}
    assert requests.post(f"{sandbox.url}/_sandbox/next", json={"fault": "nonsense"}, timeout=5).status_code == 400
