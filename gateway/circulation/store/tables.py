"""The tables of the circulation room: one for each kind of record, and what we keep beside the picture.

Days are ISO 8601, moments too and in UTC, so that text sorts as time; amounts are cents; lists are JSON. `content` is
a digest of what the library system said, so that what did not change is not written; `doubt` is why nothing may be
sent of a record.
"""

from typing import Any

import sqlalchemy as sa

from gateway.circulation.records import RECORDS, Record, Sort
from gateway.db import metadata

TYPES: dict[Sort, Any] = {Sort.AMOUNT: sa.BigInteger, Sort.NUMBER: sa.Integer, Sort.SWITCH: sa.Boolean}
DERIVED: dict[str, tuple[str, ...]] = {"hold": ("ready_on",)}
"""Columns that the wire does not have: they follow from others, in the library's zone."""

_INDEXED: dict[str, tuple[tuple[str, ...], ...]] = {
    "patron": (("card_number",),),
    "membership": (("patron",), ("ends_on",)),
    "item": (("title",),),
    "loan": (("patron",), ("item",), ("due_on",)),
    "hold": (("patron",), ("title",), ("state",)),
    "charge": (("patron",), ("invoice_number",)),
    "bill": (("patron",),),
    "issue": (("subscription",),),
}


def columns(record: Record) -> tuple[str, ...]:
    """What the library system says of a record, by the columns of its table after library and id."""
    return (*record.columns, *DERIVED.get(record.name, ()), "doubt", "content")


def _table(record: Record) -> sa.Table:
    return sa.Table(
        record.table,
        metadata,
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(field.column, TYPES.get(field.sort, sa.Text)) for field in record.fields),
        *(sa.Column(column, sa.Text) for column in DERIVED.get(record.name, ())),
        sa.Column("doubt", sa.Text, nullable=False, server_default=""),
        sa.Column("content", sa.Text, nullable=False),
        *(
            sa.Index(f"{record.table}_by_{'_'.join(indexed)}", "library", *indexed)
            for indexed in _INDEXED.get(record.name, ())
        ),
        sqlite_with_rowid=False,
    )


TABLES: dict[str, sa.Table] = {record.name: _table(record) for record in RECORDS}

marks = sa.Table(
    "circulation_marks",
    metadata,
    sa.Column("library", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("occasion", sa.Text, primary_key=True),
    sa.Column("made_on", sa.Text, nullable=False),
    sa.Column("effective_on", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("notice", sa.Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)
"""What the engine said, of what, on which occasion (empty for none). No import touches it."""

bailiff_lines = sa.Table(
    "circulation_bailiff_lines",
    metadata,
    sa.Column("library", sa.Text, primary_key=True),
    sa.Column("charge", sa.Text, primary_key=True),
    sa.Column("patron", sa.Text, nullable=False),
    sa.Column("bill", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("loan", sa.Text, nullable=False, server_default=""),
    sa.Column("item", sa.Text, nullable=False, server_default=""),
    sa.Column("selected_at", sa.Text, nullable=False),
    sa.Column("selected_by", sa.Text, nullable=False),
    sa.Column("processed_at", sa.Text),
    sa.Column("processed_by", sa.Text, nullable=False, server_default=""),
    sa.Column("letter", sa.Text, nullable=False, server_default=""),
    sa.Column("unblocked_at", sa.Text),
    sa.Column("unblocked_by", sa.Text, nullable=False, server_default=""),
    sa.Index("circulation_bailiff_lines_by_patron", "library", "patron"),
    sa.Index("circulation_bailiff_lines_by_loan", "library", "loan"),
)
"""Charges on their way to the bailiff; once processed, what the library system says of them is not applied."""

imports = sa.Table(
    "circulation_imports",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("library", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("is_snapshot", sa.Boolean, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("received_at", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("finding_count", sa.Integer, nullable=False),
    sa.UniqueConstraint("library", "message_id"),
)
"""Every message that was applied or is held; `origin` is the account or the file that it came from."""

findings = sa.Table(
    "circulation_findings",
    metadata,
    sa.Column("import_pk", sa.Integer, sa.ForeignKey("circulation_imports.pk"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("library", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("refused", sa.Boolean, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("patron", sa.Text, nullable=False, server_default=""),
    sa.Index("circulation_findings_by_patron", "library", "patron"),
)
"""What was wrong in a message, the first ones; of the patron's, staff see them as work."""

ages = sa.Table(
    "circulation_ages",
    metadata,
    sa.Column("library", sa.Text, primary_key=True),
    sa.Column("record", sa.Text, primary_key=True),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("imported_at", sa.Text, nullable=False),
)
"""Of when the picture is, for each kind of record."""
