"""Many writers at once: workers report from processes of their own while people decide in threads."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from posterframe.contracts import ThumbnailStatus, Wish
from posterframe.errors import BadInput
from posterframe.model import Action, DecisionState, RoundState, Stage
from posterframe.store import Store
from tests.store.making import LARGE, PICTURE, SMALL, make_review, propose, round_at, start_review

REPORTS = 60
EDITS = 25
PEOPLE = ["Ana", "Bo", "Cy"]


def _report(database_url: str, round_id: str) -> int:
    """A worker: how many of its reports were taken before somebody cancelled."""
    store = Store.open(database_url)
    taken = sum(store.set_progress(round_id, Stage.WATCHING, step / REPORTS, f"{step}") for step in range(REPORTS))
    store.close()
    return taken


def _edit(store: Store, moment_id: str, who: str) -> None:
    for step in range(EDITS):
        store.retime(moment_id, step + PEOPLE.index(who) / 10, who)
        store.decide(moment_id, DecisionState.APPROVED if step % 2 else DecisionState.REJECTED, who)


def test_workers_report_while_people_decide_and_no_word_of_either_is_lost(
    store: Store, database_url: str, workers: ProcessPoolExecutor
) -> None:
    shared, first = start_review(store)
    moment = propose(store, first.id, 1.0)[0]
    rounds = [first.id, start_review(store)[1].id]
    with ThreadPoolExecutor(len(PEOPLE)) as people:
        reports = [workers.submit(_report, database_url, round_id) for round_id in rounds]
        edits = [people.submit(_edit, store, moment.id, who) for who in PEOPLE]
        assert [report.result() for report in reports] == [REPORTS] * 2
        assert [edit.result() for edit in edits] == [None] * len(PEOPLE)
    assert [round_at(store, round_id).doing for round_id in rounds] == [str(REPORTS - 1)] * 2
    log = [line for line in store.decisions(shared.id) if line.action is Action.RETIMED]
    assert [line.before["timestamp"] for line in log] == [1.0, *(line.after["timestamp"] for line in log[:-1])]
    assert {who: sum(line.who == who for line in log) for who in PEOPLE} == dict.fromkeys(PEOPLE, EDITS)
    assert store.moments(shared.id)[0].timestamp == log[-1].after["timestamp"]


def test_a_cancel_reaches_a_worker_in_another_process(
    store: Store, database_url: str, workers: ProcessPoolExecutor
) -> None:
    _, first = start_review(store)
    store.cancel_round(first.id, "Ana")
    assert workers.submit(_report, database_url, first.id).result() == 0


def test_pressing_a_button_in_many_tabs_at_once_counts_once(store: Store) -> None:
    review, first = start_review(store)
    for moment in propose(store, first.id, 1.0, 2.0):
        store.decide(moment.id, DecisionState.APPROVED, "Ana")
    store.finish_round(first.id, RoundState.DONE)
    with ThreadPoolExecutor(8) as tabs:
        cut = [tabs.submit(store.cut, review.id, [LARGE, SMALL], "local", "Ana") for _ in range(8)]
        made = [thumbnail for future in cut for thumbnail in future.result()]
        assert sorted(thumbnail.position for thumbnail in made) == [0, 1, 2, 3]

        store.update_thumbnail(made[0].id, status=ThumbnailStatus.FAILED, error="No.")
        again = [tabs.submit(store.retry, made[0].id, "Ana") for _ in range(8)]
        assert len({future.result().id for future in again}) == 1

        asked = [tabs.submit(store.add_round, review.id, Wish(), "local", "Ana") for _ in range(8)]
        assert sorted(_outcome(future) for future in asked) == ["refused"] * 7 + ["taken"]


def _outcome(future: Future[Any]) -> str:
    try:
        future.result()
    except BadInput:
        return "refused"
    return "taken"


def test_a_snapshot_never_shows_half_of_a_change(store: Store) -> None:
    """Each change bumps the version along with the one thing it changes, so the two have to agree."""
    review = make_review(store)
    start = store.version(review.id)
    with ThreadPoolExecutor(1) as other_tab:
        writing = other_tab.submit(lambda: [store.add_moment(review.id, 1.0, "", "Bo") for _ in range(60)])
        while not writing.done():
            snapshot = store.snapshot(review.id)
            assert snapshot is not None
            assert len(snapshot.moments) == snapshot.version - start
        writing.result()


def test_a_picture_that_arrives_as_the_person_cancels_ends_as_one_of_the_two(store: Store) -> None:
    review, first = start_review(store)
    for moment in propose(store, first.id, *range(12)):
        store.decide(moment.id, DecisionState.APPROVED, "Ana")
    made = [thumbnail.id for thumbnail in store.cut(review.id, [SMALL], "local", "Ana")]
    ready = ThumbnailStatus.READY
    with ThreadPoolExecutor(4) as pool:
        arrivals = [pool.submit(store.update_thumbnail, id_, status=ready, picture=PICTURE) for id_ in made]
        cancels = [pool.submit(store.cancel_thumbnails, review.id, [id_], "Ana") for id_ in reversed(made)]
        said = {arrival.result().id: arrival.result().status for arrival in arrivals}
        stopped = {thumbnail.id for cancel in cancels for thumbnail in cancel.result()}
    final = {thumbnail.id: thumbnail.status for thumbnail in store.thumbnails(review.id)}
    assert final == said
    assert {id_ for id_, status in final.items() if status is ThumbnailStatus.CANCELLED} == stopped
