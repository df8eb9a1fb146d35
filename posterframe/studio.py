"""Everything one process works with, put together from the settings: store, media, network, pickers, extractors."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import BinaryIO, TypeVar

from posterframe.errors import BadInput
from posterframe.extractors import Extractor
from posterframe.extractors.ittybit import IttybitExtractor
from posterframe.extractors.local import LocalExtractor
from posterframe.gemini.prices import load_prices
from posterframe.gemini.sdk import Viewing
from posterframe.media import MediaStore
from posterframe.model import Report, Review, SourceKind, ignore_progress
from posterframe.net import Net
from posterframe.net.address import is_allowed, is_loopback
from posterframe.pickers import Picker
from posterframe.pickers.gemini import GeminiPicker
from posterframe.pickers.local import LocalPicker
from posterframe.routes import HOOK_PATH
from posterframe.settings import Settings
from posterframe.signing import signing_key
from posterframe.store import Store
from posterframe.video import Footage

T = TypeVar("T")

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
        if not wanted.is_service or public_address(self.settings, self.media, self.footage(review)):
            return wanted, ""
        if review.source is SourceKind.URL:
            note = f"The address of this video is private, and {wanted.label} cannot read it: this machine cuts."
        else:
            note = (
                f"{wanted.label} cannot read uploads of this app, so this machine cuts. "
                "It can once POSTERFRAME_PUBLIC_URL is an address under which it reaches this app."
            )
        return self.extractor("local"), note

    def extractor(self, name: str | None = None) -> Extractor:
        """The extractor of that name, or the best there is a key for. Raises ``BadInput`` for one that is not here."""
        return choose(self.extractors, name, "cut pictures")


def footage_at(net: Net, location: str, report: Report = ignore_progress) -> Footage:
    """The video at a URL or at a path of this machine. Raises ``BadInput`` when it is neither."""
    if "://" in location or location.startswith("data:"):
        url = net.check(location)
        return Footage(title_of(url), url, lambda: net.open(url, report=report))
    path = Path(location).expanduser()
    if not path.is_file():
        raise BadInput(f"There is no file {location}. Give the path of a video, or its URL.")
    return Footage(path.name, None, lambda: _open_file(path))


def make_net(chosen: Settings) -> Net:
    """The way out to addresses that people give, with a cache in the data folder."""
    return Net(allow_hosts=chosen.allow_hosts, cache_folder=chosen.home / "cache")


def make_pickers(chosen: Settings, net: Net) -> Mapping[str, Picker]:
    """Every picker that can work with these settings, the preferred one first."""
    pickers: list[Picker] = [LocalPicker()]
    if chosen.gemini_api_key:
        gemini = GeminiPicker(
            api_key=chosen.gemini_api_key,
            base_url=chosen.gemini_base_url,
            model=chosen.gemini_model,
            sdk=chosen.gemini_sdk,
            net=net,
            uploads_folder=chosen.home / "gemini",
            allow_hosts=chosen.allow_hosts,
            prices=load_prices(chosen.gemini_prices),
            viewing=Viewing(fps=chosen.gemini_fps, resolution=chosen.gemini_resolution),
        )
        pickers.insert(0, gemini)
    return {picker.name: picker for picker in pickers}


def make_extractors(chosen: Settings, net: Net, media: MediaStore | None = None) -> Mapping[str, Extractor]:
    """Every extractor that can work with these settings, the preferred one first."""
    extractors: list[Extractor] = [LocalExtractor()]
    if chosen.ittybit_api_key:
        reach = partial(public_address, chosen, media)
        ittybit = IttybitExtractor(
            chosen.ittybit_api_key, chosen.ittybit_base_url, net, reach, webhook_url=hook_address(chosen)
        )
        extractors.insert(0, ittybit)
    return {extractor.name: extractor for extractor in extractors}


def public_address(chosen: Settings, media: MediaStore | None, footage: Footage) -> str | None:
    """Where Ittybit can read a video: its own address, or a signed link to us where we can be reached; else None."""
    if footage.url is not None:
        private = is_allowed(footage.url, chosen.allow_hosts)
        return None if private and not is_loopback(chosen.ittybit_base_url) else footage.url
    us = _reached_at(chosen)
    return us + media.link(footage.key) if us and media and footage.key else None


def hook_address(chosen: Settings) -> str | None:
    """Where Ittybit can tell us that a job has ended; None where it cannot reach us."""
    us = _reached_at(chosen)
    return us + HOOK_PATH if us else None


def _reached_at(chosen: Settings) -> str | None:
    """The address of this app as Ittybit sees it: one on this machine only a stand-in on this machine can reach."""
    us = chosen.public_url
    if us is None or (is_loopback(us) and not is_loopback(chosen.ittybit_base_url)):
        return None
    return us.rstrip("/")


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


def title_of(url: str) -> str:
    """A name for a video from its address: the last part of the path, without the ending."""
    stem = Path(url.split("?", 1)[0].split("#", 1)[0]).stem
    return stem.replace("-", " ").replace("_", " ").strip() or "Video"


def _log_to(path: Path) -> None:
    """What went wrong on our side goes to a file in the data folder, and never to a terminal."""
    log = logging.getLogger("posterframe")
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)
    log.propagate = False


def _no_file() -> BinaryIO:
    raise BadInput("Frames cannot be read from YouTube: give the video file itself, as an upload or by its URL.")


def _open_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"The file {path} cannot be read: {error.strerror}.") from error


def choose(there: Mapping[str, T], name: str | None, purpose: str) -> T:
    """The one of that name, or the preferred one. Raises ``BadInput`` for a name that is not there."""
    if name is None:
        return next(iter(there.values()))
    if name not in there:
        raise BadInput(f"“{name}” cannot {purpose} here. Choose one of: {', '.join(there)}.")
    return there[name]
