"""Three hours of 4K: how long five picks take, and how much memory.

    python -m benchmarks.long_film [--hours 3] [--heights 2160] [--codecs h264 "hevc 10-bit"]

A film is ten seconds of the sample film over and over, its packets copied; one of H.264 at 4K takes 3.5 GB of the
folder for temporary files.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.frames import CODECS, lengthened, restless
from benchmarks.peers import duration
from benchmarks.picking import run


def main() -> None:
    """Make each film, pick from it in a process of its own, print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--heights", nargs="*", type=int, default=[2160])
    parser.add_argument("--codecs", nargs="*", default=["h264", "hevc 10-bit"], choices=list(CODECS))
    options = parser.parse_args()
    print("| film | seconds | × playing time | peak MB (aim < 400) |\n|---|---|---|---|")
    for height in options.heights:
        for codec in options.codecs:
            with tempfile.TemporaryDirectory() as folder:
                path = lengthened(restless(codec, height, Path(folder)), Path(folder), options.hours * 3600)
                picks, seconds, megabytes = run("Posterframe", path)
                assert picks, "nothing was picked"
                pace = f"{duration(path) / seconds:.0f}"
            print(f"| {codec} {height}p | {seconds:.1f} | {pace} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
