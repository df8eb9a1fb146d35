"""Heavy work in processes of its own: results, errors, deaths, and never an orphan."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from posterframe.errors import BadInput, ServiceFailed
from posterframe.workers import NICENESS, Leaving, Workers
from tests.waiting import wait_for


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(1)
    yield made
    made.close()


def add(left: int, right: int) -> int:
    return left + right


def refuse() -> None:
    raise BadInput("Not this one.")


def niceness() -> int:
    return os.nice(0)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        die()
    return "done"


def wait_forever(mark: Path) -> None:
    mark.write_text(str(os.getpid()))
    threading.Event().wait()


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and only waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_result_comes_back(workers: Workers) -> None:
    assert workers.run(add, 2, 3) == 5


def test_an_error_for_people_comes_back_as_itself(workers: Workers) -> None:
    with pytest.raises(BadInput, match="Not this one"):
        workers.run(refuse)


def test_workers_let_the_pages_go_first(workers: Workers) -> None:
    assert workers.run(niceness) == os.nice(0) + NICENESS


def test_a_worker_that_dies_is_replaced_and_the_work_done(workers: Workers, tmp_path: Path) -> None:
    assert workers.run(die_once, tmp_path / "died") == "done"


def test_a_worker_that_cannot_be_asked_is_not_left_behind(workers: Workers) -> None:
    process = workers.run(os.getpid)
    with pytest.raises(TypeError, match="pickle"):
        workers.run(hash, threading.Lock())
    assert not alive(process)
    assert workers.run(add, 2, 3) == 5


def test_an_answer_that_cannot_be_sent_is_an_error_and_no_death(workers: Workers) -> None:
    process = workers.run(os.getpid)
    with pytest.raises(TypeError, match="pickle"):
        workers.run(threading.Lock)
    assert workers.run(os.getpid) == process


def test_work_that_kills_every_worker_ends_in_a_sentence_and_the_next_work_is_done(workers: Workers) -> None:
    with pytest.raises(ServiceFailed, match="want of memory"):
        workers.run(die)
    assert workers.run(add, 1, 1) == 2


def test_closing_ends_work_under_way_without_a_result(workers: Workers, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    ended: list[BaseException] = []

    def work() -> None:
        try:
            workers.run(wait_forever, mark)
        except Leaving as leaving:
            ended.append(leaving)

    thread = threading.Thread(target=work)
    thread.start()
    pid = int(wait_for(lambda: mark.exists() and mark.read_text()))
    workers.close()
    thread.join(10)
    assert len(ended) == 1
    wait_for(lambda: not alive(pid))


def test_a_worker_never_outlives_a_killed_parent(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    program = (
        "from pathlib import Path; from posterframe.workers import Workers;"
        "from tests.unit.test_workers import wait_forever;"
        f"Workers(1).run(wait_forever, Path({str(mark)!r}))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    pid = int(wait_for(lambda: mark.exists() and mark.read_text()))
    parent.kill()
    parent.wait()
    wait_for(lambda: not alive(pid))
