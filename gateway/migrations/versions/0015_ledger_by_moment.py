"""The newest run of a routine is asked for every minute."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the index that answers it."""
    op.create_index("routine_runs_by_moment", "routine_runs", ["routine", "library", "due_at"])
