"""``make bench``: every benchmark in turn, each as a process of its own, so that none inherits another's memory."""

from __future__ import annotations

import subprocess
import sys

PARTS = {
    "Reading video, beside ffmpeg's own commands": "benchmarks.frames",
    "Picking, beside other pickers": "benchmarks.picking",
    "Three hours of 4K": "benchmarks.long_film",
    "Refining times that are off by up to a second": "benchmarks.refining",
    "An approval in the table, beside a bare table": "benchmarks.editing",
    "Jobs of a service, beside the guide's way": "benchmarks.jobs",
}


def main() -> int:
    """Run all parts, whatever becomes of one; 1 when any failed."""
    failed = 0
    for title, module in PARTS.items():
        print(f"\n## {title}\n", flush=True)
        failed |= subprocess.run([sys.executable, "-m", module], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
