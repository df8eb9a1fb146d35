"""The command line as a script meets it: real runs, the documents they print, exit codes, one line for each error."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route

from posterframe.sandbox.ittybit import BAD_KEY, ittybit_app
from posterframe.sandbox.server import serve
from tests.servers import MediaServer
from tests.waiting import app_answers, wait_for

OUR_SETTINGS = ("POSTERFRAME_", "GEMINI_", "ITTYBIT_")

VIDEO_KEYS = ["url", "duration", "width", "height", "fps"]
MOMENT_KEYS = ["timestamp", "suggested_timestamp", "reason", "quality", "warnings"]
THUMBNAIL_KEYS = ["timestamp", "status", "path", "url", "width", "height", "format", "bytes", "job_id"]


class Shell:
    """Runs the command in an empty folder, with a data folder and settings of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OUR_SETTINGS)}
        self.variables = {**kept, "HOME": str(folder), "POSTERFRAME_HOME": str(folder / "home")}

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            _command(arguments),
            cwd=self.folder,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def begin(self, *arguments: str, **pipes: Any) -> subprocess.Popen[str]:
        usual = {"env": self.variables, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(_command(arguments), cwd=self.folder, text=True, **{**usual, **pipes})


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "posterframe", *arguments]


def assert_one_line(errors: str) -> None:
    assert errors.count("\n") == 1, errors
    assert "Traceback" not in errors
    assert errors.endswith(".\n"), "a sentence"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def service(shell: Shell, film: Path) -> Iterator[str]:
    """Ittybit's stand-in, set up for the shell, with the film at ``/film.mp4`` beside it; its address."""

    async def give(_: Request) -> Response:
        return FileResponse(film)

    app = Starlette(routes=[Route("/film.mp4", give), Mount("/ittybit", ittybit_app(seconds=(0.1, 0.2)))])
    with serve(app) as served:
        shell.variables |= {
            "ITTYBIT_API_KEY": "a key",
            "ITTYBIT_BASE_URL": f"{served.url}/ittybit",
            "POSTERFRAME_ALLOW_HOSTS": f"127.0.0.1:{served.port}",
        }
        yield served.url


def ask_for(service: str, fault: str, **how: Any) -> None:
    requests.post(f"{service}/ittybit/_sandbox/next", json={"fault": fault, **how}, timeout=5).raise_for_status()


def test_pick_prints_the_moments_as_the_contract_says(shell: Shell, film: Path) -> None:
    done = shell.run("pick", str(film), "--count", "3", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert list(document) == ["video", "picker", "moments"]
    assert list(document["video"]) == VIDEO_KEYS
    assert document["video"] == {"url": str(film), "duration": 7.0, "width": 320, "height": 180, "fps": 20.0}
    assert document["picker"] == "local"
    assert 1 <= len(document["moments"]) <= 3
    for moment in document["moments"]:
        assert list(moment) == MOMENT_KEYS
        assert 0 <= moment["timestamp"] <= 7
        assert moment["reason"]
        assert 0 <= moment["quality"]["score"] <= 1


def test_pick_without_json_prints_a_line_for_each_moment(shell: Shell, film: Path) -> None:
    done = shell.run("pick", str(film), "--count", "2")
    assert done.returncode == 0
    assert [line.split("  ")[0].count(":") for line in done.stdout.splitlines()] == [1, 1]


def test_pick_keeps_to_a_part_of_the_video(shell: Shell, film: Path) -> None:
    done = shell.run("pick", str(film), "--from", "2.6", "--to", "0:04.6", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    times = [moment["timestamp"] for moment in json.loads(done.stdout)["moments"]]
    assert times
    assert all(2.6 <= time <= 4.6 for time in times)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (("--from", "soon"), "is not a time in the video"),
        (("--from", "5", "--to", "3"), "has to end at least a second after it starts"),
        (("--from", "8"), "The video ends at 0:07.0"),
    ],
    ids=["no time", "ends before it starts", "past the end"],
)
def test_a_part_that_cannot_be_watched_is_bad_input(
    shell: Shell, film: Path, part: tuple[str, ...], words: str
) -> None:
    done = shell.run("pick", str(film), *part)
    assert done.returncode == 2
    assert words in done.stderr
    assert_one_line(done.stderr)


def test_cut_prints_the_thumbnails_as_the_contract_says_and_saves_them(shell: Shell, film: Path) -> None:
    size = ["--width", "160", "--height", "90", "--format", "png"]
    done = shell.run("cut", str(film), "--at", "1.5", "--at", "6", *size, "--out", "cuts", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert list(document) == ["thumbnails"]
    assert [thumbnail["timestamp"] for thumbnail in document["thumbnails"]] == [1.5, 6.0]
    for thumbnail in document["thumbnails"]:
        assert list(thumbnail) == THUMBNAIL_KEYS
        path = shell.folder / thumbnail.pop("path")
        assert path.parent.name == "cuts"
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("PNG", (160, 90))
        del thumbnail["timestamp"]
        told = {"status": "ready", "url": None, "width": 160, "height": 90, "format": "png", "job_id": None}
        assert thumbnail == {**told, "bytes": path.stat().st_size}


def test_cut_follows_a_services_jobs_to_their_pictures(shell: Shell, service: str) -> None:
    done = shell.run("cut", f"{service}/film.mp4", "--at", "1.5", "--at", "6", "--width", "160", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    jobs = requests.get(f"{service}/ittybit/_sandbox/jobs", timeout=5).json()["jobs"]
    thumbnails = json.loads(done.stdout)["thumbnails"]
    assert [thumbnail["job_id"] for thumbnail in thumbnails] == [job["id"] for job in jobs]
    for thumbnail in thumbnails:
        assert list(thumbnail) == THUMBNAIL_KEYS
        assert thumbnail["status"] == "ready"
        assert thumbnail["url"].startswith(f"{service}/ittybit/files/")
        assert (shell.folder / thumbnail["path"]).stat().st_size == thumbnail["bytes"]


def test_a_service_is_asked_for_the_last_frame_where_the_very_end_of_the_video_is_meant(
    shell: Shell, service: str
) -> None:
    """At the end itself there is no frame, and the stand-in, as any service may, fails there."""
    done = shell.run("cut", f"{service}/film.mp4", "--at", "7", "--width", "160", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["thumbnails"][0]["status"] == "ready"
    (job,) = requests.get(f"{service}/ittybit/_sandbox/jobs", timeout=5).json()["jobs"]
    assert 6.9 < job["body"]["options"]["start"] < 7


def test_a_job_that_fails_hides_no_other_and_makes_the_exit_code_1(shell: Shell, service: str) -> None:
    ask_for(service, "failed")
    done = shell.run("cut", f"{service}/film.mp4", "--at", "1.5", "--at", "6", "--json")
    assert done.returncode == 1
    failed, ready = json.loads(done.stdout)["thumbnails"]
    assert (failed["status"], failed["path"], failed["bytes"]) == ("failed", None, None)
    assert failed["job_id"]
    assert list(failed) == THUMBNAIL_KEYS
    assert ready["status"] == "ready"
    assert_one_line(done.stderr)
    assert "the sandbox was asked to fail this job" in done.stderr


def test_what_a_service_has_begun_is_brought_home_when_it_refuses_the_rest(shell: Shell, service: str) -> None:
    done = shell.run("cut", f"{service}/film.mp4", "--at", "1", "--json", ITTYBIT_API_KEY=BAD_KEY)
    assert done.returncode == 1
    assert [one["status"] for one in json.loads(done.stdout)["thumbnails"]] == ["failed"]
    assert_one_line(done.stderr)
    assert "check ITTYBIT_API_KEY" in done.stderr


REFUSED = "Ittybit refused to cut this picture"
PAYMENT = "Ittybit asks for payment before it cuts more"


@pytest.mark.parametrize(
    ("faults", "statuses", "exit_code", "words"),
    [
        (["400"], ["failed", "ready", "ready"], 2, f"1 of 3 pictures were not cut. At 0:01.0: {REFUSED}"),
        (["400"] * 3, ["failed"] * 3, 2, f"3 of 3 pictures were not cut. At 0:01.0, 0:03.0, 0:06.0: {REFUSED}"),
        (["400", "402"], ["failed"] * 3, 1, f"At 0:01.0: {REFUSED}.* At 0:03.0, 0:06.0: {PAYMENT}"),
    ],
    ids=["one", "all", "one, before the service fails"],
)
def test_a_picture_that_is_refused_hides_no_other(
    shell: Shell, service: str, faults: list[str], statuses: list[str], exit_code: int, words: str
) -> None:
    for fault in faults:
        ask_for(service, fault)
    done = shell.run("cut", f"{service}/film.mp4", "--at", "1", "--at", "3", "--at", "6", "--json")
    assert done.returncode == exit_code
    assert_one_line(done.stderr)
    assert re.search(words, done.stderr), done.stderr
    thumbnails = json.loads(done.stdout)["thumbnails"]
    assert [one["status"] for one in thumbnails] == statuses
    assert [one["path"] for one in thumbnails if one["path"]] == sorted(one.name for one in shell.folder.glob("*.webp"))


def test_a_picture_that_was_bought_and_cannot_be_saved_is_still_told_of(shell: Shell, service: str) -> None:
    (shell.folder / "in-the-way").write_text("a file")
    done = shell.run("cut", f"{service}/film.mp4", "--at", "1", "--out", "in-the-way/pictures", "--json")
    assert done.returncode == 1
    assert_one_line(done.stderr)
    (thumbnail,) = json.loads(done.stdout)["thumbnails"]
    assert (thumbnail["status"], thumbnail["path"]) == ("failed", None)
    assert requests.get(thumbnail["url"], timeout=5).ok


def test_pictures_are_named_as_the_file_at_an_address_is(shell: Shell, film: Path) -> None:
    with MediaServer() as server:
        shell.variables["POSTERFRAME_ALLOW_HOSTS"] = server.host
        for name in ("clip.1.mp4", "clip.2.mp4", "%C3%9Cber%2Funs.mp4"):
            done = shell.run("cut", server.add(f"/{name}", film.read_bytes()), "--at", "4")
            assert (done.returncode, done.stderr) == (0, "")
    saved = {path.name for path in shell.folder.glob("*.webp")}
    assert saved == {"clip.1-4.000.webp", "clip.2-4.000.webp", "Über uns-4.000.webp"}


def test_a_picture_that_cannot_be_fetched_is_a_failed_one(shell: Shell, service: str) -> None:
    ask_for(service, "not-a-picture")
    done = shell.run("cut", f"{service}/film.mp4", "--at", "1", "--json")
    assert done.returncode == 1
    assert [one["status"] for one in json.loads(done.stdout)["thumbnails"]] == ["failed"]
    assert_one_line(done.stderr)


BAD = [
    (["pick", "no-such.mp4"], "There is no file no-such.mp4"),
    (["pick", "not-a-film.mp4"], "not-a-film"),
    (["pick", "http://127.0.0.1/film.mp4"], "private|this machine|127.0.0.1"),
    (["pick", "film.mp4", "--picker", "gemini"], "“gemini” cannot suggest moments here"),
    (["cut", "film.mp4", "--at", "1", "--extractor", "ittybit"], "“ittybit” cannot cut pictures here"),
    (["cut", "film.mp4", "--at", "99"], "The video ends at 0:07.0"),
    (["cut", "film.mp4", "--at", "-1"], "not a time in the video"),
    (["cut", "film.mp4", "--at", "nan"], "not a time in the video"),
    (["cut", "film.mp4", "--at", "1", "--width", "0"], "width|pixels"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
def test_bad_input_is_said_in_one_line_and_exits_with_2(
    shell: Shell, film: Path, arguments: list[str], words: str
) -> None:
    (shell.folder / "film.mp4").symlink_to(film)
    (shell.folder / "not-a-film.mp4").write_text("words")
    done = shell.run(*arguments)
    assert done.returncode == 2
    assert_one_line(done.stderr)
    assert re.search(words, done.stderr), done.stderr


def test_a_wrong_option_is_said_with_the_usage_and_exits_with_2(shell: Shell) -> None:
    done = shell.run("pick", "film.mp4", "--count", "many")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "'many' is not a valid integer" in done.stderr


def test_a_server_that_does_not_answer_is_a_failure(shell: Shell) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        host = f"127.0.0.1:{nobody.getsockname()[1]}"
        done = shell.run("pick", f"http://{host}/film.mp4", POSTERFRAME_ALLOW_HOSTS=host)
    assert done.returncode == 1
    assert_one_line(done.stderr)


def test_a_folder_that_cannot_be_written_is_said(shell: Shell, film: Path) -> None:
    (shell.folder / "in-the-way").write_text("a file")
    done = shell.run("cut", str(film), "--at", "1", "--out", "in-the-way/cuts")
    assert done.returncode == 1
    assert_one_line(done.stderr)
    assert "in-the-way" in done.stderr


def test_a_setting_that_cannot_be_used_is_named(shell: Shell, film: Path) -> None:
    done = shell.run("pick", str(film), POSTERFRAME_ROLE="boss")
    assert done.returncode == 2
    assert_one_line(done.stderr)
    assert "POSTERFRAME_ROLE" in done.stderr


def test_a_port_that_is_taken_is_said(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for command in ("run", "sandbox"):
            options = ["--host", "127.0.0.1"] if command == "run" else []
            done = shell.run(command, "--port", str(port), *options)
            assert done.returncode == 2
            assert_one_line(done.stderr)
            assert f"Port {port}" in done.stderr


def test_a_process_that_only_works_shows_no_pages(shell: Shell) -> None:
    done = shell.run("run", *_free_port("run"), POSTERFRAME_ROLE="worker")
    assert done.returncode == 2
    assert_one_line(done.stderr)
    assert "posterframe worker" in done.stderr


@pytest.mark.parametrize("command", ["run", "worker"])
def test_a_data_folder_that_cannot_be_made_is_said(shell: Shell, command: str) -> None:
    (shell.folder / "in-the-way").write_text("a file")
    done = shell.run(command, *_free_port(command), POSTERFRAME_HOME=str(shell.folder / "in-the-way/home"))
    assert done.returncode == 1
    assert_one_line(done.stderr)
    assert "in-the-way" in done.stderr


@pytest.mark.parametrize("command", ["run", "worker"])
def test_data_of_a_newer_version_are_left_alone(shell: Shell, command: str) -> None:
    (shell.folder / "home").mkdir()
    with sqlite3.connect(shell.folder / "home/posterframe.sqlite") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('from-the-future')")
    done = shell.run(command, *_free_port(command))
    assert done.returncode == 2
    assert_one_line(done.stderr)
    assert "newer Posterframe" in done.stderr


@pytest.mark.parametrize("command", ["run", "worker"])
def test_a_second_one_on_the_same_data_folder_does_not_start(shell: Shell, command: str) -> None:
    with shell.begin("worker") as first:
        assert first.stdout is not None
        assert first.stdout.readline().startswith("Working for")
        done = shell.run(command, *_free_port(command))
        first.terminate()
        assert first.wait(20) == 0
    assert done.returncode == 2
    assert_one_line(done.stderr)
    assert "already running" in done.stderr


def test_a_reader_that_leaves_early_is_no_error(shell: Shell, film: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with shell.begin("cut", str(film), "--at", "1", "--json", stdout=write) as process:
        os.close(write)
        _, errors = process.communicate(timeout=60)
    assert errors == ""


def test_ctrl_c_ends_a_command_with_130_and_no_word(shell: Shell, service: str) -> None:
    ask_for(service, "slow", seconds=1000)
    with shell.begin("cut", f"{service}/film.mp4", "--at", "1") as process:
        wait_for(lambda: requests.get(f"{service}/ittybit/_sandbox/jobs", timeout=5).json()["requests"].get("get"), 30)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (130, "", "")


def test_the_app_says_where_it_is_once_it_answers_there_and_ctrl_c_ends_it_without_a_word(shell: Shell) -> None:
    port = _free_port("run")
    url = f"http://localhost:{port[1]}"
    with shell.begin("run", *port) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert app_answers(url)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert told.startswith(f"Posterframe is at {url} ")
    assert (process.returncode, output, errors.strip()) == (130, "", "")


def test_the_sandbox_serves_both_stand_ins_and_a_film_until_ctrl_c(shell: Shell) -> None:
    port = _free_port("sandbox")
    with shell.begin("sandbox", *port, env={**shell.variables, "PYTHONUNBUFFERED": "1"}) as process:
        assert process.stdout is not None
        lines = [line.strip() for line in iter(process.stdout.readline, "Ctrl+C stops it.\n")]
        url = f"http://127.0.0.1:{port[1]}"
        assert f"export GEMINI_BASE_URL={url}/gemini" in lines
        assert f"export ITTYBIT_BASE_URL={url}/ittybit" in lines
        fault = next(line for line in lines if line.startswith("curl"))
        assert subprocess.check_output(fault, shell=True, stderr=subprocess.DEVNULL) == b'{"ok":true}'
        headers = {"x-goog-api-key": "sandbox"}
        assert "models" in requests.get(f"{url}/gemini/v1beta/models", headers=headers, timeout=5).json()
        part = requests.get(f"{url}/films/sample.mp4", headers={"Range": "bytes=4-7"}, timeout=5)
        assert (part.status_code, part.content) == (206, b"ftyp")
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_command_runs_with_the_sandbox_set_up_and_its_end_is_the_sandboxs(shell: Shell) -> None:
    port = _free_port("sandbox")
    code = (
        "import os; print(os.environ['ITTYBIT_BASE_URL'], os.environ['POSTERFRAME_ALLOW_HOSTS']); raise SystemExit(7)"
    )
    done = shell.run("sandbox", *port, sys.executable, "-c", code)
    assert (done.returncode, done.stderr) == (7, "")
    host = f"127.0.0.1:{port[1]}"
    assert done.stdout.splitlines()[-1] == f"http://{host}/ittybit {host}"
    missing = shell.run("sandbox", *port, "no-such-command")
    assert missing.returncode == 2
    assert_one_line(missing.stderr)


def _free_port(command: str) -> list[str]:
    """The options with which a command that listens finds a port of its own."""
    if command == "worker":
        return []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return ["--port", str(listener.getsockname()[1])]
