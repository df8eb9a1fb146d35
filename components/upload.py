"""A file of the person's, sent straight to disk in pieces; Streamlit's own uploader would hold all of it in memory."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from components.front_end import front_end
from components.session import studio
from components.words import plain
from posterframe.media import MAX_BYTES, too_large
from posterframe.registry import title_of

_uploader = front_end("upload", '<div class="upload"></div>')


@dataclass(frozen=True)
class Upload:
    """A video that has arrived: what to call it, and its media key."""

    title: str
    key: str


def upload_video(ticket: str, review: str) -> Upload | None:
    """A field for one file. ``ticket`` lets its holder send one; the answer is there in the run after it arrived.

    It is kept for its ``review``, any name of one, until ``forget_upload``: see ``upload_to_try_again``.
    """
    data = {"ticket": ticket, "most": MAX_BYTES, "tooLarge": str(too_large(MAX_BYTES))}
    result = _uploader(key=f"uploader-{review}", data=data, on_done_change=lambda: None)
    done = result.done
    if not done:
        return None
    upload = Upload(title_of(str(done["name"])), studio().media.uploaded_key(str(done["receipt"])))
    st.session_state[_place(review)] = upload
    return upload


def upload_to_try_again(review: str, press: str) -> Upload | None:
    """Tells of a file that has arrived and could not be used then; returns it when the button ``press`` is pressed."""
    waiting: Upload | None = st.session_state.get(_place(review))
    if waiting is None:
        return None
    st.caption(plain(f"“{waiting.title}” has arrived and waits here."))
    return waiting if st.button(press, type="primary") else None


def forget_upload(review: str) -> None:
    """It has been used."""
    st.session_state.pop(_place(review), None)


def _place(review: str) -> str:
    return f"upload-{review}"
