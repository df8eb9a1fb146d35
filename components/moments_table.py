"""The editable table of moments. Each edit is stored in the run that it causes; the table only shows what is stored.

The table keeps its own edits by row number and cannot be told otherwise, so it is drawn anew, under a new key,
whenever the rows are others or the store says something else than the table's own edits do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from components.session import picture_link, studio, who
from components.wishing import capital
from posterframe import workflows
from posterframe.errors import PosterframeError
from posterframe.model import BY_HAND, DecisionState, Moment, Snapshot, SourceKind
from posterframe.timecode import check_time, format_time, parse_time
from posterframe.work import needs_preview

ROW_HEIGHT = 76
"""Pixels: a 16:9 preview in the table is 120 wide."""

HEADER_HEIGHT = 35
"""Pixels that Streamlit gives the header of a table."""

ROWS_SHOWN = 12
"""So many rows are shown at once; beyond them the table scrolls."""

LONGEST_REASON = 500

APPROVE, FRAME, TIME, REASON, QUALITY, NOTE = "Approve", "Frame", "Time", "Reason", "Quality", "Note"
SOURCE, SUGGESTED, REMOVE = "From", "Suggested", "Remove"

_Edits = dict[tuple[int, str], Any]
"""New values by row and column."""


@dataclass(frozen=True)
class _Table:
    """The table that the browser shows: its key, whose rows they are, and the length of the video in seconds."""

    key: str
    ids: tuple[str, ...]
    duration: float | None


def show_table(snapshot: Snapshot) -> None:
    """One row for each moment."""
    newest = snapshot.rounds[-1].id if len(snapshot.rounds) > 1 else None
    has_file = snapshot.review.source is not SourceKind.YOUTUBE
    rows = pd.DataFrame([_row(one, is_new=one.round_id == newest, has_file=has_file) for one in snapshot.moments])
    ids = tuple(moment.id for moment in snapshot.moments)
    key = _key(ids, rows)
    duration = snapshot.review.video.duration if snapshot.review.video else None
    st.session_state["table"] = _Table(key, ids, duration)
    with st.container(key="moments"):
        st.data_editor(
            rows,
            key=key,
            num_rows="fixed",
            hide_index=True,
            row_height=ROW_HEIGHT,
            height=HEADER_HEIGHT + ROW_HEIGHT * min(len(rows), ROWS_SHOWN),
            width="stretch",
            column_config=_columns(key, ids),
        )


def store_edits() -> str | None:
    """Store what is new among the table's edits, which pile up until it is drawn anew; the sentence if one fails."""
    table: _Table | None = st.session_state.get("table")
    if table is None:
        return None
    stored: _Edits = st.session_state["stored_edits"]
    problem = None
    for (row, column), value in _edits(table).items():
        if (row, column) in stored and stored[row, column] == value:
            continue
        stored[row, column] = value
        try:
            _store_cell(table.ids[row], column, value, table.duration)
        except PosterframeError as error:
            problem = str(error)
    return problem


def _columns(key: str, ids: tuple[str, ...]) -> dict[str, Any]:
    column = st.column_config
    back, remove = f"{key}-back", f"{key}-remove"
    return {
        APPROVE: column.CheckboxColumn(width=76, help="Approved moments are cut as thumbnails"),
        FRAME: column.ImageColumn(width=140, help="The real frame at this time"),
        TIME: column.TextColumn(width=80, required=True, help="Minutes and seconds, like 0:04.4"),
        REASON: column.TextColumn(width=330, max_chars=LONGEST_REASON),
        QUALITY: column.ProgressColumn(width=110, min_value=0, max_value=100, format="%d"),
        NOTE: column.TextColumn(width=170, disabled=True),
        SOURCE: column.TextColumn(width=110, disabled=True),
        SUGGESTED: column.ButtonColumn(
            width=96,
            type="tertiary",
            help="The time as it was suggested, where it is another now. Press it to go back there.",
            key=back,
            on_click=_go_back,
            args=(back, ids),
        ),
        REMOVE: column.ButtonColumn(
            "", width=84, type="tertiary", key=remove, on_click=_remove, args=(remove, ids)
        ),
    }  # fmt: skip


def _row(moment: Moment, *, is_new: bool, has_file: bool) -> dict[str, Any]:
    suggested = moment.suggested_timestamp
    moved = suggested is not None and format_time(suggested) != format_time(moment.timestamp)
    picker = studio().pickers.get(moment.source)
    return {
        APPROVE: moment.decision is DecisionState.APPROVED,
        FRAME: picture_link(moment.preview),
        TIME: format_time(moment.timestamp),
        REASON: moment.reason,
        QUALITY: round(100 * moment.quality.score) if moment.quality else None,
        NOTE: _note(moment, is_new=is_new) if has_file else "Waits for the file",
        SOURCE: "By hand" if moment.source == BY_HAND else capital(picker.label if picker else moment.source),
        SUGGESTED: format_time(suggested) if suggested is not None and moved else None,
        REMOVE: "Remove",
    }


def _note(moment: Moment, *, is_new: bool) -> str:
    """What a person should know of the row: new, moved, in what respect weak, or why there is no picture."""
    if moment.preview_error:
        return moment.preview_error
    if needs_preview(moment):
        return "New preview on its way"
    moved = moment.refine_note if moment.timestamp == moment.refined_timestamp else ""
    return capital(", ".join(note for note in ("new" if is_new else "", moved, *moment.warnings) if note))


def _key(ids: tuple[str, ...], rows: pd.DataFrame) -> str:
    """The key of the table as it stands, or a new one where its own edits say other than the store does."""
    table: _Table | None = st.session_state.get("table")
    if table and table.ids == ids and not _differs(_edits(table), rows):
        return table.key
    number = st.session_state.get("tables", 0) + 1
    st.session_state["tables"] = number
    st.session_state["stored_edits"] = {}
    return f"moments-{number}"


def _edits(table: _Table) -> _Edits:
    """What was edited in the table since it was drawn."""
    state = st.session_state.get(table.key)
    edited: dict[int, dict[str, Any]] = state["edited_rows"] if state else {}
    return {(row, column): value for row, cells in edited.items() for column, value in cells.items()}


def _differs(edits: _Edits, rows: pd.DataFrame) -> bool:
    """Whether a cell that was edited in the table reads otherwise in the store by now."""
    return any(rows.at[row, column] != value for (row, column), value in edits.items())


def _store_cell(moment_id: str, column: str, value: Any, duration: float | None) -> None:
    store = studio().store
    if column == APPROVE:
        store.decide(moment_id, DecisionState.APPROVED if value else DecisionState.CANDIDATE, who())
    elif column == REASON:
        store.reword(moment_id, str(value or "").strip(), who())
    elif column == TIME:
        store.retime(moment_id, check_time(parse_time(str(value or "")), duration), who())
        workflows.preview(moment_id)


def _go_back(key: str, ids: tuple[str, ...]) -> None:
    """Put a moment back to the time that was suggested."""
    moment = studio().store.moment(ids[st.session_state[key].row])
    if moment and moment.suggested_timestamp is not None:
        studio().store.retime(moment.id, moment.suggested_timestamp, who())
        workflows.preview(moment.id)


def _remove(key: str, ids: tuple[str, ...]) -> None:
    moment = studio().store.moment(ids[st.session_state[key].row])
    if moment:
        studio().store.remove_moment(moment.id, who())
        st.session_state["removed"] = moment
