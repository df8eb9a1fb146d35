"""The title of a review, which is edited where it stands."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.front_end import front_end
from components.session import show_said, studio, telling, who
from posterframe.model import Review

PLACE = "title"
"""Where it is told that a title was refused."""

LONGEST = 200
"""Letters of a title; the field takes no more."""

_title = front_end("title", '<div class="title"></div>')


def show_title(review: Review) -> None:
    """A heading; a click on it, or on the pencil beside it, makes it a field. Enter keeps, Escape lets it be."""
    key = f"title-{review.id}"
    data = {"title": review.title, "longest": LONGEST}
    _title(key=key, data=data, on_renamed_change=partial(_rename, review.id, key))
    show_said(PLACE)


@telling(PLACE)
def _rename(review_id: str, key: str) -> None:
    studio().store.rename_review(review_id, str(st.session_state[key]["renamed"])[:LONGEST], who())
