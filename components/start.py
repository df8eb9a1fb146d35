"""Where a review begins: an address, a file, or the sample film."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.empty import show_empty
from components.library import show_cards
from components.session import attempt, studio, who
from components.upload import Upload, forget_upload, upload_to_try_again, upload_video
from components.wishing import Asked, ask_wish, price_words
from components.words import plain
from posterframe import workflows
from posterframe.errors import BadInput
from posterframe.media import MAX_BYTES
from posterframe.model import SourceKind
from posterframe.net import is_youtube, read_address
from posterframe.registry import name_of, title_of

LIBRARY_PAGE = Path(__file__).parents[1] / "pages/library.py"
SAMPLES = Path(__file__).parents[1] / "samples"
SAMPLE_TITLE = "The sample film"

NEW = "new"
"""What a file that is uploaded here is kept for: a review that has no id yet."""

RECENT = 3
"""Reviews that are shown beneath, to go on with."""


def show_start() -> None:
    """One field, an upload beside it, the sample film one click away, and the latest reviews to go on with."""
    with st.container(key="start"):
        st.title("Find the frame that gets the click", anchor=False)
        st.caption(
            "Give a video. You get moments worth a thumbnail, each with its reason and a real frame; you decide."
        )
        by_url, by_file = st.columns([3, 2], gap="medium")
        with by_url:
            field = st.container()
            url_problem = st.empty()
            # Outside of the form, whose fields are only known once it is sent: uploads and the sample need them too.
            with st.expander("Options", key="options"):
                asked = ask_wish("start")
        with field, st.form("start", border=False, enter_to_submit=True):
            url = st.text_input("Video URL", placeholder="https://example.com/film.mp4")
            with st.container(horizontal=True, vertical_alignment="center"):
                pressed = st.form_submit_button("Find moments", type="primary")
                st.caption(plain(price_words(asked, None)))
        with by_file:
            with st.container(gap="xxsmall"):
                st.caption(f"Or a file of yours: mp4, webm or mov, up to {MAX_BYTES / 1e6:g} MB")
                upload = upload_video(studio().media.upload_ticket(), NEW)
            file_problem = st.empty()
            waiting = st.container()
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium", key="sample"):
            st.image(SAMPLES / "poster.webp", width=176, alt="Coffee pots, cups and a vase from the sample film")
            with st.container(gap="xsmall"):
                st.markdown("**No video at hand?** Forty seconds of coffee and pottery show how it works.")
                sample = st.button("Try the sample film")
        sample_problem = st.empty()
    if pressed:
        attempt(url_problem, lambda: _start_url(read_address(url), asked))
    if upload is not None:
        attempt(file_problem, lambda: _start_upload(upload, asked))
    with waiting:
        again = upload_to_try_again(NEW, "Find moments in this file")
        if again is not None:
            attempt(file_problem, lambda: _start_upload(again, asked))
    if sample:
        attempt(sample_problem, lambda: _start_sample(asked))
    _show_recent()


def _show_recent() -> None:
    """The latest reviews in which there is something to go on with; the library has the others too."""
    recent = studio().store.reviews(limit=RECENT, with_fruitless=False)
    if recent:
        st.subheader("Go on where you left off", anchor=False)
        show_cards(recent)


def show_gone() -> None:
    """For an address of a review that does not exist."""
    st.title("This review is not here", anchor=False)
    sentence = "The address may be cut short, or the review was made on another server."
    show_empty(sentence, LIBRARY_PAGE, "See all reviews")


def _start_url(url: str, asked: Asked) -> None:
    if not url:
        raise BadInput("Paste the URL of a video first, or try the sample film.")
    if is_youtube(url) and studio().picker(asked.picker).knows_youtube:
        _start("YouTube video", SourceKind.YOUTUBE, url, asked)
    checked = studio().net.check(url)
    _start(title_of(name_of(checked)), SourceKind.URL, checked, asked)


def _start_upload(upload: Upload, asked: Asked) -> None:
    _start(upload.title, SourceKind.UPLOAD, upload.key, asked)


def _start_sample(asked: Asked) -> None:
    with (SAMPLES / "sample.mp4").open("rb") as film:
        key = studio().media.put_file(film, "videos", "mp4")
    _start(SAMPLE_TITLE, SourceKind.SAMPLE, key, asked)


def _start(title: str, source: SourceKind, location: str, asked: Asked) -> None:
    """Store the review, queue its first round, and go to its address."""
    if asked.problem:
        raise BadInput("The times under Options cannot be used: correct them, or leave them empty.")
    review, first = studio().store.create_review(title, source, location, asked.wish, asked.picker, who())
    if source is SourceKind.UPLOAD:
        forget_upload(NEW)
    workflows.watch(first.id)
    st.query_params["review"] = review.id
    st.rerun()
