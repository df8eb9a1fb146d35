"""Rounds: reported on while they run, stopped when cancelled, their proposals kept once."""

from __future__ import annotations

import math

import pytest

from posterframe.contracts import Picked, Proposal, Wish
from posterframe.errors import BadInput, Stopped
from posterframe.model import Action, DecisionState, RoundState, Stage
from posterframe.store import Store
from tests.store.making import make_moment, propose, round_at, start_review

ENDS = [state for state in RoundState if state.is_final]


def test_progress_is_there_for_whoever_looks(store: Store) -> None:
    _, first = start_review(store)
    assert store.set_progress(first.id, Stage.WATCHING, 0.25, "Watching 0:10 of 0:40")
    found = round_at(store, first.id)
    assert (found.state, found.stage, found.progress) == (RoundState.WORKING, Stage.WATCHING, 0.25)
    assert found.doing == "Watching 0:10 of 0:40"
    assert found.updated_at > first.updated_at


@pytest.mark.parametrize(("said", "kept"), [(-1.0, 0.0), (7.0, 1.0), (math.nan, 0.0), (math.inf, 1.0)])
def test_progress_stays_between_nothing_and_all(store: Store, said: float, kept: float) -> None:
    _, first = start_review(store)
    store.set_progress(first.id, Stage.READING, said, "")
    assert round_at(store, first.id).progress == kept


def test_a_cancelled_round_tells_its_worker_to_stop(store: Store) -> None:
    review, first = start_review(store)
    store.set_progress(first.id, Stage.WATCHING, 0.25, "")
    assert store.cancel_round(first.id, "Bo")
    assert not store.set_progress(first.id, Stage.WATCHING, 0.5, "")
    assert not store.finish_round(first.id, RoundState.DONE)
    assert not store.cancel_round(first.id, "Bo")
    with pytest.raises(Stopped):
        propose(store, first.id, 1.0)
    assert store.moments(review.id) == []
    assert round_at(store, first.id).state is RoundState.CANCELLED
    assert [(line.action, line.who) for line in store.decisions(review.id)] == [
        (Action.STARTED, "Ana"),
        (Action.CANCELLED, "Bo"),
    ]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("late", ENDS)
def test_a_round_ends_once(store: Store, end: RoundState, late: RoundState) -> None:
    _, first = start_review(store)
    assert store.finish_round(first.id, end, error="The server said no.")
    ended = round_at(store, first.id)
    assert not store.finish_round(first.id, late, error="Too late.")
    assert round_at(store, first.id) == ended
    assert (ended.state, ended.error, ended.finished_at) == (end, "The server said no.", ended.updated_at)


def test_a_round_does_not_end_as_working(store: Store) -> None:
    _, first = start_review(store)
    with pytest.raises(ValueError, match="does not end"):
        store.finish_round(first.id, RoundState.WORKING)


def test_what_a_picker_returned_is_kept_once_however_often_it_is_handed_in(store: Store) -> None:
    review, first = start_review(store)
    proposals = (Proposal(4.5, "Both faces to us"), Proposal(9.0, "Warm light", ("dark",)))
    picked = Picked(proposals, warnings=("One moment lay past the end.",), details={"tokens": 812, "usd": 0.0003})
    kept = store.keep_picked(first.id, picked)
    assert store.keep_picked(first.id, picked) == kept == store.moments(review.id)
    assert [(one.timestamp, one.reason, one.warnings) for one in kept] == [
        (4.5, "Both faces to us", ()),
        (9.0, "Warm light", ("dark",)),
    ]
    assert {(one.source, one.decision, one.round_id) for one in kept} == {("local", DecisionState.CANDIDATE, first.id)}
    assert [one.suggested_timestamp for one in kept] == [4.5, 9.0]
    found = round_at(store, first.id)
    assert (found.warnings, found.details) == (picked.warnings, picked.details)
    suggested = [line for line in store.decisions(review.id) if line.action is Action.SUGGESTED]
    assert [(line.who, line.moment_id) for line in suggested] == [("local", one.id) for one in kept]


def test_a_removed_proposal_does_not_come_back_when_the_worker_runs_again(store: Store) -> None:
    moment = make_moment(store)
    store.remove_moment(moment.id, "Ana")
    assert moment.round_id is not None
    assert propose(store, moment.round_id, moment.timestamp) == []
    assert store.moments(moment.review_id) == []


def test_nothing_of_a_picker_is_kept_when_one_of_its_times_is_none(store: Store) -> None:
    review, first = start_review(store)
    with pytest.raises(BadInput, match="has to be a number of seconds"):
        propose(store, first.id, 1.0, math.nan)
    assert store.moments(review.id) == []
    assert len(store.decisions(review.id)) == 1


def test_asking_again_keeps_earlier_moments_before_the_new_ones(store: Store) -> None:
    review, first = start_review(store)
    propose(store, first.id, 1.0, 2.0)
    with pytest.raises(BadInput, match="watched already"):
        store.add_round(review.id, Wish(), "local", "Bo")
    store.finish_round(first.id, RoundState.DONE)
    by_hand = store.add_moment(review.id, 3.0, "", "Bo")
    second = store.add_round(review.id, Wish(brief="Closer"), "gemini", "Bo")
    propose(store, second.id, 0.5)
    assert [round_.number for round_ in store.rounds(review.id)] == [1, 2]
    assert [(one.timestamp, one.source) for one in store.moments(review.id)] == [
        (1.0, "local"),
        (2.0, "local"),
        (by_hand.timestamp, "person"),
        (0.5, "gemini"),
    ]
    assert store.reviews()[0].round_state is RoundState.QUEUED
