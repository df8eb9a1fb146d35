"""Numbered films of every kind that people have, and files that tell how they are read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from posterframe.video import Video
from tests.numbered_films import Film

UNEVEN = [0.0, 0.04, 0.08, 0.12, 0.16, 0.9, 0.94, 0.98, 2.5, 2.54, 2.58, 2.62]

KINDS = {
    "h264 with b-frames": Film(),
    "moov at the start": Film(container_options={"movflags": "faststart"}),
    "fragmented mp4": Film(container_options={"movflags": "frag_keyframe+empty_moov"}),
    "one key frame only": Film(frames=90, keys_every=1000),
    "open groups of pictures": Film(frames=75, options={"x264-params": "open-gop=1:bframes=3"}),
    "open groups of pictures in hevc": Film(
        frames=75, codec="libx265", options={"x265-params": "open-gop=1:bframes=3:log-level=none"}
    ),
    "open groups of pictures in matroska": Film(
        frames=75, container="matroska", options={"x264-params": "open-gop=1:bframes=3"}
    ),
    "10-bit hevc": Film(codec="libx265", pixel_format="yuv420p10le"),
    "vp8 in webm": Film(codec="libvpx", container="webm"),
    "vp9 in webm": Film(codec="libvpx-vp9", container="webm"),
    "av1 in webm": Film(codec="libsvtav1", container="webm", frames=30),
    "prores in mov": Film(codec="prores_ks", container="mov", pixel_format="yuv422p10le"),
    "mpeg-4 in avi": Film(codec="mpeg4", container="avi"),
    "flv": Film(codec="flv", container="flv"),
    "gif": Film(codec="gif", container="gif", pixel_format="rgb8"),
    "transport stream that starts at 3 s": Film(container="mpegts", start=3.0),
    "mp4 that starts at 3 s": Film(start=3.0),
    "matroska that starts at 2 s": Film(container="matroska", start=2.0),
    "uneven frames in mp4": Film(times=UNEVEN),
    "uneven frames in matroska": Film(times=UNEVEN, container="matroska"),
    "odd size": Film(width=191, height=107, pixel_format="yuv444p"),
    "sound that is longer": Film(sound=4.0),
    "cover picture": Film(cover=True, sound=1.0),
    "one frame": Film(frames=1),
    "0.2 s": Film(frames=5),
}


of_every_kind = pytest.mark.parametrize("film", KINDS.values(), ids=KINDS)


def opened(data: bytes, name: str = "film.mp4") -> Video:
    return Video(io.BytesIO(data), name)


class CountingFile(io.BytesIO):
    """Counts the bytes that were read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.bytes_read = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        return data


def noise(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A picture that compresses badly, so that a film of them is long in bytes."""
    return np.random.default_rng(number).integers(0, 255, (height, width, 3), dtype=np.uint8)
