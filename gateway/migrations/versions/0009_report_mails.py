"""Which reports went to staff by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "report_mails",
        sa.Column("report", sa.Text, primary_key=True),
        sa.Column("mailed_at", sa.Text, nullable=False),
    )
