"""Servers that refuse, break off, lie, dawdle or send something else: what a person is told, what is tried again."""

from __future__ import annotations

import re
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.net import Limits, Net
from posterframe.net.limits import BLOCK_BYTES, KIB, MIB
from tests.servers import Behaviour, DrippingServer, MediaServer
from tests.unit.test_net import LARGE, SMALL, read

QUICK = Limits(
    connect_timeout=1,
    read_timeout=0.3,
    request_deadline=5,
    total_deadline=20,
    attempts=3,
    first_pause=0.01,
    longest_pause=5,
)
SIGNATURE = "c0ffee"
HURRIED = replace(QUICK, request_deadline=0.6, total_deadline=0.8)


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as running:
        yield running


@pytest.fixture
def net(server: MediaServer, tmp_path: Path) -> Net:
    return Net(frozenset({server.host}), tmp_path / "cache", QUICK)


def check_failure(net: Net, url: str, kind: type[PosterframeError], says: str) -> None:
    """Read a signed address to the end, which has to fail with one sentence that does not give the signature away."""
    with pytest.raises(kind) as caught:
        read(net, f"{url}?X-Signature={SIGNATURE}")
    said = str(caught.value)
    assert re.search(says, said), said
    assert said.endswith(".")
    assert "\n" not in said
    assert SIGNATURE not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("status", "kind", "says", "requests"),
    [
        (204, BadInput, "it answers 204", 1),
        (302, BadInput, "it answers 302", 1),
        (304, BadInput, "it answers 304", 1),
        (400, BadInput, "gives no video at .*it answers 400", 1),
        (401, BadInput, r"does not let us read .*/film\.mp4 \(401\)", 1),
        (403, BadInput, r"does not let us read .*/film\.mp4 \(403\)", 1),
        (404, BadInput, r"nothing at .*/film\.mp4 \(404\)", 1),
        (405, BadInput, "it answers 405", 1),
        (410, BadInput, r"taken away for good \(410\)", 1),
        (408, ServiceFailed, r"is busy \(408\)", 3),
        (429, ServiceFailed, r"is busy \(429\)", 3),
        (500, ServiceFailed, r"a fault of its own \(500\)", 3),
        (503, ServiceFailed, r"a fault of its own \(503\)", 3),
    ],
)
def test_each_refusal_has_its_sentence_and_only_what_may_pass_is_tried_again(
    status: int, kind: type[PosterframeError], says: str, requests: int, server: MediaServer, net: Net
) -> None:
    check_failure(net, server.add("/film.mp4", SMALL, behaviour=Behaviour(status=status)), kind, says)
    assert len(server.requests) == requests


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Behaviour(times=2, status=503), id="503"),
        pytest.param(Behaviour(times=2, status=429), id="429"),
        pytest.param(Behaviour(times=2, raw=b""), id="hangs up at once"),
        pytest.param(Behaviour(times=2, raw=b"HTTP/1.1 206 Partial\r\nContent-Ra"), id="hangs up in the headers"),
        pytest.param(Behaviour(times=2, raw=b"not HTTP at all\r\n\r\n"), id="speaks no HTTP"),
        pytest.param(Behaviour(times=2, stop_after=100), id="stops in the middle"),
        pytest.param(Behaviour(times=2, stop_after=100, reset=True), id="resets in the middle"),
        pytest.param(Behaviour(times=2, ranges=False, status=502), id="502 without ranges"),
        pytest.param(Behaviour(times=1, latency=0.5), id="silent"),
        pytest.param(Behaviour(times=2, after=1, stop_after=100 * KIB, reset=True), id="later on"),
    ],
)
def test_what_passes_is_survived(behaviour: Behaviour, server: MediaServer, net: Net) -> None:
    assert read(net, server.add("/film.mp4", SMALL, behaviour=behaviour)) == SMALL


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        pytest.param(Behaviour(raw=b""), "broke off", id="hangs up at once"),
        pytest.param(Behaviour(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "broke off", id="speaks no HTTP"),
        pytest.param(Behaviour(latency=5), "does not answer in time|too slow", id="silent"),
        pytest.param(Behaviour(after=1, stop_after=0), "broke off|in the middle", id="stops at once"),
        pytest.param(Behaviour(after=1, stop_after=9 * KIB), "broke off|in the middle", id="stops in the middle"),
        pytest.param(Behaviour(after=1, reset=True, stop_after=9 * KIB), "broke off", id="resets in the middle"),
        pytest.param(Behaviour(ranges=False, stop_after=MIB), "broke off|in the middle", id="stops, without ranges"),
        pytest.param(Behaviour(ranges=False, length=False, stop_after=MIB), "broke off", id="stops between chunks"),
        pytest.param(Behaviour(claims_size=2 * len(LARGE)), "broke off|in the middle|was changed", id="says too much"),
        pytest.param(Behaviour(ranges=False, claims_size=2 * len(LARGE)), "broke off|in the middle", id="and whole"),
        pytest.param(Behaviour(after=1, claims_size=BLOCK_BYTES), "was changed", id="shrinks"),
        pytest.param(Behaviour(after=1, ranges=False), "does not send the part", id="forgets ranges"),
        pytest.param(
            Behaviour(headers={"Content-Range": f"bytes 7-99/{len(LARGE)}"}), "does not send the part", id="elsewhere"
        ),
        pytest.param(
            Behaviour(after=1, headers={"Content-Range": "bytes rubbish"}), "does not send the part", id="rubbish"
        ),
        pytest.param(Behaviour(headers={"Content-Encoding": "gzip"}), "compresses what it sends", id="compressed"),
    ],
)
def test_what_does_not_pass_gets_a_sentence(behaviour: Behaviour, says: str, server: MediaServer, net: Net) -> None:
    check_failure(net, server.add("/film.mp4", LARGE, behaviour=behaviour), ServiceFailed, says)
    assert len(server.requests) <= 10


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Behaviour(headers={"Content-Range": f"bytes 0-99/{'*'}"}), id="size of the whole left open"),
        pytest.param(Behaviour(headers={"Content-Range": "bytes 0-99/50"}), id="a part larger than the whole"),
        pytest.param(Behaviour(headers={"Content-Encoding": "identity"}), id="says that it is plain"),
        pytest.param(Behaviour(headers={"Content-Length": "-1"}, ranges=False), id="a length that is no number"),
        pytest.param(Behaviour(most_per_answer=100_000), id="smaller parts than asked for"),
        pytest.param(Behaviour(length=False), id="parts in chunks"),
        pytest.param(Behaviour(headers={"Content-Type": "text/html"}), id="calls it a page"),
    ],
)
def test_odd_but_honest_answers_are_understood(behaviour: Behaviour, server: MediaServer, net: Net) -> None:
    assert read(net, server.add("/film.mp4", SMALL, behaviour=behaviour)) == SMALL


def test_reading_goes_on_where_a_server_stopped(server: MediaServer, net: Net) -> None:
    url = server.add("/film.mp4", LARGE, behaviour=Behaviour(stop_after=150 * KIB))
    with net.open(url) as remote:
        assert remote.read(4 * MIB) == LARGE[: 4 * MIB]
        assert remote.bytes_fetched < 5 * MIB


@pytest.mark.parametrize("asked", ["1", "date"])
def test_a_server_is_given_the_time_that_it_asks_for(asked: str, server: MediaServer, net: Net) -> None:
    wait = formatdate(time.time() + 2, usegmt=True) if asked == "date" else asked
    busy = Behaviour(times=1, status=503, headers={"Retry-After": wait})
    begun = time.monotonic()
    assert read(net, server.add("/film.mp4", SMALL, behaviour=busy)) == SMALL
    assert 0.9 <= time.monotonic() - begun < 4


@pytest.mark.parametrize("asked", ["3600", "Wed, 01 Jan 2099 00:00:00 GMT"])
def test_a_server_that_asks_for_too_much_time_is_not_asked_again(asked: str, server: MediaServer, net: Net) -> None:
    busy = Behaviour(status=429, headers={"Retry-After": asked})
    check_failure(net, server.add("/film.mp4", SMALL, behaviour=busy), ServiceFailed, "is busy")
    assert len(server.requests) == 1


@pytest.mark.parametrize("asked", ["soon", "-5", "²", "Wed, 99 Jan"])
def test_rubbish_in_place_of_a_time_to_wait_is_passed_over(asked: str, server: MediaServer, net: Net) -> None:
    busy = Behaviour(times=1, status=503, headers={"Retry-After": asked})
    assert read(net, server.add("/film.mp4", SMALL, behaviour=busy)) == SMALL


def test_when_the_address_that_was_led_to_runs_out_the_first_one_is_asked_again(server: MediaServer, net: Net) -> None:
    server.add("/signed", LARGE, behaviour=Behaviour(after=2, times=1, status=403))
    url = server.add("/film.mp4", behaviour=Behaviour(redirect_to="/signed"))
    assert read(net, url) == LARGE
    assert len(server.asked("/film.mp4")) == 2


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Behaviour(drip=0.05), id="headers"),
        pytest.param(Behaviour(rate=120 * KIB), id="body"),
        pytest.param(Behaviour(rate=120 * KIB, length=False), id="chunks"),
        pytest.param(Behaviour(rate=120 * KIB, ranges=False), id="whole"),
        pytest.param(Behaviour(after=1, drip=0.05), id="later on"),
    ],
)
def test_a_server_that_dawdles_is_left_at_the_deadline(behaviour: Behaviour, server: MediaServer) -> None:
    url = server.add("/film.mp4", LARGE, behaviour=behaviour)
    begun = time.monotonic()
    check_failure(Net(frozenset({server.host}), None, HURRIED), url, ServiceFailed, "is too slow")
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("scheme", "start"),
    [
        # The beginning of a ServerHello of 16 kB.
        pytest.param("https", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", id="TLS handshake"),
        pytest.param("http", b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + b"HTTP/1.1 100 Continue\r\nA: ", id="continue"),
        pytest.param("http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", id="chunk extension"),
        pytest.param("http", b"HTTP/1.0 200 OK\r\n\r\n\0\0\0\x18ftyp", id="body of a connection that is closed"),
    ],
)
def test_no_part_of_an_exchange_can_be_drawn_out_past_the_deadline(scheme: str, start: bytes) -> None:
    with DrippingServer(start) as server:
        begun = time.monotonic()
        net = Net(frozenset({server.host}), None, HURRIED)
        check_failure(net, f"{scheme}://{server.host}/film.mp4", ServiceFailed, "is too slow")
        assert time.monotonic() - begun < 3
        assert server.hung_up.wait(2), "the connection was given up"


@pytest.mark.parametrize(
    ("data", "content_type", "says"),
    [
        pytest.param(b"<!DOCTYPE html><title>Film</title>", "text/html; charset=utf-8", "is a web page", id="page"),
        pytest.param(b"\n <HTML><body>Log in", "video/mp4", "is a web page", id="page called mp4"),
        pytest.param(b"Please log in", "text/html", "is a web page", id="page without tags"),
        pytest.param(b"#EXTM3U\n#EXT-X-VERSION:3\n", "video/mp4", "streaming playlist", id="m3u8 called mp4"),
        pytest.param(b"x", "application/vnd.apple.mpegurl", "streaming playlist", id="m3u8 by its type"),
        pytest.param(b'<?xml version="1.0"?><MPD xmlns="urn:mpeg">', "text/xml", "streaming playlist", id="mpd"),
        pytest.param(b"ffconcat version 1.0\nfile '/etc/passwd'\n", "video/mp4", "playlist", id="ffconcat"),
        pytest.param(b"This is no film at all.\n" * 99, "video/mp4", "is a text, not a video", id="text called mp4"),
        pytest.param(b'{"error": "expired"}', "application/json", "is a text, not a video", id="JSON"),
        pytest.param(b"", "video/mp4", "is empty", id="nothing"),
    ],
)
@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_what_is_no_video_is_told_by_its_first_bytes(
    data: bytes, content_type: str, says: str, ranges: bool, server: MediaServer, net: Net
) -> None:
    url = server.add("/film.mp4", data, content_type=content_type, behaviour=Behaviour(ranges=ranges))
    check_failure(net, url, BadInput, says)


def test_nobody_there_gets_a_sentence(server: MediaServer) -> None:
    with MediaServer() as gone:
        url = gone.url("/film.mp4")
    check_failure(Net(frozenset({gone.host}), None, QUICK), url, ServiceFailed, "cannot be reached")
    check_failure(Net(limits=QUICK), "http://films.invalid/film.mp4", PosterframeError, r"films\.invalid")


def test_a_slow_line_that_goes_on_is_given_the_time_it_needs(server: MediaServer) -> None:
    url = server.add("/film.mp4", LARGE[: 3 * MIB], behaviour=Behaviour(rate=2 * MIB))
    begun = time.monotonic()
    assert read(Net(frozenset({server.host}), None, HURRIED), url) == LARGE[: 3 * MIB]
    assert time.monotonic() - begun > HURRIED.total_deadline


def test_a_chunk_of_less_than_nothing_does_not_fill_the_memory(server: MediaServer, net: Net) -> None:
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
    url = server.add("/film.mp4", behaviour=Behaviour(raw=start + bytes(64 * MIB)))
    tracemalloc.start()
    try:
        check_failure(net, url, ServiceFailed, "broke off")
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


def test_headers_without_end_are_refused(server: MediaServer, net: Net) -> None:
    many = Behaviour(headers={f"X-{number}": "x" * 1000 for number in range(500)})
    check_failure(net, server.add("/film.mp4", SMALL, behaviour=many), ServiceFailed, "broke off")


def test_no_more_is_taken_than_was_asked_for(server: MediaServer, net: Net) -> None:
    everything = Behaviour(
        headers={"Content-Range": f"bytes 0-{len(LARGE) - 1}/{len(LARGE)}"}, ranges=False, status=None
    )
    url = server.add("/film.mp4", LARGE, behaviour=everything)
    with net.open(url) as remote:
        assert remote.read(100) == LARGE[:100]
