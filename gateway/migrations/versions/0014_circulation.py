"""What the notice engine knows of a library's circulation, and what it said of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_RECORDS = {
    "circulation_libraries": {
        "text": "name currency language sender_mail logo iban enterprise_number website",
    },
    "circulation_branches": {
        "text": (
            "name phone mail sender_mail logo iban print_group billing_branch book_drop_processed_on "
            "address_lines week days"
        ),
        "number": "shelf_days",
    },
    "circulation_preference_sets": {
        "text": "kinds",
    },
    "circulation_membership_types": {
        "text": "name preference_set",
        "cents": "price",
    },
    "circulation_patrons": {
        "text": (
            "card_number sort gender language guardian birth_on deceased_on removed_on salutation initials "
            "first_name prefix last_name postal_addresses mail_addresses phones blocks preferences"
        ),
        "number": "text_group",
        "switch": "wants_hold_messages",
        "indexes": "card_number",
    },
    "circulation_memberships": {
        "text": (
            "patron type branch started_on ends_on renewal successor_type status enrolled_via renewed_via "
            "enrolled_at confirmed_at renewed_at kinds_off preferences host_marks"
        ),
        "cents": "price",
        "indexes": "ends_on patron",
    },
    "circulation_suppliers": {
        "text": "name customer_number country mail language address_lines",
    },
    "circulation_subscriptions": {
        "text": "title supplier late_supplier number branch",
    },
    "circulation_issues": {
        "text": "subscription expected_on received_on claimed_on volume number host_marks",
        "number": "year claims",
        "switch": "is_missing",
        "indexes": "subscription",
    },
    "circulation_titles": {
        "text": "title author material",
        "cents": "price",
    },
    "circulation_items": {
        "text": "title barcode branch owner material status substatus acquired_on",
        "cents": "price",
        "switch": "is_last_copy",
        "indexes": "title",
    },
    "circulation_loans": {
        "text": (
            "patron item branch loaned_on due_on lost_on renewed_at returned_at cancelled_at earlier_due host_marks"
        ),
        "number": "renewals renewals_left",
        "switch": "is_renewable",
        "cents": "running_fine maximum_fine",
        "indexes": "due_on item patron",
    },
    "circulation_holds": {
        "text": (
            "patron title item pickup_branch kind state lender shelf_number charged_when charge placed_at "
            "accepted_at ready_at message_sent_at collected_at ended_at expires_on pickup_until host_marks "
            "ready_on"
        ),
        "switch": "was_ill",
        "cents": "cost",
        "number": "archive_reason",
        "indexes": "patron state title",
    },
    "circulation_charges": {
        "text": (
            "patron kind currency item loan hold membership invoice_number command branch booked_on description "
            "payments host_marks"
        ),
        "cents": "amount paid waived written_off",
        "switch": "is_payable",
        "indexes": "invoice_number patron",
    },
    "circulation_bills": {
        "text": "kind patron made_at made_by state parent payment_reference issued_on lines host_marks",
        "indexes": "patron",
    },
}

_TYPES: dict[str, Any] = {
    "text": sa.Text,
    "cents": sa.BigInteger,
    "number": sa.Integer,
    "switch": sa.Boolean,
}


def upgrade() -> None:
    """Add all tables."""
    for name, parts in _RECORDS.items():
        op.create_table(
            name,
            sa.Column("library", sa.Text, primary_key=True),
            sa.Column("id", sa.Text, primary_key=True),
            *(sa.Column(each, kind) for sort, kind in _TYPES.items() for each in parts.get(sort, "").split()),
            sa.Column("doubt", sa.Text, nullable=False, server_default=""),
            sa.Column("content", sa.Text, nullable=False),
            sqlite_with_rowid=False,
        )
        for each in parts.get("indexes", "").split():
            op.create_index(f"{name}_by_{each}", name, ["library", each])
    _said()
    _owed()
    _received()


def _said() -> None:
    op.create_table(
        "circulation_marks",
        *(sa.Column(each, sa.Text, primary_key=True) for each in ("library", "subject", "id", "kind", "occasion")),
        sa.Column("made_on", sa.Text, nullable=False),
        sa.Column("effective_on", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("notice", sa.Text, nullable=False, server_default=""),
        sqlite_with_rowid=False,
    )


def _owed() -> None:
    op.create_table(
        "circulation_bailiff_lines",
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


def _received() -> None:
    op.create_table(
        "circulation_imports",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("library", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("is_snapshot", sa.Boolean, nullable=False),
        *(sa.Column(each, sa.Text, nullable=False) for each in ("as_of", "received_at", "origin", "state", "counts")),
        sa.Column("finding_count", sa.Integer, nullable=False),
        sa.UniqueConstraint("library", "message_id"),
    )
    op.create_table(
        "circulation_findings",
        sa.Column("import_pk", sa.Integer, sa.ForeignKey("circulation_imports.pk"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        *(sa.Column(each, sa.Text, nullable=False) for each in ("library", "record", "id")),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("patron", sa.Text, nullable=False, server_default=""),
        sa.Index("circulation_findings_by_patron", "library", "patron"),
    )
    op.create_table(
        "circulation_ages",
        sa.Column("library", sa.Text, primary_key=True),
        sa.Column("record", sa.Text, primary_key=True),
        sa.Column("as_of", sa.Text, nullable=False),
        sa.Column("imported_at", sa.Text, nullable=False),
    )
