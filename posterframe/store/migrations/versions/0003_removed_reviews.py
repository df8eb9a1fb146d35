"""Let reviews be taken out of the library."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
