"""Everything one process works with, put together from the settings: store, media, network, pickers, extractors."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import BinaryIO

from posterframe.contracts import Report, ignore_progress
from posterframe.errors import BadInput
from posterframe.extractors import Extractor
from posterframe.media import MediaStore
from posterframe.model import Review, SourceKind
from posterframe.net import Net
from posterframe.pickers import Picker
from posterframe.registry import choose, footage_at, make_extractors, make_net, make_pickers, public_address
from posterframe.settings import Settings
from posterframe.signing import signing_key
from posterframe.store import Store
from posterframe.video import Footage

LOG_BYTES = 5_000_000
"""The size at which the log starts anew; the one before it is kept."""


@dataclass(frozen=True)
class Studio:
    """The parts that belong together. Made once per process with ``open_studio``; safe for many threads."""

    settings: Settings
    store: Store
    media: MediaStore
    net: Net
    pickers: Mapping[str, Picker]
    extractors: Mapping[str, Extractor]

    def footage(self, review: Review, report: Report = ignore_progress) -> Footage:
        """The video of a review, wherever it is. ``report`` is told where opening it means to download all of it."""
        if review.source is SourceKind.URL:
            return footage_at(self.net, review.location, report)
        if review.source is SourceKind.YOUTUBE:
            return Footage(review.title, review.location, _no_file)
        return Footage(review.title, None, lambda: self.media.open(review.location), key=review.location)

    def picker(self, name: str | None = None) -> Picker:
        """The picker of that name, or the best there is a key for. Raises ``BadInput`` for a name that is not here."""
        return choose(self.pickers, name, "suggest moments")

    def extractor_for(self, review: Review, name: str) -> tuple[Extractor, str]:
        """The extractor of that name, or this machine where that one cannot reach the video, and then why."""
        wanted = self.extractor(name)
        try:
            if not wanted.is_service or public_address(self.settings, self.media, self.footage(review)):
                return wanted, ""
        except BadInput as error:  # the video's host is not allowed any more
            return self.extractor("local"), str(error)
        if review.source is SourceKind.URL:
            note = f"The address of this video is private, and {wanted.label} cannot read it: this machine cuts."
        else:
            note = f"As it is set up here, {wanted.label} cannot read uploaded videos: this machine cuts."
        return self.extractor("local"), note

    def extractor(self, name: str | None = None) -> Extractor:
        """The extractor of that name, or the best there is a key for. Raises ``BadInput`` for one that is not here."""
        return choose(self.extractors, name, "cut pictures")


def make_studio(chosen: Settings) -> Studio:
    """Put a studio together. Raises ``BadInput`` or ``ServiceFailed`` where data folder or database cannot be used."""
    net = make_net(chosen)
    media = MediaStore(chosen.media_url, chosen.home, signing_key(chosen.home))
    return Studio(
        settings=chosen,
        store=Store.open(chosen.sqlalchemy_url),
        media=media,
        net=net,
        pickers=make_pickers(chosen, net),
        extractors=make_extractors(chosen, net, media),
    )


@cache
def open_studio(chosen: Settings) -> Studio:
    """The studio for these settings, one per process, made when first asked for. Raises as ``make_studio`` does."""
    made = make_studio(chosen)
    _log_to(chosen.home / "posterframe.log")
    return made


def _log_to(path: Path) -> None:
    """What went wrong on our side goes to a file in the data folder, and never to a terminal."""
    log = logging.getLogger("posterframe")
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.WARNING)  # whatever the command that we run under has set for all
    log.propagate = False


def _no_file() -> BinaryIO:
    raise BadInput("Frames cannot be read from YouTube: give the video file itself, as an upload or by its URL.")
