"""The ledger of routines: which run of which library was done, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "routine_runs",
        sa.Column("routine", sa.Text, primary_key=True),
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("planned_on", sa.Text, primary_key=True),
        sa.Column("planned_at", sa.Text, primary_key=True),
        sa.Column("due_at", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begun_at", sa.Text),
        sa.Column("ended_at", sa.Text),
        sa.Column("times_begun", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.create_table(
        "routines_known",
        sa.Column("routine", sa.Text, primary_key=True),
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("since", sa.Text, nullable=False),
    )
