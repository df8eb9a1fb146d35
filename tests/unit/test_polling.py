"""When to look again at which jobs: quick, kind, and the same for all reviews."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from posterframe import polling
from posterframe.contracts import Job, ThumbnailStatus
from posterframe.polling import Followed, after_look, follow, keep_waiting, plan, quiet_until

NOW = 1_000_000.0


def looked(job: Followed, at: float, progress: float | None = None, *, unplaced: bool = False) -> Followed:
    after = after_look(job, Job(ThumbnailStatus.PROCESSING, progress=progress, unplaced=unplaced), at)
    assert after is not None
    return after


def looks_at(seconds: float) -> list[float]:
    """The ages at which one job that runs for so long is looked at, until it is seen to be over."""
    job, looks = follow("job", NOW), [0.0]
    while looks[-1] < seconds:
        at = plan([job], NOW + looks[-1]).at
        assert at is not None
        looks.append(at - NOW)
        job = looked(job, at)
    return looks[1:]


def test_nobody_looks_when_nobody_waits() -> None:
    assert plan([], NOW).at is None


def test_the_first_look_comes_soon() -> None:
    assert plan([follow("job", NOW)], NOW).at == NOW + polling.FIRST_LOOK_AFTER


def test_a_job_of_a_few_seconds_is_seen_within_the_shortest_gap_of_its_end() -> None:
    for tenths in range(12, 40):
        assert looks_at(tenths / 10)[-1] - tenths / 10 <= polling.SHORTEST_GAP + 1e-6


def test_looks_grow_rare_as_a_job_ages_and_never_rarer_than_the_longest_gap() -> None:
    looks = looks_at(150)
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == polling.LONGEST_GAP
    assert len(looks) < 60


@pytest.mark.parametrize(
    ("progress", "gap"),
    [(None, 0.6), (0.9, 6 / 9), (0.99, 0.3), (0.01, 1.2)],
    ids=["none", "it foretells the end", "the end is always near", "the end is never near"],
)
def test_a_look_comes_when_progress_foretells_the_end_within_half_and_twice_the_usual_gap(
    progress: float | None, gap: float
) -> None:
    job = looked(follow("job", NOW), NOW + 6, progress=progress)
    assert (plan([job], NOW + 6).at or 0) - NOW - 6 == pytest.approx(gap, abs=1e-6)


def test_jobs_that_are_due_at_about_the_same_time_are_looked_at_together() -> None:
    jobs = [follow(f"job_{n}", NOW + n * 0.05) for n in range(5)] + [follow("later", NOW + 30)]
    chosen = plan(jobs, NOW + 0.5)
    assert chosen.ids == ("job_0", "job_1", "job_2", "job_3", "job_4")
    assert chosen.at == NOW + polling.FIRST_LOOK_AFTER


def test_two_looks_are_kept_apart_whatever_jobs_they_are_for() -> None:
    seen = looked(follow("seen", NOW), NOW + 1.5)
    due = follow("due", NOW + 0.1)
    assert plan([seen, due], NOW + 1.6).at == NOW + 1.5 + polling.LOOKS_APART


def test_nobody_looks_before_a_wait_that_was_asked_for_is_over() -> None:
    jobs = [follow(f"job_{n}", NOW - 10 * n) for n in range(5)]
    assert plan(jobs, NOW, quiet=NOW + 20).at == NOW + 20


def test_a_wait_grows_with_each_failure_and_is_never_shorter_than_asked_for() -> None:
    waits = [quiet_until(NOW, failures) - NOW for failures in range(1, 30)]
    assert waits == sorted(waits)
    assert waits[0] == polling.FAILURE_BACKOFF
    assert waits[-1] == polling.LONGEST_FAILURE_BACKOFF
    assert quiet_until(NOW, 1, asked_wait=90) == NOW + 90


def test_a_job_past_its_deadline_is_overdue_until_the_person_keeps_waiting() -> None:
    job = looked(follow("job", NOW), NOW + 100)
    late = NOW + polling.GIVE_UP_AFTER
    assert plan([job], late - 1).overdue == ()
    assert plan([job, follow("young", late)], late) == polling.Plan(
        late + polling.FIRST_LOOK_AFTER, ("young",), overdue=("job",)
    )
    assert plan([keep_waiting(job, late)], late).ids == ("job",)


def test_a_late_job_is_still_looked_at_and_ever_more_rarely() -> None:
    job = replace(looked(follow("job", NOW), NOW + 200), late=True)
    assert plan([job], NOW + 200).overdue == ()
    assert plan([job], NOW + 200).at == NOW + 200 + polling.LATE_GAP
    old = looked(job, NOW + 100_000)
    assert plan([old], NOW + 100_000).at == NOW + 100_000 + polling.LONGEST_LATE_GAP


def test_a_late_job_that_is_waited_for_again_is_looked_at_as_before() -> None:
    job = keep_waiting(replace(looked(follow("job", NOW), NOW + 200), late=True), NOW + 200)
    assert plan([job], NOW + 200).at == NOW + 200 + polling.LONGEST_GAP


def test_a_success_without_a_picture_is_looked_at_for_a_while_and_then_given_up() -> None:
    job = looked(follow("job", NOW), NOW + 2, unplaced=True)
    job = looked(job, NOW + 10, unplaced=True)
    assert plan([job], NOW + 10).ids == ("job",)
    given_up = plan([job], NOW + 2 + polling.PLACE_WITHIN)
    assert (given_up.at, given_up.never_placed, given_up.overdue) == (None, ("job",), ())


def test_a_picture_that_is_missing_once_and_running_again_counts_anew() -> None:
    job = looked(looked(follow("job", NOW), NOW + 2, unplaced=True), NOW + 3)
    assert job.unplaced_since is None


@pytest.mark.parametrize("status", [status for status in ThumbnailStatus if status.is_final])
def test_a_job_that_is_final_is_followed_no_more(status: ThumbnailStatus) -> None:
    assert after_look(follow("job", NOW), Job(status), NOW) is None


def test_a_job_that_an_answer_left_out_is_looked_at_again() -> None:
    job = after_look(follow("job", NOW), None, NOW + 1)
    assert job is not None
    assert plan([job], NOW + 1).at == NOW + 1 + polling.SHORTEST_GAP
