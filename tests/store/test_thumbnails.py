"""Thumbnails: asked for once, ended once, tried again as something new."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from posterframe.contracts import Format, Shape, ThumbnailStatus
from posterframe.errors import BadInput
from posterframe.model import Action, DecisionState, RoundState
from posterframe.shapes import wanted
from posterframe.store import Store
from tests.store.making import (
    LARGE,
    PICTURE,
    SMALL,
    fail,
    finish,
    make_review,
    make_thumbnail,
    now_at,
    propose,
    start_review,
)

GIVEN_UP = [ThumbnailStatus.FAILED, ThumbnailStatus.CANCELLED]


def test_every_approved_moment_is_cut_in_every_shape_in_order(store: Store) -> None:
    review, first = start_review(store)
    one, two, rejected, candidate, removed = propose(store, first.id, 1.0, 2.0, 3.0, 4.0, 5.0)
    for moment in (one, two, removed):
        store.decide(moment.id, DecisionState.APPROVED, "Ana")
    store.decide(rejected.id, DecisionState.REJECTED, "Ana")
    store.remove_moment(removed.id, "Ana")
    made = store.cut(review.id, [LARGE, SMALL, LARGE], "local", "Ana")
    assert [(cut.moment_id, cut.timestamp, cut.shape) for cut in made] == [
        (one.id, 1.0, LARGE),
        (one.id, 1.0, SMALL),
        (two.id, 2.0, LARGE),
        (two.id, 2.0, SMALL),
    ]
    assert {(cut.status, cut.attempt, cut.extractor) for cut in made} == {(ThumbnailStatus.QUEUED, 1, "local")}
    assert store.thumbnails(review.id) == made
    logged = [line for line in store.decisions(review.id) if line.action is Action.CUT]
    assert [line.thumbnail_id for line in logged] == [cut.id for cut in made]
    assert candidate.id not in {cut.moment_id for cut in made}


def test_nothing_is_cut_twice_until_its_time_changes(store: Store) -> None:
    first = make_thumbnail(store)
    assert store.cut(first.review_id, [LARGE], "local", "Bo") == []
    finish(store, first.id)
    assert store.cut(first.review_id, [LARGE], "local", "Bo") == []
    store.retime(first.moment_id, 6.0, "Ana")
    (again,) = store.cut(first.review_id, [LARGE], "local", "Bo")
    assert (again.timestamp, again.attempt) == (6.0, 1)
    assert [cut.id for cut in store.thumbnails(first.review_id)] == [first.id, again.id]


@pytest.mark.parametrize("status", GIVEN_UP)
def test_cutting_again_tries_what_did_not_succeed_again_in_its_place(store: Store, status: ThumbnailStatus) -> None:
    first = make_thumbnail(store)
    (second,) = store.cut(first.review_id, [SMALL], "ittybit", "Ana")
    store.update_thumbnail(first.id, status=status)
    (again,) = store.cut(first.review_id, [LARGE, SMALL], "ittybit", "Ana")
    assert (again.attempt, again.position, again.extractor) == (2, first.position, "ittybit")
    assert [cut.id for cut in store.thumbnails(first.review_id)] == [again.id, second.id]


def test_a_thumbnail_is_followed_to_its_picture(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    told = store.update_thumbnail(thumbnail.id, status=ThumbnailStatus.PROCESSING, job_id="job_1", progress=0.5)
    found = now_at(store, thumbnail.id)
    assert told == found
    assert (found.status, found.job_id, found.progress, found.finished_at) == (
        ThumbnailStatus.PROCESSING,
        "job_1",
        0.5,
        None,
    )
    finish(store, thumbnail.id)
    found = now_at(store, thumbnail.id)
    assert (found.status, found.picture, found.width, found.height, found.bytes) == (
        ThumbnailStatus.READY,
        PICTURE,
        1280,
        720,
        9,
    )
    assert (found.progress, found.job_id, found.finished_at) == (1.0, "job_1", found.updated_at)


def test_a_worker_that_looks_again_does_not_queue_what_it_has_begun(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    store.update_thumbnail(thumbnail.id, status=ThumbnailStatus.PROCESSING)
    after = store.update_thumbnail(thumbnail.id, status=ThumbnailStatus.QUEUED, job_id="job_1")
    assert (after.status, after.job_id) == (ThumbnailStatus.PROCESSING, "job_1")


def test_a_look_that_finds_nothing_new_changes_nothing(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    store.update_thumbnail(thumbnail.id, status=ThumbnailStatus.PROCESSING, progress=0.5)
    version = store.version(thumbnail.review_id)
    store.update_thumbnail(thumbnail.id, status=ThumbnailStatus.PROCESSING, progress=0.5)
    assert store.version(thumbnail.review_id) == version


@pytest.mark.parametrize("end", [status for status in ThumbnailStatus if status.is_final])
@pytest.mark.parametrize("late", list(ThumbnailStatus))
def test_a_thumbnail_ends_once(store: Store, end: ThumbnailStatus, late: ThumbnailStatus) -> None:
    thumbnail = make_thumbnail(store)
    store.update_thumbnail(thumbnail.id, status=end, picture=PICTURE)
    ended = now_at(store, thumbnail.id)
    assert ended.status is end
    told = store.update_thumbnail(thumbnail.id, status=late, picture="thumbnails/late", error="Too late.")
    assert told == now_at(store, thumbnail.id) == ended


def test_a_thumbnail_is_not_ready_without_its_picture(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    with pytest.raises(ValueError, match="only with its picture"):
        store.update_thumbnail(thumbnail.id, status=ThumbnailStatus.READY)


@pytest.mark.parametrize("status", GIVEN_UP)
def test_trying_again_is_a_new_thumbnail_in_the_old_place_and_keeps_the_old_story(
    store: Store, status: ThumbnailStatus
) -> None:
    first = make_thumbnail(store)
    store.update_thumbnail(first.id, status=status, error="It did not answer.")
    second = store.retry(first.id, "Bo")
    assert second.id != first.id
    assert (second.attempt, second.status, second.position) == (2, ThumbnailStatus.QUEUED, first.position)
    assert store.thumbnails(first.review_id) == [second]
    assert (now_at(store, first.id).superseded_by, now_at(store, first.id).error) == (second.id, "It did not answer.")
    line = store.decisions(first.review_id)[-1]
    assert (line.action, line.who, line.thumbnail_id) == (Action.RETRIED, "Bo", second.id)
    assert line.before == {"thumbnail_id": first.id, "status": status.value, "error": "It did not answer."}


def test_pressing_try_again_twice_makes_one_attempt(store: Store) -> None:
    first = make_thumbnail(store)
    fail(store, first.id)
    assert store.retry(first.id, "Ana") == store.retry(first.id, "Bo")
    assert len(store.thumbnails(first.review_id)) == 1


@pytest.mark.parametrize("status", [status for status in ThumbnailStatus if status not in GIVEN_UP])
def test_what_did_not_fail_is_not_tried_again(store: Store, status: ThumbnailStatus) -> None:
    thumbnail = make_thumbnail(store)
    store.update_thumbnail(thumbnail.id, status=status, picture=PICTURE)
    with pytest.raises(BadInput, match="that failed, was cancelled or is late"):
        store.retry(thumbnail.id, "Ana")


def test_what_one_extractor_has_cut_another_is_still_asked_for(store: Store) -> None:
    first = make_thumbnail(store)
    finish(store, first.id)
    (other,) = store.cut(first.review_id, [LARGE], "ittybit", "Bo")
    assert [one.extractor for one in store.thumbnails(first.review_id)] == ["local", "ittybit"]
    assert store.cut(first.review_id, [LARGE], "ittybit", "Bo") == []
    assert other.attempt == 1


def test_trying_a_late_one_again_cancels_it(store: Store) -> None:
    late = make_thumbnail(store)
    store.update_thumbnail(late.id, status=ThumbnailStatus.PROCESSING, job_id="job_1", error="It is late.")
    again = store.retry(late.id, "Bo")
    assert now_at(store, late.id).status is ThumbnailStatus.CANCELLED
    assert (again.attempt, again.job_id, again.error) == (2, None, None)
    assert [line.action for line in store.decisions(late.review_id)][-2:] == [Action.CANCELLED, Action.RETRIED]
    assert store.attempt_before(again.id) == now_at(store, late.id)


def test_a_late_one_is_still_followed_and_one_without_a_job_is_not(store: Store) -> None:
    late, waiting = make_thumbnail(store), make_thumbnail(store)
    store.update_thumbnail(late.id, status=ThumbnailStatus.QUEUED, job_id="job_1", error="It is late.")
    store.update_thumbnail(waiting.id, error="We were asked to wait.")
    assert [one.id for one in store.followed()] == [late.id]
    assert (now_at(store, late.id).is_late, now_at(store, waiting.id).is_late) == (True, False)


@pytest.mark.parametrize("status", list(ThumbnailStatus))
def test_a_changed_time_is_cut_in_the_old_pictures_place_whatever_became_of_it(
    store: Store, status: ThumbnailStatus
) -> None:
    old = make_thumbnail(store)
    store.update_thumbnail(old.id, status=status, picture=PICTURE)
    with pytest.raises(BadInput, match="the moment's own time already"):
        store.recut(old.id, "Bo")
    store.retime(old.moment_id, 6.5, "Ana")
    new = store.recut(old.id, "Bo")
    assert (new.timestamp, new.shape, new.position, new.attempt) == (6.5, old.shape, old.position, 2)
    assert store.thumbnails(old.review_id) == [new]
    kept = now_at(store, old.id)
    assert (kept.timestamp, kept.superseded_by, kept.status.is_final) == (old.timestamp, new.id, True)
    assert store.recut(old.id, "Ana") == new, "asked twice, it is one"
    assert store.attempt_before(new.id) is None, "no picture of another time is taken for this one"


def test_trying_again_after_a_changed_time_is_of_the_new_time(store: Store) -> None:
    old = make_thumbnail(store)
    fail(store, old.id)
    store.retime(old.moment_id, 6.5, "Ana")
    assert store.retry(old.id, "Bo").timestamp == 6.5


def test_a_time_that_was_cut_meanwhile_is_not_cut_twice(store: Store) -> None:
    old = make_thumbnail(store)
    finish(store, old.id)
    store.retime(old.moment_id, 6.5, "Ana")
    (new,) = store.cut(old.review_id, [LARGE], "local", "Ana")
    assert store.recut(old.id, "Bo") == new
    assert store.thumbnails(old.review_id) == [new]


def test_the_final_picture_stays_in_sight_until_another_is_chosen(store: Store) -> None:
    old = make_thumbnail(store)
    finish(store, old.id)
    store.choose_final(old.review_id, old.id, "Ana")
    store.retime(old.moment_id, 6.5, "Ana")
    new = store.recut(old.id, "Bo")
    assert {one.id for one in store.thumbnails(old.review_id)} == {old.id, new.id}
    finish(store, new.id)
    assert store.reviews()[0].ready == 2
    store.choose_final(old.review_id, new.id, "Ana")
    assert [one.id for one in store.thumbnails(old.review_id)] == [new.id]
    assert store.reviews()[0].ready == 1, "the library counts what the gallery shows"


def test_what_the_button_counts_is_what_is_cut(store: Store) -> None:
    first = make_thumbnail(store)
    for is_failed in (False, True):
        if is_failed:
            fail(store, first.id)
        snapshot = store.snapshot(first.review_id)
        assert snapshot is not None
        counted = wanted(snapshot.moments, snapshot.thumbnails, [LARGE, SMALL], "local")
        made = store.cut(first.review_id, [LARGE, SMALL], "local", "Ana")
        assert [(one.moment.id, one.shape) for one in counted] == [(one.moment_id, one.shape) for one in made]
        assert len(made) == 1


def test_a_size_that_was_stored_before_sizes_had_limits_is_still_read(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    with store._database.write() as connection:
        older = {"width": 640, "height": 360, "format": "jpeg", "fit": "cover", "quality": 85, "position": "center"}
        connection.execute(text("UPDATE thumbnails SET shape = :shape"), {"shape": json.dumps(older)})
    assert now_at(store, thumbnail.id).shape == Shape(640, 360, Format.JPEG)


def test_cancelling_stops_only_what_is_still_under_way_in_this_review(store: Store) -> None:
    ready = make_thumbnail(store)
    (waiting,) = store.cut(ready.review_id, [SMALL], "local", "Ana")
    elsewhere = make_thumbnail(store)
    finish(store, ready.id)
    stopped = store.cancel_thumbnails(ready.review_id, [ready.id, waiting.id, elsewhere.id], "Bo")
    assert stopped == [now_at(store, waiting.id)]
    assert now_at(store, waiting.id).status is ThumbnailStatus.CANCELLED
    assert now_at(store, ready.id).status is ThumbnailStatus.READY
    assert now_at(store, elsewhere.id).status is ThumbnailStatus.QUEUED
    line = store.decisions(ready.review_id)[-1]
    assert (line.action, line.thumbnail_id, line.who) == (Action.CANCELLED, waiting.id, "Bo")


def test_a_finished_picture_can_be_chosen_and_another_one_after_it(store: Store) -> None:
    first = make_thumbnail(store)
    (second,) = store.cut(first.review_id, [SMALL], "local", "Ana")
    for thumbnail in (first, second):
        finish(store, thumbnail.id)
    for thumbnail in (first, second, second):
        store.choose_final(first.review_id, thumbnail.id, "Ana")
    found = store.review(first.review_id)
    assert found is not None
    assert found.final_thumbnail_id == second.id
    chosen = [line for line in store.decisions(first.review_id) if line.action is Action.CHOSE_FINAL]
    assert [(line.before["thumbnail_id"], line.after["thumbnail_id"]) for line in chosen] == [
        (None, first.id),
        (first.id, second.id),
    ]


def test_only_a_finished_picture_of_this_review_can_be_final(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    with pytest.raises(BadInput, match="Only a finished picture"):
        store.choose_final(thumbnail.review_id, thumbnail.id, "Ana")
    finish(store, thumbnail.id)
    with pytest.raises(BadInput, match="Only a finished picture"):
        store.choose_final(make_review(store).id, thumbnail.id, "Ana")


def test_a_sweep_finds_exactly_what_is_not_finished(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    (found,) = store.unfinished().rounds
    assert store.unfinished().thumbnails == (thumbnail,)
    assert store.unfinished().moments == ()  # the round under way makes this preview
    store.finish_round(found.id, RoundState.DONE)
    assert [moment.id for moment in store.unfinished().moments] == [thumbnail.moment_id]
    store.set_preview(thumbnail.moment_id, 4.0, "previews/x")
    finish(store, thumbnail.id)
    empty = store.unfinished()
    assert (empty.rounds, empty.moments, empty.thumbnails) == ((), (), ())
    store.retime(thumbnail.moment_id, 5.0, "Ana")
    assert [moment.id for moment in store.unfinished().moments] == [thumbnail.moment_id]
    store.set_preview_failed(thumbnail.moment_id, 5.0, "No.")
    assert store.unfinished().moments == ()


def test_a_sweep_leaves_what_somebody_has_just_reported_on(store: Store) -> None:
    make_thumbnail(store)
    fresh = store.unfinished(quiet_for=60.0)
    assert (fresh.rounds, fresh.moments, fresh.thumbnails) == ((), (), ())
