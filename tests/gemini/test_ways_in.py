"""Every way in for a video: by address, as an upload, by YouTube, and what is kept and deleted at Gemini."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from pydantic import SecretStr

from posterframe.contracts import Wish, ignore_progress
from posterframe.errors import BadInput, ServiceFailed
from posterframe.gemini.courier import goes_by_link
from posterframe.gemini.uploads import USABLE_SECONDS, Uploads
from posterframe.pickers.gemini import GeminiPicker
from posterframe.sandbox.gemini_asked import video_uri
from posterframe.video import Footage
from tests.gemini.conftest import KEY, MOMENTS, MakePicker, Sandbox
from tests.servers import MediaServer


def test_an_address_that_the_stand_in_can_read_is_sent_as_it_is(
    picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    picked = picker.pick(footage, Wish(), ignore_progress)
    assert picked.details["sent_as"] == "link"
    body = sandbox.asked("generate")[0]["body"]
    video, prompt = body["contents"][0]["parts"]
    assert video_uri(body) == footage.url
    assert "fileData" in video
    assert "best moments" in prompt["text"]
    assert sandbox.uploads() == 0


LINK_REFUSED = ["cannot-fetch", "invalid-argument", "no-such-type", "no-such-address", "failed-to-fetch", "refused",
                "no-video", "file-gone"]  # fmt: skip


@pytest.mark.parametrize("fault", LINK_REFUSED)
def test_an_address_that_gemini_refuses_is_downloaded_and_uploaded(
    fault: str, picker: GeminiPicker, footage: Footage, sandbox: Sandbox
) -> None:
    sandbox.next(fault, on="generate")
    doings: list[str] = []
    picked = picker.pick(footage, Wish(), lambda _, doing: doings.append(doing))
    assert picked.proposals == MOMENTS
    assert picked.details["sent_as"] == "upload"
    assert sandbox.uploads() == 1
    assert any("Sending the video" in doing for doing in doings)


def test_a_private_address_is_not_told_to_google(make_picker: MakePicker, footage: Footage, sandbox: Sandbox) -> None:
    picked = make_picker(allow_hosts=frozenset()).pick(footage, Wish(), ignore_progress)
    assert picked.details["sent_as"] == "upload"
    assert footage.url is not None
    assert all(footage.url not in json.dumps(request) for request in sandbox.told()["requests"])


def test_an_uploaded_file_is_sent_once_and_used_again(picker: GeminiPicker, file: Footage, sandbox: Sandbox) -> None:
    first = picker.pick(file, Wish(), ignore_progress)
    second = picker.pick(file, Wish(brief="brighter"), ignore_progress)
    assert first.proposals == second.proposals == MOMENTS
    assert sandbox.uploads() == 1


def test_the_same_bytes_under_another_address_are_not_sent_again(
    make_picker: MakePicker, file: Footage, footage: Footage, sandbox: Sandbox
) -> None:
    picker = make_picker(allow_hosts=frozenset())
    picker.pick(file, Wish(), ignore_progress)
    assert picker.pick(footage, Wish(), ignore_progress).details["sent_as"] == "upload"
    assert sandbox.uploads() == 1


def test_asking_again_about_an_address_downloads_it_only_once(
    make_picker: MakePicker, footage: Footage, media: MediaServer, sandbox: Sandbox
) -> None:
    picker = make_picker(allow_hosts=frozenset())
    picker.pick(footage, Wish(), ignore_progress)
    before = media.body_bytes
    picker.pick(footage, Wish(), ignore_progress)
    assert media.body_bytes - before < before
    assert sandbox.uploads() == 1


def test_another_key_uploads_for_itself(make_picker: MakePicker, file: Footage, sandbox: Sandbox) -> None:
    make_picker().pick(file, Wish(), ignore_progress)
    make_picker(api_key=SecretStr("another-key")).pick(file, Wish(), ignore_progress)
    assert sandbox.uploads() == 2


def test_an_upload_that_google_lost_is_sent_anew(picker: GeminiPicker, file: Footage, sandbox: Sandbox) -> None:
    picker.pick(file, Wish(), ignore_progress)
    sandbox.forget_files()
    assert picker.pick(file, Wish(), ignore_progress).proposals == MOMENTS
    assert sandbox.uploads() == 2


def test_an_upload_that_is_lost_while_it_is_asked_about_is_sent_anew(
    picker: GeminiPicker, file: Footage, sandbox: Sandbox
) -> None:
    sandbox.next("file-gone", on="generate")
    assert picker.pick(file, Wish(), ignore_progress).proposals == MOMENTS
    assert sandbox.uploads() == 2


@pytest.mark.parametrize("fault", ["drop", "drop-after", "overloaded"])
def test_a_break_in_an_upload_is_gone_on_from(
    fault: str, picker: GeminiPicker, file: Footage, sandbox: Sandbox
) -> None:
    picker.pick(file, Wish(), ignore_progress)
    sandbox.forget_files()
    started = sandbox.uploads()

    def break_off(_: float, doing: str) -> None:
        if "Sending" in doing and sandbox.uploads() > started and not broken:
            broken.append(fault)
            sandbox.next(fault, on="upload")

    broken: list[str] = []
    assert picker.pick(file, Wish(), break_off).proposals == MOMENTS
    assert broken
    assert sandbox.uploads() == started + 1


def test_what_gemini_cannot_process_is_deleted_there_and_said(
    picker: GeminiPicker, sandbox: Sandbox, film: Path
) -> None:
    broken = film.read_bytes()[: film.stat().st_size // 2]
    seen = iter([film.read_bytes(), film.read_bytes()])
    changing = Footage("Broken", None, lambda: BytesIO(next(seen, broken)))
    with pytest.raises(BadInput, match=r"could not read the uploaded video.*Failed to process.*this machine"):
        picker.pick(changing, Wish(), ignore_progress)
    assert sandbox.told()["files"] == []


def age(record: Path) -> None:
    """Let so much time go by for an upload that it is not used again."""
    kept = json.loads(record.read_text())
    record.write_text(json.dumps({**kept, "uploaded_at": kept["uploaded_at"] - USABLE_SECONDS}))


def test_an_upload_is_kept_for_asking_again_and_deleted_in_its_time(
    picker: GeminiPicker, file: Footage, sandbox: Sandbox, tmp_path: Path
) -> None:
    picker.pick(file, Wish(), ignore_progress)
    picker.tidy()
    assert len(sandbox.told()["files"]) == 1
    (record,) = (tmp_path / "gemini").glob("*.json")
    age(record)
    picker.tidy()
    assert sandbox.told()["files"] == []
    assert not record.exists()


def test_an_upload_that_has_outlived_its_use_is_deleted_by_the_next_one(
    picker: GeminiPicker, file: Footage, sandbox: Sandbox, tmp_path: Path
) -> None:
    picker.pick(file, Wish(), ignore_progress)
    (record,) = (tmp_path / "gemini").glob("*.json")
    age(record)
    picker.pick(file, Wish(), ignore_progress)
    assert sandbox.uploads() == 2
    assert len(sandbox.told()["files"]) == 1


def test_a_service_that_is_down_does_not_stop_the_tidying(
    picker: GeminiPicker, file: Footage, sandbox: Sandbox, tmp_path: Path
) -> None:
    picker.pick(file, Wish(), ignore_progress)
    (record,) = (tmp_path / "gemini").glob("*.json")
    age(record)
    sandbox.next("overloaded", on="files")
    picker.tidy()
    assert not record.exists()


def test_what_a_killed_download_left_is_removed_and_one_under_way_is_not(
    picker: GeminiPicker, tmp_path: Path, sandbox: Sandbox
) -> None:
    folder = tmp_path / "gemini"
    (folder / "on-its-way-killed").mkdir(parents=True)
    (folder / "on-its-way-killed" / "video").write_bytes(b"half of it")
    with Uploads(folder, SecretStr(KEY), sandbox.url).space() as under_way:
        for left in folder.iterdir():
            os.utime(left, (0, 0))
        picker.tidy()
        assert list(folder.iterdir()) == [under_way]
    assert list(folder.iterdir()) == []


def test_records_of_a_key_that_is_not_used_any_more_are_removed_once_google_has_deleted_the_files(
    make_picker: MakePicker, file: Footage, tmp_path: Path
) -> None:
    make_picker(api_key=SecretStr("another-key")).pick(file, Wish(), ignore_progress)
    for left in (tmp_path / "gemini").iterdir():
        os.utime(left, (0, 0))
    make_picker().tidy()
    assert list((tmp_path / "gemini").iterdir()) == []


def test_a_youtube_address_is_watched_without_the_file(picker: GeminiPicker, sandbox: Sandbox) -> None:
    picked = picker.pick(youtube(), Wish(), ignore_progress)
    assert picked.proposals == MOMENTS
    assert picked.details["sent_as"] == "youtube"
    assert picked.details["estimate"] is None
    assert video_uri(sandbox.asked("generate")[0]["body"]) == youtube().url


@pytest.mark.parametrize("fault", [*LINK_REFUSED, "no-permission"])
def test_a_youtube_video_that_is_not_public_is_said(fault: str, picker: GeminiPicker, sandbox: Sandbox) -> None:
    sandbox.next(fault, on="generate")
    with pytest.raises(BadInput, match=r"YouTube.*it says.*not public. Give the video itself.*this machine") as said:
        picker.pick(youtube(), Wish(), ignore_progress)
    assert "model" not in str(said.value).replace("models/this-model", "")


def test_trouble_that_has_nothing_to_do_with_youtube_keeps_its_sentence(picker: GeminiPicker, sandbox: Sandbox) -> None:
    sandbox.next("no-access", on="generate")
    with pytest.raises(ServiceFailed, match="does not let this key"):
        picker.pick(youtube(), Wish(), ignore_progress)


def test_times_from_youtube_are_kept_as_they_were_written(picker: GeminiPicker, sandbox: Sandbox) -> None:
    sandbox.next("times-in-milliseconds")
    assert picker.pick(youtube(), Wish(), ignore_progress).details["written"] == [2500, 6250, 4500]


def test_a_video_of_a_kind_that_gemini_does_not_take_is_refused_before_it_is_sent(
    picker: GeminiPicker, sandbox: Sandbox
) -> None:
    matroska = Footage("film.mkv", None, lambda: BytesIO(b"\x1a\x45\xdf\xa3" + b"matroska" * 20))
    with pytest.raises(BadInput, match=r"does not take videos of the kind of “film.mkv”.*this machine"):
        picker.pick(matroska, Wish(), ignore_progress)
    assert sandbox.told()["requests"] == []


@pytest.mark.parametrize("on", ["upload", "files"])
def test_a_passing_trouble_of_the_files_api_is_waited_out(
    on: str, picker: GeminiPicker, file: Footage, sandbox: Sandbox
) -> None:
    sandbox.next("overloaded", times=2, on=on)
    assert picker.pick(file, Wish(), ignore_progress).proposals == MOMENTS


def test_a_full_or_forbidden_data_folder_is_said(make_picker: MakePicker, file: Footage, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("no folder")
    with pytest.raises(ServiceFailed):
        make_picker(uploads_folder=tmp_path / "occupied").pick(file, Wish(), ignore_progress)


def test_two_rounds_about_one_file_at_a_time_send_it_once(
    make_picker: MakePicker, file: Footage, sandbox: Sandbox
) -> None:
    with ThreadPoolExecutor(3) as rounds:
        asked = [rounds.submit(make_picker().pick, file, Wish(), ignore_progress) for _ in range(3)]
    assert all(each.result().proposals == MOMENTS for each in asked)
    assert sandbox.uploads() == 1


def test_a_broken_files_api_is_said(picker: GeminiPicker, file: Footage, sandbox: Sandbox) -> None:
    sandbox.next("overloaded", times=99, on="upload")
    with pytest.raises(ServiceFailed, match=r"overloaded.*this machine"):
        picker.pick(file, Wish(), ignore_progress)


@pytest.mark.parametrize(
    ("url", "size", "base_url", "expected"),
    [
        ("https://cdn.example/film.mp4", 100_000_000, "https://google.example", True),
        ("https://cdn.example/film.mp4", None, "https://google.example", True),
        ("https://cdn.example/film.mp4", 100_000_001, "https://google.example", False),
        ("http://cdn.example/film.mp4", 1000, "https://google.example", False),
        ("https://nas.lan/film.mp4", 1000, "https://google.example", False),
        ("http://nas.lan/film.mp4", 1000, "http://127.0.0.1:8100", True),
        ("http://127.0.0.1:9/film.mp4", 1000, "http://127.0.0.1:8100", False),
        (None, 1000, "https://google.example", False),
    ],
    ids=[
        "public",
        "of unknown size",
        "too large",
        "not https",
        "private",
        "private with a stand-in",
        "not allowed",
        "file",
    ],
)
def test_only_what_gemini_can_read_goes_by_address(
    url: str | None, size: int | None, base_url: str, *, expected: bool
) -> None:
    assert goes_by_link(url, size, base_url, frozenset({"nas.lan"})) is expected


def youtube() -> Footage:
    """The address of a video, with no file behind it."""

    def no_file() -> BinaryIO:
        raise BadInput("A YouTube address has no file.")

    return Footage("YouTube", "https://www.youtube.com/watch?v=aqz-KE-bpKQ", no_file)
