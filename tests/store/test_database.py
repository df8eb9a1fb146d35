"""The database itself: tables brought up to date by whoever comes first, and every fault in a sentence."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sqlite3
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from posterframe.errors import BadInput, PosterframeError, ServiceFailed
from posterframe.settings import sqlite_url
from posterframe.store import Store
from posterframe.store.schema import metadata
from posterframe.store.upgrading import migrations
from tests.store.making import make_review


def test_the_migrations_make_exactly_the_tables_that_the_code_expects(store: Store, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_data_outlive_the_process_that_wrote_them(database_url: str) -> None:
    first = Store.open(database_url)
    review = make_review(first)
    first.close()
    second = Store.open(database_url)
    assert second.review(review.id) == review
    second.close()


def test_reviews_of_an_earlier_version_are_all_in_the_library_afterwards(database_url: str) -> None:
    engine = create_engine(database_url)
    columns = "id, title, source, location, created_at, updated_at, version"
    values = "'r', 'Harbour', 'url', 'https://example.com/h.mp4', '2026-05-01 10:00:00', '2026-05-01 10:00:00', 1"
    config = migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text(f"INSERT INTO reviews ({columns}) VALUES ({values})"))
    engine.dispose()
    store = Store.open(database_url)
    assert [one.review.id for one in store.reviews()] == ["r"]
    store.remove_review("r", "Ana")
    assert store.reviews() == []
    store.close()


def test_processes_that_start_at_once_all_find_the_tables(database_url: str, workers: ProcessPoolExecutor) -> None:
    made = set(workers.map(_open_and_make, [database_url] * 8))
    store = Store.open(database_url)
    assert {one.review.id for one in store.reviews()} == made
    assert len(made) == 8
    store.close()


def test_a_first_start_waits_for_another_one_that_is_writing(tmp_path: Path) -> None:
    file = tmp_path / "posterframe.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("CREATE TABLE anything (at_all)")
        other.execute("BEGIN IMMEDIATE")
        opening = pool.submit(Store.open, sqlite_url(file))
        with pytest.raises(TimeoutError):
            opening.result(0.5)
        other.execute("COMMIT")
        opening.result(20).close()


def _open_and_make(database_url: str) -> str:
    store = Store.open(database_url)
    review = make_review(store)
    store.close()
    return review.id


def test_data_of_a_newer_posterframe_are_left_alone(store: Store, database_url: str) -> None:
    review = make_review(store)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInput, match="written by a newer Posterframe"):
        Store.open(database_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT id FROM reviews")).scalars().all() == [review.id]
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "sqlite://",
        "sqlite:///",
        "mysql://someone:s3cret@localhost/reviews",
        "postgresql+unheard://localhost/reviews",
        "postgresql+psycopg://localhost:no-port/reviews",
        "",
    ],
)
def test_an_address_that_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="POSTERFRAME_DATABASE_URL") as refused:
        Store.open(url)
    assert "s3cret" not in str(refused.value)


def _not_a_database(file: Path) -> None:
    file.write_bytes(b"This is a letter, not a database. " * 100)


def _torn(file: Path) -> None:
    """A good database whose middle is lost, as after a disk error."""
    store = Store.open(f"sqlite:///{file}")
    for number in range(50):
        make_review(store, title=f"Film {number}" * 20)
    store.close()
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))


def _a_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param(_not_a_database, "is damaged", id="another file"),
        pytest.param(_torn, "is damaged", id="torn"),
        pytest.param(_a_folder, "cannot be opened", id="a folder"),
    ],
)
def test_a_data_file_that_cannot_be_used_is_named_in_a_sentence(
    home: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    file = home / "posterframe.sqlite"
    spoil(file)
    with pytest.raises(ServiceFailed, match=sentence) as failed:
        Store.open(f"sqlite:///{file}").reviews()
    assert str(file) in str(failed.value)


def test_a_data_folder_that_cannot_be_made_is_named_in_a_sentence(home: Path) -> None:
    (home / "file").write_text("in the way")
    with pytest.raises(ServiceFailed, match="cannot be made"):
        Store.open(f"sqlite:///{home / 'file' / 'deeper' / 'posterframe.sqlite'}")


def test_a_data_folder_is_made_where_there_is_none(home: Path) -> None:
    Store.open(f"sqlite:///{home / 'new' / 'folder' / 'posterframe.sqlite'}").close()


def test_a_full_disk_is_said_to_be_one_and_spoils_nothing(home: Path) -> None:
    url = f"sqlite:///{home / 'posterframe.sqlite'}"
    store = Store.open(url)
    review = make_review(store)
    store.close()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        said = pool.submit(_write_until_full, url).result()
    assert "nothing was saved" in said
    store = Store.open(url)
    assert store.review(review.id) == review
    store.close()


def _write_until_full(url: str) -> str:
    """Write where no file may grow beyond 256 kB, and return what the store says of it."""
    store = Store.open(url)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))
    try:
        for _ in range(1000):
            make_review(store, title="x" * 10_000)
    except PosterframeError as error:
        return str(error)
    return "it was never full"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"database": "nowhere"}, "does not exist", id="no such database"),
        pytest.param({"host": "127.0.0.1", "port": 1, "query": {}}, "Connection refused", id="nobody listens"),
        pytest.param({"username": "stranger"}, "does not exist", id="no such user"),
    ],
)
def test_a_server_that_lets_nobody_in_is_named_without_its_password(
    request: pytest.FixtureRequest, change: dict[str, object], sentence: str
) -> None:
    server = request.getfixturevalue("postgres").set(drivername="postgresql+psycopg", password="s3cret")
    with pytest.raises(ServiceFailed, match=sentence) as failed:
        Store.open(server.set(**change).render_as_string(hide_password=False))
    assert "s3cret" not in str(failed.value)


def test_a_server_that_went_away_and_came_back_is_used_again(request: pytest.FixtureRequest, store: Store) -> None:
    """Connections that the server has ended are noticed before they are used."""
    review = make_review(store)
    if request.node.callspec.params["database_url"] == "postgresql":
        _end_connections(request.getfixturevalue("database_url"))
    assert store.review(review.id) == review


def _end_connections(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
        assert connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}")).scalars().all() == [True]
    engine.dispose()


def test_the_data_file_lets_readers_and_a_writer_work_at_once(home: Path) -> None:
    file = home / "posterframe.sqlite"
    store = Store.open(f"sqlite:///{file}")
    review = make_review(store)
    with sqlite3.connect(file) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.execute("BEGIN")
        other.execute("SELECT * FROM reviews").fetchall()
        store.rename_review(review.id, "While somebody reads", "Ana")
        other.execute("ROLLBACK")
        other.execute("BEGIN IMMEDIATE")
        found = store.review(review.id)
        other.execute("ROLLBACK")
    other.close()
    assert found is not None
    assert found.title == "While somebody reads"
    store.close()
