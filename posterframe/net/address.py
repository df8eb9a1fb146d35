"""Addresses as text: which can be a video, and what to say of those that cannot. Nothing here uses the network."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import SplitResult, parse_qs, urldefrag, urlsplit

import requests

from posterframe.errors import BadInput

_LONGEST = 8192
"""Signed addresses run to about 2,000 characters; servers refuse more than 8,192."""

_SHOWN = 80
_SCHEMES = ("http", "https")
_UNSAFE = re.compile(r"[\s\\\x00-\x20\x7f-\xa0]")
_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
WORD_JOINER = "\u2060"
"""Takes no room and is no letter: in an address on the screen it keeps Markdown from making a link of it.

From there it is copied back.
"""

_BARE = re.compile(r"([^\W_][\w-]{0,62}\.)+[^\W\d_]{2,63}(:\d{1,5})?/")
_PLAYLISTS = (".m3u8", ".m3u", ".mpd", ".ism/manifest")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC = (
    # Azure's host agent: a public number that is answered from inside the data centre, with the machine's own settings.
    ipaddress.ip_network("168.63.129.16/32"),
    # What the tables of some Python versions call global: protocol assignments, 6to4 (which may wrap a private IPv4
    # address) with its relays, and addresses for documentation. See IANA's special-purpose address registries.
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("3fff::/20"),
)

_YOUTUBE = frozenset(
    {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"}
    | {"www.youtube-nocookie.com", "youtu.be", "www.youtu.be"}
)
_VIMEO = frozenset({"vimeo.com", "www.vimeo.com"})
_DRIVE = frozenset({"drive.google.com", "docs.google.com"})
_DROPBOX = frozenset({"dropbox.com", "www.dropbox.com"})

NOT_AN_ADDRESS = "That is not a web address. Give one such as https://example.com/video.mp4, or upload the file."
PLAYLIST = (
    "That is a streaming playlist, not a video file. "
    "Give the address of the video file itself (mp4, webm or mov), or upload the file."
)

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def read_address(typed: str) -> str:
    """The address that a person means: without what cannot be seen, and one that begins with a domain is of https.

    A path of files, which has no domain before its first slash, and any other scheme stay as they are.
    """
    text = typed.replace(WORD_JOINER, "").strip()
    return f"https://{text}" if _BARE.match(text) else text


def check_address(url: str, allow_hosts: frozenset[str] = frozenset()) -> str:
    """The address as it will be asked for: http or https, without fragment, host in lower case.

    Raises ``BadInput`` for anything else, for names and passwords in it, and for hosts that are private by their
    spelling alone. What a name resolves to is only known, and checked, when a connection is made.
    """
    text = url.strip()
    _check_form(text)
    parts = _prepared(text)
    if parts.username is not None or parts.password is not None:
        raise BadInput("That address has a user name or password in it. Give one without, or upload the file.")
    host = parts.hostname or ""
    number = _number(host)
    if "%" in host or (number is None and not _HOST_NAME.fullmatch(host)):
        raise BadInput(NOT_AN_ADDRESS)
    if is_allowed(parts.geturl(), allow_hosts):
        return parts.geturl()
    if host == "localhost" or host.endswith(".localhost") or (number is not None and not is_public(number)):
        raise BadInput(private_address(host))
    return parts.geturl()


def check_video_address(url: str, allow_hosts: frozenset[str] = frozenset()) -> str:
    """As ``check_address``; raises ``BadInput`` also for playlists and for pages that merely show a video."""
    checked = check_address(url, allow_hosts)
    parts = urlsplit(checked)
    if parts.path.lower().endswith(_PLAYLISTS):
        raise BadInput(PLAYLIST)
    page = _page_of(parts)
    if page is not None:
        raise BadInput(page)
    return checked


def is_youtube(url: str) -> bool:
    """Whether this is the address of one YouTube video, in any form that YouTube hands out."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in _SCHEMES or host not in _YOUTUBE:
        return False
    first, _, rest = parts.path.strip("/").partition("/")
    if host.endswith("youtu.be"):
        return bool(first)
    if first == "watch":
        return "v" in parse_qs(parts.query)
    return first in ("shorts", "live", "embed", "v") and bool(rest)


def is_allowed(url: str, allow_hosts: frozenset[str]) -> bool:
    """Whether the host, or host and port, of a checked address is in the list, letter for letter."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    bracketed = f"[{host}]" if ":" in host else host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return not allow_hosts.isdisjoint({host, bracketed, f"{bracketed}:{port}"})


def is_loopback(url: str) -> bool:
    """Whether this is the address of a stand-in on this machine."""
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the open internet.

    Stricter than ``is_global``: IPv6 counts only inside 2000::/3, all that IANA has given out for it, which leaves
    out every old way to write an IPv4 address as an IPv6 one.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _GLOBAL_UNICAST:
            return False
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address in network for network in _NOT_PUBLIC)
    )


def private_address(host: str) -> str:
    """What to say of a host that must not be read."""
    return (
        f"{host} is a private address, and only public ones are read. Upload the file instead, "
        "or ask whoever runs Posterframe to add the host to POSTERFRAME_ALLOW_HOSTS."
    )


def host_of(url: str) -> str:
    """The host of a checked address, for sentences."""
    return urlsplit(url).hostname or "The server"


def shown(url: str) -> str:
    """A checked address for sentences: host and path only, since a query may be a signature, and not too long."""
    parts = urlsplit(url)
    text = parts.netloc + parts.path
    half = _SHOWN // 2
    return text if len(text) <= _SHOWN else f"{text[:half]}…{text[-half:]}"


def _check_form(text: str) -> None:
    """Raise for what is no http or https address at first sight."""
    if not text:
        raise BadInput("No address was given. Paste one such as https://example.com/video.mp4, or upload a file.")
    if len(text) > _LONGEST:
        raise BadInput(f"That address is longer than {_LONGEST} characters. Give a shorter one, or upload the file.")
    scheme, separator, _ = text.partition(":")
    if separator and scheme.lower() in ("file", "data", "blob", "ftp", "ftps", "sftp", "s3", "gs", "rtmp", "rtsp"):
        raise BadInput(
            f"Addresses that begin with {scheme.lower()}: cannot be read. "
            "Give one that begins with http:// or https://, or upload the file."
        )
    if _UNSAFE.search(text):
        raise BadInput("That address has a space, a backslash or a hidden character in it. Copy it once more, whole.")
    if not text.lower().startswith(("http:", "https:")):
        raise BadInput("That address does not begin with http:// or https://. Copy it once more, whole.")


def _prepared(text: str) -> SplitResult:
    """The parts of an address just as requests will read them, so that both always mean the same host."""
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(text, None)
        parts = urlsplit(urldefrag(prepared.url or "").url)
    except (requests.RequestException, ValueError):
        raise BadInput(NOT_AN_ADDRESS) from None
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise BadInput(NOT_AN_ADDRESS)
    return _without_final_dot(parts)


def _without_final_dot(parts: SplitResult) -> SplitResult:
    """``example.com.`` is ``example.com``, but certificates and lists of hosts know only the second."""
    host = parts.hostname or ""
    return parts._replace(netloc=parts.netloc.replace(host, host[:-1], 1)) if host.endswith(".") else parts


def _number(host: str) -> IPAddress | None:
    """The address that a host spells out, also in decimal, hexadecimal, octal or short form, as resolvers read it."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _page_of(parts: SplitResult) -> str | None:
    """What to say of the well-known pages that people take for the address of a video."""
    host = parts.hostname or ""
    if host in _YOUTUBE:
        return "That is a YouTube page, not a video file. Download the video from YouTube Studio and upload the file."
    if host in _VIMEO or (host == "player.vimeo.com" and parts.path.startswith("/video/")):
        return "That is a Vimeo page, not a video file. Download the video there and upload the file."
    if host in _DRIVE and not parts.path.startswith("/uc"):
        return "That is a Google Drive page, not a video file. Download the video there and upload the file."
    if host in _DROPBOX and not {"dl=1", "raw=1"} & set(parts.query.split("&")):
        return "That is a Dropbox page, not a video file. Put dl=1 at the end of the address, or upload the file."
    return None
