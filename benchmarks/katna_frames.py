"""Run by a Python that has Katna: saves its five key frames of a film as arrays (see peers.py)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from Katna.video import Video  # type: ignore[import-not-found]
from Katna.writer import Writer  # type: ignore[import-not-found]


class ArrayWriter(Writer):  # type: ignore[misc]
    """Keeps the frames as they come, in the order in which Katna gives them."""

    def write(self, filepath: str, data: list[np.ndarray]) -> None:  # noqa: ARG002
        for number, frame in enumerate(data):
            np.save(Path(sys.argv[2]) / f"{number}.npy", frame)


if __name__ == "__main__":
    Video().extract_video_keyframes(no_of_frames=5, file_path=sys.argv[1], writer=ArrayWriter())
