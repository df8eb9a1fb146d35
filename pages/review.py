"""The review of one video, from the address to the final thumbnail; without a review, the place to start one."""

import streamlit as st

from components.again import came_to_nothing, show_again
from components.decide import show_decide
from components.file_wanted import show_file_wanted
from components.final import show_final
from components.gallery import show_gallery
from components.heading import show_heading
from components.history import show_history
from components.moments import show_moments
from components.progress import can_be_repeated, is_follow_up, show_progress, without_unfinished
from components.removed import show_removed
from components.session import enter, studio
from components.start import show_gone, show_start
from components.together import follow

review_id = st.query_params.get("review")
enter(review_id)
found = studio().store.snapshot(review_id) if review_id else None

if review_id is None:
    show_start()
elif found is None:
    show_gone()
elif found.review.removed_at:
    show_removed(found.review)
else:
    snapshot = without_unfinished(found)
    follow(snapshot)
    show_heading(snapshot)
    if not is_follow_up(snapshot):
        show_progress(snapshot)
    show_file_wanted(snapshot)
    if came_to_nothing(snapshot):
        show_again(snapshot)
    is_at_rest = snapshot.review.video is not None and snapshot.rounds[-1].state.is_final
    if snapshot.moments or (is_at_rest and can_be_repeated(snapshot)):
        show_decide(snapshot)
        show_moments(snapshot)
    if snapshot.moments:
        show_again(snapshot)
    if snapshot.thumbnails:
        show_gallery(snapshot)
        show_final(snapshot)
    if any(one.state.is_final for one in snapshot.rounds):
        show_history(snapshot)
