"""The final thumbnail: large, named, and ready to be taken away."""

from __future__ import annotations

import streamlit as st

from components.picture import show_picture
from components.session import clock, studio
from components.words import file_name, plain, reason_words, size_words
from posterframe.contracts import ThumbnailStatus
from posterframe.model import Action, Snapshot
from posterframe.timecode import format_time


def show_final(snapshot: Snapshot) -> None:
    """The chosen picture with its download; before the choice, one line that says what to do."""
    review = snapshot.review
    chosen = next((one for one in snapshot.thumbnails if one.id == review.final_thumbnail_id), None)
    with st.container(key="final-head"):
        st.subheader("The final thumbnail", anchor=False)
    if chosen is None or chosen.picture is None:
        if any(one.status is ThumbnailStatus.READY for one in snapshot.thumbnails):
            st.caption("Choose one above. You can change your mind later.")
        else:
            st.caption("As soon as a thumbnail is ready, you can choose it here.")
        return
    choice = next(one for one in reversed(studio().store.decisions(review.id)) if one.action is Action.CHOSE_FINAL)
    picture, words = st.columns([3, 2], gap="large")
    with picture:
        alt = f"The final thumbnail, at {format_time(chosen.timestamp)}"
        show_picture(chosen.picture, alt, (chosen.width or 16, chosen.height or 9))
    with words:
        moment = next((one for one in snapshot.moments if one.id == chosen.moment_id), None)
        if moment:
            st.markdown(f"#### {plain(reason_words(moment, chosen.timestamp))}")
        st.caption(f"At {format_time(chosen.timestamp)} · {size_words(chosen)}")
        if moment and moment.timestamp != chosen.timestamp:
            st.caption(f":orange[The moment has moved on since: it is now at {format_time(moment.timestamp)}.]")
        st.caption(plain(f"Chosen by {choice.who} on {clock(choice.at, in_full=True)}"))
        name = file_name(review, chosen)
        st.link_button("Download", studio().media.link(chosen.picture, filename=name), type="primary")
