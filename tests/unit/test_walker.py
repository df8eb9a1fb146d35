"""Frames found on the quick way to a time, on which those that no other frame needs are passed over."""

from __future__ import annotations

import pytest

from tests.kinds_of_film import opened
from tests.numbered_films import Film, number_in


@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
@pytest.mark.parametrize("last", [17, 18, 19, 20])
def test_a_frame_that_no_other_needs_is_found_where_it_stands_for_long(last: int, container: str) -> None:
    before_the_gap = [number / 25 for number in range(last + 1)]
    behind_it = [3 + number / 25 for number in range(10)]
    film = Film(
        times=[*before_the_gap, *behind_it],
        container=container,
        options={"bf": "3", "b_strategy": "0"},
    )
    with opened(film.render()) as video:
        assert number_in(video.frame_at(2.5).pixels) == last
        assert number_in(video.frame_at(3.0).pixels) == last + 1
