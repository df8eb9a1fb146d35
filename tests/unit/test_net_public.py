"""The guard lets the open internet through: public addresses, lent to this machine in a network of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ALONE = ["unshare", "--map-root-user", "--net", "--mount"]

SETTING = """
set -e
ip link set lo up
ip addr add 203.0.114.10/32 dev lo
ip addr add 10.9.8.7/32 dev lo
ip -6 addr add 2600:abcd::5/128 dev lo nodad
mount --bind "$1/hosts" /etc/hosts
exec "$2" -c "$3"
"""

HOSTS = """
127.0.0.1 localhost
203.0.114.10 films.example
2600:abcd::5 films6.example
10.9.8.7 inside.example
"""

SCENE = """
from posterframe.errors import BadInput
from posterframe.net import Net
from tests.servers import Behaviour, MediaServer

VIDEO = bytes(range(256)) * 3000

def read(url, *allowed):
    with Net(frozenset(allowed)).open(url) as file:
        return file.read()

with MediaServer("203.0.114.10") as four, MediaServer("2600:abcd::5") as six, MediaServer("10.9.8.7") as inside:
    for server in (four, six, inside):
        server.add("/film.mp4", VIDEO)
    leap = four.add("/leap", behaviour=Behaviour(redirect_to=inside.url("/film.mp4")))
    for url in (
        four.url("/film.mp4"),
        six.url("/film.mp4"),
        f"http://films.example:{four.port}/film.mp4",
        f"http://films6.example:{six.port}/film.mp4",
        f"http://0xcb00720a:{four.port}/film.mp4",
        four.add("/other", behaviour=Behaviour(redirect_to=six.url("/film.mp4"))),
    ):
        assert read(url) == VIDEO, url
    assert {request.headers["Host"] for request in six.requests} == {six.host, f"films6.example:{six.port}"}
    for url in (inside.url("/film.mp4"), f"http://inside.example:{inside.port}/film.mp4", leap):
        try:
            read(url)
        except BadInput as error:
            assert "is a private address" in str(error), error
        else:
            raise AssertionError(url)
    assert not inside.requests
    assert read(leap, inside.host) == VIDEO
"""


def test_public_addresses_are_read_and_lead_to_no_private_ones(tmp_path: Path) -> None:
    if sys.platform != "linux" or subprocess.run([*ALONE, "ip", "link"], capture_output=True, check=False).returncode:
        pytest.skip("needs Linux with unshare, ip and the right to make a network of one's own")
    (tmp_path / "hosts").write_text(HOSTS)
    root = Path(__file__).parents[2]
    command = [*ALONE, "sh", "-c", SETTING, "sh", str(tmp_path), sys.executable, SCENE]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
