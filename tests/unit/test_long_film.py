"""Three hours of film: picked from in proportion to its scenes, and never held in memory."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.films import scene

HOURS = 3
EVERY = 5
"""Seconds between frames: a long film need not be a large one."""


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "three-hours.mp4"
    pictures = [av.VideoFrame.from_ndarray(scene(seed, width=160, height=90), format="rgb24") for seed in range(12)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(1, EVERY), options={"preset": "ultrafast", "g": "12"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        frames = HOURS * 3600 // EVERY
        for number in range(frames):
            frame = pictures[number * len(pictures) // frames]
            frame.pts = number
            frame.time_base = Fraction(EVERY)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_three_hours_are_picked_from_within_400_mb(long_film: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path;"
        "from posterframe.contracts import Wish, ignore_progress; from posterframe.pickers.local import LocalPicker;"
        "from posterframe.video import Footage;"
        "path = Path(sys.argv[1]); footage = Footage('long', None, lambda: path.open('rb'));"
        "picked = LocalPicker().pick(footage, Wish(count=5), ignore_progress);"
        "print(len(picked.proposals), max(one.timestamp for one in picked.proposals));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    # Started by a small process: Linux counts the memory of whoever starts a program into its peak.
    between = "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', *sys.argv[1:]]).returncode)"
    command = [sys.executable, "-c", between, program, str(long_film)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    picks, memory = told.stdout.splitlines()
    number, latest = picks.split()
    assert int(number) == 5
    assert float(latest) < HOURS * 3600
    assert int(memory) * _MAXRSS_UNIT < 400_000_000


_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
