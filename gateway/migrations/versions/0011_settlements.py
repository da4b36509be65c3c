"""What people found of lines whose delivery was uncertain."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table, and find uncertain lines by an index."""
    op.create_table(
        "settlements",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), nullable=False),
        sa.Column("settled_at", sa.Text, nullable=False),
        sa.Column("settled_by", sa.Text, nullable=False),
        sa.Column("arrived", sa.Boolean, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("told_in", sa.Integer, sa.ForeignKey("runs.pk")),
    )
    op.create_index("settlements_of_mutation", "settlements", ["mutation_pk"])
    untold, uncertain = sa.text("told_in is null"), sa.text("state = 'uncertain'")
    op.create_index("settlements_to_tell", "settlements", ["mutation_pk"], sqlite_where=untold, postgresql_where=untold)
    op.create_index(
        "deliveries_uncertain",
        "deliveries",
        ["institution", "sender"],
        sqlite_where=uncertain,
        postgresql_where=uncertain,
    )
