"""The tables of a database, brought to the state that this version knows, with Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from posterframe.errors import BadInput


def migrations() -> Config:
    """What Alembic has to know to find our migrations."""
    config = Config()
    config.set_main_option("script_location", "posterframe.store:migrations")
    return config


def upgrade(connection: Connection) -> None:
    """Bring the tables up to date within the connection's transaction. Raises ``BadInput`` for newer data."""
    config = migrations()
    _refuse_newer(connection, config)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _refuse_newer(connection: Connection, config: Config) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in known:
        raise BadInput(
            "This data was written by a newer Posterframe: update this one, or give it another POSTERFRAME_HOME "
            "or POSTERFRAME_DATABASE_URL."
        )
