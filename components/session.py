"""What every page needs to know of the session it runs in, and how a callback tells what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.words import plain
from posterframe.errors import PosterframeError
from posterframe.settings import settings
from posterframe.studio import Studio, open_studio

P = ParamSpec("P")

GUEST = "Guest"
"""Who decides while nobody has given a name."""

LONGEST_NAME = 80
"""Letters of a name."""

TICK = 0.5
"""Seconds between two looks at work that a page shows the progress of."""

SAID = "said"
"""Where the session keeps a sentence, its place on the page, and whether it tells of an error."""

OF_ONE_REVIEW = (SAID, "in_turn", "decided", "removed", "tables")
"""What a session remembers of the review it shows, and forgets when it shows another."""


def studio() -> Studio:
    """The parts that this process works with."""
    return open_studio(settings())


def who() -> str:
    """The name under which the person of this session decides."""
    return given_name() or GUEST


def given_name() -> str:
    """The name that this person has given; empty for none."""
    return tidy_name(st.session_state.get("who"))


def tidy_name(given: object) -> str:
    """A name as it is shown and stored: one line of letters that can be seen. Browsers can be made to send others."""
    letters = "".join(letter for letter in str(given or "") if letter.isprintable())
    return " ".join(letters.split())[:LONGEST_NAME].strip()


def clock(at: datetime, *, in_full: bool = False) -> str:
    """A date and time on the clock of who reads it; in UTC, and it says so, without one. ``in_full``: for sentences."""
    form = "%d %B %Y at %H:%M" if in_full else "%d %b %Y, %H:%M"
    try:
        return f"{at.astimezone(ZoneInfo(str(st.context.timezone))):{form}}"
    except (KeyError, OSError, ValueError):  # what the browser sends need not be a zone, nor one that is known here
        return f"{at:{form}} UTC"


def picture_link(key: str | None) -> str | None:
    """Where the browser finds a stored picture."""
    return studio().media.link(key) if key else None


def enter(review_id: str | None) -> None:
    """Forget what belongs to another review than the one that is shown now, and let the address be that of this one.

    Streamlit leaves the address as it is where a link leads to the page that it stands on.
    """
    if st.session_state.get("review") != review_id:
        st.session_state["review"] = review_id
        if review_id:
            st.query_params["review"] = review_id
        for name in OF_ONE_REVIEW:
            st.session_state.pop(name, None)


def go_to(moment_id: str) -> None:
    """Let that moment be the one that is shown large."""
    st.session_state["in_turn"] = moment_id


def telling(place: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a callback's error a sentence at that place of the page, to stand there until the next thing is done."""

    def decorate(callback: Callable[P, None]) -> Callable[P, None]:
        @wraps(callback)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            forget_said()
            try:
                callback(*args, **kwargs)
            except PosterframeError as error:
                tell(place, error)

        return run

    return decorate


def attempt(place: DeltaGenerator, do: Callable[[], None]) -> None:
    """Do what was pressed, or say there why not."""
    try:
        do()
    except PosterframeError as error:
        place.error(plain(str(error)))


def tell(place: str, error: PosterframeError) -> None:
    """Keep an error for its place on the page."""
    st.session_state[SAID] = (place, str(error), True)


def note(place: str, sentence: str) -> None:
    """Keep what is worth knowing for its place on the page."""
    st.session_state[SAID] = (place, sentence, False)


def forget_said() -> None:
    """The person goes on: what was said before is no news any more."""
    st.session_state.pop(SAID, None)


def show_said(place: str) -> None:
    """The sentence that belongs to this place, if there is one."""
    where, sentence, is_error = st.session_state.get(SAID, ("", "", False))
    if where == place:
        (st.error if is_error else st.caption)(plain(sentence))
