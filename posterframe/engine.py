"""What does the work in this process, and how a step is run: in a worker process, or beside where it only waits."""

from __future__ import annotations

import os
import threading
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from posterframe import work
from posterframe.errors import PosterframeError
from posterframe.following import Follower
from posterframe.settings import Settings
from posterframe.workers import Leaving, Workers


@dataclass
class Engine:
    """The running engine of this process: the lock on its data folder, and who does the work.

    ``leaving`` has its result once the process is ending.
    """

    settings: Settings
    lock: IO[bytes]
    follower: Follower
    leaving: Future[None] = field(default_factory=Future)
    watchers: Workers = field(default_factory=lambda: Workers(max(1, (os.cpu_count() or 2) - 1)))
    quick: Workers = field(default_factory=lambda: Workers(2))

    def warm_up(self) -> None:
        """Let one worker of each kind start now, so that the first person does not wait for it."""
        for workers in (self.watchers, self.quick):
            with suppress(Leaving, PosterframeError):
                workers.run(work.warm_up, self.settings)

    def run_beside(self, task: work.Task, subject_id: str) -> None:
        """Run what waits for a service in a thread of its own, for which the end of this process does not wait."""
        outcome: Future[None] = Future()

        def go() -> None:
            try:
                work.do(self.settings, task, subject_id)
            except Exception as error:
                outcome.set_exception(error)
            else:
                outcome.set_result(None)

        threading.Thread(target=go, daemon=True).start()
        wait([outcome, self.leaving], return_when=FIRST_COMPLETED)
        if not outcome.done():
            raise Leaving
        outcome.result()

    def close(self) -> None:
        """End everything here at once."""
        self.follower.stop()
        self.leaving.set_result(None)
        self.watchers.close()
        self.quick.close()
