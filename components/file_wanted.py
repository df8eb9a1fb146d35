"""For a video on YouTube: the moments are there, and the file itself is asked for, so that frames can be cut."""

from __future__ import annotations

import streamlit as st

from components.session import attempt, studio, who
from components.upload import forget_upload, upload_to_try_again, upload_video
from components.wishing import ask_picker
from posterframe import workflows
from posterframe.contracts import Wish
from posterframe.model import BY_FILE, RoundState, Snapshot, SourceKind


def show_file_wanted(snapshot: Snapshot) -> None:
    """An address or an upload, which the moments that are there are then matched to."""
    review, latest = snapshot.review, snapshot.rounds[-1]
    is_wanted = review.source is SourceKind.YOUTUBE or (latest.picker == BY_FILE and latest.state is RoundState.FAILED)
    if not is_wanted or not latest.state.is_final:
        return
    with st.container(border=True):
        st.subheader("Now the file itself", anchor=False)
        if snapshot.moments:
            st.caption(
                "Frames cannot be read from YouTube. Give the same video as a file: moments that were suggested then "
                "move to the best frame near them, and those past its end are removed."
            )
            picker = BY_FILE
        else:
            st.caption("Frames cannot be read from YouTube. Give the same video as a file, which is then watched.")
            picker = ask_picker("file", "local").name
        with st.form("file", border=False):
            url = st.text_input("URL of the file", placeholder="https://example.com/film.mp4")
            pressed = st.form_submit_button("Use this file", type="primary")
        upload = upload_video(studio().media.upload_ticket(), review.id)
        problem, waiting = st.empty(), st.container()
        if pressed:
            attempt(problem, lambda: _give(snapshot, SourceKind.URL, studio().net.check(url), picker))
        if upload is not None:
            attempt(problem, lambda: _give(snapshot, SourceKind.UPLOAD, upload.key, picker))
        with waiting:
            again = upload_to_try_again(review.id, "Use the file that waits")
        if again is not None:
            attempt(problem, lambda: _give(snapshot, SourceKind.UPLOAD, again.key, picker))


def _give(snapshot: Snapshot, source: SourceKind, location: str, picker: str) -> None:
    """Match what was suggested to the file; where nothing was, let the file be watched in place of YouTube."""
    wish = Wish() if picker == BY_FILE else snapshot.rounds[-1].wish
    opened = studio().store.give_file(snapshot.review.id, source, location, wish, picker, who())
    forget_upload(snapshot.review.id)
    workflows.watch(opened.id)
    st.rerun()
