"""Moments: what people and machines make of them side by side, and the log that has it all."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from posterframe.contracts import Quality, Wish
from posterframe.errors import BadInput
from posterframe.model import BY_FILE, Action, DecisionState, RoundState, SourceKind
from posterframe.store import Store
from tests.store.making import PREVIEW, make_moment, make_review, moment_at, propose

GOOD = Quality(0.8, 0.9, 0.7, 0.6, 0.5, 0.9, 0.1, 0.0, faces=2, face_area=0.2)

NO_TIMES = [math.nan, math.inf, -math.inf, -0.001]


def actions(store: Store, review_id: str) -> list[Action]:
    """What stands in the log after the start and the suggestion."""
    return [line.action for line in store.decisions(review_id)][2:]


@pytest.mark.parametrize(
    ("decision", "action"),
    [
        (DecisionState.APPROVED, Action.APPROVED),
        (DecisionState.REJECTED, Action.REJECTED),
    ],
)
def test_a_decision_is_stored_and_logged_once_and_can_be_taken_back(
    store: Store, decision: DecisionState, action: Action
) -> None:
    moment = make_moment(store)
    store.decide(moment.id, decision, "Bo")
    store.decide(moment.id, decision, "Cy")
    assert moment_at(store, moment.id).decision is decision
    store.decide(moment.id, DecisionState.CANDIDATE, "Cy")
    assert moment_at(store, moment.id).decision is DecisionState.CANDIDATE
    first, second = store.decisions(moment.review_id)[2:]
    assert (first.who, first.action, first.before, first.after) == (
        "Bo",
        action,
        {"decision": "candidate"},
        {"decision": decision.value},
    )
    assert (second.who, second.action, second.moment_id) == ("Cy", Action.UNDECIDED, moment.id)


def test_a_decision_is_taken_back_to_what_was_said_before(store: Store) -> None:
    moment = make_moment(store)
    assert store.decide(moment.id, DecisionState.REJECTED, "Ana") is DecisionState.CANDIDATE
    assert store.decide(moment.id, DecisionState.APPROVED, "Bo") is DecisionState.REJECTED
    store.take_back(moment.id, DecisionState.APPROVED, DecisionState.REJECTED, "Bo")
    assert moment_at(store, moment.id).decision is DecisionState.REJECTED
    store.take_back(moment.id, DecisionState.REJECTED, DecisionState.CANDIDATE, "Ana")
    store.take_back(moment.id, DecisionState.REJECTED, DecisionState.CANDIDATE, "Ana")
    assert actions(store, moment.review_id) == [
        Action.REJECTED,
        Action.APPROVED,
        Action.REJECTED,
        Action.UNDECIDED,
    ]


def test_what_others_have_decided_since_is_not_taken_back(store: Store) -> None:
    moment = make_moment(store)
    store.decide(moment.id, DecisionState.APPROVED, "Bo")
    store.decide(moment.id, DecisionState.REJECTED, "Ana")
    with pytest.raises(BadInput, match="Ana has rejected this meanwhile, so your approval is not taken back"):
        store.take_back(moment.id, DecisionState.APPROVED, DecisionState.CANDIDATE, "Bo")
    assert moment_at(store, moment.id).decision is DecisionState.REJECTED
    assert actions(store, moment.review_id) == [Action.APPROVED, Action.REJECTED]


def test_of_two_tabs_that_retime_one_moment_the_last_wins_and_the_log_has_both(store: Store) -> None:
    moment = make_moment(store, 4.0)
    store.retime(moment.id, 5.5, "Ana")
    store.retime(moment.id, 3.25, "Bo")
    assert moment_at(store, moment.id).timestamp == 3.25
    assert moment_at(store, moment.id).suggested_timestamp == 4.0
    assert [(line.who, line.before, line.after) for line in store.decisions(moment.review_id)[2:]] == [
        ("Ana", {"timestamp": 4.0}, {"timestamp": 5.5}),
        ("Bo", {"timestamp": 5.5}, {"timestamp": 3.25}),
    ]


@pytest.mark.parametrize("timestamp", NO_TIMES)
def test_what_is_no_time_is_refused_wherever_it_comes_in(store: Store, timestamp: float) -> None:
    moment = make_moment(store)
    changes: list[Callable[[], object]] = [
        lambda: store.retime(moment.id, timestamp, "Ana"),
        lambda: store.add_moment(moment.review_id, timestamp, "", "Ana"),
        lambda: store.set_refined(moment.id, timestamp, None, ()),
    ]
    for change in changes:
        with pytest.raises(BadInput, match="has to be a number of seconds"):
            change()
    assert store.moments(moment.review_id) == [moment]


def test_a_reason_can_be_reworded_and_the_suggested_one_stays_beside_it(store: Store) -> None:
    moment = make_moment(store)
    store.reword(moment.id, " The smile ", "Ana")
    found = moment_at(store, moment.id)
    assert (found.reason, found.suggested_reason) == ("The smile", moment.reason)
    assert actions(store, moment.review_id) == [Action.REWORDED]


def test_a_moment_added_by_hand_stands_last_and_was_suggested_by_nobody(store: Store) -> None:
    moment = make_moment(store)
    added = store.add_moment(moment.review_id, 1.0, " Mine ", "Ana")
    assert [one.id for one in store.moments(moment.review_id)] == [moment.id, added.id]
    assert (added.reason, added.source, added.suggested_timestamp, added.round_id) == ("Mine", "person", None, None)
    assert added.decision is DecisionState.CANDIDATE


def test_a_removed_moment_comes_back_as_it_was(store: Store) -> None:
    moment = make_moment(store)
    store.decide(moment.id, DecisionState.APPROVED, "Ana")
    before = moment_at(store, moment.id)
    for _ in range(2):
        store.remove_moment(moment.id, "Ana")
    assert store.moments(moment.review_id) == []
    assert [one.id for one in store.moments(moment.review_id, removed=True)] == [moment.id]
    for _ in range(2):
        store.restore_moment(moment.id, "Ana")
    (found,) = store.moments(moment.review_id)
    assert (found.decision, found.timestamp, found.position) == (before.decision, before.timestamp, before.position)
    assert actions(store, moment.review_id) == [Action.APPROVED, Action.REMOVED, Action.RESTORED]


def test_a_moment_that_another_tab_removed_is_not_edited(store: Store) -> None:
    moment = make_moment(store)
    store.remove_moment(moment.id, "Ana")
    with pytest.raises(BadInput, match="was removed meanwhile"):
        store.retime(moment.id, 1.0, "Bo")
    assert moment_at(store, moment.id).timestamp == moment.timestamp


def test_refining_moves_a_proposal_once(store: Store) -> None:
    moment = make_moment(store, 4.0)
    assert store.set_refined(moment.id, 4.24, GOOD, ("text",))
    assert not store.set_refined(moment.id, 3.9, None, ())
    found = moment_at(store, moment.id)
    assert (found.timestamp, found.refined_timestamp, found.suggested_timestamp) == (4.24, 4.24, 4.0)
    assert (found.quality, found.warnings) == (GOOD, ("text",))


def test_refining_leaves_a_time_that_a_person_has_chosen_meanwhile(store: Store) -> None:
    moment = make_moment(store, 4.0)
    store.retime(moment.id, 6.0, "Ana")
    assert not store.set_refined(moment.id, 4.24, GOOD, ())
    assert moment_at(store, moment.id).timestamp == 6.0


def test_going_back_to_the_suggested_time_is_not_undone_by_refining_again(store: Store) -> None:
    moment = make_moment(store, 4.0)
    store.set_refined(moment.id, 4.24, GOOD, ())
    store.retime(moment.id, 4.0, "Ana")
    assert not store.set_refined(moment.id, 4.24, GOOD, ())
    assert moment_at(store, moment.id).timestamp == 4.0


def test_a_preview_is_kept_with_the_time_it_shows(store: Store) -> None:
    moment = make_moment(store, 4.0)
    assert store.set_preview(moment.id, 4.0, PREVIEW, quality=GOOD, warnings=("dark",))
    found = moment_at(store, moment.id)
    assert (found.preview, found.preview_at, found.quality, found.warnings) == (PREVIEW, 4.0, GOOD, ("dark",))
    assert store.set_preview(moment.id, 4.0, "previews/again")
    assert (moment_at(store, moment.id).quality, moment_at(store, moment.id).warnings) == (GOOD, ("dark",))


def test_a_preview_of_an_older_time_is_dropped(store: Store) -> None:
    moment = make_moment(store, 4.0)
    store.set_preview(moment.id, 4.0, PREVIEW)
    store.retime(moment.id, 5.0, "Ana")
    assert not store.set_preview(moment.id, 4.5, "previews/late")
    assert not store.set_preview_failed(moment.id, 4.5, "Too late.")
    found = moment_at(store, moment.id)
    assert (found.preview, found.preview_at, found.preview_error) == (PREVIEW, 4.0, None)


def test_retiming_asks_for_a_preview_again_after_one_that_failed(store: Store) -> None:
    moment = make_moment(store, 4.0)
    assert store.set_preview_failed(moment.id, 4.0, "The server does not answer.")
    assert moment_at(store, moment.id).preview_error == "The server does not answer."
    store.retime(moment.id, 4.5, "Ana")
    assert moment_at(store, moment.id).preview_error is None


def test_the_log_of_one_review_is_not_that_of_another(store: Store) -> None:
    moment = make_moment(store)
    other = make_review(store)
    store.decide(moment.id, DecisionState.APPROVED, "Ana")
    assert [line.action for line in store.decisions(other.id)] == [Action.STARTED]


def test_previews_of_a_video_without_a_file_are_not_waited_for(store: Store) -> None:
    review, first = store.create_review("Film", SourceKind.YOUTUBE, "https://youtu.be/abcdefghijk", Wish(), "g", "Ana")
    propose(store, first.id, 1.0)
    store.finish_round(first.id, RoundState.DONE)
    assert store.unfinished().moments == ()
    store.give_file(review.id, SourceKind.URL, "https://example.com/film.mp4", Wish(), BY_FILE, "Ana")
    assert len(store.unfinished().moments) == 1
