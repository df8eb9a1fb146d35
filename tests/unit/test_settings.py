"""Settings as they are read from the environment: empty ones, keys as files have them, and addresses for keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from posterframe.errors import BadInput
from posterframe.gemini.sdk import Resolution
from posterframe.settings import Settings, read_settings

KEY = "secret-4711"
KEYS = ["GEMINI_API_KEY", "ITTYBIT_API_KEY"]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment of whoever runs the tests nor their secrets.toml."""
    monkeypatch.setitem(Settings.model_config, "toml_file", None)
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias.choices[0]), raising=False)  # type: ignore[union-attr]
    monkeypatch.setenv("POSTERFRAME_HOME", str(tmp_path))


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("written", [KEY, f"{KEY}\n", f"{KEY}\r\n", f"  {KEY}\t"], ids=repr)
def test_a_key_is_taken_without_what_a_file_puts_around_it(
    name: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, written)
    key = getattr(read_settings(), name.lower())
    assert key.get_secret_value() == KEY


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("written", [f"{KEY}\n{KEY}", f"{KEY}é", f"“{KEY}”", f"{KEY}\x7f", f"{KEY}\u200b"], ids=ascii)
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(
    name: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, written)
    with pytest.raises(BadInput, match=f"setting {name} cannot be used.*copy the key once more") as refused:
        read_settings()
    assert KEY not in repr(refused.getrepr(style="long", chain=True))


@pytest.mark.parametrize("empty", ["", "  "])
def test_what_is_empty_is_as_if_it_were_not_there(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = read_settings()
    for name in (*KEYS, "GEMINI_MODEL", "GEMINI_BASE_URL", "ITTYBIT_BASE_URL", "POSTERFRAME_GEMINI_FPS",
                 "POSTERFRAME_GEMINI_SDK", "POSTERFRAME_ROLE", "POSTERFRAME_ALLOW_HOSTS"):  # fmt: skip
        monkeypatch.setenv(name, empty)
    assert read_settings() == usual
    assert usual.gemini_model == "gemini-3.5-flash-lite"


@pytest.mark.parametrize("name", ["GEMINI_BASE_URL", "ITTYBIT_BASE_URL"])
@pytest.mark.parametrize(
    "url", ["https://proxy.example/gemini", "http://127.0.0.1:8100/gemini", "http://localhost:8100", "http://nas.lan/x"]
)
def test_keys_go_over_tls_or_to_stand_ins_nearby(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTERFRAME_ALLOW_HOSTS", "nas.lan")
    monkeypatch.setenv(name, url)
    assert getattr(read_settings(), name.lower()) == url


@pytest.mark.parametrize("name", ["GEMINI_BASE_URL", "ITTYBIT_BASE_URL"])
@pytest.mark.parametrize(
    "url", ["http://proxy.example", "http://nas.lan", "ftp://x.example", "proxy", "https://", "//x"]
)
def test_keys_go_nowhere_else(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(BadInput, match=f"setting {name} cannot be used.*https://"):
        read_settings()


@pytest.mark.parametrize(
    ("written", "resolution"), [("low", Resolution.LOW), ("high", Resolution.HIGH), ("default", None)]
)
def test_how_closely_to_look_can_be_set(
    written: str, resolution: Resolution | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTERFRAME_GEMINI_RESOLUTION", written)
    monkeypatch.setenv("POSTERFRAME_GEMINI_FPS", "2.5")
    chosen = read_settings()
    assert (chosen.gemini_resolution, chosen.gemini_fps) == (resolution, 2.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("POSTERFRAME_GEMINI_FPS", "25"), ("POSTERFRAME_GEMINI_FPS", "0"), ("POSTERFRAME_GEMINI_RESOLUTION", "tiny"),
     ("POSTERFRAME_ROLE", "boss")],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=f"setting {name} cannot be used"):
        read_settings()


@pytest.mark.parametrize("url", ["frames.example.com", "ftp://frames.example.com", "https://", "https:///here"])
def test_an_address_of_ours_that_nobody_could_open_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTERFRAME_PUBLIC_URL", url)
    with pytest.raises(BadInput, match="POSTERFRAME_PUBLIC_URL cannot be used: give an address that begins with https"):
        read_settings()


def test_folders_and_files_are_the_same_ones_wherever_a_process_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTERFRAME_MEDIA_URL", "./media")
    monkeypatch.setenv("POSTERFRAME_DATABASE_URL", "sqlite:///reviews.sqlite")
    chosen = read_settings()
    assert chosen.media_url == str(tmp_path / "media")
    assert chosen.sqlalchemy_url == f"sqlite:///{tmp_path}/reviews.sqlite"


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("POSTERFRAME_MEDIA_URL", "s3://bucket/folder"),
        ("POSTERFRAME_MEDIA_URL", "file:///srv/media"),
        ("POSTERFRAME_DATABASE_URL", "sqlite:////srv/reviews.sqlite"),
        ("POSTERFRAME_DATABASE_URL", "postgresql://db.example.com/reviews"),
    ],
)
def test_addresses_stay_as_they_are(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, url)
    assert url in (read_settings().media_url, read_settings().database_url)


def test_a_broken_secrets_file_is_told_without_what_stands_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f"GEMINI_API_KEY = {KEY}\n")
    monkeypatch.setitem(Settings.model_config, "toml_file", secrets)
    with pytest.raises(BadInput, match=r"secrets\.toml cannot be read") as told:
        read_settings()
    assert KEY not in str(told.value)
