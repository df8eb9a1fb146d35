"""Errors travel: from worker processes, and out of what the workflow engine has recorded; and what is nobody's but ours
goes to the log."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from posterframe.errors import BadInput, PosterframeError, ServiceBusy, ServiceFailed, Stopped
from posterframe.ittybit.reply import Unreadable
from posterframe.ittybit.trouble import Conflict, JobUnknown
from posterframe.media import NotStored, too_large
from posterframe.signing import Refused

TRAVELLERS = [
    BadInput("It is no video."),
    ServiceFailed("It did not answer."),
    ServiceBusy("It asks us to wait.", 31.0),
    Stopped("Cancelled."),
    JobUnknown("It is not known."),
    Conflict("It is under way."),
    Refused("It has expired."),
    Unreadable("It makes no sense."),
    NotStored("It is gone."),
    too_large(500_000_000),
]


@pytest.mark.parametrize("error", TRAVELLERS, ids=lambda error: type(error).__name__)
def test_an_error_arrives_in_another_process_as_it_was_raised(error: PosterframeError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived), vars(arrived)) == (type(error), str(error), vars(error))


def test_every_error_of_ours_is_among_them() -> None:
    known, left = {PosterframeError}, [PosterframeError]
    while left:
        found = left.pop().__subclasses__()
        known.update(found)
        left += found
    assert known == {PosterframeError} | {type(error) for error in TRAVELLERS}


STUMBLE = """
import logging
from posterframe import work
from posterframe.errors import ServiceFailed
from posterframe.settings import settings

logging.basicConfig(level=logging.CRITICAL)  # as every command of ours begins

def stumble(studio, subject_id):
    raise ZeroDivisionError

try:
    work.do(settings(), stumble, "of-a-round")
except ServiceFailed as error:
    print(error)
"""


def test_a_fault_of_ours_is_a_sentence_for_the_person_and_more_in_the_log(home: Path) -> None:
    environment = {**os.environ, "POSTERFRAME_HOME": str(home)}
    ran = subprocess.run([sys.executable, "-c", STUMBLE], env=environment, capture_output=True, text=True, check=True)
    assert "the log of this server says more" in ran.stdout
    assert not ran.stderr, "nobody reads a traceback in a terminal"
    assert "ZeroDivisionError" in (home / "posterframe.log").read_text()
