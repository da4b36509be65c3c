"""Which reports went to staff by mail: the table and its statements."""

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa

from gateway.db import metadata, reading, writing

report_mails = sa.Table(
    "report_mails",
    metadata,
    sa.Column("report", sa.Text, primary_key=True),
    sa.Column("mailed_at", sa.Text, nullable=False),
)


def among(database: sa.Engine, names: Collection[str]) -> set[str]:
    """Those of these reports that were mailed."""
    with reading(database) as connection:
        return set(
            connection.execute(sa.select(report_mails.c.report).where(report_mails.c.report.in_(names))).scalars()
        )


def note(database: sa.Engine, name: str, at: datetime) -> None:
    """Keep that a report was mailed."""
    with writing(database) as connection:
        connection.execute(report_mails.insert().values(report=name, mailed_at=at.astimezone(UTC).isoformat()))
