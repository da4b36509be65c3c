"""The tables of the order room. Moments are ISO 8601 in UTC, so that text sorts as time; amounts are cents."""

import sqlalchemy as sa

from gateway.db import metadata
from gateway.orders.model import WIRE_FIELDS, snake

WIRE_COLUMNS = tuple(snake(name) for name in WIRE_FIELDS)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("customer_number", sa.Text, nullable=False),
    sa.Column("message_number", sa.BigInteger),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("period_from", sa.Text),
    sa.Column("period_to", sa.Text),
    sa.Column("declared_mutations", sa.Integer, nullable=False),
    sa.Column("declared_copies", sa.Integer, nullable=False),
    sa.Column("declared_cents", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("received_at", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("mutation_count", sa.Integer, nullable=False),
    sa.Column("new_count", sa.Integer, nullable=False),
    sa.Column("known_count", sa.Integer, nullable=False),
    sa.Column("remarks", sa.Text, nullable=False, server_default="[]"),
    sa.Column("receipt", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("sender", "message_id"),
)
"""Every message that was accepted; `content` stands for what it says, `receipt` is the answer as first given."""

message_chunks = sa.Table(
    "message_chunks",
    metadata,
    sa.Column("message_pk", sa.Integer, sa.ForeignKey("messages.pk"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("compressed", sa.LargeBinary, nullable=False),
)
"""The message as it was received, in pieces of zlib."""

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("received_at", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
)
"""That a message came and was refused; of its content nothing is kept."""

mutations = sa.Table(
    "mutations",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("message_pk", sa.Integer, sa.ForeignKey("messages.pk"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("moment", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    *(sa.Column(name, sa.Text) for name in WIRE_COLUMNS),
    sa.Index("mutations_of_message", "message_pk", "position"),
    sa.Index(
        "mutations_once",
        "sender",
        "mutation_id",
        unique=True,
        sqlite_where=sa.text("standing = 'NEW'"),
        postgresql_where=sa.text("standing = 'NEW'"),
    ),
)
"""Every mutation received, as texts of the wire; `standing` is NEW, KNOWN or CONFLICT, `moment` is in UTC."""

log_entries = sa.Table(
    "log_entries",
    metadata,
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("mutation_id", sa.Text, nullable=False),
    sa.Column("order_number", sa.Text),
    sa.Column("ean", sa.Text),
    sa.Index("log_entries_by_mutation_id", "institution", "mutation_id"),
    sa.Index("log_entries_by_order_number", "institution", "order_number"),
    sa.Index("log_entries_by_ean", "institution", "ean"),
)
"""By what people find a mutation; written when it is decided, so that taking a message in costs nothing more."""

branches = sa.Table(
    "branches",
    metadata,
    sa.Column("institution", sa.Text, primary_key=True),
    sa.Column("supplier_branch", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
)

budget_codes = sa.Table(
    "budget_codes",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("year", sa.Integer),
    sa.Column("sub_budget", sa.Text),
    sa.Column("valid_from", sa.Text),
    sa.Column("valid_until", sa.Text),
    sa.Column("initial_cents", sa.BigInteger),
    sa.Column("warning_percent", sa.Integer),
    sa.Column("blocked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("no_control", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("budget_codes_of_library", "institution", "code"),
)

budget_mappings = sa.Table(
    "budget_mappings",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("supplier_code", sa.Text, nullable=False),
    sa.Column("library_code", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("medium", sa.Text),
    sa.Column("valid_from", sa.Text),
    sa.Column("valid_until", sa.Text),
    sa.Index("budget_mappings_of_library", "institution"),
)

budget_codes_told = sa.Table(
    "budget_codes_told",
    metadata,
    sa.Column("institution", sa.Text, primary_key=True),
    sa.Column("sender", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("told_at", sa.Text, nullable=False),
    sa.Column("way", sa.Text, nullable=False),
)
"""What a supplier was told last of each code, by mail or SOAP or because it asked; year 0 is every year."""

order_lines = sa.Table(
    "order_lines",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("order_number", sa.Text, nullable=False),
    sa.Column("order_line", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("holdings", sa.Text, nullable=False),
    sa.Column("net_cents", sa.BigInteger, nullable=False),
    sa.Column("last_at", sa.Text, nullable=False),
    sa.Column("last_sequence", sa.Integer),
    sa.Column("made_from", sa.Text),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("ean", sa.Text),
    sa.Column("expected_date", sa.Text),
    sa.Column("budget_year", sa.Integer),
    sa.Column("channel", sa.Text),
    sa.Column("medium", sa.Text),
    sa.Column("ordered_on", sa.Text),
    sa.Index("order_lines_by_number", "sender", "institution", "order_number", "order_line", unique=True),
)
"""The ledger: every order line as it stands now; `holdings` is JSON."""

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("message_pk", sa.Integer, sa.ForeignKey("messages.pk"), unique=True),
    sa.Column("number", sa.Integer),
    sa.Column("numbered_at", sa.Text),
    sa.Column("opened_at", sa.Text, nullable=False),
    sa.Column("opening_waiting", sa.Integer, nullable=False),
    sa.Column("planned_at", sa.Text),
    sa.Column("delivered_at", sa.Text),
    sa.Column("report", sa.Text),
    sa.Column("finished_at", sa.Text),
    sa.Index("runs_of_library", "institution", "number", unique=True),
)
"""Every processing run: of a message, or (without one) of lines whose cause of waiting was gone."""

effects = sa.Table(
    "effects",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("line_pk", sa.Integer, sa.ForeignKey("order_lines.pk"), nullable=False),
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk")),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("budget_code", sa.Text),
    sa.Column("supplier_budget_code", sa.Text),
    sa.Column("copies", sa.Integer, nullable=False),
    sa.Column("committed", sa.BigInteger, nullable=False),
    sa.Column("shipped", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("is_taken_back", sa.Boolean, nullable=False),
    sa.Column("budget_year", sa.Integer),
    sa.Column("share", sa.Text, nullable=False),
    sa.Index("effects_of_line", "line_pk"),
    sa.Index("effects_of_mutation", "mutation_pk"),
    sa.Index("effects_of_budget", "institution", "budget_code"),
)
"""The history of the ledger: what each mutation did to copies on one branch and budget code."""

_DOUBT = sa.text("state = 'uncertain'")
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("state_before", sa.Text),
    sa.Column("state_after", sa.Text, nullable=False),
    sa.Column("is_partly", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("left_out", sa.Text, nullable=False, server_default=""),
    sa.Column("told_in", sa.Integer, sa.ForeignKey("runs.pk")),
    sa.Index(
        "deliveries_to_do",
        "institution",
        "sender",
        "place",
        sqlite_where=sa.text("state in ('to deliver', 'offered')"),
        postgresql_where=sa.text("state in ('to deliver', 'offered')"),
    ),
    sa.Index("deliveries_uncertain", "institution", "sender", sqlite_where=_DOUBT, postgresql_where=_DOUBT),
)
"""What goes into the library system, in the order of `place`, with the outcome that holds once it is there.

`told_in` is the run whose report tells that the system refused it after all.
"""

outcomes = sa.Table(
    "outcomes",
    metadata,
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
    sa.Column("run_pk", sa.Integer, sa.ForeignKey("runs.pk"), primary_key=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Index("outcomes_of_run", "run_pk", "mutation_pk"),
    sa.Index(
        "outcomes_final_once",
        "mutation_pk",
        unique=True,
        sqlite_where=sa.text("outcome <> 'WAITING'"),
        postgresql_where=sa.text("outcome <> 'WAITING'"),
    ),
)
"""What became of a mutation in a run: WAITING in as many runs as it takes, then one final outcome."""

waiting = sa.Table(
    "waiting",
    metadata,
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("order_number", sa.Text, nullable=False),
    sa.Column("order_line", sa.Text, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
    sa.Index("waiting_of_library", "institution", "sender"),
)
"""The mutations that wait now, with why."""

system_health = sa.Table(
    "system_health",
    metadata,
    sa.Column("institution", sa.Text, primary_key=True),
    sa.Column("failing_since", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
"""The library systems that cannot be reached now, and when they are tried again."""
