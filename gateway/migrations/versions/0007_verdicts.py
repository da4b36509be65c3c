"""What people decide about lines that wait, and when they were warned of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "verdicts",
        sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
        sa.Column("decided_on", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("budget_code", sa.Text),
        sa.Column("budget_year", sa.Integer),
        sa.Column("branch", sa.Text),
        sa.Column("refusal", sa.Text),
    )
    op.create_table(
        "waiting_warnings",
        sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
        sa.Column("warned_at", sa.Text, nullable=False),
    )
