"""When an open page of a review is drawn anew."""

from __future__ import annotations

from components.together import stamp_of
from posterframe.contracts import Picked, Proposal, Wish
from posterframe.model import DecisionState, Review, RoundState, Stage
from posterframe.studio import Studio


def test_a_page_is_out_of_date_with_what_it_shows_and_not_with_how_far_work_is(studio: Studio, review: Review) -> None:
    store = studio.store
    stamps = [stamp_of(review.id)]
    more = store.add_round(review.id, Wish(), "local", "Kim")
    stamps.append(stamp_of(review.id))
    store.set_progress(more.id, Stage.WATCHING, 0.5, "0:03 of 0:07")
    assert stamp_of(review.id) == stamps[-1]
    store.keep_picked(more.id, Picked((Proposal(6.5, "The end"),)))
    stamps.append(stamp_of(review.id))
    store.finish_round(more.id, RoundState.DONE)
    stamps.append(stamp_of(review.id))
    moment = store.moments(review.id)[0]
    store.decide(moment.id, DecisionState.APPROVED, "Ana")
    stamps.append(stamp_of(review.id))
    store.set_preview_failed(moment.id, moment.timestamp, "None for this test")
    stamps.append(stamp_of(review.id))
    assert len(set(stamps)) == len(stamps)


def test_a_review_that_is_not_there_has_no_stamp(studio: Studio) -> None:
    assert stamp_of("nowhere") is None
