"""Reviews: what goes in comes out, the library finds them, the log keeps what people did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from posterframe.contracts import Proposal, ThumbnailStatus, VideoInfo, Wish
from posterframe.errors import BadInput
from posterframe.model import BY_FILE, Action, DecisionState, RoundState, SourceKind, Stage, Storyboard
from posterframe.store import Store
from tests.store.making import (
    LARGE,
    PICTURE,
    PREVIEW,
    fail,
    finish,
    make_review,
    make_thumbnail,
    now_at,
    propose,
    round_at,
    start_review,
)

INFO = VideoInfo(duration=41.25, width=720, height=1280, fps=29.97, codec="h264", rotation=90, bytes=2_400_000)

AWKWARD_TEXTS = [
    pytest.param("été “x” 🎬 日本語", "été “x” 🎬 日本語", id="any alphabet"),
    pytest.param("a\0b", "ab", id="a NUL, which PostgreSQL cannot hold"),
    pytest.param("a\ud800b", "a?b", id="half a character"),
    pytest.param("'; DROP TABLE reviews; --", "'; DROP TABLE reviews; --", id="SQL"),
    pytest.param("x" * 100_000, "x" * 100_000, id="very long"),
]


def test_a_review_comes_back_as_it_was_made_with_its_first_round_queued(store: Store) -> None:
    wish = Wish(count=3, brief="For a cooking channel", more_like=(Proposal(1.5, "Warm", ("dark",)),))
    review, first = store.create_review("  Soup ", SourceKind.SAMPLE, "videos/x.mp4", wish, "local", "Ana")
    assert (review.title, review.source, review.location) == ("Soup", SourceKind.SAMPLE, "videos/x.mp4")
    assert store.review(review.id) == review
    assert store.rounds(review.id) == [first] == [store.round(first.id)]
    assert (first.state, first.number, first.wish, first.picker) == (RoundState.QUEUED, 1, wish, "local")


def test_a_review_without_a_title_is_called_by_its_address(store: Store) -> None:
    assert make_review(store, title=" ", location="https://example.com/a.mp4").title == "https://example.com/a.mp4"


def test_dates_are_of_now_and_in_utc(store: Store) -> None:
    review = make_review(store)
    assert review.created_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - review.created_at) < timedelta(minutes=1)
    assert store.reviews()[0].review.created_at == review.created_at


BOARD = Storyboard("previews/board.webp", times=(0.0, 4.1, 8.2), columns=2)


def test_a_storyboard_is_kept_and_goes_with_the_film_that_it_shows(store: Store) -> None:
    review = make_review(store)
    store.finish_round(store.rounds(review.id)[0].id, RoundState.DONE)
    store.set_storyboard(review.id, review.location, BOARD)
    assert store.snapshot(review.id).review.storyboard == BOARD  # type: ignore[union-attr]
    store.give_file(review.id, SourceKind.UPLOAD, "videos/other.mp4", Wish(), BY_FILE, "Kim")
    store.set_storyboard(review.id, review.location, BOARD)
    assert store.review(review.id).storyboard is None  # type: ignore[union-attr]


def test_a_file_comes_with_its_round_or_not_at_all(store: Store) -> None:
    review, first = store.create_review("Film", SourceKind.YOUTUBE, "https://youtu.be/abcdefghijk", Wish(), "g", "Ana")
    give = partial(store.give_file, review.id, SourceKind.UPLOAD, "videos/mine.mp4", Wish(), BY_FILE, "Kim")
    with pytest.raises(BadInput, match="being watched already"):
        give()
    assert store.review(review.id) == review
    store.finish_round(first.id, RoundState.DONE)
    opened = give()
    assert (opened.number, opened.picker, opened.state) == (2, BY_FILE, RoundState.QUEUED)
    assert store.rounds(review.id)[-1] == opened
    assert [line.action for line in store.decisions(review.id)] == [Action.STARTED, Action.GAVE_FILE, Action.STARTED]


def test_what_probing_told_is_kept(store: Store) -> None:
    review = make_review(store)
    store.set_video(review.id, INFO)
    found = store.review(review.id)
    assert found is not None
    assert found.video == INFO


@pytest.mark.parametrize(("text", "stored"), AWKWARD_TEXTS)
def test_any_text_can_be_stored_and_searched_for(store: Store, text: str, stored: str) -> None:
    review, first = store.create_review(text, SourceKind.URL, text, Wish(brief=text), "local", text)
    assert review.title == review.location == stored
    assert first.wish.brief == text
    moment = store.add_moment(review.id, 1.0, text, text)
    assert moment.reason == stored
    assert store.moments(review.id) == [moment]
    assert [line.who for line in store.decisions(review.id)] == [stored, stored]
    assert [found.review.id for found in store.reviews(search=text[:50])] == [review.id]
    assert store.review(text[:50]) is None


def test_what_nobody_made_is_not_there(store: Store) -> None:
    assert store.review("nothing") is None
    assert store.snapshot("nothing") is None
    assert store.round("nothing") is None
    assert store.moment("nothing") is None
    assert store.thumbnail("nothing") is None
    assert store.version("nothing") == 0
    assert store.decisions("nothing") == []


CHANGES: list[Callable[[Store], object]] = [
    lambda store: store.set_video("x", INFO),
    lambda store: store.rename_review("x", "New", "Ana"),
    lambda store: store.add_round("x", Wish(), "local", "Ana"),
    lambda store: store.set_progress("x", Stage.READING, 0.5, ""),
    lambda store: store.finish_round("x", RoundState.DONE),
    lambda store: store.cancel_round("x", "Ana"),
    lambda store: propose(store, "x", 1.0),
    lambda store: store.decide("x", DecisionState.APPROVED, "Ana"),
    lambda store: store.retime("x", 1.0, "Ana"),
    lambda store: store.reword("x", "New", "Ana"),
    lambda store: store.add_moment("x", 1.0, "New", "Ana"),
    lambda store: store.remove_moment("x", "Ana"),
    lambda store: store.restore_moment("x", "Ana"),
    lambda store: store.set_refined("x", 1.0, None, ()),
    lambda store: store.set_preview("x", 1.0, PREVIEW),
    lambda store: store.set_preview_failed("x", 1.0, "No"),
    lambda store: store.cut("x", [], "local", "Ana"),
    lambda store: store.update_thumbnail("x", status=ThumbnailStatus.PROCESSING),
    lambda store: store.retry("x", "Ana"),
    lambda store: store.cancel_thumbnails("x", [], "Ana"),
    lambda store: store.choose_final("x", "x", "Ana"),
    lambda store: store.remove_review("x", "Ana"),
    lambda store: store.restore_review("x", "Ana"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_can_be_changed_that_does_not_exist(store: Store, change: Callable[[Store], object]) -> None:
    with pytest.raises(BadInput, match=r"does not exist any more|do not exist any more"):
        change(store)


def test_renaming_is_logged_once_and_an_empty_title_is_refused(store: Store) -> None:
    review = make_review(store, title="Old")
    store.rename_review(review.id, " New ", "Bo")
    store.rename_review(review.id, "New", "Bo")
    with pytest.raises(BadInput, match="needs a title"):
        store.rename_review(review.id, "  ", "Bo")
    line = store.decisions(review.id)[-1]
    assert (line.action, line.who, line.before, line.after) == (
        Action.RENAMED,
        "Bo",
        {"title": "Old"},
        {"title": "New"},
    )
    assert len(store.decisions(review.id)) == 2


def test_the_library_lists_the_newest_first_page_by_page(store: Store) -> None:
    made = [make_review(store, title=f"Film {number}").id for number in range(5)]
    pages = [store.reviews(limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [[one.review.id for one in page] for page in pages] == [made[:2:-1], made[2:0:-1], made[:1], []]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("harbour", ["Harbour at dawn"]),
        ("DAWN harb", ["Harbour at dawn"]),
        ("ÉTÉ", ["Un été 100%"]),
        ("100%", ["Un été 100%"]),
        ("%", ["Un été 100%"]),
        ("_", []),
        ("example.com/h", ["Harbour at dawn"]),
        ("nowhere", []),
        ("  ", ["Un été 100%", "Harbour at dawn"]),
    ],
)
def test_the_library_finds_every_word_in_title_or_address(store: Store, search: str, found: list[str]) -> None:
    make_review(store, title="Harbour at dawn", location="https://example.com/h.mp4")
    make_review(store, title="Un été 100%", location="https://example.org/e.mp4")
    assert [one.review.title for one in store.reviews(search=search)] == found


def test_the_library_tells_how_far_a_review_is(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    store.add_moment(thumbnail.review_id, 2.0, "", "Ana")
    removed = store.add_moment(thumbnail.review_id, 3.0, "", "Ana")
    store.remove_moment(removed.id, "Ana")
    finish(store, thumbnail.id)
    (found,) = store.reviews()
    assert (found.moments, found.approved, found.ready, found.round_state) == (2, 1, 1, RoundState.QUEUED)


def test_the_cover_is_the_final_picture_or_else_the_best_preview(store: Store) -> None:
    def cover() -> str | None:
        return store.reviews()[0].cover

    thumbnail = make_thumbnail(store)
    other = store.add_moment(thumbnail.review_id, 2.0, "", "Ana")
    assert cover() is None
    store.set_preview(other.id, 2.0, "previews/candidate")
    assert cover() == "previews/candidate"
    store.set_preview(thumbnail.moment_id, 4.0, "previews/approved")
    assert cover() == "previews/approved"
    finish(store, thumbnail.id)
    store.choose_final(thumbnail.review_id, thumbnail.id, "Ana")
    assert cover() == PICTURE


def test_the_version_grows_with_every_change_of_its_review_and_with_nothing_else(store: Store) -> None:
    review, first = start_review(store)
    moment = propose(store, first.id, 4.0)[0]
    before = store.version(review.id)
    store.decide(moment.id, DecisionState.APPROVED, "Ana")
    approved = store.version(review.id)
    store.decide(moment.id, DecisionState.APPROVED, "Bo")
    make_thumbnail(store)
    assert before < approved == store.version(review.id)


def test_the_last_line_grows_with_what_is_decided_and_not_with_what_is_worked(store: Store) -> None:
    review, first = start_review(store)
    moment = propose(store, first.id, 2.0)[0]
    before = _last_line(store, review.id)
    store.set_progress(first.id, Stage.WATCHING, 0.5, "0:02 of 0:04")
    store.set_preview(moment.id, 2.0, PREVIEW)
    make_thumbnail(store)
    assert _last_line(store, review.id) == before
    store.decide(moment.id, DecisionState.APPROVED, "Ana")
    assert before < _last_line(store, review.id) == store.decisions(review.id)[-1].id


def _last_line(store: Store, review_id: str) -> int:
    found = store.snapshot(review_id)
    assert found is not None
    return found.last_line


def test_a_snapshot_holds_all_that_the_single_questions_answer(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    snapshot = store.snapshot(thumbnail.review_id)
    assert snapshot is not None
    assert snapshot.version == store.version(thumbnail.review_id)
    assert snapshot.review == store.review(thumbnail.review_id)
    assert list(snapshot.rounds) == store.rounds(thumbnail.review_id)
    assert list(snapshot.moments) == store.moments(thumbnail.review_id)
    assert list(snapshot.thumbnails) == store.thumbnails(thumbnail.review_id) == [thumbnail]


def test_other_reviews_of_the_same_video_are_found_the_newest_first(store: Store) -> None:
    first, other = make_review(store), make_review(store, location="https://example.com/o.mp4")
    second, third = make_review(store, "Again"), make_review(store, "Once more")
    assert [one.id for one in store.same_video(first)] == [third.id, second.id]
    assert store.same_video(other) == []
    store.remove_review(third.id, "Bo")
    assert [one.id for one in store.same_video(first)] == [second.id]


def test_a_removed_review_leaves_the_library_and_comes_back_as_it_was(store: Store) -> None:
    older, review, newer = make_review(store, "Older"), make_review(store, "Mistyped"), make_review(store, "Newer")
    propose(store, store.rounds(review.id)[0].id, 1.0, 2.0)
    store.finish_round(store.rounds(review.id)[0].id, RoundState.DONE)
    before, listed = store.snapshot(review.id), store.reviews()
    assert before is not None
    store.remove_review(review.id, "Bo")
    removed = store.review(review.id)
    assert removed is not None
    assert removed.removed_at == removed.updated_at
    assert [one.review.id for one in store.reviews()] == [newer.id, older.id]
    assert store.reviews(search="mistyped") == []
    kept = store.reviews(with_removed=review.id)
    assert [one.review.id for one in kept] == [newer.id, review.id, older.id]
    store.restore_review(review.id, "Ana")
    after = store.snapshot(review.id)
    assert after is not None
    assert (after.review.removed_at, after.moments, after.rounds) == (None, before.moments, before.rounds)
    assert [one.review.id for one in store.reviews()] == [one.review.id for one in listed]


def test_reviews_that_came_to_nothing_can_be_left_out(store: Store) -> None:
    def end(title: str, state: RoundState, *timestamps: float) -> None:
        _, first = start_review(store, title)
        propose(store, first.id, *timestamps)
        store.finish_round(first.id, state)

    end("failed", RoundState.FAILED)
    end("stopped", RoundState.CANCELLED)
    end("failed late", RoundState.FAILED, 1.0)
    end("stopped late", RoundState.CANCELLED, 1.0)
    end("nothing found", RoundState.DONE)
    tried_again, first = start_review(store, "tried again")
    store.finish_round(first.id, RoundState.FAILED)
    store.add_round(tried_again.id, Wish(), "local", "Ana")
    by_hand, first = start_review(store, "by hand")
    store.finish_round(first.id, RoundState.FAILED)
    store.add_moment(by_hand.id, 1.0, "", "Ana")
    assert len(store.reviews()) == 7
    worth_it = [one.review.title for one in store.reviews(with_fruitless=False)]
    assert worth_it == ["by hand", "tried again", "nothing found", "stopped late", "failed late"]


def test_removing_a_review_and_bringing_it_back_is_logged_once_each(store: Store) -> None:
    review = make_review(store, "Mistyped")
    store.finish_round(store.rounds(review.id)[0].id, RoundState.FAILED)
    for who in ("Bo", "Ana"):
        store.remove_review(review.id, who)
    for who in ("Cy", "Bo"):
        store.restore_review(review.id, who)
    _, removed, restored = store.decisions(review.id)
    assert (removed.action, removed.who, removed.before) == (Action.REMOVED, "Bo", {"title": "Mistyped"})
    assert (restored.action, restored.who, restored.after) == (Action.RESTORED, "Cy", {"title": "Mistyped"})
    assert removed.moment_id is restored.moment_id is None


def test_removing_a_review_cancels_what_is_under_way_for_it_and_for_no_other(store: Store) -> None:
    thumbnail, other = make_thumbnail(store), make_thumbnail(store)
    store.update_thumbnail(thumbnail.id, status=ThumbnailStatus.PROCESSING, job_id="job-1")
    (watching,) = store.rounds(thumbnail.review_id)
    store.remove_review(thumbnail.review_id, "Bo")
    assert round_at(store, watching.id).state is RoundState.CANCELLED
    assert not store.set_progress(watching.id, Stage.WATCHING, 0.5, "")
    assert now_at(store, thumbnail.id).status is ThumbnailStatus.CANCELLED
    assert store.followed() == []
    assert [one.review_id for one in store.unfinished().rounds] == [other.review_id]
    assert store.unfinished().thumbnails == (other,)
    actions = [(line.action, line.who) for line in store.decisions(thumbnail.review_id)[-3:]]
    assert actions == [(Action.CANCELLED, "Bo"), (Action.CANCELLED, "Bo"), (Action.REMOVED, "Bo")]


def test_what_ended_before_its_review_was_removed_stays_as_it_ended(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    store.finish_round(store.rounds(thumbnail.review_id)[0].id, RoundState.DONE)
    finish(store, thumbnail.id)
    store.remove_review(thumbnail.review_id, "Bo")
    assert store.rounds(thumbnail.review_id)[0].state is RoundState.DONE
    assert now_at(store, thumbnail.id).picture == PICTURE


def test_no_work_is_begun_for_a_removed_review_until_it_is_back(store: Store) -> None:
    thumbnail = make_thumbnail(store)
    store.finish_round(store.rounds(thumbnail.review_id)[0].id, RoundState.DONE)
    fail(store, thumbnail.id)
    store.retime(thumbnail.moment_id, 5.0, "Ana")
    store.remove_review(thumbnail.review_id, "Bo")
    attempts: list[Callable[[], object]] = [
        partial(store.add_round, thumbnail.review_id, Wish(), "local", "Ana"),
        partial(store.cut, thumbnail.review_id, [LARGE], "local", "Ana"),
        partial(store.retry, thumbnail.id, "Ana"),
        partial(store.recut, thumbnail.id, "Ana"),
    ]
    for attempt in attempts:
        with pytest.raises(BadInput, match="was removed from the library"):
            attempt()
    assert store.unfinished().moments == ()
    store.restore_review(thumbnail.review_id, "Ana")
    assert [one.id for one in store.unfinished().moments] == [thumbnail.moment_id]
    assert store.retry(thumbnail.id, "Ana").status is ThumbnailStatus.QUEUED
