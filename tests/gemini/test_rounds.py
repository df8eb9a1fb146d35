"""Rounds of Gemini as the worker runs them: paid for once, told what is known, matched to a file that comes later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from posterframe import work
from posterframe.contracts import Wish
from posterframe.errors import BadInput, ServiceFailed
from posterframe.gemini.prompt import PROMPT_VERSION
from posterframe.model import BY_FILE, Moment, Round, RoundState, SourceKind
from posterframe.sandbox.gemini_asked import prompt_of, wish_in
from posterframe.settings import Settings
from posterframe.studio import Studio, make_studio
from tests.films import scene, still, write_film
from tests.gemini.conftest import KEY, MOMENTS, Sandbox

YOUTUBE = "https://www.youtube.com/watch?v=aqz-KE-bpKQ"


@pytest.fixture
def studio(sandbox: Sandbox, tmp_path: Path) -> Iterator[Studio]:
    chosen = Settings(GEMINI_API_KEY=KEY, GEMINI_BASE_URL=sandbox.url, POSTERFRAME_HOME=tmp_path / "home")
    (tmp_path / "home").mkdir()
    made = make_studio(chosen)
    yield made
    made.store.close()


@pytest.fixture
def uploaded(studio: Studio, film: Path) -> Round:
    """The first round of a review of an uploaded film, which has been read."""
    with film.open("rb") as file:
        key = studio.media.put_file(file, "videos", "mp4")
    _, first = studio.store.create_review("Still lives", SourceKind.UPLOAD, key, Wish(), "gemini", "Kim")
    work.read_video(studio, first.id)
    return first


def moments_of(studio: Studio, round_: Round) -> list[Moment]:
    return studio.store.moments(round_.review_id)


def latest(studio: Studio, round_: Round) -> Round:
    found = studio.store.round(round_.id)
    assert found is not None
    return found


def ask_again(studio: Studio, before: Round) -> Round:
    studio.store.finish_round(before.id, RoundState.DONE)
    return studio.store.add_round(before.review_id, Wish(), "gemini", "Kim")


def test_a_crash_after_the_answer_was_stored_does_not_pay_for_it_again(
    studio: Studio, uploaded: Round, sandbox: Sandbox
) -> None:
    work.watch(studio, uploaded.id)
    kept = moments_of(studio, uploaded)
    work.watch(studio, uploaded.id)
    assert len(sandbox.asked("generate")) == 1
    assert moments_of(studio, uploaded) == kept


def test_no_moment_of_an_earlier_round_comes_again_at_any_of_its_times(
    studio: Studio, uploaded: Round, sandbox: Sandbox
) -> None:
    work.watch(studio, uploaded.id)
    first, second, _ = moments_of(studio, uploaded)
    studio.store.retime(first.id, 7.5, "Kim")
    studio.store.remove_moment(second.id, "Kim")
    again = ask_again(studio, uploaded)
    with pytest.raises(ServiceFailed, match="found no other moment"):
        work.watch(studio, again.id)
    known = wish_in(prompt_of(sandbox.asked("generate")[-1]["body"])).known
    assert [proposal.timestamp for proposal in known] == [2.5, 4.5, 6.2, 7.5]


def test_this_machine_keeps_away_from_what_gemini_has_suggested_too(studio: Studio, uploaded: Round) -> None:
    work.watch(studio, uploaded.id)
    studio.store.finish_round(uploaded.id, RoundState.DONE)
    again = studio.store.add_round(uploaded.review_id, Wish(), "local", "Kim")
    work.watch(studio, again.id)
    new = [moment.timestamp for moment in moments_of(studio, uploaded) if moment.source == "local"]
    assert new
    assert all(abs(at - known.timestamp) >= 1.5 for at in new for known in MOMENTS)


def test_a_failed_round_keeps_what_it_cost(studio: Studio, uploaded: Round, sandbox: Sandbox) -> None:
    sandbox.next("max-tokens", times=3)
    with pytest.raises(ServiceFailed, match="broke off"):
        work.watch(studio, uploaded.id)
    details = latest(studio, uploaded).details
    assert details["tries"] == 3
    assert details["cost"]["prompt_tokens"] > 3 * 8 * 300
    assert details["cost"]["usd"] > 0
    assert details["prompt_version"] == PROMPT_VERSION
    assert details["label"] == "Gemini 3.5 Flash-Lite"


def test_what_was_paid_before_the_service_broke_down_is_kept(studio: Studio, uploaded: Round, sandbox: Sandbox) -> None:
    sandbox.next("safety")
    with pytest.raises(BadInput, match="filters"):
        work.watch(studio, uploaded.id)
    assert latest(studio, uploaded).details["cost"]["prompt_tokens"] > 0


@pytest.fixture
def watched(studio: Studio) -> Round:
    """A round on YouTube that is still to be watched."""
    return studio.store.create_review("Still lives", SourceKind.YOUTUBE, YOUTUBE, Wish(), "gemini", "Kim")[1]


def give_file(studio: Studio, film: Path, before: Round) -> Round:
    """The file of a video on YouTube comes, and is read."""
    studio.store.finish_round(before.id, RoundState.DONE)
    with film.open("rb") as file:
        key = studio.media.put_file(file, "videos", "mp4")
    round_ = studio.store.give_file(before.review_id, SourceKind.UPLOAD, key, Wish(), BY_FILE, "Kim")
    work.read_video(studio, round_.id)
    return round_


def test_moments_from_youtube_meet_their_file_in_the_unit_of_their_reply(
    studio: Studio, watched: Round, film: Path, sandbox: Sandbox
) -> None:
    sandbox.next("times-in-milliseconds")
    work.watch(studio, watched.id)
    assert [moment.timestamp for moment in moments_of(studio, watched)] == [2500.0, 6250.0, 4500.0]
    by_file = give_file(studio, film, watched)
    for _ in range(2):
        work.watch(studio, by_file.id)
        found = moments_of(studio, watched)
        assert [moment.timestamp for moment in found] == [2.5, 6.25, 4.5]
        assert [moment.suggested_timestamp for moment in found] == [2.5, 6.25, 4.5]
        assert all("read as milliseconds" in " ".join(moment.warnings) for moment in found)
    work.refine_moments(studio, by_file.id)
    assert all(moment.refined_timestamp is not None for moment in moments_of(studio, watched))
    assert latest(studio, by_file).warnings == ()


def test_a_clock_from_youtube_is_read_by_the_length_of_the_file(
    studio: Studio, watched: Round, film: Path, sandbox: Sandbox
) -> None:
    sandbox.next("times-as-hours")
    work.watch(studio, watched.id)
    work.watch(studio, give_file(studio, film, watched).id)
    assert [moment.timestamp for moment in moments_of(studio, watched)] == [2.5, 6.25, 4.5]


def test_a_file_that_is_too_short_is_told_with_what_was_left_out(
    studio: Studio, watched: Round, tmp_path: Path
) -> None:
    work.watch(studio, watched.id)
    short = tmp_path / "short.mp4"
    write_film(short, still(scene(7), 3.0))
    by_file = give_file(studio, short, watched)
    for _ in range(2):
        work.watch(studio, by_file.id)
    assert [moment.timestamp for moment in moments_of(studio, watched)] == [MOMENTS[0].timestamp]
    *left_out, remark = latest(studio, by_file).warnings
    assert left_out == [
        f"A moment was left out: “{at}” is outside the video, which is 0:03.0 long." for at in (6.25, 4.5)
    ]
    assert remark.startswith("The file is 0:03.0 long, too short for 2 of 3 moments.")


def test_a_time_that_a_person_has_set_is_left_alone(
    studio: Studio, watched: Round, film: Path, sandbox: Sandbox
) -> None:
    sandbox.next("times-in-milliseconds")
    work.watch(studio, watched.id)
    first = moments_of(studio, watched)[0]
    studio.store.retime(first.id, 1.5, "Kim")
    by_file = give_file(studio, film, watched)
    work.watch(studio, by_file.id)
    work.refine_moments(studio, by_file.id)
    moment = moments_of(studio, watched)[0]
    assert (moment.timestamp, moment.refined_timestamp) == (1.5, None)
