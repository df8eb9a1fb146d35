"""``make lock``: both lock files anew, for every Python from 3.11 on, with hashes and without a registry."""

from __future__ import annotations

import subprocess
import sys

OPTIONS = [
    *("--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-strip-extras", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"),
    *("--group", "build"),
]


def main() -> None:
    _compile("requirements.lock")
    _compile("requirements-dev.lock", "--all-extras", "--group", "dev", "--group", "bench", "-c", "requirements.lock")


def _compile(target: str, *more: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *OPTIONS, *more, "-o", target]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
