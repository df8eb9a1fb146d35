"""The server's answers beside its pages, over real HTTP: files by signed link, in ranges; uploads, straight to disk."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZIP_STORED, ZipFile

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette

from posterframe.errors import ServiceFailed
from posterframe.media import MAX_BYTES, Bundle, MediaStore
from posterframe.routes import (
    STAMPS_PATH,
    asked_range,
    bundle_route,
    disposition,
    media_routes,
    stamp_route,
    upload_route,
)
from posterframe.sandbox.server import serve
from posterframe.signing import Signer
from posterframe.zipping import zip_size, zipped
from tests.waiting import wait_for

FILM = bytes(range(256)) * 4000
SIZE = len(FILM)
REFUSED = "This link has expired or was changed on its way; open the page again to get a fresh one."


@dataclass(frozen=True)
class Site:
    """A running server and the media store behind it."""

    url: str
    home: Path
    media: MediaStore
    film: str

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers={"Accept-Encoding": "identity"} | headers, timeout=10)

    def put(self, body: bytes, name: str = "film.mp4", ticket: str | None = None) -> requests.Response:
        ticket = ticket or self.media.upload_ticket()
        return requests.put(f"{self.url}/uploads/{ticket}", data=body, headers={"X-File-Name": name}, timeout=10)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("home")
    media = MediaStore(None, home, b"k" * 32)
    app = Starlette(routes=[*media_routes(lambda: media), bundle_route(lambda: media), upload_route(lambda: media)])
    with serve(app) as served:
        yield Site(served.url, home, media, media.put(FILM, "videos", "mp4"))


def _received(site: Site) -> list[Path]:
    """What is on its way in."""
    return list((site.home / "media/incoming").iterdir())


def test_a_link_gives_the_file_and_says_how_to_treat_it(site: Site) -> None:
    answer = site.get(site.media.link(site.film))
    assert (answer.status_code, answer.content) == (200, FILM)
    wanted = {
        "Content-Type": "video/mp4",
        "Content-Length": str(SIZE),
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=604800, immutable",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        pytest.param("bytes=0-0", 0, 1, id="the first byte"),
        pytest.param("bytes=100-299", 100, 300, id="from the middle"),
        pytest.param(f"bytes={SIZE - 10}-", SIZE - 10, SIZE, id="open-ended"),
        pytest.param("bytes=-7", SIZE - 7, SIZE, id="the last seven"),
        pytest.param("bytes=0-", 0, SIZE, id="all, as Safari asks"),
        pytest.param(f"bytes=1000-{SIZE * 9}", 1000, SIZE, id="beyond the end"),
        pytest.param(f"bytes=-{SIZE * 9}", 0, SIZE, id="more than there is"),
        pytest.param("bytes=300000-900000", 300_000, 900_001, id="several pieces long"),
    ],
)
def test_a_range_gives_that_part(site: Site, asked: str, start: int, stop: int) -> None:
    answer = site.get(site.media.link(site.film), Range=asked)
    assert (answer.status_code, answer.content) == (206, FILM[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_past_the_end_is_answered_with_the_size(site: Site, asked: str) -> None:
    answer = site.get(site.media.link(site.film), Range=asked)
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "bytes 0-1", ""])
def test_a_range_that_says_nothing_to_us_gives_the_whole_file(site: Site, asked: str) -> None:
    answer = site.get(site.media.link(site.film), Range=asked)
    assert (answer.status_code, answer.content) == (200, FILM)


def test_a_range_of_another_version_gives_the_whole_file(site: Site) -> None:
    link = site.media.link(site.film)
    tag = site.get(link, Range="bytes=0-0").headers["ETag"]
    assert site.get(link, Range="bytes=0-9", **{"If-Range": tag}).status_code == 206
    for other in ('"other"', f"W/{tag}", "Wed, 01 Jan 2025 00:00:00 GMT"):
        assert site.get(link, Range="bytes=0-9", **{"If-Range": other}).status_code == 200


def test_what_the_browser_has_is_not_sent_again(site: Site) -> None:
    link = site.media.link(site.film)
    tag = site.get(link, Range="bytes=0-0").headers["ETag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        answer = site.get(link, **{"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert site.get(link, **{"If-None-Match": '"other"'}).status_code == 200


def test_head_tells_all_that_get_would_without_a_body(site: Site) -> None:
    link = site.media.link(site.film)
    for asked in ({}, {"Range": "bytes=10-19"}):
        head = requests.head(site.url + link, headers=asked | {"Accept-Encoding": "identity"}, timeout=10)
        got = site.get(link, **asked)
        assert head.content == b""
        assert head.status_code == got.status_code
        assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


def test_a_link_with_a_file_name_saves_the_file_under_it(site: Site) -> None:
    answer = site.get(site.media.link(site.film, filename="Été à l’ombre.mp4"))
    assert answer.content == FILM
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Ete a lombre.mp4\"; filename*=UTF-8''%C3%89t%C3%A9%20%C3%A0%20l%E2%80%99ombre.mp4"
    )


def test_expired_forged_and_mistaken_links_are_refused_alike_and_in_plain_words(site: Site) -> None:
    link = site.media.link(site.film)
    token = link.split("/")[2]
    stranger = MediaStore(None, site.home, b"x" * 32).link(site.film)
    paths = [
        stranger,
        f"/files/{token[:-2]}/film.mp4",
        f"/files/{token[::-1]}/film.mp4",
        f"/files/{site.media.upload_ticket()}/film.mp4",
        f"/files/{site.media.receipt(site.film)}/film.mp4",
        f"/files/..%2F..%2Fetc%2Fpasswd/{site.film}",
        f"/files/x/{site.film}",
    ]
    for path in paths:
        answer = site.get(path)
        assert (answer.status_code, answer.text) == (403, REFUSED)
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_good_link_to_a_file_that_is_gone_says_so(site: Site) -> None:
    answer = site.get(site.media.link(f"previews/{'0' * 64}.webp"))
    assert (answer.status_code, answer.text) == (404, "This file is not stored any more.")


def _bundle(site: Site) -> Bundle:
    """Three pictures, one of them twice, and one with a name that is not ASCII."""
    names = ("a-0m01-0-320x180.webp", "a-0m01-0-320x180-2.webp", "été-0m02-0-320x180.webp", "a-0m09-0-1280x720.jpeg")
    data = (b"one" * 1000, b"one" * 1000, b"two", os.urandom(700_000))
    return Bundle(
        "Été-thumbnails.zip",
        {name: site.media.put(one, "thumbnails", name[-4:]) for name, one in zip(names, data, strict=True)},
    )


def test_a_link_to_several_files_gives_them_as_they_are_in_one_zip(site: Site) -> None:
    bundle = _bundle(site)
    answer = site.get(site.media.bundle_link(bundle))
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content), "the size was known before"
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''%C3%89t%C3%A9-thumbnails.zip")
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(bundle.keys)
        for entry in archive.infolist():
            assert entry.compress_type == ZIP_STORED
            assert not entry.flag_bits & 0x08, "the size stands before the file, for those who read from the start"
            with site.media.open(bundle.keys[entry.filename]) as file:
                assert archive.read(entry) == file.read()


def test_asked_only_how_large_a_zip_is_nothing_is_read(site: Site) -> None:
    link = site.media.bundle_link(_bundle(site))
    head = requests.head(site.url + link, headers={"Accept-Encoding": "identity"}, timeout=10)
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**site.get(link).headers, "date": ""}


def test_expired_forged_and_mistaken_links_to_several_files_are_refused_alike(site: Site) -> None:
    bundle = _bundle(site)
    token = site.media.bundle_link(bundle).split("/")[2]
    stranger = MediaStore(None, site.home, b"x" * 32).bundle_link(bundle)
    expired = Signer(b"k" * 32).sign("bundle", [bundle.filename, bundle.keys], -1)
    single = site.media.link(site.film).split("/")[2]
    paths = [stranger, *(f"/bundles/{word}/all.zip" for word in (token[:-2], token[::-1], expired, single, "x"))]
    for path in [*paths, f"/files/{token}/all.zip"]:
        answer = site.get(path)
        assert (answer.status_code, answer.text) == (403, REFUSED)
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_zip_of_which_a_picture_is_gone_is_not_given_at_all(site: Site) -> None:
    bundle = _bundle(site)
    lacking = Bundle(bundle.filename, {**bundle.keys, "gone.webp": f"thumbnails/{'0' * 64}.webp"})
    answer = site.get(site.media.bundle_link(lacking))
    assert (answer.status_code, answer.text) == (404, "This file is not stored any more.")


def test_a_zip_is_made_while_it_is_sent_and_never_in_memory_as_a_whole() -> None:
    read = []

    def pictures() -> Iterator[tuple[str, bytes]]:
        for number in range(20):
            read.append(number)
            yield f"{number}.png", bytes(1_000_000)

    sent = 0
    for piece in zipped(pictures()):
        assert len(piece) < 1_100_000
        sent += len(piece)
        assert sent >= (len(read) - 1) * 1_000_000, "what was read before has been sent"
    assert sent == zip_size({f"{number}.png": 1_000_000 for number in range(20)})


def test_a_browser_that_leaves_in_the_middle_frees_the_file(site: Site) -> None:
    key = site.media.put(os.urandom(20_000_000), "videos", "mp4")
    address = urlsplit(site.url)
    assert address.port is not None
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(f"GET {site.media.link(key)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert _open_files(key) == 1
    wait_for(lambda: _open_files(key) == 0)


def _open_files(key: str) -> int:
    """How often this process has the file open. Other threads open and close files while one looks."""
    found = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found += str(link.readlink()).endswith(key)
    return found


def test_many_viewers_are_served_at_once(site: Site) -> None:
    link = site.media.link(site.film)
    answers: list[bytes] = []
    viewers = [threading.Thread(target=lambda: answers.append(site.get(link).content)) for _ in range(20)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    assert answers == [FILM] * 20


def test_an_uploaded_film_is_stored_and_its_receipt_names_it(site: Site) -> None:
    film = os.urandom(3_000_000)
    answer = site.put(film, name="M%C3%BCn%20chen.WEBM")
    assert answer.status_code == 201
    key = site.media.uploaded_key(answer.text)
    assert key.startswith("videos/")
    assert key.endswith(".webm")
    assert site.get(site.media.link(key)).content == film
    assert _received(site) == []


def test_a_page_in_the_clothes_of_a_film_is_never_served_as_a_page(site: Site) -> None:
    key = site.media.uploaded_key(site.put(b"<script>alert(1)</script>", name="x.html").text)
    answer = site.get(site.media.link(key))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_upload_without_a_ticket_of_ours_is_refused(site: Site) -> None:
    answer = site.put(b"film", ticket="made-up")
    assert (answer.status_code, answer.text) == (403, REFUSED)


def test_an_empty_upload_is_refused_in_words(site: Site) -> None:
    answer = site.put(b"")
    assert (answer.status_code, answer.text) == (400, "This file is empty: choose another one.")


def test_an_upload_that_says_it_is_too_large_is_refused_before_it_is_sent(site: Site) -> None:
    with _uploading(site, MAX_BYTES + 1) as connection:
        answer = HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413
        assert b"larger than 500 MB" in answer.read()


def test_an_upload_that_breaks_off_leaves_nothing_behind(site: Site) -> None:
    with _uploading(site, 1_000_000) as connection:
        connection.sendall(b"x" * 300_000)
        wait_for(lambda: sum(file.stat().st_size for file in _received(site)) == 300_000)
    wait_for(lambda: _received(site) == [])


def _uploading(site: Site, length: int) -> socket.socket:
    """A connection on which a PUT of this many bytes has begun."""
    address = urlsplit(site.url)
    assert address.port is not None
    connection = socket.create_connection((address.hostname, address.port))
    head = f"PUT /uploads/{site.media.upload_ticket()} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
def test_nothing_else_can_be_done_to_a_file(site: Site, method: str) -> None:
    assert requests.request(method, site.url + site.media.link(site.film), timeout=10).status_code == 405


@given(header=st.text(max_size=40) | st.from_regex(r"bytes=\d{0,5000}-\d{0,25}"), size=st.integers(1, 10**12))
def test_any_range_header_asks_for_bytes_that_are_there_or_for_none(header: str, size: int) -> None:
    part = asked_range(header, size)
    assert part is None or not part or 0 <= part.start < part.stop <= size


@given(name=st.text(max_size=100))
@example(name="a＂b／c.webp")  # quotes and strokes of full width become plain ones in ASCII
def test_any_file_name_makes_one_harmless_header(name: str) -> None:
    value = disposition(name)
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    assert not {"/", "\\"} & set(value)


def test_a_page_is_told_its_stamp_as_it_is_now() -> None:
    stamps = {"r1": "first"}
    with serve(Starlette(routes=[stamp_route(stamps.get)])) as served:
        told = requests.get(f"{served.url}{STAMPS_PATH}/r1", timeout=10)
        assert (told.text, told.headers["Cache-Control"]) == ("first", "no-store")
        stamps["r1"] = "second"
        assert requests.get(f"{served.url}{STAMPS_PATH}/r1", timeout=10).text == "second"
        assert requests.get(f"{served.url}{STAMPS_PATH}/nowhere", timeout=10).status_code == 404


def test_a_page_is_told_in_a_sentence_where_its_stamp_cannot_be_read() -> None:
    def stamp_of(_: str) -> str:
        raise ServiceFailed("The database does not answer.")

    with serve(Starlette(routes=[stamp_route(stamp_of)])) as served:
        told = requests.get(f"{served.url}{STAMPS_PATH}/r1", timeout=10)
        assert (told.status_code, told.text) == (503, "The database does not answer.")
