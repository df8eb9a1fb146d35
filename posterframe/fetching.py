"""Fetches the pictures of jobs that are done, a few at a time, apart from the asking and the looking."""

from __future__ import annotations

import logging
import threading
import time
from queue import SimpleQueue

from posterframe import cutting, work
from posterframe.errors import PosterframeError, ServiceBusy
from posterframe.studio import Studio

log = logging.getLogger(__name__)

FETCHES_AT_ONCE = 8

FETCH_WITHIN = 180.0
"""Seconds that a service may let us wait for a picture that is done; after that the person is told."""


class Fetcher:
    """``in_hand`` are the thumbnails whose pictures are being fetched, by id.

    Nothing is lost with it: whoever follows the jobs hands over again what is not in hand and not there either.
    """

    def __init__(self, studio: Studio) -> None:
        self.in_hand: set[str] = set()
        self._studio = studio
        self._asked: SimpleQueue[tuple[str, float]] = SimpleQueue()

    def start(self) -> None:
        """Begin to work, in threads for which the end of this process does not wait."""
        for _ in range(FETCHES_AT_ONCE):
            threading.Thread(target=self._work, daemon=True).start()

    def fetch(self, thumbnail_id: str) -> None:
        self.in_hand.add(thumbnail_id)
        self._asked.put((thumbnail_id, time.monotonic() + FETCH_WITHIN))

    def _work(self) -> None:
        while True:
            thumbnail_id, give_up_at = self._asked.get()
            wait = None
            try:
                wait = self._fetch(thumbnail_id, give_up_at)
            except Exception:
                log.exception("what became of the picture of %s could not be stored", thumbnail_id)
            if wait is None:
                self.in_hand.discard(thumbnail_id)
            else:
                again = threading.Timer(wait, self._asked.put, [(thumbnail_id, give_up_at)])
                again.daemon = True
                again.start()

    def _fetch(self, thumbnail_id: str, give_up_at: float) -> float | None:
        """Fetch the picture or say why there is none; the seconds after which to try again, if a service asks so."""
        try:
            work.do(self._studio.settings, cutting.keep, thumbnail_id)
        except ServiceBusy as busy:
            if time.monotonic() + busy.wait < give_up_at:
                return busy.wait
            cutting.give_up_fetching(self._studio, thumbnail_id)
        except PosterframeError as failure:
            cutting.fail_thumbnail(self._studio, thumbnail_id, str(failure))
        return None
