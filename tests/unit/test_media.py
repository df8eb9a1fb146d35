"""Stored files: named by what is in them, whole or not at all, on disk or in S3; and links that only we can make."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import signal
import stat
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.media import Kind, Linked, MediaStore, NotStored, content_type, suffix_of
from posterframe.signing import DAY, Refused, Signer, signing_key

KEY = b"k" * 32
ABSENT = f"previews/{'0' * 64}.webp"
BIG = os.urandom(3_000_000)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """An S3 that others wrote, on loopback; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def media(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> MediaStore:
    """An empty media store; a test that asks for it runs on a folder and on S3."""
    if request.param == "folder":
        return MediaStore(None, home, KEY)
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = f"media-{time.monotonic_ns()}"
    _make_bucket(bucket)
    return MediaStore(f"s3://{bucket}/posterframe", home, KEY)


def _make_bucket(name: str) -> None:
    import s3fs  # type: ignore[import-untyped]

    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(name)


def _files(home: Path) -> list[str]:
    """What lies in the media folder, half received files too."""
    return sorted(str(file.relative_to(home / "media")) for file in (home / "media").rglob("*") if file.is_file())


@pytest.mark.parametrize("kind", ["previews", "thumbnails", "videos"])
def test_a_file_is_named_by_its_hash_and_comes_back_as_it_was(media: MediaStore, kind: Kind) -> None:
    key = media.put(BIG, kind, "mp4")
    assert key == f"{kind}/{hashlib.sha256(BIG).hexdigest()}.mp4"
    assert media.exists(key)
    assert media.size(key) == len(BIG)
    with media.open(key) as file:
        assert file.read() == BIG
        file.seek(-5, os.SEEK_END)
        assert file.read() == BIG[-5:]
        file.seek(1_000_000)
        assert file.read(10) == BIG[1_000_000:1_000_010]


def test_the_same_bytes_are_stored_once(media: MediaStore) -> None:
    assert media.put(b"picture", "previews", "webp") == media.put(b"picture", "previews", "webp")


def test_what_is_not_stored_is_said_not_to_be(media: MediaStore) -> None:
    assert not media.exists(ABSENT)
    for ask in (media.open, media.size):
        with pytest.raises(NotStored, match="not stored any more"):
            ask(ABSENT)


def test_a_bucket_that_does_not_exist_is_named_in_a_sentence(media: MediaStore, home: Path) -> None:
    nowhere = MediaStore("s3://nobody-made-this/folder", home, KEY)
    with pytest.raises(ServiceFailed, match="nobody-made-this"):
        nowhere.put(b"picture", "previews", "webp")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../signing.key",
        "previews/../../signing.key",
        f"previews/../previews/{'0' * 64}.webp",
        f"incoming/{'0' * 64}.webp",
        f"previews/{'0' * 63}.webp",
        f"previews/{'0' * 64}",
        f"previews/{'0' * 64}.webp/x",
        f"previews/{'0' * 64}.webp\n",
        f"previews/{'0' * 64}.w/../x",
        f"s3://bucket/previews/{'0' * 64}.webp",
    ],
)
def test_nothing_but_a_key_of_ours_reaches_the_files(home: Path, key: str) -> None:
    media = MediaStore(None, home, KEY)
    for ask in (media.open, media.size, media.exists, media.link):
        with pytest.raises(ValueError, match="not a media key"):
            ask(key)


@pytest.mark.parametrize("suffix", ["../x", "a/b", "", "much-too-long", "MP4"])
def test_an_ending_cannot_lead_out_of_the_folder(home: Path, suffix: str) -> None:
    with pytest.raises(ValueError, match="not a media key"):
        MediaStore(None, home, KEY).put(b"x", "videos", suffix)
    assert _files(home) == []


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(home: Path) -> None:
    media = MediaStore(None, home, KEY)
    key = media.put_file(BytesIO(b"x" * 1000), "videos", "mp4", max_bytes=1000)
    with pytest.raises(BadInput, match=r"larger than 0.001 MB"):
        media.put_file(BytesIO(b"x" * 1001), "videos", "mp4", max_bytes=1000)
    assert _files(home) == [key]


def test_an_empty_file_is_refused(home: Path) -> None:
    with pytest.raises(BadInput, match="is empty"):
        MediaStore(None, home, KEY).put(b"", "videos", "mp4")
    assert _files(home) == []


def test_a_source_that_breaks_off_leaves_nothing(home: Path) -> None:
    media = MediaStore(None, home, KEY)
    with suppress(ConnectionResetError), media.receive() as incoming:
        incoming.write(b"the beginning")
        raise ConnectionResetError
    assert _files(home) == []


def test_a_file_is_not_seen_before_it_is_whole(home: Path) -> None:
    media = MediaStore(None, home, KEY)
    with media.receive() as incoming:
        incoming.write(b"all of it")
        assert len(_files(home)) == 1
        assert not (home / "media/videos").exists()
        key = media.keep(incoming, "videos", "mp4")
    assert _files(home) == [key]


def test_many_threads_can_store_the_same_file_at_once(media: MediaStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: media.put(BIG, "videos", "mp4"), range(8)))
    (key,) = keys
    with media.open(key) as file:
        assert file.read() == BIG


def test_a_full_disk_is_said_to_be_one_and_leaves_nothing(home: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        said = pool.submit(_put_where_little_fits, home).result()
    assert "is full, so nothing was stored" in said
    assert _files(home) == []


def _put_where_little_fits(home: Path) -> str:
    """Store 3 MB where no file may grow beyond 1 MB, and return what is said of it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    try:
        return MediaStore(None, home, KEY).put(BIG, "videos", "mp4")
    except PosterframeError as error:
        return str(error)


def test_a_folder_that_cannot_be_used_is_named_in_a_sentence(home: Path) -> None:
    (home / "media").write_text("in the way")
    with pytest.raises(ServiceFailed, match=str(home / "media")):
        MediaStore(None, home, KEY)


@pytest.mark.parametrize(
    ("url", "sentence"), [("nothing-like-it://bucket", "has to be a folder"), ("gs://bucket", "needs a package")]
)
def test_a_place_that_is_no_file_store_is_refused(home: Path, url: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=f"POSTERFRAME_MEDIA_URL {sentence}"):
        MediaStore(url, home, KEY)


def test_what_killed_processes_left_behind_is_swept_away_and_what_is_fresh_stays(home: Path) -> None:
    media = MediaStore(None, home, KEY)
    with media.receive() as incoming:
        incoming.write(b"still coming")
        old = incoming.path.with_name("old")
        old.write_bytes(b"half")
        os.utime(old, (time.time() - 2 * DAY,) * 2)
        MediaStore(None, home, KEY)
        assert not old.exists()
        assert incoming.path.exists()


@pytest.mark.parametrize("filename", [None, "Harbour at dawn.webp", "été “x”/../y.webp"])
def test_a_link_leads_back_to_its_file(home: Path, filename: str | None) -> None:
    media = MediaStore(None, home, KEY)
    link = media.link(ABSENT, filename=filename)
    _, root, token, name = link.split("/")
    assert root == "files"
    assert name.endswith(".webp")
    assert media.resolve(token) == Linked(ABSENT, filename)
    assert media.link(ABSENT, filename=filename) == link


def test_a_ticket_a_receipt_and_a_link_cannot_stand_for_each_other(home: Path) -> None:
    media = MediaStore(None, home, KEY)
    token = media.link(ABSENT).split("/")[2]
    ticket, receipt = media.upload_ticket(), media.receipt(ABSENT)
    media.check_ticket(ticket)
    assert media.uploaded_key(receipt) == ABSENT
    wrong: list[Callable[[], object]] = [
        lambda: media.resolve(ticket),
        lambda: media.resolve(receipt),
        lambda: media.check_ticket(token),
        lambda: media.check_ticket(receipt),
        lambda: media.uploaded_key(token),
        lambda: media.uploaded_key(ticket),
    ]
    for use in wrong:
        with pytest.raises(Refused):
            use()


@given(word=st.text(max_size=200))
def test_no_word_that_we_did_not_sign_is_taken(word: str) -> None:
    with pytest.raises(Refused):
        Signer(KEY).read("link", word)


@given(place=st.integers(0, 10_000), to=st.sampled_from("aB3-_.=é"))
def test_a_signed_word_with_one_letter_changed_is_refused(place: int, to: str) -> None:
    word = Signer(KEY).sign("link", [ABSENT, None], 7)
    place %= len(word)
    changed = word[:place] + to + word[place + 1 :]
    if changed != word and place < len(word) - 1:  # the last letter holds bits that say nothing
        with pytest.raises(Refused):
            Signer(KEY).read("link", changed)


def test_another_key_signs_other_words() -> None:
    with pytest.raises(Refused):
        Signer(b"x" * 32).read("link", Signer(KEY).sign("link", "x", 7))


def test_a_signed_word_ends() -> None:
    signer = Signer(KEY)
    assert signer.read("link", signer.sign("link", "x", 0)) == "x"
    with pytest.raises(Refused, match="has expired or was changed"):
        signer.read("link", signer.sign("link", "x", -1))


def test_the_key_of_a_data_folder_is_made_once_for_us_alone(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(signing_key, [home / "new"] * 8))
    assert len(keys) == 1
    assert keys == {signing_key(home / "new")}
    assert stat.S_IMODE((home / "new/signing.key").stat().st_mode) == 0o600
    assert [file.name for file in (home / "new").iterdir()] == ["signing.key"]


def test_a_damaged_key_is_not_used(home: Path) -> None:
    (home / "signing.key").write_bytes(b"short")
    with pytest.raises(ServiceFailed, match="is damaged"):
        signing_key(home)


def test_a_key_that_cannot_be_kept_is_told_in_a_sentence(home: Path) -> None:
    (home / "file").write_text("in the way")
    with pytest.raises(ServiceFailed, match="cannot be used"):
        signing_key(home / "file")


@pytest.mark.parametrize(
    ("name", "suffix", "type_"),
    [
        ("My film.MP4", "mp4", "video/mp4"),
        ("clip.webm", "webm", "video/webm"),
        ("clip.mov", "mov", "video/quicktime"),
        ("page.html", "bin", "application/octet-stream"),
        ("no ending", "bin", "application/octet-stream"),
        ("../../x.mp4/", "mp4", "video/mp4"),
        ("", "bin", "application/octet-stream"),
    ],
)
def test_the_ending_of_a_name_says_how_a_file_is_served_where_it_is_one_we_know(
    name: str, suffix: str, type_: str
) -> None:
    assert suffix_of(name) == suffix
    assert content_type(f"videos/{'0' * 64}.{suffix}") == type_
