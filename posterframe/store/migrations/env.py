"""Run by Alembic: migrate on the connection, and within the transaction, that database.py hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum, TypeDecorator

from posterframe.store.schema import ENUM_LENGTH, metadata


def _plainly(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write the types of a new migration as the database sees them, so that old migrations need no code of today."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({ENUM_LENGTH})"
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
    render_item=_plainly,
)
with context.begin_transaction():
    context.run_migrations()
