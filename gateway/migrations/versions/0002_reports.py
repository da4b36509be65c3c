"""The archive of processing reports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the report room."""
    counts = ("mutation_count", "cancelled_count", "waiting_count", "refused_count", "warning_count")
    op.create_table(
        "reports",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("corrects", sa.Text, nullable=False),
        sa.Column("written_at", sa.Text, nullable=False),
        *(sa.Column(count, sa.Integer, nullable=False) for count in counts),
        sa.UniqueConstraint("name", "audience"),
    )
    op.create_index("reports_by_institution", "reports", ["institution", "written_at"])
    op.create_table(
        "report_files",
        sa.Column("report_pk", sa.Integer, sa.ForeignKey("reports.pk"), primary_key=True),
        sa.Column("format", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("offered_at", sa.Text),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("report_files")
    op.drop_index("reports_by_institution", "reports")
    op.drop_table("reports")
