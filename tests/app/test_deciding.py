"""Deciding on one moment at a time."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from posterframe.model import Action, DecisionState, Review
from posterframe.studio import Studio
from tests.app.conftest import edit, error_on, open_page, press, snapshot_of


def reason_in_turn(page: AppTest) -> str:
    return next(text.value[4:] for text in page.markdown if text.value.startswith("### "))


def test_approving_and_rejecting_go_on_to_the_next_moment(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    assert reason_in_turn(page) == "A good start"
    press(page, "Approve")
    assert reason_in_turn(page) == "The best of it"
    press(page, "Reject")
    assert reason_in_turn(page) == "A good end"
    decisions = [moment.decision for moment in snapshot_of(studio, review.id).moments]
    assert decisions == [DecisionState.APPROVED, DecisionState.REJECTED, DecisionState.CANDIDATE]
    assert list(page.dataframe[0].value["Approve"]) == [True, False, False]


def test_undo_takes_the_last_decision_back_and_the_log_has_both(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    press(page, "Reject")
    press(page, "Undo")
    assert reason_in_turn(page) == "A good start"
    assert snapshot_of(studio, review.id).moments[0].decision is DecisionState.CANDIDATE
    actions = [line.action for line in studio.store.decisions(review.id)]
    assert actions[-2:] == [Action.REJECTED, Action.UNDECIDED]


def test_undo_goes_as_far_back_as_one_went_in_the_table_too(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    press(page, "Approve")
    press(page, "Reject")
    edit(page, 0, "Approve", False)
    for reason in ("A good start", "The best of it", "A good start"):
        press(page, "Undo")
        assert reason_in_turn(page) == reason
    assert all(one.decision is DecisionState.CANDIDATE for one in snapshot_of(studio, review.id).moments)
    assert next(button for button in page.button if button.label == "Undo").disabled


def test_undo_lets_what_a_colleague_decided_meanwhile_stand(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    press(page, "Reject")
    press(page, "Approve")
    studio.store.decide(snapshot_of(studio, review.id).moments[1].id, DecisionState.REJECTED, "Ana")
    press(page, "Undo")
    assert error_on(page) == "Ana has rejected this meanwhile, so your approval is not taken back."
    assert reason_in_turn(page) == "The best of it"
    assert snapshot_of(studio, review.id).moments[1].decision is DecisionState.REJECTED
    press(page, "Undo")
    assert not page.error
    assert snapshot_of(studio, review.id).moments[0].decision is DecisionState.CANDIDATE


def test_what_a_colleague_had_decided_already_is_not_ones_own_to_take_back(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    studio.store.decide(snapshot_of(studio, review.id).moments[0].id, DecisionState.APPROVED, "Ana")
    press(page, "Approve")
    assert next(button for button in page.button if button.label == "Undo").disabled


def test_one_can_go_back_and_forth_without_deciding(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    press(page, "Next")
    assert reason_in_turn(page) == "The best of it"
    press(page, "Previous")
    press(page, "Previous")
    assert reason_in_turn(page) == "A good end"
    assert all(one.decision is DecisionState.CANDIDATE for one in snapshot_of(studio, review.id).moments)


def test_the_table_and_the_large_picture_agree(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    first = reason_in_turn(page)
    edit(page, 0, "Approve", True)
    assert reason_in_turn(page) == first
    press(page, "Reject")
    rows = page.dataframe[0].value
    assert list(rows["Approve"]) == [False, False, False]
    assert rows["Note"][0].startswith("Rejected")
    edit(page, 0, "Approve", True)
    assert snapshot_of(studio, review.id).moments[0].decision is DecisionState.APPROVED


def test_undo_does_not_reach_into_another_review(studio: Studio, review: Review, other_review: Review) -> None:
    page = open_page(review.id)
    press(page, "Approve")
    page.query_params["review"] = other_review.id
    page.run()
    undo = next(button for button in page.button if button.label == "Undo")
    assert undo.disabled
    assert snapshot_of(studio, review.id).moments[0].decision is DecisionState.APPROVED


def test_deciding_on_a_moment_that_a_colleague_removed_says_so(studio: Studio, review: Review) -> None:
    page = open_page(review.id)
    studio.store.remove_moment(snapshot_of(studio, review.id).moments[0].id, "Kim")
    press(page, "Approve")
    assert "was removed meanwhile" in error_on(page)
    page.run()
    assert "was removed meanwhile" in error_on(page), "the sentence is gone before anything else was done"
    press(page, "Approve")
    assert not page.error
