"""From when a client certificate is valid; of those that were bound before it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    op.add_column("supplier_certificate", sa.Column("not_before", sa.DateTime(timezone=True)))
