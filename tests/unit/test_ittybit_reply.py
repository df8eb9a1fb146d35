"""What Ittybit's replies mean: every shape and word that has been seen, and random ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterframe.errors import PosterframeError
from posterframe.ittybit.reply import (
    Complaint,
    JobState,
    Unreadable,
    read_complaint,
    read_job,
    read_jobs,
)

URL = "https://store.ittybit.net/org_1/picture.webp"
VIDEO = "https://example.com/film.mp4"


def job(status: object = "succeeded", **more: Any) -> dict[str, Any]:
    return {"id": "job_1", "object": "job", "kind": "image", "input": VIDEO, "status": status, **more}


def task(kind: str, url: object = None, status: str = "succeeded", **more: Any) -> dict[str, Any]:
    return {"object": "task", "kind": kind, "status": status, "output": {"object": "file", "url": url}, **more}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", JobState.QUEUED),
        ("pending", JobState.QUEUED),
        ("waiting", JobState.QUEUED),
        ("processing", JobState.RUNNING),
        ("validating", JobState.RUNNING),
        ("finishing", JobState.RUNNING),
        ("a word of tomorrow", JobState.RUNNING),
        (None, JobState.RUNNING),
        (7, JobState.RUNNING),
        ("succeeded", JobState.SUCCEEDED),
        ("completed", JobState.SUCCEEDED),
        ("ready", JobState.SUCCEEDED),
        ("Succeeded ", JobState.SUCCEEDED),
        ("failed", JobState.FAILED),
        ("error", JobState.FAILED),
        ("cancelled", JobState.CANCELLED),
        ("canceled", JobState.CANCELLED),
    ],
)
def test_a_status_word_is_understood_and_an_unknown_one_means_still_running(word: object, state: JobState) -> None:
    assert read_job(job(word, output=URL)).state is state


@pytest.mark.parametrize(
    "places",
    [
        pytest.param({"output_url": URL}, id="output_url"),
        pytest.param({"output": URL}, id="output is a string"),
        pytest.param({"output": {"url": URL}}, id="output.url"),
        pytest.param({"outputs": [{"url": URL}]}, id="outputs[0].url"),
        pytest.param({"outputs": [URL]}, id="outputs[0] is a string"),
        pytest.param({"urls": [URL]}, id="urls[0]"),
        pytest.param({"tasks": [task("probe", VIDEO), task("encode", URL)]}, id="the last task that is no probe"),
        pytest.param({"tasks": [task("encode", URL), task("probe", VIDEO)]}, id="a probe after it"),
        pytest.param({"tasks": [task("image", URL), task("export", None)]}, id="a last task without a url"),
        pytest.param({"tasks": [task("image", URL), task("image", VIDEO + "2", "failed")]}, id="a failed last task"),
        pytest.param({"output": "s3://bucket/key", "tasks": [task("image", URL)]}, id="an s3 destination first"),
        pytest.param({"output": None, "output_url": "", "urls": [], "outputs": [URL]}, id="empty places first"),
        pytest.param({"output_url": URL, "output": VIDEO + "2"}, id="output_url goes before output"),
        pytest.param({"output": VIDEO, "urls": [URL]}, id="the source video is not the picture"),
        pytest.param({"output": "https://[bad", "urls": [URL]}, id="an impossible address first"),
    ],
)
def test_the_picture_is_found_wherever_it_is_told(places: dict[str, Any]) -> None:
    found = read_job(job(**places))
    assert (found.state, found.url) == (JobState.SUCCEEDED, URL)


@pytest.mark.parametrize(
    "places",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"output": None}, id="null"),
        pytest.param({"output": "s3://bucket/picture.webp"}, id="an s3 destination"),
        pytest.param({"output": "file:///etc/passwd"}, id="another scheme"),
        pytest.param({"output": VIDEO}, id="the source video"),
        pytest.param({"output": {"url": 5}}, id="a number for a url"),
        pytest.param({"tasks": [task("probe", VIDEO + "?copy")]}, id="only a probe"),
        pytest.param(
            {"tasks": [{**task("import"), "output": {"kind": "video", "url": VIDEO + "?copy"}}]}, id="an imported video"
        ),
        pytest.param({"output": "https://x.net/a b"}, id="a url with a space"),
    ],
)
def test_success_without_a_picture_is_a_state_of_its_own(places: dict[str, Any]) -> None:
    found = read_job(job(**places))
    assert (found.state, found.url) == (JobState.UNPLACED, None)


def test_a_url_that_stands_in_a_job_that_still_runs_is_not_the_picture() -> None:
    assert read_job(job("processing", output=URL)).url is None


@pytest.mark.parametrize("wrap", [lambda j: j, lambda j: {"meta": {}, "data": j, "error": None, "links": {}}])
def test_an_envelope_is_taken_off(wrap: Any) -> None:
    assert read_job(wrap(job(output=URL))).url == URL
    assert [found.id for found in read_jobs(wrap([job(), job()]))] == ["job_1", "job_1"]


@pytest.mark.parametrize("name", ["jobs", "items", "results", "data"])
def test_a_list_is_found_under_its_usual_names_and_strangers_in_it_are_passed_over(name: str) -> None:
    assert len(read_jobs({name: [job(), None, "job", {"status": "queued"}]})) == 1


@pytest.mark.parametrize(
    ("told", "progress"),
    [
        ({"progress": 40}, 0.4),
        ({"progress": 0.4}, 0.4),
        ({"progress": 42.5}, 0.425),
        ({"progress": 100}, 1.0),
        ({"progress": None}, None),
        ({"progress": True}, None),
        ({"progress": -3}, None),
        ({"progress": 10**400}, None),
        ({"progress": float("nan")}, None),
        ({"progress": "40%"}, None),
        ({"tasks": [task("probe"), task("encode", progress=50, status="processing")]}, 0.5),
        ({"tasks": [task("encode", progress=50, status="processing"), task("export", status="queued")]}, 0.25),
        ({"tasks": [task("encode", progress=None, status="processing")]}, None),
    ],
)
def test_progress_is_told_where_the_service_tells_it(told: dict[str, Any], progress: float | None) -> None:
    assert read_job(job("processing", **told)).progress == progress


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"error": "no such frame"}, Complaint(None, "no such frame")),
        ({"error": {"kind": "invalid_input", "message": "no video"}}, Complaint("invalid_input", "no video")),
        ({"error": {"kind": "internal_error"}}, Complaint("internal_error", None)),
        ({"error": None, "tasks": [task("probe", error="403 from host")]}, Complaint(None, "403 from host")),
        ({"error": None}, Complaint()),
        ({"error": ["odd"]}, Complaint()),
        ({"error": "read https://a.b/c.mp4?token=s3cret failed"}, Complaint(None, "read https://a.b/c.mp4 failed")),
        ({"error": "key ittybit_live_a1-B2 is bad"}, Complaint(None, "key … is bad")),
        ({"error": "two\nlines\x00 of\tit"}, Complaint(None, "two lines of it")),
    ],
)
def test_the_reason_of_a_failure_is_read_in_every_shape(told: dict[str, Any], complaint: Complaint) -> None:
    assert read_job(job("failed", **told)).complaint == complaint


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        ({"kind": "token_invalid", "message": "bad key"}, Complaint("token_invalid", "bad key")),
        ({"error": {"kind": "payment_required", "message": "pay"}}, Complaint("payment_required", "pay")),
        ({"meta": {}, "data": None, "error": {"code": "request_invalid"}}, Complaint("request_invalid", None)),
        ({"error": "nope"}, Complaint(None, "nope")),
        ({"error": None, "message": "nope"}, Complaint(None, "nope")),
        ("<html>", Complaint()),
        (None, Complaint()),
    ],
)
def test_an_error_reply_is_read_in_every_shape(reply: object, complaint: Complaint) -> None:
    assert read_complaint(reply) == complaint


def test_our_key_and_the_time_of_making_are_read_back() -> None:
    found = read_job(job(metadata={"posterframe_key": "abc"}, created_at=1_711_900_000_000))
    assert (found.key, found.created_at) == ("abc", 1_711_900_000.0)


@pytest.mark.parametrize(
    "reply",
    [
        *(None, "", "<html>hello</html>", 3, [], {}, {"data": None, "error": "gone"}, {"id": ""}, {"id": 5}),
        *({"id": odd} for odd in ("..", "../users", "a?b", "a\nb", "x" * 201, "\ud800")),
    ],
)
def test_what_is_no_job_is_said_to_be_none(reply: object) -> None:
    with pytest.raises(Unreadable, match="not a job"):
        read_job(reply)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([URL, VIDEO, "s3://b/k", "https://[b"])
)
words = st.sampled_from(["id", "status", "output", "output_url", "outputs", "urls", "url", "tasks", "data", "error"])
names = words | st.sampled_from(["progress", "metadata", "kind", "message", "created_at", "input", "jobs"]) | st.text()
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)
statuses = st.sampled_from(["succeeded", "completed", "ready", "failed", "canceled", "queued"]) | json_values
job_like = st.builds(
    lambda parts, status, wrapped: (
        {"data": {"id": "job_1", **parts, "status": status}} if wrapped else {"id": "job_1", **parts, "status": status}
    ),
    st.dictionaries(names, json_values, max_size=8),
    statuses,
    st.booleans(),
)


@given(json_values | job_like)
def test_random_replies_raise_only_our_own_error_and_never_succeed_without_a_url(reply: object) -> None:
    read_complaint(reply)
    for read in (lambda value: (read_job(value),), read_jobs):
        try:
            jobs = read(reply)
        except PosterframeError:
            continue
        for found in jobs:
            assert (found.state is JobState.SUCCEEDED) == (found.url is not None)
            assert found.url is None or found.url.startswith(("http://", "https://"))
            assert found.progress is None or 0 <= found.progress <= 1
