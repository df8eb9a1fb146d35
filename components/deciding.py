"""What this session has decided in a review, step by step, so that it can be taken back the same way."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from components.session import go_to, studio, who
from posterframe.model import DecisionState


@dataclass(frozen=True)
class _Step:
    """One decision on a moment: what it was, and what it became."""

    moment_id: str
    before: DecisionState
    after: DecisionState


def decide(moment_id: str, decision: DecisionState) -> None:
    """Store the decision and remember it, unless it was decided so already: that is nobody's to take back here."""
    before = studio().store.decide(moment_id, decision, who())
    if before is not decision:
        _keep([*_steps(), _Step(moment_id, before, decision)])


def can_take_back() -> bool:
    return bool(_steps())


def take_back() -> None:
    """Go back by one step, and to its moment. Raises ``BadInput`` where somebody has decided otherwise since."""
    *earlier, latest = _steps()
    _keep(earlier)
    go_to(latest.moment_id)
    studio().store.take_back(latest.moment_id, latest.after, latest.before, who())


def _steps() -> list[_Step]:
    steps: list[_Step] = st.session_state.get("decided", [])
    return steps


def _keep(steps: list[_Step]) -> None:
    st.session_state["decided"] = steps
