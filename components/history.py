"""What was done in a review, by whom and when, read from its log: the latest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Any

import streamlit as st

from components.origin import picker_name
from components.session import clock, studio
from components.wishing import capital
from components.words import count, mention, moment_words
from posterframe.contracts import Format, Shape, ThumbnailStatus
from posterframe.model import BY_FILE, Action, Decision, Moment, Snapshot
from posterframe.shapes import shape_words
from posterframe.timecode import format_time

LATEST = 50
"""Lines that are shown at first; the others are one press away."""

MANY: Mapping[Action, str] = {
    Action.SUGGESTED: "suggested {moments}",
    Action.CUT: "cut {thumbnails}",
    Action.RETRIED: "cut {thumbnails} again",
    Action.CANCELLED: "stopped waiting for {thumbnails}",
}
"""What is done to several at once, and how that reads as one line."""


@dataclass(frozen=True)
class Told:
    """A line of the log in words: ``who`` and ``what`` are one sentence."""

    line: Decision
    who: str
    what: str


def show_history(snapshot: Snapshot) -> None:
    """A fold, read and drawn only while it is open."""
    with st.container(key="history-head"):
        st.fragment(_history)(snapshot)


def _history(snapshot: Snapshot) -> None:
    review_id = snapshot.review.id
    fold = st.expander("History", key=f"history-{review_id}", on_change="rerun")
    if not fold.open:
        return
    store = studio().store
    moments = store.moments(review_id, removed=True)
    names = {one.id: picker_name(one, snapshot.rounds) for one in moments}
    lines = together(tell_log(store.decisions(review_id), moments, names, _picker_label))
    is_whole = review_id == st.session_state.get("whole_history")
    with fold:
        st.html(f'<ol class="history">{"".join(map(_drawn, lines if is_whole else lines[:LATEST]))}</ol>')
        if len(lines) > LATEST and not is_whole:
            st.button(f"Show all {len(lines)} lines", key="history-all", on_click=_show_all, args=(review_id,))


def _show_all(review_id: str) -> None:
    st.session_state["whole_history"] = review_id


def _drawn(told: Told) -> str:
    when = escape(clock(told.line.at))
    return f"<li><time>{when}</time><span><b>{escape(told.who)}</b> {escape(told.what)}</span></li>"


def _picker_label(name: str) -> str:
    picker = studio().pickers.get(name)
    return picker.label if picker else name


def together(told: Iterable[Told]) -> list[Told]:
    """The same lines, where what somebody did to several things within a minute is one."""

    def run(one: Told) -> tuple[object, ...]:
        line = one.line
        is_of_many = line.action in MANY and (line.moment_id is not None or line.thumbnail_id is not None)
        return (line.action, line.who, line.at.replace(second=0, microsecond=0)) if is_of_many else (line.id,)

    lines = []
    for _, found in groupby(told, run):
        first, *others = found
        number = 1 + len(others)
        if others:
            many = {"moments": count(number, "moment"), "thumbnails": count(number, "thumbnail")}
            first = replace(first, what=MANY[first.line.action].format(**many))
        lines.append(first)
    return lines


def tell_log(
    lines: Sequence[Decision],
    moments: Sequence[Moment],
    names: Mapping[str, str],
    label_of: Callable[[str], str],
) -> Iterator[Told]:
    """The log in words, its latest line first.

    ``moments`` are those of the review, removed ones too; ``names`` says who suggested them, by their ids, and
    ``label_of`` what a picker is called.
    """
    then = {moment.id: moment for moment in moments}
    cuts = {line.thumbnail_id: line.after for line in lines if line.action in (Action.CUT, Action.RETRIED)}
    for line in reversed(lines):
        moment = then.get(line.moment_id or "")
        who = capital(names.get(line.moment_id or "", line.who)) if line.action is Action.SUGGESTED else line.who
        what = WORDS[line.action](_Line(line, moment, cuts.get(line.thumbnail_id, {}), names, label_of))
        yield Told(line, who, what)
        if moment and line.action in (Action.RETIMED, Action.REWORDED):
            then[moment.id] = replace(moment, **line.before)  # earlier lines are of the moment as it was before


@dataclass(frozen=True)
class _Line:
    """A line and what it is about: the moment as it stood then, and what was asked of the cut."""

    line: Decision
    moment: Moment | None
    cut: Mapping[str, Any]
    names: Mapping[str, str]
    label_of: Callable[[str], str]

    @property
    def named(self) -> str:
        """The moment, by its time and reason; where there is none, the review."""
        if self.line.moment_id is None:
            return "this review"
        return moment_words(self.moment.timestamp, self.moment.reason) if self.moment else "a moment"

    @property
    def thumbnail(self) -> str:
        """The thumbnail, by the time that it is cut at, its moment's reason and its size."""
        if not self.cut:
            return self.named
        shape = self.cut["shape"]
        size = shape_words(Shape(shape["width"], shape["height"], Format(shape["format"])))
        return f"{moment_words(self.cut['timestamp'], self.moment.reason if self.moment else '')} ({size})"


def _started(of: _Line) -> str:
    picker = str(of.line.after.get("picker", ""))
    if picker == BY_FILE:
        return "had the moments looked up in the file"
    return f"asked {of.label_of(picker)} for moments"


def _cancelled(of: _Line) -> str:
    return f"stopped waiting for {of.thumbnail}" if of.line.thumbnail_id else "stopped the watching"


def _retimed(of: _Line) -> str:
    """From where to where, and where the moment had been suggested if that is another time."""
    before, after = (format_time(state["timestamp"]) for state in (of.line.before, of.line.after))
    moment = of.moment
    suggested = (
        None if moment is None or moment.suggested_timestamp is None else format_time(moment.suggested_timestamp)
    )
    said = "" if suggested in (None, before, after) else f"; {_suggester(of)} had suggested {suggested}"
    return f"moved {before} to {after} {mention(moment.reason) if moment else ''}".strip() + said


def _reworded(of: _Line) -> str:
    """What is said now, and what had been said: by whoever suggested the moment, or else before."""
    at = format_time(of.moment.timestamp) if of.moment else "a moment"
    said = f"wrote “{of.line.after['reason']}” at {at}"
    suggested = of.moment.suggested_reason if of.moment else None
    if suggested is None:
        return f"{said} in place of “{of.line.before['reason']}”" if of.line.before["reason"] else said
    return f"{said}; {_suggester(of)} had said “{suggested}”" if suggested != of.line.after["reason"] else said


def _suggester(of: _Line) -> str:
    return of.names.get(of.moment.id, "") if of.moment else ""


def _retried(of: _Line) -> str:
    return f"cut {of.thumbnail} {'anew' if of.line.before.get('status') == ThumbnailStatus.READY else 'again'}"


WORDS: Mapping[Action, Callable[[_Line], str]] = {
    Action.STARTED: _started,
    Action.SUGGESTED: lambda of: f"suggested {of.named}",
    Action.CANCELLED: _cancelled,
    Action.APPROVED: lambda of: f"approved {of.named}",
    Action.REJECTED: lambda of: f"rejected {of.named}",
    Action.UNDECIDED: lambda of: f"set {of.named} back to undecided",
    Action.RETIMED: _retimed,
    Action.REWORDED: _reworded,
    Action.ADDED: lambda of: f"added {of.named}",
    Action.REMOVED: lambda of: f"removed {of.named}",
    Action.RESTORED: lambda of: f"brought back {of.named}",
    Action.RENAMED: lambda of: f"renamed “{of.line.before['title']}” to “{of.line.after['title']}”",
    Action.CUT: lambda of: f"cut {of.thumbnail}",
    Action.RETRIED: _retried,
    Action.CHOSE_FINAL: lambda of: f"chose the final thumbnail {of.thumbnail}",
    Action.GAVE_FILE: lambda of: "gave the file of the video",
}
"""What a line says was done, after the name of who did it."""
