"""Killed with -9 anywhere and started again, a review always ends as an undisturbed one does."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

POINTS = 10


class Driver:
    """tests/engine/drive.py on a data folder of its own."""

    def __init__(self, home: Path, film: Path) -> None:
        self.home = home
        self.film = film

    def start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "POSTERFRAME_HOME": str(self.home)}
        command = [sys.executable, "-m", "tests.engine.drive", str(self.film)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def finish(self) -> dict[str, Any]:
        """Run to the end and return what it printed last."""
        process = self.start()
        output, _ = process.communicate(timeout=150)
        assert process.returncode == 0, output
        end: dict[str, Any] = json.loads(output.splitlines()[-1])
        return end

    def die_after(self, seconds: float) -> bool:
        """Start, and kill with -9 this long after the engine has started; False when it was done before."""
        process = self.start()
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        return False

    def steps(self) -> Counter[tuple[str, str]]:
        """How often the engine has recorded each step of each workflow."""
        with sqlite3.connect(self.home / "engine.sqlite") as connection:
            rows = connection.execute("SELECT workflow_uuid, function_name FROM operation_outputs").fetchall()
        return Counter((workflow, step) for workflow, step in rows)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, film: Path) -> tuple[dict[str, Any], float]:
    """The end of a run that nobody kills, and the seconds from the start of its engine to there."""
    process = Driver(tmp_path_factory.mktemp("undisturbed"), film).start()
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    begun = time.monotonic()
    end: dict[str, Any] = json.loads(process.stdout.readline())
    seconds = time.monotonic() - begun
    assert process.wait(20) == 0
    assert len(end["moments"]) == len(end["thumbnails"]) > 0
    return end, seconds


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_at_a_random_point_a_review_ends_as_an_undisturbed_one(
    point: int, undisturbed: tuple[dict[str, Any], float], tmp_path: Path, film: Path
) -> None:
    expected, seconds = undisturbed
    # The same fractions each time, so that a failure can be looked into; together they cover the whole run.
    fraction = (point + random.Random(point).random()) / POINTS
    driver = Driver(tmp_path, film)
    driver.die_after(fraction * seconds)
    assert driver.finish() == expected
    assert set(driver.steps().values()) == {1}, "a step was recorded twice"


def test_killed_again_and_again_a_review_still_ends(
    undisturbed: tuple[dict[str, Any], float], tmp_path: Path, film: Path
) -> None:
    expected, seconds = undisturbed
    driver = Driver(tmp_path, film)
    for _ in range(4):
        driver.die_after(0.3 * seconds)
    assert driver.finish() == expected
