"""Whatever people and workers do, in whatever order: what has ended stays, nothing is doubled, the log tells it all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from posterframe.contracts import Picked, Proposal, Shape, ThumbnailStatus, Wish
from posterframe.errors import BadInput, Stopped
from posterframe.model import Action, Decision, DecisionState, Moment, RoundState, Snapshot, Stage, Thumbnail
from posterframe.store import Store
from tests.store.making import LARGE, PICTURE, SMALL, start_review

T = TypeVar("T")

PEOPLE = st.sampled_from(["Ana", "Bo"])
TIMES = st.floats(0, 10_800, allow_nan=False)
PLACES = st.integers(0, 40)
SHAPES = st.lists(st.sampled_from([SMALL, LARGE]), max_size=3)


class Whatever(RuleBasedStateMachine):
    """People with several tabs, and workers that crash, come late and report twice, on one review."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.store = Store.open(f"sqlite:///{Path(self._folder.name) / 'posterframe.sqlite'}")
        self.before: Snapshot | None = None
        self.log: list[Decision] = []
        self.attempts: dict[str, Thumbnail] = {}
        self.endings: dict[str, tuple[RoundState, datetime | None]] = {}

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.review_id = start_review(self.store)[0].id

    @rule(place=PLACES, state=st.sampled_from(list(RoundState)), who=PEOPLE)
    def end_a_round(self, place: int, state: RoundState, who: str) -> None:
        round_ = _one(self.store.rounds(self.review_id), place)
        if state is RoundState.CANCELLED:
            self.store.cancel_round(round_.id, who)
        elif state.is_final:
            self.store.finish_round(round_.id, state)
        else:
            self.store.set_progress(round_.id, Stage.WATCHING, 0.5, "")

    @rule(who=PEOPLE)
    def ask_again(self, who: str) -> None:
        with suppress(BadInput):
            self.store.add_round(self.review_id, Wish(), "local", who)

    @rule(place=PLACES, timestamps=st.lists(TIMES, max_size=3))
    def hand_in_proposals(self, place: int, timestamps: list[float]) -> None:
        round_ = _one(self.store.rounds(self.review_id), place)
        with suppress(Stopped):
            self.store.keep_picked(round_.id, Picked(tuple(Proposal(timestamp, "") for timestamp in timestamps)))

    @rule(timestamp=TIMES, who=PEOPLE)
    def add_by_hand(self, timestamp: float, who: str) -> None:
        self.store.add_moment(self.review_id, timestamp, "", who)

    @rule(place=PLACES, decision=st.sampled_from(DecisionState), who=PEOPLE)
    def decide(self, place: int, decision: DecisionState, who: str) -> None:
        self._edit(place, lambda moment: self.store.decide(moment.id, decision, who))

    @rule(place=PLACES, timestamp=TIMES, who=PEOPLE)
    def retime(self, place: int, timestamp: float, who: str) -> None:
        self._edit(place, lambda moment: self.store.retime(moment.id, timestamp, who))

    @rule(place=PLACES, back=st.booleans(), who=PEOPLE)
    def remove_or_restore(self, place: int, back: bool, who: str) -> None:
        change = self.store.restore_moment if back else self.store.remove_moment
        self._edit(place, lambda moment: change(moment.id, who))

    @rule(place=PLACES, timestamp=TIMES)
    def refine(self, place: int, timestamp: float) -> None:
        self._edit(place, lambda moment: self.store.set_refined(moment.id, timestamp, None, ()))

    @rule(place=PLACES, late=st.booleans())
    def preview(self, place: int, late: bool) -> None:
        self._edit(place, lambda moment: self.store.set_preview(moment.id, moment.timestamp + late, "previews/x"))

    @rule(back=st.booleans(), who=PEOPLE)
    def remove_or_restore_all_of_it(self, back: bool, who: str) -> None:
        change = self.store.restore_review if back else self.store.remove_review
        change(self.review_id, who)

    @rule(shapes=SHAPES, who=PEOPLE)
    def cut(self, shapes: list[Shape], who: str) -> None:
        with suppress(BadInput):
            self.store.cut(self.review_id, shapes, "local", who)

    @rule(place=PLACES, status=st.sampled_from(ThumbnailStatus))
    def report_on_a_thumbnail(self, place: int, status: ThumbnailStatus) -> None:
        if self.attempts:
            self.store.update_thumbnail(_one(list(self.attempts), place), status=status, picture=PICTURE)

    @rule(place=PLACES, who=PEOPLE)
    def try_again(self, place: int, who: str) -> None:
        if self.attempts:
            with suppress(BadInput):
                self.store.retry(_one(list(self.attempts), place), who)

    @rule(place=PLACES, who=PEOPLE)
    def cancel_one(self, place: int, who: str) -> None:
        if self.attempts:
            self.store.cancel_thumbnails(self.review_id, [_one(list(self.attempts), place)], who)

    @rule(place=PLACES, who=PEOPLE)
    def choose(self, place: int, who: str) -> None:
        if self.attempts:
            with suppress(BadInput):
                self.store.choose_final(self.review_id, _one(list(self.attempts), place), who)

    def _edit(self, place: int, change: Callable[[Moment], object]) -> None:
        there = self.store.moments(self.review_id, removed=True)
        if there:
            with suppress(BadInput):
                change(_one(there, place))

    @invariant()
    def all_holds(self) -> None:
        snapshot = self.store.snapshot(self.review_id)
        assert snapshot is not None
        log = self.store.decisions(self.review_id)
        moments = self.store.moments(self.review_id, removed=True)
        self._the_log_is_only_added_to_and_the_version_tells_of_changes(snapshot, log)
        self._what_has_ended_stays_as_it_ended(snapshot)
        _nothing_is_there_twice(snapshot, moments)
        _the_log_alone_tells_how_the_moments_stand(log, moments)
        _nothing_is_done_for_a_removed_review(snapshot, log)
        final = snapshot.review.final_thumbnail_id
        assert final is None or self.attempts[final].status is ThumbnailStatus.READY

    def _the_log_is_only_added_to_and_the_version_tells_of_changes(
        self, snapshot: Snapshot, log: list[Decision]
    ) -> None:
        assert log[: len(self.log)] == self.log
        if self.before is not None:
            assert snapshot == self.before or snapshot.version > self.before.version
        self.before, self.log = snapshot, log

    def _what_has_ended_stays_as_it_ended(self, snapshot: Snapshot) -> None:
        for round_ in snapshot.rounds:
            assert (round_.finished_at is not None) == round_.state.is_final
            if round_.state.is_final:
                ending = (round_.state, round_.finished_at)
                assert self.endings.setdefault(round_.id, ending) == ending
        known = {id_: self.store.thumbnail(id_) for id_ in self.attempts}
        for id_, after in known.items():
            before = self.attempts[id_]
            assert after is not None
            if before.status.is_final:
                assert after == replace(before, superseded_by=after.superseded_by, updated_at=after.updated_at)
            self.attempts[id_] = after
        for thumbnail in snapshot.thumbnails:
            assert (thumbnail.finished_at is not None) == thumbnail.status.is_final
            self.attempts[thumbnail.id] = thumbnail


def _nothing_is_there_twice(snapshot: Snapshot, moments: list[Moment]) -> None:
    cuts = [(one.moment_id, one.timestamp, one.shape) for one in snapshot.thumbnails]
    assert len(set(cuts)) == len(cuts)
    places = [one.position for one in snapshot.thumbnails]
    assert places == sorted(set(places))
    assert sum(not one.state.is_final for one in snapshot.rounds) <= 1
    assert [one.position for one in moments] == list(range(len(moments)))


def _the_log_alone_tells_how_the_moments_stand(log: list[Decision], moments: list[Moment]) -> None:
    for moment in moments:
        lines = [line for line in log if line.moment_id == moment.id]
        decided = [line.after["decision"] for line in lines if "decision" in line.before and line.after]
        assert moment.decision == (decided[-1] if decided else DecisionState.CANDIDATE)
        gone = [line.action for line in lines if line.action in (Action.REMOVED, Action.RESTORED)]
        assert (moment.removed_at is not None) == (gone[-1:] == [Action.REMOVED])


def _nothing_is_done_for_a_removed_review(snapshot: Snapshot, log: list[Decision]) -> None:
    words = (Action.REMOVED, Action.RESTORED)
    gone = [line.action for line in log if line.moment_id is None and line.action in words]
    removed = snapshot.review.removed_at is not None
    assert removed == (gone[-1:] == [Action.REMOVED])
    ended = [one.state.is_final for one in snapshot.rounds] + [one.status.is_final for one in snapshot.thumbnails]
    assert all(ended) or not removed


def _one(there: Sequence[T], place: int) -> T:
    return there[place % len(there)]


TestWhatever = Whatever.TestCase
TestWhatever.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
