"""Where a review begins: an address, a file, or the sample film."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.session import studio, who
from components.upload import upload_video
from components.wishing import Asked, ask_wish
from components.words import plain
from posterframe import workflows
from posterframe.errors import BadInput, PosterframeError
from posterframe.model import SourceKind
from posterframe.net import is_youtube
from posterframe.studio import title_of

SAMPLE = Path(__file__).parents[1] / "samples/sample.mp4"
SAMPLE_TITLE = "The sample film"


def show_start() -> None:
    """One field, an upload beside it, and the sample film one click away."""
    with st.container(key="start"):
        st.title("Find the frame that gets the click", anchor=False)
        st.caption(
            "Give a video. You get moments worth a thumbnail, each with its reason and a real frame; you decide."
        )
        with st.form("start", border=False, enter_to_submit=True):
            url = st.text_input("Video URL", placeholder="https://example.com/film.mp4")
            with st.expander("Options"):
                asked = ask_wish("start")
            if st.form_submit_button("Find moments", type="primary"):
                _start_url(url.strip(), asked)
        st.caption("Or use a file of yours: mp4, webm or mov, up to 500 MB.")
        upload = upload_video(studio().media.upload_ticket())
        if upload is not None:
            _start(upload.title, SourceKind.UPLOAD, upload.key, asked)
        st.caption("No video at hand?")
        if st.button("Try the sample film"):
            with SAMPLE.open("rb") as film:
                _start(SAMPLE_TITLE, SourceKind.SAMPLE, studio().media.put_file(film, "videos", "mp4"), asked)


def show_gone() -> None:
    """For an address of a review that does not exist."""
    st.title("This review is not here", anchor=False)
    st.caption("The address may be cut short, or the review was made on another server.")
    st.page_link("../pages/library.py", label="See all reviews")


def _start_url(url: str, asked: Asked) -> None:
    try:
        if not url:
            raise BadInput("Paste the URL of a video first, or try the sample film.")
        if is_youtube(url) and studio().picker(asked.picker).knows_youtube:
            _start("YouTube video", SourceKind.YOUTUBE, url, asked)
        checked = studio().net.check(url)
        _start(title_of(checked), SourceKind.URL, checked, asked)
    except PosterframeError as error:
        st.error(plain(str(error)))


def _start(title: str, source: SourceKind, location: str, asked: Asked) -> None:
    """Store the review, queue its first round, and go to its address."""
    review, first = studio().store.create_review(title, source, location, asked.wish, asked.picker, who())
    workflows.watch(first.id)
    st.query_params["review"] = review.id
    st.rerun()
