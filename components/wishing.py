"""What a person can ask of whoever suggests: who, which model, how many, and a brief in their own words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from components.session import studio
from components.words import plain
from posterframe.contracts import WHOLE, Part, Wish
from posterframe.errors import PosterframeError
from posterframe.model import Review, SourceKind
from posterframe.pickers import Picker
from posterframe.timecode import check_part, format_time, parse_part

FEWEST, MOST = 1, 12
"""How many moments a person can ask for."""

BRIEF_LENGTH = 1_000
"""Letters of a brief; more would drown the task in the prompt."""

HOUR = 3600

MINUTE = 60.0


@dataclass(frozen=True)
class Asked:
    """The picker that is to watch, and what is wished of it. ``problem`` says why a field cannot be used, if so."""

    picker: str
    wish: Wish
    problem: str = ""


def ask_wish(key: str, before: Wish | None = None, review: Review | None = None) -> Asked:
    """The fields; ``key`` keeps them apart from others on the page, ``before`` fills them as they were last time.

    ``review`` is the one that is asked about, where there is one already.
    """
    before = before or Wish()
    picker = ask_picker(key, on_youtube=_is_on_youtube(review))
    choices = _choices_of(picker)
    if choices:
        names = list(choices)
        index = names.index(before.model) if before.model in names else 0
        st.selectbox("Model", names, index, format_func=lambda name: choices[name], key=f"{key}-model")
    st.slider("How many moments", FEWEST, MOST, min(max(before.count, FEWEST), MOST), key=f"{key}-count")
    if picker.reads_briefs:
        st.text_area(
            "What is the video for?",
            before.brief,
            max_chars=BRIEF_LENGTH,
            placeholder="The audience, the title, what to show or to avoid (you can leave this empty)",
            key=f"{key}-brief",
        )
    if picker.whole_only:
        st.caption(plain(picker.whole_only))
    else:
        _ask_part(key, before.part)
    asked = wished(key, before, review)
    if asked.problem:
        st.error(plain(asked.problem))
    return asked


def wished(key: str, before: Wish | None = None, review: Review | None = None) -> Asked:
    """What those fields hold by now: a callback finds there what was typed just before its button was pressed."""
    before, state = before or Wish(), st.session_state
    picker = _picker_of(key, on_youtube=_is_on_youtube(review))
    wish = Wish(
        count=state[f"{key}-count"],
        brief=state.get(f"{key}-brief", before.brief).strip(),
        model="" if _choices_of(picker) == {} else state.get(f"{key}-model", before.model),
    )
    if picker.whole_only:
        return Asked(picker.name, wish)
    try:
        part = parse_part(state.get(f"{key}-from", ""), state.get(f"{key}-to", ""))
        if review is not None and review.video is not None:
            check_part(part, review.video.duration)
    except PosterframeError as error:
        return Asked(picker.name, wish, str(error))
    return Asked(picker.name, replace(wish, part=part))


def can_watch(part: Part, review: Review) -> bool:
    """Whether the video goes as far as that part of it, as far as is known."""
    if review.video is None:
        return True
    try:
        check_part(part, review.video.duration)
    except PosterframeError:
        return False
    return True


def _ask_part(key: str, before: Part) -> None:
    """From where to where to watch."""
    start = format_time(before.start) if before.start else ""
    end = format_time(before.end) if before.end else ""
    with st.container(horizontal=True, gap="small"):
        st.text_input("Watch from", start, placeholder="the start, or 1:20", key=f"{key}-from")
        st.text_input("Up to", end, placeholder="the end, or 2:45", key=f"{key}-to")


def ask_picker(key: str, before: str | None = None, *, on_youtube: bool = False) -> Picker:
    """Who is to watch, where there is a choice; at first the one that is preferred, or the one named ``before``."""
    pickers = _pickers(on_youtube=on_youtube)
    names = list(pickers)
    if len(names) > 1:
        st.radio(
            "Suggested by",
            names,
            names.index(before) if before in names else 0,
            format_func=lambda one: capital(pickers[one].label),
            horizontal=True,
            key=f"{key}-picker",
        )
    return _picker_of(key, on_youtube=on_youtube)


def _picker_of(key: str, *, on_youtube: bool) -> Picker:
    """The one that is chosen there, if it can be chosen for this review; else the first that can."""
    pickers = _pickers(on_youtube=on_youtube)
    return pickers.get(st.session_state.get(f"{key}-picker", "")) or next(iter(pickers.values()))


def _pickers(*, on_youtube: bool) -> dict[str, Picker]:
    return {name: one for name, one in studio().pickers.items() if one.knows_youtube or not on_youtube}


def _is_on_youtube(review: Review | None) -> bool:
    return review is not None and review.source is SourceKind.YOUTUBE


def _choices_of(picker: Picker) -> dict[str, str] | None:
    """The models that can be chosen, if any; None where they cannot be listed.

    Whatever is wrong is said when the picker is used; the model that is set up needs no list.
    """
    try:
        return _choices(picker.name)
    except PosterframeError:
        return None


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
