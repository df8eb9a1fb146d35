"""Other ways to choose five frames, each as the command or package that people use."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

COUNT = 5


def duration(path: Path) -> float:
    """Seconds, as the container tells it."""
    with av.open(str(path)) as container:
        return (container.duration or 0) / av.time_base


def at_random(path: Path) -> list[float]:
    """Five times drawn evenly; the same five for the same file name."""
    rng = np.random.default_rng(sum(path.name.encode()))
    return [float(at) for at in rng.uniform(0, duration(path), COUNT)]


def equally_spaced(path: Path) -> list[float]:
    """The middles of five equal parts."""
    return [duration(path) * (number + 0.5) / COUNT for number in range(COUNT)]


def ffmpeg_thumbnail(path: Path) -> list[float]:
    """FFmpeg's ``thumbnail`` filter over five equal parts: in each, the frame nearest to the mean histogram."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = stream.frames or round(duration(path) * float(stream.average_rate or 25))
    command = [get_ffmpeg_exe(), "-hide_banner", "-i", str(path), "-an", "-fps_mode", "vfr"]
    command += ["-vf", f"thumbnail=n={max(2, frames // COUNT)},showinfo", "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return [float(at) for at in re.findall(r"Parsed_showinfo.*? pts_time:([\d.]+)", told)][:COUNT]


def pyscenedetect(path: Path) -> list[float]:
    """PySceneDetect's adaptive detector; the middles of the five longest shots."""
    from scenedetect import AdaptiveDetector, detect

    shots = [(start.get_seconds(), end.get_seconds()) for start, end in detect(str(path), AdaptiveDetector())]
    shots = shots or [(0.0, duration(path))]
    shots.sort(key=lambda shot: shot[0] - shot[1])
    return [(start + end) / 2 for start, end in shots[:COUNT]]


def katna(path: Path) -> list[float]:
    """Katna's key frames. It tells no times, so each picture is looked up among the film's frames.

    Needs ``KATNA_PYTHON``, a Python that has it: its dependencies do not go together with ours.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [os.environ["KATNA_PYTHON"], str(Path(__file__).with_name("katna_frames.py")), str(path), folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted = [np.load(saved) for saved in sorted(Path(folder).glob("*.npy"))]
    nearest = [(np.inf, 0.0)] * len(wanted)
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            pixels = frame.to_ndarray(format="bgr24").astype(np.int16)
            for number, picture in enumerate(wanted):
                apart = float(np.abs(pixels[::4, ::4] - picture[::4, ::4]).mean())
                nearest[number] = min(nearest[number], (apart, float(frame.time or 0)))
    return [at for _, at in nearest]


def posterframe(path: Path) -> list[float]:
    """Our local picker, as it comes."""
    from posterframe.contracts import Wish, ignore_progress
    from posterframe.pickers.local import LocalPicker
    from posterframe.video import Footage

    picked = LocalPicker().pick(Footage(path.name, None, lambda: path.open("rb")), Wish(count=COUNT), ignore_progress)
    return [proposal.timestamp for proposal in picked.proposals]


METHODS = {
    "random": at_random,
    "equal spacing": equally_spaced,
    "ffmpeg thumbnail": ffmpeg_thumbnail,
    "PySceneDetect adaptive": pyscenedetect,
    **({"Katna": katna} if "KATNA_PYTHON" in os.environ else {}),
    "Posterframe": posterframe,
}


def peak_memory() -> float:
    """The most memory that this process, or a command that it ran, has held at once, in MB."""
    own = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(own[1]) if own else 0, children) / 1024


if __name__ == "__main__":
    picks = METHODS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"picks": picks, "megabytes": peak_memory()}))
