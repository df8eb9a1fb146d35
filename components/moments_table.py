"""The editable table of moments. Each edit is stored in the run that it causes; the table only shows what is stored.

The table keeps its own edits by row number and cannot be told otherwise, so it is drawn anew, under a new key,
whenever the rows are others or the store says something else than the table's own edits do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from components.deciding import decide
from components.origin import picker_name
from components.session import forget_said, picture_link, studio, tell, telling, who
from components.wishing import capital
from components.words import LONGEST_REASON, check_reason
from posterframe import workflows
from posterframe.errors import PosterframeError
from posterframe.model import BY_HAND, DecisionState, Moment, Snapshot, SourceKind, new_id
from posterframe.timecode import check_time, format_time, parse_time

PLACE = "moments"
"""Where an edit that was refused is told."""

ROW_HEIGHT = 76
"""Pixels: a 16:9 preview in the table is 120 wide."""

HEADER_HEIGHT = 35
"""Pixels that Streamlit gives the header of a table."""

ROWS_SHOWN = 12
"""So many rows are shown at once; beyond them the table scrolls."""

APPROVE, FRAME, TIME, REASON, QUALITY, NOTE = "Approve", "Frame", "Time", "Reason", "Quality", "Note"
SOURCE, SUGGESTED, REMOVE = "From", "Suggested", "Remove"

TYPES = {FRAME: "string", QUALITY: "Float64", SUGGESTED: "string"}
"""Of columns that can be empty: without them the table would be another one, to Streamlit, once a value comes."""

LATE = 3
"""Tables before the present one from which an edit can still be on its way when they are replaced."""

_Edits = dict[tuple[int, str], Any]
"""New values by row and column."""


@dataclass
class _Table:
    """A table that the browser shows: its key, whose rows they are, the length of the video in seconds, and which of
    its edits are stored."""

    key: str
    ids: tuple[str, ...]
    duration: float | None = None
    stored: _Edits = field(default_factory=dict)


def show_table(snapshot: Snapshot) -> None:
    """One row for each moment."""
    newest = snapshot.rounds[-1].id if len(snapshot.rounds) > 1 else ""
    has_file = snapshot.review.source is not SourceKind.YOUTUBE
    rows = pd.DataFrame(
        [
            _row(
                one,
                picker_name(one, snapshot.rounds),
                is_new=one.round_id == newest,
                has_file=has_file,
            )
            for one in snapshot.moments
        ]
    )
    rows = rows.astype(TYPES)
    table = _table_for(tuple(moment.id for moment in snapshot.moments), rows)
    table.duration = snapshot.review.video.duration if snapshot.review.video else None
    with st.container(key="moments"):
        st.data_editor(
            rows,
            key=table.key,
            num_rows="fixed",
            placeholder="",
            alt="All moments, one in each row",
            hide_index=True,
            row_height=ROW_HEIGHT,
            height=HEADER_HEIGHT + ROW_HEIGHT * min(len(rows), ROWS_SHOWN),
            width="stretch",
            column_config=_columns(table),
        )


def store_edits() -> None:
    """Store what is new among the edits of the table, which pile up until it is drawn anew.

    An edit may have been on its way while the table was replaced; it comes under the key of the one before.
    """
    for table in st.session_state.get("tables", ()):
        edits = _edits(table)
        if edits is None:
            continue
        table.stored = {cell: value for cell, value in table.stored.items() if cell in edits}
        fresh = {cell: value for cell, value in edits.items() if table.stored.get(cell, ...) != value}
        if fresh:
            forget_said()
        for (row, column), value in fresh.items():
            try:
                _store_cell(table.ids[row], column, value, table.duration)
            except PosterframeError as error:
                tell(PLACE, error)
            table.stored[row, column] = value  # not before: the run may be broken off in between, and begins again


def _columns(table: _Table) -> dict[str, Any]:
    column = st.column_config
    back, remove = f"{table.key}-back", f"{table.key}-remove"
    return {
        APPROVE: column.CheckboxColumn(width=96, help="Approved moments are cut as thumbnails"),
        FRAME: column.ImageColumn(width=140, help="The real frame at this time"),
        TIME: column.TextColumn(width=80, required=True, help="Minutes and seconds, like 0:04.4"),
        REASON: column.TextColumn(width=290, max_chars=LONGEST_REASON),
        QUALITY: column.ProgressColumn(width=96, min_value=0, max_value=100, format="%d"),
        NOTE: column.TextColumn(width=150, disabled=True),
        SOURCE: column.TextColumn(width=110, disabled=True),
        SUGGESTED: column.ButtonColumn(
            width=88,
            type="tertiary",
            help="The time as it was suggested, where it is another now. Press it to go back there.",
            key=back,
            on_click=_go_back,
            args=(back, table.ids),
        ),
        REMOVE: column.ButtonColumn(
            "", width=76, type="tertiary", key=remove, on_click=_remove, args=(remove, table.ids)
        ),
    }  # fmt: skip


def _row(moment: Moment, picker: str, *, is_new: bool, has_file: bool) -> dict[str, Any]:
    suggested = moment.suggested_timestamp
    moved = suggested is not None and format_time(suggested) != format_time(moment.timestamp)
    return {
        APPROVE: moment.decision is DecisionState.APPROVED,
        FRAME: picture_link(moment.preview),
        TIME: format_time(moment.timestamp),
        REASON: moment.reason,
        QUALITY: round(100 * moment.quality.score) if moment.quality else None,
        NOTE: _note(moment, is_new=is_new) if has_file else "Waits for the file",
        SOURCE: "By hand" if moment.source == BY_HAND else capital(picker),
        SUGGESTED: format_time(suggested) if suggested is not None and moved else None,
        REMOVE: "Remove",
    }


def _note(moment: Moment, *, is_new: bool) -> str:
    """What a person should know of the row: rejected, new, moved, in what respect weak, or why there is no picture."""
    if moment.preview_error:
        return moment.preview_error
    if moment.needs_preview:
        return "New preview on its way"
    rejected = "rejected" if moment.decision is DecisionState.REJECTED else ""
    notes = [rejected, "new" if is_new else "", moved_note(moment), *moment.warnings]
    return capital(", ".join(note for note in notes if note))


def moved_note(moment: Moment) -> str:
    """Why the moment does not stand where it was suggested; empty where it does, or where a person moved it."""
    if moment.timestamp != moment.refined_timestamp or moment.suggested_timestamp is None:
        return ""
    is_moved = format_time(moment.timestamp) != format_time(moment.suggested_timestamp)
    return moment.refine_note if is_moved else ""


def _table_for(ids: tuple[str, ...], rows: pd.DataFrame) -> _Table:
    """The table as it stands, or a new one: for other rows, or where its own edits say other than the store does."""
    tables: tuple[_Table, ...] = st.session_state.get("tables", ())
    if tables and tables[-1].ids == ids:
        edits = _edits(tables[-1])
        if edits is not None and not _differs(edits, rows):
            return tables[-1]
    made = _Table(f"moments-{new_id()}", ids)
    st.session_state["tables"] = (*tables[-LATE:], made)
    return made


def _edits(table: _Table) -> _Edits | None:
    """What was edited in the table since it was drawn; None once the browser does not show it any more."""
    state = st.session_state.get(table.key)
    if state is None:
        return None
    edited: dict[int, dict[str, Any]] = state["edited_rows"]
    return {(row, column): value for row, cells in edited.items() for column, value in cells.items()}


def _differs(edits: _Edits, rows: pd.DataFrame) -> bool:
    """Whether a cell that was edited in the table reads otherwise in the store by now."""
    return any(rows.at[row, column] != value for (row, column), value in edits.items())


def _store_cell(moment_id: str, column: str, value: Any, duration: float | None) -> None:
    store = studio().store
    if column == APPROVE:
        decide(moment_id, DecisionState.APPROVED if value else DecisionState.CANDIDATE)
    elif column == REASON:
        store.reword(moment_id, check_reason(str(value or "")), who())
    elif column == TIME:
        store.retime(moment_id, check_time(parse_time(str(value or "")), duration), who())
        workflows.preview(moment_id)


@telling(PLACE)
def _go_back(key: str, ids: tuple[str, ...]) -> None:
    """Put a moment back to the time that was suggested."""
    moment = studio().store.moment(ids[st.session_state[key].row])
    if moment and moment.suggested_timestamp is not None:
        studio().store.retime(moment.id, moment.suggested_timestamp, who())
        workflows.preview(moment.id)


@telling(PLACE)
def _remove(key: str, ids: tuple[str, ...]) -> None:
    moment = studio().store.moment(ids[st.session_state[key].row])
    if moment:
        studio().store.remove_moment(moment.id, who())
        st.session_state["removed"] = [*st.session_state.get("removed", ()), moment]
