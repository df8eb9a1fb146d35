"""Errors travel: from worker processes, and out of what the workflow engine has recorded."""

from __future__ import annotations

import pickle

import pytest

from posterframe.errors import BadInput, PosterframeError, ServiceBusy, ServiceFailed, Stopped
from posterframe.ittybit.trouble import Conflict, JobUnknown
from posterframe.signing import Refused

TRAVELLERS = [
    BadInput("It is no video."),
    ServiceFailed("It did not answer."),
    ServiceBusy("It asks us to wait.", 31.0),
    Stopped("Cancelled."),
    JobUnknown("It is not known."),
    Conflict("It is under way."),
    Refused("It has expired."),
]


@pytest.mark.parametrize("error", TRAVELLERS, ids=lambda error: type(error).__name__)
def test_an_error_arrives_in_another_process_as_it_was_raised(error: PosterframeError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived), vars(arrived)) == (type(error), str(error), vars(error))
