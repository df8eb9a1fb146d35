"""Who is connected to: the guard against private addresses behind names, redirects and proxies, and TLS."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from posterframe.errors import BadInput, ServiceFailed
from posterframe.net import Limits, Net
from posterframe.net.limits import MIB
from tests.servers import Behaviour, MediaServer

VIDEO = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 40
QUICK = Limits(connect_timeout=1, read_timeout=1, request_deadline=2, attempts=2, first_pause=0.01, longest_pause=0.05)


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as running:
        running.add("/film.mp4", VIDEO)
        yield running


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and their addresses: stands in for the DNS server, which no test can bring along. Counts as asked."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int | None, *args: int, **kwargs: int) -> object:
        if host not in known:
            return real(host, port, *args, **kwargs)
        addresses = known[host]
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        return real(address, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def net_for(*hosts: str) -> Net:
    return Net(allow_hosts=frozenset(hosts), limits=QUICK)


def read(net: Net, url: str) -> bytes:
    with net.open(url) as file:
        return file.read()


def test_the_same_server_is_read_when_allowed_and_not_asked_anything_when_not(server: MediaServer) -> None:
    assert read(net_for(server.host), server.url("/film.mp4")) == VIDEO
    asked = len(server.requests)
    with pytest.raises(BadInput, match="private address"):
        read(net_for(), server.url("/film.mp4"))
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.31.255.1",
        "192.168.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "192.0.0.192",
        "192.88.99.1",
        "198.51.100.1",
        "224.0.0.251",
        "240.0.0.1",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:20::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "3fff::1",
        "5f00::1",
    ],
)
def test_a_name_that_leads_to_a_private_address_is_refused(
    address: str, names: dict[str, list[str]], server: MediaServer
) -> None:
    names["films.example"] = [address]
    with pytest.raises(BadInput, match=r"films\.example is a private address"):
        read(net_for(), f"http://films.example:{server.port}/film.mp4")
    assert not server.requests


def test_a_name_that_changes_after_the_check_is_connected_to_where_it_was_checked(
    names: dict[str, list[str]], server: MediaServer
) -> None:
    # 2000::1 counts as public and belongs to nobody, so the attempt to reach it fails.
    names["rebinding.example"] = ["2000::1", "127.0.0.1"]
    with pytest.raises((ServiceFailed, BadInput)):
        read(Net(limits=Limits(connect_timeout=0.2, attempts=1)), f"http://rebinding.example:{server.port}/film.mp4")
    assert names["rebinding.example"] == ["127.0.0.1"], "the name was looked up once"
    assert not server.requests


def test_a_name_is_checked_again_with_each_request(names: dict[str, list[str]], server: MediaServer) -> None:
    names["films.example"] = ["127.0.0.1"]
    host = f"films.example:{server.port}"
    with net_for(host).open(f"http://{host}/film.mp4") as file:
        assert file.read(10) == VIDEO[:10]
    with pytest.raises(BadInput, match="private address"):
        read(net_for(), f"http://{host}/film.mp4")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_refused(status: int, server: MediaServer) -> None:
    with MediaServer() as inside:
        inside.add("/secret.mp4", VIDEO)
        leap = Behaviour(status=status, redirect_to=inside.url("/secret.mp4"))
        with pytest.raises(BadInput, match=r"/leap leads on to another address\. 127\.0\.0\.1 is a private address"):
            read(net_for(server.host), server.add("/leap", behaviour=leap))
        assert not inside.requests


@pytest.mark.parametrize(
    ("location", "says"),
    [
        pytest.param("http://2130706433:{port}/film.mp4", "private address", id="decimal"),
        pytest.param("http://0x7f.1:{port}/film.mp4", "private address", id="hexadecimal"),
        pytest.param("http://[::ffff:127.0.0.1]:{port}/film.mp4", "private address", id="IPv6"),
        pytest.param("http://localhost:{port}/film.mp4", "private address", id="localhost"),
        pytest.param("//127.0.0.2:{port}/film.mp4", "private address", id="scheme left open"),
        pytest.param("http://169.254.169.254/latest/meta-data/", "private address", id="metadata"),
        pytest.param("file:///etc/passwd", "file: cannot be read", id="file"),
        pytest.param("ftp://example.com/a.mp4", "ftp: cannot be read", id="ftp"),
        pytest.param("gopher://127.0.0.1:6379/_FLUSHALL", "does not begin with http", id="gopher"),
        pytest.param("http://me:secret@127.0.0.1:{port}/film.mp4", "user name or password", id="password"),
        pytest.param("http://[", "leads on to", id="half an address"),
        pytest.param("http://\u00e9\u00ff\\@x/", "leads on to", id="letters of no alphabet"),
        pytest.param("https://youtu.be/dQw4w9WgXcQ", "YouTube page", id="YouTube"),
        pytest.param("/live.m3u8", "streaming playlist", id="playlist"),
    ],
)
def test_a_redirect_is_checked_like_any_address(location: str, says: str, server: MediaServer) -> None:
    url = server.add("/leap", behaviour=Behaviour(redirect_to=location.format(port=server.port)))
    with pytest.raises(BadInput, match=says) as caught:
        read(net_for(server.host), url)
    assert "secret" not in str(caught.value)
    assert [request.path for request in server.requests] == ["/leap"]


def test_a_redirect_to_a_host_that_is_allowed_too_is_followed(server: MediaServer) -> None:
    with MediaServer("127.0.0.2") as other:
        other.add("/film.mp4", VIDEO)
        url = server.add("/leap", behaviour=Behaviour(redirect_to=other.url("/film.mp4")))
        assert read(net_for(server.host, other.host), url) == VIDEO


@pytest.mark.parametrize("location", ["film 1.mp4", "/film%201.mp4", "//{host}/x/../film%201.mp4", "?a=b c"])
def test_a_redirect_may_be_written_as_servers_write_it(location: str, server: MediaServer) -> None:
    server.add("/film%201.mp4", VIDEO)
    server.add("/leap", VIDEO, behaviour=Behaviour(times=1, redirect_to=location.format(host=server.host)))
    assert read(net_for(server.host), server.url("/leap")) == VIDEO


def test_redirects_are_followed_five_times_and_not_six(server: MediaServer) -> None:
    for hop in range(6):
        server.add(f"/{hop}", behaviour=Behaviour(redirect_to=f"/{hop + 1}" if hop < 5 else "film.mp4"))
    assert read(net_for(server.host), server.url("/1")) == VIDEO
    with pytest.raises(BadInput, match="from address to address"):
        read(net_for(server.host), server.url("/0"))


def test_an_endless_body_of_a_redirect_is_not_read(server: MediaServer) -> None:
    start = b"HTTP/1.1 302 Found\r\nLocation: /film.mp4\r\nContent-Length: 999999999999\r\n\r\n"
    url = server.add("/leap", behaviour=Behaviour(raw=start + bytes(64 * MIB)))
    tracemalloc.start()
    try:
        assert read(net_for(server.host), url) == VIDEO
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


def test_a_proxy_in_the_environment_is_not_used(server: MediaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with MediaServer() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        assert read(net_for(server.host), server.url("/film.mp4")) == VIDEO
        with pytest.raises(BadInput, match="private address"):
            read(net_for(), server.url("/film.mp4"))
        assert not proxy.requests


def test_neither_stored_passwords_nor_cookies_are_sent(
    server: MediaServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.add("/leap", behaviour=Behaviour(redirect_to="/film.mp4", headers={"Set-Cookie": "a=b; Path=/"}))
    read(net_for(server.host), server.url("/leap"))
    for request in server.requests:
        assert not {"Authorization", "Cookie", "Referer"} & set(request.headers)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of our own for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Posterframe's tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_certificates_named_in_the_environment_are_trusted_and_others_are_not(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MediaServer(certificate=certificate) as server:
        url = server.add("/film.mp4", VIDEO)
        with pytest.raises(ServiceFailed, match=r"certificate of 127\.0\.0\.1 cannot be trusted"):
            read(net_for(server.host), url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert read(net_for(server.host), url) == VIDEO


def test_a_certificate_for_another_host_is_not_trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with MediaServer("127.0.0.2", certificate) as server:
        url = server.add("/film.mp4", VIDEO)
        with pytest.raises(ServiceFailed, match=r"certificate of 127\.0\.0\.2 cannot be trusted"):
            read(net_for(server.host), url)
        assert not server.requests


def test_a_server_that_dawdles_behind_tls_is_left_at_the_deadline_too(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with MediaServer(certificate=certificate) as server:
        url = server.add("/film.mp4", VIDEO, behaviour=Behaviour(drip=0.05))
        begun = time.monotonic()
        with pytest.raises(ServiceFailed, match="is too slow"):
            read(Net(frozenset({server.host}), limits=replace(QUICK, request_deadline=0.6)), url)
        assert time.monotonic() - begun < 3
