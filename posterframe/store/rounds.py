"""Rounds of watching: opened, reported on by the worker, ended; and the moments that they propose."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from posterframe.contracts import Json, Picked, Proposal, Wish
from posterframe.errors import BadInput, Stopped
from posterframe.model import Action, DecisionState, Moment, Review, Round, RoundState, Stage, new_id
from posterframe.store.ledger import Change, Ledger, checked_time, find, rows
from posterframe.store.schema import moments, rounds


class Rounds(Ledger):
    """The part of the store about rounds."""

    def add_round(self, review_id: str, wish: Wish, picker: str, who: str) -> Round:
        """Open another round. Raises ``BadInput`` as ``open_round`` does."""
        with self._changing(Review, review_id) as change:
            return open_round(change, wish, picker, who)

    def round(self, round_id: str) -> Round | None:
        with self._database.read() as connection:
            return find(connection, Round, round_id)

    def rounds(self, review_id: str) -> list[Round]:
        """All rounds of the review, the first one first."""
        with self._database.read() as connection:
            return rounds_of(connection, review_id)

    def set_progress(self, round_id: str, stage: Stage, fraction: float, doing: str) -> bool:
        """Say how far the stage is (0–1). False where the round has ended, so that the worker stops."""
        progress = min(1.0, max(0.0, fraction))
        with self._changing(Round, round_id) as change:
            if change.get(Round, round_id).state.is_final:
                return False
            change.set(Round, round_id, state=RoundState.WORKING, stage=stage, progress=progress, doing=doing)
            return True

    def finish_round(self, round_id: str, state: RoundState, *, error: str | None = None) -> bool:
        """End a round. False where it had ended before, which stands."""
        if not state.is_final:
            raise ValueError(f"a round does not end as {state}")
        with self._changing(Round, round_id) as change:
            before = change.get(Round, round_id)
            if before.state.is_final:
                return False
            change.set(
                Round,
                round_id,
                state=state,
                progress=1.0 if state is RoundState.DONE else before.progress,
                doing="",
                error=error,
                finished_at=change.at,
            )
            return True

    def cancel_round(self, round_id: str, who: str) -> bool:
        """Tell the worker to stop. False where the round had ended before."""
        with self._changing(Round, round_id) as change:
            before = change.get(Round, round_id)
            if before.state.is_final:
                return False
            _cancel(change, before, who)
            return True

    def is_picked(self, round_id: str) -> bool:
        """Whether the round has the moments of its picker already, removed ones too."""
        with self._database.read() as connection:
            return bool(rows(connection, Moment, moments.c.round_id == round_id, moments.c.position))

    def keep_details(self, round_id: str, details: Json) -> None:
        """Keep what is worth knowing of a round in which nothing was picked, such as what it cost."""
        with self._changing(Round, round_id) as change:
            change.set(Round, round_id, details=dict(details))

    def add_warnings(self, round_id: str, warnings: Sequence[str]) -> None:
        """Say more about a round, each thing once."""
        with self._changing(Round, round_id) as change:
            before = change.get(Round, round_id).warnings
            after = tuple(dict.fromkeys((*before, *warnings)))
            if after != before:
                change.set(Round, round_id, warnings=after)

    def keep_picked(self, round_id: str, picked: Picked) -> list[Moment]:
        """Make moments of what a picker returned, once: called again it returns those of the first time.

        Its details and warnings are kept with the round. Raises ``Stopped`` where the round was cancelled,
        ``BadInput`` for a time that is none.
        """
        with self._changing(Round, round_id) as change:
            round_ = change.get(Round, round_id)
            kept = rows(change.connection, Moment, moments.c.round_id == round_id, moments.c.position)
            if round_.state is RoundState.CANCELLED:
                raise Stopped("Watching this video was cancelled.")
            if kept or round_.state.is_final:
                return [moment for moment in kept if moment.removed_at is None]
            change.set(Round, round_id, details=dict(picked.details), warnings=picked.warnings)
            for position, proposal in enumerate(picked.proposals, start=next_position(change)):
                moment = _moment(change, round_, position, proposal)
                change.add(moment)
                after = {"timestamp": moment.timestamp, "reason": moment.reason}
                change.log(round_.picker, Action.SUGGESTED, moment_id=moment.id, after=after)
            return rows(change.connection, Moment, moments.c.round_id == round_id, moments.c.position)


def open_round(change: Change, wish: Wish, picker: str, who: str) -> Round:
    """Add a queued round to the review that is being changed.

    Raises ``BadInput`` while one is under way, and where the review was removed.
    """
    change.check_kept()
    before = rounds_of(change.connection, change.review_id)
    if any(not round_.state.is_final for round_ in before):
        raise BadInput("This video is being watched already; wait until that is done, or cancel it first.")
    round_ = Round(
        id=new_id(),
        review_id=change.review_id,
        number=len(before) + 1,
        picker=picker,
        wish=wish,
        state=RoundState.QUEUED,
        created_at=change.at,
        updated_at=change.at,
    )
    change.add(round_)
    change.log(who, Action.STARTED, after=_named(round_, round_.state) | {"picker": picker})
    return change.get(Round, round_.id)


def cancel_rounds(change: Change, who: str) -> None:
    """Stop what watches for the review that is being changed."""
    for one in rounds_of(change.connection, change.review_id):
        if not one.state.is_final:
            _cancel(change, one, who)


def rounds_of(connection: Connection, review_id: str) -> list[Round]:
    return rows(connection, Round, rounds.c.review_id == review_id, rounds.c.number)


def next_position(change: Change) -> int:
    """The place after all moments of the review, removed ones too."""
    last = select(func.max(moments.c.position)).where(moments.c.review_id == change.review_id)
    found = change.connection.execute(last).scalar()
    return 0 if found is None else found + 1


def _cancel(change: Change, before: Round, who: str) -> None:
    """End a round that is under way; its worker is told so at its next report."""
    after = RoundState.CANCELLED
    change.set(Round, before.id, state=after, doing="", finished_at=change.at)
    change.log(who, Action.CANCELLED, before=_named(before, before.state), after=_named(before, after))


def _moment(change: Change, round_: Round, position: int, proposal: Proposal) -> Moment:
    timestamp = checked_time(proposal.timestamp)
    return Moment(
        id=new_id(),
        review_id=change.review_id,
        round_id=round_.id,
        position=position,
        timestamp=timestamp,
        reason=proposal.reason,
        source=round_.picker,
        decision=DecisionState.CANDIDATE,
        created_at=change.at,
        updated_at=change.at,
        suggested_timestamp=timestamp,
        suggested_reason=proposal.reason,
        warnings=proposal.warnings,
        quality=proposal.quality,
        refined_timestamp=None if proposal.quality is None else timestamp,
        refine_note=proposal.standing,
    )


def _named(round_: Round, state: RoundState) -> dict[str, str | int]:
    """A round in the log, which has no column for it."""
    return {"round_id": round_.id, "round": round_.number, "state": state}
