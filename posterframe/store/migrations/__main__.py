"""For people who change the tables: ``python -m posterframe.store.migrations "Say why"`` writes the next migration.

It compares schema.py with what the migrations make on an empty SQLite. Read what it wrote before you commit it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from posterframe.store.upgrading import migrations, upgrade

_VERSIONS = Path(__file__).parent / "versions"


def main(why: str) -> None:
    number = len(list(_VERSIONS.glob("[0-9]*.py"))) + 1
    config = migrations()
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        config.attributes["connection"] = connection
        command.revision(config, why, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
