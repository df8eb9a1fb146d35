"""The search for a key finds it, however it was written down."""

from __future__ import annotations

import base64
import pickle
import sqlite3
from pathlib import Path

import pytest

from tests.secrecy import files_that_tell, tells

KEY = "a-key/with+signs=4711"


@pytest.mark.parametrize(
    "said",
    [
        f"https://example.com/?key={KEY}",
        "https://example.com/?key=a-key%2Fwith%2Bsigns%3D4711",
        f"key {KEY}".encode("utf-16-le"),
        KEY.encode().hex(),
        *(base64.b64encode(pickle.dumps([KEY, "-" * more])) for more in range(3)),
        *(base64.b64encode(b"-" * before + KEY.encode() + b"-" * 5) for before in range(3)),
    ],
    ids=lambda said: str(said)[:30],
)
def test_a_key_that_was_written_down_is_found(said: str | bytes) -> None:
    assert tells(KEY, said)


def test_other_words_are_no_key() -> None:
    assert not tells(KEY, "a-key/with+other-signs")
    assert not tells(KEY, base64.b64encode(b"a-key/with+other-signs"))


def test_a_database_that_holds_the_key_is_found(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("nothing")
    with sqlite3.connect(tmp_path / "deep.sqlite") as database:
        database.execute("CREATE TABLE inputs (value TEXT)")
        database.execute("INSERT INTO inputs VALUES (?)", (base64.b64encode(KEY.encode()).decode(),))
    assert files_that_tell(KEY, tmp_path) == [tmp_path / "deep.sqlite"]
