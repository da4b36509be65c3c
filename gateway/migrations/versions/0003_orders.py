"""The tables of the order room: messages, ledger, runs and what goes to the library systems."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "branches",
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("supplier_branch", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("institution", "supplier_branch"),
    )
    op.create_table(
        "budget_codes",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sub_budget", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Text(), nullable=True),
        sa.Column("initial_cents", sa.BigInteger(), nullable=True),
        sa.Column("warning_percent", sa.Integer(), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("no_control", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index("budget_codes_of_library", "budget_codes", ["institution", "code"], unique=False)
    op.create_table(
        "budget_mappings",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("supplier_code", sa.Text(), nullable=False),
        sa.Column("library_code", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index("budget_mappings_of_library", "budget_mappings", ["institution"], unique=False)
    op.create_table(
        "messages",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("customer_number", sa.Text(), nullable=False),
        sa.Column("message_number", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Text(), nullable=True),
        sa.Column("period_to", sa.Text(), nullable=True),
        sa.Column("declared_mutations", sa.Integer(), nullable=False),
        sa.Column("declared_copies", sa.Integer(), nullable=False),
        sa.Column("declared_cents", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mutation_count", sa.Integer(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("known_count", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.Text(), server_default="[]", nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("sender", "message_id"),
    )
    op.create_table(
        "order_lines",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("order_line", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("holdings", sa.Text(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=True),
        sa.Column("made_from", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("ean", sa.Text(), nullable=True),
        sa.Column("expected_date", sa.Text(), nullable=True),
        sa.Column("budget_year", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index(
        "order_lines_by_number", "order_lines", ["sender", "institution", "order_number", "order_line"], unique=True
    )
    op.create_table(
        "refusals",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_table(
        "system_health",
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("failing_since", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("institution"),
    )
    op.create_table(
        "message_chunks",
        sa.Column("message_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_pk"],
            ["messages.pk"],
        ),
        sa.PrimaryKeyConstraint("message_pk", "position"),
    )
    op.create_table(
        "mutations",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("message_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("mutation_id", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.Text(), nullable=True),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("order_line", sa.Text(), nullable=True),
        sa.Column("library_reference", sa.Text(), nullable=True),
        sa.Column("order_date", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("offer_form", sa.Text(), nullable=True),
        sa.Column("processing", sa.Text(), nullable=True),
        sa.Column("article_number", sa.Text(), nullable=True),
        sa.Column("ean", sa.Text(), nullable=True),
        sa.Column("ppn", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("publication_year", sa.Text(), nullable=True),
        sa.Column("medium", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("copies", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("budget_code", sa.Text(), nullable=True),
        sa.Column("budget_year", sa.Text(), nullable=True),
        sa.Column("list_price", sa.Text(), nullable=True),
        sa.Column("processing_fee", sa.Text(), nullable=True),
        sa.Column("net_price", sa.Text(), nullable=True),
        sa.Column("discount_percent", sa.Text(), nullable=True),
        sa.Column("vat_rate", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("action_code", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=True),
        sa.Column("final", sa.Text(), nullable=True),
        sa.Column("expected_date", sa.Text(), nullable=True),
        sa.Column("replacement_ean", sa.Text(), nullable=True),
        sa.Column("packing_slip", sa.Text(), nullable=True),
        sa.Column("shipped_at", sa.Text(), nullable=True),
        sa.Column("parcels", sa.Text(), nullable=True),
        sa.Column("route", sa.Text(), nullable=True),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_pk"],
            ["messages.pk"],
        ),
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
    op.create_table(
        "runs",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("message_pk", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("numbered_at", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("opening_waiting", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_pk"],
            ["messages.pk"],
        ),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("message_pk"),
    )
    op.create_index("runs_of_library", "runs", ["institution", "number"], unique=True)
    op.create_table(
        "deliveries",
        sa.Column("mutation_pk", sa.Integer(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_before", sa.Text(), nullable=True),
        sa.Column("state_after", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("left_out", sa.Text(), server_default="", nullable=False),
        sa.Column("told_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["told_in"], ["runs.pk"]),
        sa.ForeignKeyConstraint(
            ["mutation_pk"],
            ["mutations.pk"],
        ),
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
    op.create_table(
        "effects",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("line_pk", sa.Integer(), nullable=False),
        sa.Column("mutation_pk", sa.Integer(), nullable=True),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("budget_code", sa.Text(), nullable=True),
        sa.Column("supplier_budget_code", sa.Text(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_pk"],
            ["order_lines.pk"],
        ),
        sa.ForeignKeyConstraint(
            ["mutation_pk"],
            ["mutations.pk"],
        ),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_index("effects_of_budget", "effects", ["institution", "budget_code"], unique=False)
    op.create_index("effects_of_line", "effects", ["line_pk"], unique=False)
    op.create_index("effects_of_mutation", "effects", ["mutation_pk"], unique=False)
    op.create_table(
        "outcomes",
        sa.Column("mutation_pk", sa.Integer(), nullable=False),
        sa.Column("run_pk", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mutation_pk"],
            ["mutations.pk"],
        ),
        sa.ForeignKeyConstraint(
            ["run_pk"],
            ["runs.pk"],
        ),
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
    op.create_table(
        "waiting",
        sa.Column("mutation_pk", sa.Integer(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("order_line", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mutation_pk"],
            ["mutations.pk"],
        ),
        sa.PrimaryKeyConstraint("mutation_pk"),
    )
    op.create_index("waiting_of_library", "waiting", ["institution", "sender"], unique=False)
