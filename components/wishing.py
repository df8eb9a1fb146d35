"""What a person can ask of whoever suggests: who, which model, how many, and a brief in their own words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from components.session import studio
from components.words import plain
from posterframe.errors import PosterframeError
from posterframe.model import WHOLE, Part, Review, SourceKind, Wish
from posterframe.pickers import Picker
from posterframe.timecode import check_part, format_time, parse_part

FEWEST, MOST, USUAL = 1, 12, 5
"""How many moments a person can ask for."""

BRIEF_LENGTH = 1_000
"""Letters of a brief; more would drown the task in the prompt."""

HOUR = 3600

MINUTE = 60.0


@dataclass(frozen=True)
class Asked:
    """The picker that is to watch, and what is wished of it. ``is_sound`` is not so while a field cannot be used."""

    picker: str
    wish: Wish
    is_sound: bool = True


def ask_wish(key: str, before: Wish | None = None, review: Review | None = None) -> Asked:
    """The fields; ``key`` keeps them apart from others on the page, ``before`` fills them as they were last time.

    ``review`` is the one that is asked about, where there is one already.
    """
    before = before or Wish(count=USUAL)
    duration = review.video.duration if review and review.video else None
    picker = ask_picker(key, on_youtube=review is not None and review.source is SourceKind.YOUTUBE)
    model = _ask_model(picker, key, before.model)
    count = st.slider("How many moments", FEWEST, MOST, min(max(before.count, FEWEST), MOST), key=f"{key}-count")
    brief = before.brief
    if picker.reads_briefs:
        brief = st.text_area(
            "What is the video for?",
            before.brief,
            max_chars=BRIEF_LENGTH,
            placeholder="The audience, the title, what to show or to avoid (you can leave this empty)",
            key=f"{key}-brief",
        )
    wish = Wish(count=count, brief=brief.strip(), model=model)
    try:
        return Asked(picker.name, replace(wish, part=_ask_part(picker, key, before.part, duration)))
    except PosterframeError as error:
        st.error(plain(str(error)))
        return Asked(picker.name, wish, is_sound=False)


def _ask_part(picker: Picker, key: str, before: Part, duration: float | None) -> Part:
    """From where to where to watch. Raises ``BadInput`` for times that are none, or that the video does not have."""
    if picker.whole_only:
        st.caption(plain(picker.whole_only))
        return WHOLE
    with st.container(horizontal=True, gap="small"):
        start = st.text_input(
            "Watch from",
            format_time(before.start) if before.start else "",
            placeholder="the start, or 1:20",
            key=f"{key}-from",
        )
        end = st.text_input(
            "Up to", format_time(before.end) if before.end else "", placeholder="the end, or 2:45", key=f"{key}-to"
        )
    part = parse_part(start, end)
    if duration is not None:
        check_part(part, duration)
    return part


def ask_picker(key: str, before: str | None = None, *, on_youtube: bool = False) -> Picker:
    """Who is to watch, where there is a choice; at first the one that is preferred, or the one named ``before``."""
    pickers = {name: one for name, one in studio().pickers.items() if one.knows_youtube or not on_youtube}
    names = list(pickers)
    if len(names) == 1:
        return pickers[names[0]]
    name = st.radio(
        "Suggested by",
        names,
        names.index(before) if before in names else 0,
        format_func=lambda one: capital(pickers[one].label),
        horizontal=True,
        key=f"{key}-picker",
    )
    return pickers[name]


def _ask_model(picker: Picker, key: str, before: str) -> str:
    """The model to use, where there is a choice; empty for the one that is set up."""
    try:
        choices = _choices(picker.name)
    except PosterframeError:
        # Whatever is wrong is said when the picker is used; the model that is set up needs no list.
        return before
    if not choices:
        return ""
    names = list(choices)
    index = names.index(before) if before in names else 0
    return st.selectbox("Model", names, index, format_func=lambda name: choices[name], key=f"{key}-model")


@st.cache_data(ttl=HOUR, show_spinner="Asking which models there are")
def _choices(picker_name: str) -> dict[str, str]:
    return dict(studio().picker(picker_name).choices())


def price_words(asked: Asked, duration: float | None) -> str:
    """About what the round costs; of a video whose length nobody knows yet, a minute of it. Empty where it is free."""
    end = duration or asked.wish.part.end
    wish = asked.wish if end else replace(asked.wish, part=WHOLE)
    amount = studio().picker(asked.picker).expected_cost(end or MINUTE, wish)
    if amount is None:
        return ""
    return f"About {money(amount)}" if end else f"About {money(amount)} for each minute of video"


def capital(text: str) -> str:
    """The same words with a capital letter at their start."""
    return text[:1].upper() + text[1:]


def money(amount: float) -> str:
    """US dollars as one reads them: $0.002, or less than $0.001."""
    return "less than $0.001" if amount < 0.001 else f"${amount:.3f}" if amount < 0.1 else f"${amount:.2f}"
