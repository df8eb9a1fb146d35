"""Moments: what people make of them, and what refining and previewing find out about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from posterframe.contracts import Quality
from posterframe.errors import BadInput
from posterframe.model import BY_HAND, Action, Decision, DecisionState, Filmstrip, Moment, Review, new_id
from posterframe.store.ledger import Change, Ledger, checked_time, find, rows
from posterframe.store.rounds import next_position
from posterframe.store.schema import decisions, moments

_ACTIONS = {
    DecisionState.APPROVED: Action.APPROVED,
    DecisionState.REJECTED: Action.REJECTED,
    DecisionState.CANDIDATE: Action.UNDECIDED,
}

_DECIDED = {
    DecisionState.APPROVED: "approved this",
    DecisionState.REJECTED: "rejected this",
    DecisionState.CANDIDATE: "set this back to undecided",
}

_DECISION_OF_ONES_OWN = {
    DecisionState.APPROVED: "approval",
    DecisionState.REJECTED: "rejection",
    DecisionState.CANDIDATE: "change",
}


class Moments(Ledger):
    """The part of the store about moments. Of two people who edit the same one, the last wins and the log has both."""

    def moments(self, review_id: str, *, removed: bool = False) -> list[Moment]:
        """The moments of the review in their order; with ``removed``, the removed ones too."""
        with self._database.read() as connection:
            return moments_of(connection, review_id, removed=removed)

    def moment(self, moment_id: str) -> Moment | None:
        """A moment, removed or not."""
        with self._database.read() as connection:
            return find(connection, Moment, moment_id)

    def decide(self, moment_id: str, decision: DecisionState, who: str) -> DecisionState:
        """Store what a person says of the moment; returns what was said of it before."""
        with self._changing(Moment, moment_id) as change:
            before = change.get(Moment, moment_id).decision
            _edit(change, moment_id, _ACTIONS[decision], who, "decision", decision)
            return before

    def take_back(self, moment_id: str, decision: DecisionState, before: DecisionState, who: str) -> None:
        """Put what this person has said of the moment back to what was said before.

        Raises ``BadInput`` where somebody has said otherwise since, which stands.
        """
        with self._changing(Moment, moment_id) as change:
            moment = change.get(Moment, moment_id)
            if moment.removed_at is None and moment.decision not in (decision, before):
                other = _who_decided(change, moment, who)
                meanwhile, mine = _DECIDED[moment.decision], _DECISION_OF_ONES_OWN[decision]
                raise BadInput(f"{other} has {meanwhile} meanwhile, so your {mine} is not taken back.")
            _edit(change, moment_id, _ACTIONS[before], who, "decision", before)

    def retime(self, moment_id: str, timestamp: float, who: str) -> None:
        """Put the moment at another time (seconds), which asks for a new preview.

        Raises ``BadInput`` for what is no time; the caller keeps it within the video.
        """
        timestamp = checked_time(timestamp)
        with self._changing(Moment, moment_id) as change:
            if _edit(change, moment_id, Action.RETIMED, who, "timestamp", timestamp):
                change.set(Moment, moment_id, preview_error=None)

    def reword(self, moment_id: str, reason: str, who: str) -> None:
        with self._changing(Moment, moment_id) as change:
            _edit(change, moment_id, Action.REWORDED, who, "reason", reason.strip())

    def add_moment(self, review_id: str, timestamp: float, reason: str, who: str) -> Moment:
        """Add a moment by hand, after the others. Raises ``BadInput`` for what is no time."""
        timestamp = checked_time(timestamp)
        with self._changing(Review, review_id) as change:
            moment = Moment(
                id=new_id(),
                review_id=review_id,
                round_id=None,
                position=next_position(change),
                timestamp=timestamp,
                reason=reason.strip(),
                source=BY_HAND,
                decision=DecisionState.CANDIDATE,
                created_at=change.at,
                updated_at=change.at,
            )
            change.add(moment)
            after = {"timestamp": timestamp, "reason": moment.reason}
            change.log(who, Action.ADDED, moment_id=moment.id, after=after)
            return change.get(Moment, moment.id)

    def remove_moment(self, moment_id: str, who: str) -> None:
        """Take the moment off the table; ``restore_moment`` brings it back as it was."""
        with self._changing(Moment, moment_id) as change:
            moment = change.get(Moment, moment_id)
            if moment.removed_at is None:
                change.set(Moment, moment_id, removed_at=change.at)
                before = {"timestamp": moment.timestamp, "reason": moment.reason, "decision": moment.decision}
                change.log(who, Action.REMOVED, moment_id=moment_id, before=before)

    def restore_moment(self, moment_id: str, who: str) -> None:
        with self._changing(Moment, moment_id) as change:
            moment = change.get(Moment, moment_id)
            if moment.removed_at is not None:
                change.set(Moment, moment_id, removed_at=None)
                after = {"timestamp": moment.timestamp, "reason": moment.reason, "decision": moment.decision}
                change.log(who, Action.RESTORED, moment_id=moment_id, after=after)

    def resuggest(self, moment_id: str, timestamp: float, warning: str) -> bool:
        """Correct the time that a picker suggested, and say so beside the moment; refine is still to come.

        False, with nothing changed, where a person has retimed the moment, or it was refined.
        """
        timestamp = checked_time(timestamp)
        with self._changing(Moment, moment_id) as change:
            moment = change.get(Moment, moment_id)
            if not moment.needs_refining:
                return False
            warnings = tuple(dict.fromkeys((*moment.warnings, warning)))
            change.set(Moment, moment_id, timestamp=timestamp, suggested_timestamp=timestamp, warnings=warnings)
            return True

    def set_refined(
        self, moment_id: str, timestamp: float, quality: Quality | None, warnings: Sequence[str], note: str = ""
    ) -> bool:
        """Move a proposal to the best frame near it; ``warnings`` take the place of those before, ``note`` says why.

        False, with nothing moved, where that was done before or a person has retimed the moment meanwhile.
        """
        timestamp = checked_time(timestamp)
        with self._changing(Moment, moment_id) as change:
            moment = change.get(Moment, moment_id)
            if not moment.needs_refining:
                return False
            change.set(
                Moment,
                moment_id,
                timestamp=timestamp,
                refined_timestamp=timestamp,
                quality=quality,
                warnings=tuple(warnings),
                refine_note=note,
            )
            return True

    def set_preview(
        self,
        moment_id: str,
        preview_at: float,
        preview: str,
        *,
        filmstrip: Filmstrip | None = None,
        quality: Quality | None = None,
        warnings: Sequence[str] | None = None,
    ) -> bool:
        """Show the frame at ``preview_at`` (the moment's timestamp when the work began), and its filmstrip.

        ``preview`` is a media key. Quality and warnings stay as they are where none are given. False, with nothing
        stored, where the moment is at another time by now.
        """
        with self._changing(Moment, moment_id) as change:
            moment = change.get(Moment, moment_id)
            if moment.timestamp != preview_at:
                return False
            change.set(
                Moment,
                moment_id,
                preview=preview,
                preview_at=preview_at,
                preview_error=None,
                filmstrip=filmstrip,
                quality=quality or moment.quality,
                warnings=moment.warnings if warnings is None else tuple(warnings),
            )
            return True

    def set_preview_failed(self, moment_id: str, preview_at: float, error: str) -> bool:
        """Say why there is no preview at this time. False where the moment is at another time by now."""
        with self._changing(Moment, moment_id) as change:
            if change.get(Moment, moment_id).timestamp != preview_at:
                return False
            change.set(Moment, moment_id, preview_error=error)
            return True


def moments_of(connection: Connection, review_id: str, *, removed: bool = False) -> list[Moment]:
    wanted = moments.c.review_id == review_id
    if not removed:
        wanted &= moments.c.removed_at.is_(None)
    return rows(connection, Moment, wanted, moments.c.position)


def _who_decided(change: Change, moment: Moment, who: str) -> str:
    """Who has last decided on the moment as it stands: another person, or ``who`` in another window."""
    of_moment = (decisions.c.review_id == moment.review_id) & (decisions.c.moment_id == moment.id)
    so = of_moment & (decisions.c.action == _ACTIONS[moment.decision])
    names = [line.who for line in rows(change.connection, Decision, so, decisions.c.id)]
    return ([name for name in names if name != who] or names)[-1]


def _edit(change: Change, moment_id: str, action: Action, who: str, name: str, value: object) -> bool:
    """Set one field as a person wants it. False where it is so already, which leaves no line in the log."""
    moment = change.get(Moment, moment_id)
    if moment.removed_at is not None:
        raise BadInput("This moment was removed meanwhile; bring it back, or add it again, to change it.")
    before = getattr(moment, name)
    if before == value:
        return False
    change.set(Moment, moment_id, **{name: value})
    change.log(who, action, moment_id=moment_id, before={name: before}, after={name: value})
    return True
