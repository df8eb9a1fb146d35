"""A moment of one's own: stored, and its preview asked for."""

from __future__ import annotations

from components.session import studio, who
from components.words import check_reason
from posterframe import workflows
from posterframe.model import Moment
from posterframe.timecode import check_time

SAME_PLACE = 0.05
"""Seconds within which a new time means the moment that is there already."""


def moment_there(review_id: str, at: float) -> Moment | None:
    """The moment of the review that stands at that time, in seconds, if there is one."""
    return next((one for one in studio().store.moments(review_id) if abs(one.timestamp - at) < SAME_PLACE), None)


def add_moment(review_id: str, at: float, reason: str = "") -> Moment:
    """The new moment, ``at`` so many seconds. Raises ``BadInput`` for a time outside the video or a long reason."""
    review = studio().store.review(review_id)
    duration = review.video.duration if review and review.video else None
    moment = studio().store.add_moment(review_id, check_time(at, duration), check_reason(reason), who())
    workflows.preview(moment.id)
    return moment
