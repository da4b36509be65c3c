"""The tables of the order room: messages, ledger, runs and what goes to the library systems."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WIRE = [
    "mutation_id", "sequence", "kind", "occurred_at", "order_number", "order_line", "library_reference",
    "order_date", "channel", "offer_form", "processing", "article_number", "ean", "ppn", "title", "author",
    "publisher", "publication_year", "medium", "quantity", "copies", "branch", "budget_code", "budget_year",
    "list_price", "processing_fee", "net_price", "discount_percent", "vat_rate", "currency", "action_code",
    "reason_code", "reason_text", "final", "expected_date", "replacement_ean", "packing_slip", "shipped_at",
    "parcels", "route", "extension",
]  # fmt: skip
"""The elements of a mutation on the wire, each a column of text."""


def upgrade() -> None:
    _codes()
    _messages()
    _mutations()
    _runs()
    _waiting()
    _ledger()
    _deliveries()


def _codes() -> None:
    op.create_table(
        "branches",
        *_texts("institution", "supplier_branch", "branch"),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("institution", "supplier_branch"),
    )
    op.create_table(
        "budget_codes",
        sa.Column("pk", sa.Integer(), nullable=False),
        *_texts("institution", "code"),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("year", sa.Integer()),
        *_texts("sub_budget", "valid_from", "valid_until", optional=True),
        sa.Column("initial_cents", sa.BigInteger()),
        sa.Column("warning_percent", sa.Integer()),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("no_control", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index("budget_codes_of_library", "budget_codes", ["institution", "code"], unique=False)
    op.create_table(
        "budget_mappings",
        sa.Column("pk", sa.Integer(), nullable=False),
        *_texts("institution", "supplier_code", "library_code"),
        *_texts("channel", "branch", "medium", "valid_from", "valid_until", optional=True),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index("budget_mappings_of_library", "budget_mappings", ["institution"], unique=False)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("pk", sa.Integer(), nullable=False),
        *_texts("sender", "message_id", "institution", "customer_number"),
        sa.Column("message_number", sa.BigInteger()),
        *_texts("created_at"),
        *_texts("period_from", "period_to", optional=True),
        sa.Column("declared_mutations", sa.Integer(), nullable=False),
        sa.Column("declared_copies", sa.Integer(), nullable=False),
        sa.Column("declared_cents", sa.BigInteger(), nullable=False),
        *_texts("content", "received_at", "account", "address"),
        sa.Column("mutation_count", sa.Integer(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("known_count", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.Text(), server_default="[]", nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("sender", "message_id"),
    )
    op.create_table(
        "refusals",
        sa.Column("pk", sa.Integer(), nullable=False),
        *_texts("received_at", "account", "address", "digest", "code", "sentence", "number"),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_table(
        "message_chunks",
        sa.Column("message_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_pk"], ["messages.pk"]),
        sa.PrimaryKeyConstraint("message_pk", "position"),
    )


def _mutations() -> None:
    op.create_table(
        "mutations",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("message_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        *_texts("standing", "sender", "moment", "content"),
        *(sa.Column(name, sa.Text()) for name in _WIRE),
        sa.ForeignKeyConstraint(["message_pk"], ["messages.pk"]),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index("mutations_of_message", "mutations", ["message_pk", "position"], unique=False)
    op.create_index(
        "mutations_once",
        "mutations",
        ["sender", "mutation_id"],
        unique=True,
        sqlite_where=sa.text("standing = 'NEW'"),
        postgresql_where=sa.text("standing = 'NEW'"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("pk", sa.Integer(), nullable=False),
        *_texts("institution", "sender"),
        sa.Column("message_pk", sa.Integer()),
        sa.Column("number", sa.Integer()),
        *_texts("numbered_at", optional=True),
        *_texts("opened_at"),
        sa.Column("opening_waiting", sa.Integer(), nullable=False),
        *_texts("planned_at", "delivered_at", "report", "finished_at", optional=True),
        sa.ForeignKeyConstraint(["message_pk"], ["messages.pk"]),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("message_pk"),
    )
    op.create_index("runs_of_library", "runs", ["institution", "number"], unique=True)
    op.create_table(
        "outcomes",
        sa.Column("mutation_pk", sa.Integer(), nullable=False),
        sa.Column("run_pk", sa.Integer(), nullable=False),
        *_texts("outcome", "findings"),
        sa.ForeignKeyConstraint(["mutation_pk"], ["mutations.pk"]),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.pk"]),
        sa.PrimaryKeyConstraint("mutation_pk", "run_pk"),
    )
    op.create_index(
        "outcomes_final_once",
        "outcomes",
        ["mutation_pk"],
        unique=True,
        sqlite_where=sa.text("outcome <> 'WAITING'"),
        postgresql_where=sa.text("outcome <> 'WAITING'"),
    )
    op.create_index("outcomes_of_run", "outcomes", ["run_pk", "mutation_pk"], unique=False)


def _waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("mutation_pk", sa.Integer(), nullable=False),
        *_texts("institution", "sender", "order_number", "order_line", "findings", "since"),
        sa.ForeignKeyConstraint(["mutation_pk"], ["mutations.pk"]),
        sa.PrimaryKeyConstraint("mutation_pk"),
    )
    op.create_index("waiting_of_library", "waiting", ["institution", "sender"], unique=False)


def _ledger() -> None:
    op.create_table(
        "order_lines",
        sa.Column("pk", sa.Integer(), nullable=False),
        *_texts("sender", "institution", "order_number", "order_line", "state", "holdings"),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        *_texts("last_at"),
        sa.Column("last_sequence", sa.Integer()),
        *_texts("made_from", optional=True),
        *_texts("content"),
        *_texts("title", "ean", "expected_date", optional=True),
        sa.Column("budget_year", sa.Integer()),
        *_texts("channel", "medium", "ordered_on", optional=True),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index(
        "order_lines_by_number", "order_lines", ["sender", "institution", "order_number", "order_line"], unique=True
    )
    op.create_table(
        "effects",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("line_pk", sa.Integer(), nullable=False),
        sa.Column("mutation_pk", sa.Integer()),
        *_texts("institution", "kind", "branch"),
        *_texts("budget_code", "supplier_budget_code", optional=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_taken_back", sa.Boolean(), nullable=False),
        sa.Column("budget_year", sa.Integer()),
        *_texts("share"),
        sa.ForeignKeyConstraint(["line_pk"], ["order_lines.pk"]),
        sa.ForeignKeyConstraint(["mutation_pk"], ["mutations.pk"]),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index("effects_of_budget", "effects", ["institution", "budget_code"], unique=False)
    op.create_index("effects_of_line", "effects", ["line_pk"], unique=False)
    op.create_index("effects_of_mutation", "effects", ["mutation_pk"], unique=False)


def _deliveries() -> None:
    op.create_table(
        "system_health",
        *_texts("institution", "failing_since"),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_texts("next_try_at", "reason"),
        sa.PrimaryKeyConstraint("institution"),
    )
    op.create_table(
        "deliveries",
        sa.Column("mutation_pk", sa.Integer(), nullable=False),
        *_texts("institution", "sender"),
        sa.Column("place", sa.BigInteger(), nullable=False),
        *_texts("state"),
        *_texts("state_before", optional=True),
        *_texts("state_after"),
        sa.Column("is_partly", sa.Boolean(), nullable=False),
        *_texts("outcome", "findings"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("left_out", sa.Text(), server_default="", nullable=False),
        sa.Column("told_in", sa.Integer()),
        sa.ForeignKeyConstraint(["told_in"], ["runs.pk"]),
        sa.ForeignKeyConstraint(["mutation_pk"], ["mutations.pk"]),
        sa.PrimaryKeyConstraint("mutation_pk"),
    )
    op.create_index(
        "deliveries_to_do",
        "deliveries",
        ["institution", "sender", "place"],
        unique=False,
        sqlite_where=sa.text("state in ('to deliver', 'offered')"),
        postgresql_where=sa.text("state in ('to deliver', 'offered')"),
    )


def _texts(*names: str, optional: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=optional) for name in names]
