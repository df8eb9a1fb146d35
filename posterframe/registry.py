"""Who and what there is, by name: every picker, every extractor, and the way to a video.

A new picker or extractor is one new file and its lines here. What speaks to a service is loaded only where it has a
key: commands start a tenth sooner so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from urllib.parse import unquote

from posterframe.contracts import Report, ignore_progress
from posterframe.errors import BadInput
from posterframe.extractors import Extractor
from posterframe.extractors.local import LocalExtractor
from posterframe.net import Net
from posterframe.net.address import is_allowed, is_loopback
from posterframe.pickers import Picker
from posterframe.pickers.local import LocalPicker
from posterframe.polling import HOOK_PATH
from posterframe.settings import Settings
from posterframe.video import Footage

if TYPE_CHECKING:
    from posterframe.media import MediaStore

T = TypeVar("T")

_UNFIT = re.compile(r"[/\\\x00-\x1f\x7f-\x9f]")
"""What no name should hold: it would make folders of a name, or cannot be seen."""

_ENDING = re.compile(r"(?<=.)\.\w{1,5}$")


def footage_at(net: Net, location: str, report: Report = ignore_progress) -> Footage:
    """The video at a URL or at a path of this machine. Raises ``BadInput`` when it is neither."""
    if "://" in location or location.startswith("data:"):
        url = net.check(location)
        return Footage(name_of(url), url, lambda: net.open(url, report=report))
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
        from posterframe.gemini.prices import load_prices
        from posterframe.gemini.sdk import Viewing
        from posterframe.pickers.gemini import GeminiPicker

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
        from posterframe.extractors.ittybit import IttybitExtractor

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


def choose(there: Mapping[str, T], name: str | None, purpose: str) -> T:
    """The one of that name, or the preferred one. Raises ``BadInput`` for a name that is not there."""
    if name is None:
        return next(iter(there.values()))
    if name not in there:
        raise BadInput(f"“{name}” cannot {purpose} here. Choose one of: {', '.join(there)}.")
    return there[name]


def name_of(url: str) -> str:
    """The name of the file at an address, as people write it: the last part of the path."""
    last = PurePosixPath(url.split("?", 1)[0].split("#", 1)[0]).name
    return _UNFIT.sub(" ", unquote(last)).strip() or "Video"


def title_of(name: str) -> str:
    """A title for a video from the name of its file: without the ending."""
    stem = _ENDING.sub("", _UNFIT.sub(" ", name))
    return stem.replace("-", " ").replace("_", " ").strip() or "Video"


def _open_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"The file {path} cannot be read: {error.strerror}.") from error
