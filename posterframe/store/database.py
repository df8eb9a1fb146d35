"""Connections to SQLite or PostgreSQL: kept up to date, used in short transactions, faults put into words."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, Pool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, InterfaceError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from posterframe.errors import BadInput, PosterframeError, ServiceFailed

BUSY_TIMEOUT = 30.0
"""Seconds to wait for other writers. Each holds the database for milliseconds, so this ends only when one hangs."""

_BUSY_STEP = 0.02

CONNECT_TIMEOUT = 10
"""Whole seconds that PostgreSQL has to answer a connection."""

MIGRATION_LOCK = 0x706F7374
"""The key of PostgreSQL's advisory lock that one process holds while it brings the tables up to date."""

DISK_FULL = "53100"
"""PostgreSQL's code for it, https://www.postgresql.org/docs/current/errcodes-appendix.html."""

_WRITES = {"posterframe_writes": True}
_migrating = threading.Lock()


class Database:
    """One pool of connections; any thread may use it."""

    def __init__(self, url: str) -> None:
        """Connect and bring the tables up to date, whoever else is doing the same at this moment.

        Raises ``BadInput`` for an address that cannot be used and for data of a newer Posterframe,
        ``ServiceFailed`` where the database cannot be reached, read or written.
        """
        self._url = _checked(url)
        if self._url.get_backend_name() == "sqlite":
            _make_folder(Path(self._url.database or ""))
        with self._in_words():
            _migrate(self._url)
        engine = _engine(self._url)
        self._turn = threading.Lock() if self._url.get_backend_name() == "sqlite" else None
        self._writing = engine.execution_options(**_WRITES)
        self._reading = engine.execution_options(**_snapshot_options(self._url))

    def close(self) -> None:
        self._writing.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees the data as it stands at one instant."""
        with self._in_words(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is stored as a whole, or not at all where the block raises."""
        with self._in_words(), self._taking_turns(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        """Let threads queue for SQLite's one writer here: at the file's lock they sleep, up to 0.1 s at a time."""
        if self._turn is None or not self._turn.acquire(timeout=BUSY_TIMEOUT):
            yield
            return
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError):
            raise  # ours to repair, not a person's
        except (DatabaseError, InterfaceError, PoolTimeout) as error:
            raise _database_trouble(error, self._url) from error


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
        driver = parsed.get_driver_name()
    except (ArgumentError, ValueError):
        driver = ""
    if driver == "psycopg" or (driver == "pysqlite" and parsed.database):
        return parsed
    raise BadInput("POSTERFRAME_DATABASE_URL has to be the address of a PostgreSQL database or of a SQLite file.")


def _make_folder(file: Path) -> None:
    try:
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceFailed(f"The folder {file.parent} cannot be made: {error.strerror}.") from error


def _engine(url: URL, *, poolclass: type[Pool] | None = None, foreign_keys: bool = True) -> Engine:
    to_json = partial(json.dumps, allow_nan=False)
    if url.get_backend_name() == "postgresql":
        wait = {"connect_timeout": CONNECT_TIMEOUT}
        return create_engine(url, connect_args=wait, poolclass=poolclass, pool_pre_ping=True, json_serializer=to_json)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT}, poolclass=poolclass, json_serializer=to_json)
    event.listen(engine, "connect", partial(_prepare_sqlite, foreign_keys))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(foreign_keys: bool, connection: sqlite3.Connection, _: object) -> None:  # noqa: FBT001
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where the driver guesses
    connection.execute(f"PRAGMA foreign_keys = {foreign_keys:d}")
    keep_a_log_of_writes(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    # SQLite's own lower() knows ASCII only, so "É" would not find "é".
    connection.create_function(
        "lower", 1, lambda value: None if value is None else str(value).lower(), deterministic=True
    )


def keep_a_log_of_writes(connection: sqlite3.Connection) -> None:
    """Turn SQLite's write-ahead log on, so that readers and the writer do not wait for each other.

    Where another process writes while the log is still off, as at a first start of two, SQLite fails at once instead of
    waiting, so the waiting is ours.
    """
    patient = Retrying(
        retry=retry_if_exception(_is_busy),
        wait=wait_fixed(_BUSY_STEP),
        stop=stop_after_delay(BUSY_TIMEOUT),
        reraise=True,
    )
    patient(connection.execute, "PRAGMA journal_mode = WAL")


def _is_busy(error: BaseException) -> bool:
    """Whether somebody else holds the file, for whatever reason: the lowest byte of a result code is what it is."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _begin_sqlite(connection: Connection) -> None:
    """Take the lock at once where a write follows: SQLite refuses to wait when a reader turns into a writer."""
    writes = connection.get_execution_options().get("posterframe_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _snapshot_options(url: URL) -> dict[str, object]:
    """SQLite reads from one instant in any transaction; PostgreSQL has to be asked to."""
    if url.get_backend_name() == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _migrate(url: URL) -> None:
    """Bring the tables up to date within one transaction that no second process can enter."""
    from posterframe.store.upgrading import upgrade  # Alembic takes a while to load

    # Alembic rebuilds tables on SQLite, which foreign keys in force would hinder.
    engine = _engine(url, poolclass=NullPool, foreign_keys=False)
    try:
        with _migrating, engine.execution_options(**_WRITES).begin() as connection:
            if url.get_backend_name() == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            upgrade(connection)
    finally:
        engine.dispose()


def _database_trouble(error: Exception, url: URL) -> PosterframeError:
    """What a fault of the database means to a person. Names the file or host, never a password."""
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        return _sqlite_trouble(getattr(cause, "sqlite_errorname", ""), url.database or "")
    if isinstance(error, PoolTimeout):
        return ServiceFailed("The database is busy: try again in a moment.")
    where = f"The database {url.database} at {url.host or 'this machine'}"
    state = getattr(cause, "sqlstate", None)
    if state == DISK_FULL:
        return ServiceFailed(f"{where} has no room left, so nothing was saved: free some space there.")
    # Why a connection is refused libpq tells in words alone: host, database and user, never the password.
    reason = f"SQLSTATE {state}" if state else str(cause).strip().rpartition(": ")[2].rstrip(".")
    return ServiceFailed(f"{where} cannot be used ({reason}): check that it runs, and POSTERFRAME_DATABASE_URL.")


def _sqlite_trouble(name: str, file: str) -> ServiceFailed:
    """``name`` is SQLite's result code, see https://www.sqlite.org/rescode.html."""
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return ServiceFailed(
            f"The data file {file} is damaged: put a copy in its place, or move it away to start anew."
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return ServiceFailed(f"The data file {file} cannot be written, maybe as the disk is full: nothing was saved.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return ServiceFailed(f"The data file {file} cannot be opened for writing: check who owns it and its folder.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ServiceFailed("The database is busy: try again in a moment.")
    return ServiceFailed(f"The data file {file} cannot be used ({name or 'unknown fault'}).")
