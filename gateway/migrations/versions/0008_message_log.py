"""By what people find a mutation in the log of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table, with what was decided before."""
    op.create_table(
        "log_entries",
        sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("mutation_id", sa.Text, nullable=False),
        sa.Column("order_number", sa.Text),
        sa.Column("ean", sa.Text),
    )
    op.execute(
        "insert into log_entries (mutation_pk, institution, mutation_id, order_number, ean)"
        " select mutations.pk, institution, mutation_id, order_number, ean from mutations"
        " join messages on messages.pk = message_pk"
        " where exists (select 1 from outcomes where outcomes.mutation_pk = mutations.pk)"
    )
    for key in ("mutation_id", "order_number", "ean"):
        op.create_index(f"log_entries_by_{key}", "log_entries", ["institution", key])
