"""The tables of the accounts room; the statements are in the files beside this one."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.db import metadata


class Moment(sa.TypeDecorator[datetime]):
    """An aware moment, kept in UTC also where the database knows no zones (SQLite)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """On the way in."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """On the way out."""
        if value is None:
            return None
        aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)


supplier_account = sa.Table(
    "supplier_account",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("sender", sa.String(6), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
    sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.false()),
)

supplier_institution = sa.Table(
    "supplier_institution",
    metadata,
    sa.Column("account", sa.ForeignKey("supplier_account.name"), primary_key=True),
    sa.Column("institution", sa.String(4), primary_key=True),
)

supplier_secret = sa.Table(
    "supplier_secret",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account", sa.ForeignKey("supplier_account.name"), nullable=False, index=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("retired_at", Moment),
    sa.Column("sealed", sa.String(200)),
    sa.Column("last_used_at", Moment),
)
"""`sealed` holds the secret itself, encrypted, and only where the account takes a PasswordDigest."""

supplier_certificate = sa.Table(
    "supplier_certificate",
    metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey("supplier_account.name"), nullable=False, index=True),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("not_after", Moment, nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    sa.Column("last_used_at", Moment),
    sa.Column("not_before", Moment),
)

supplier_nonce = sa.Table(
    "supplier_nonce",
    metadata,
    sa.Column("account", sa.ForeignKey("supplier_account.name"), primary_key=True),
    sa.Column("nonce", sa.String(64), primary_key=True),
    sa.Column("expires_at", Moment, nullable=False, index=True),
)
"""The hashes of the nonces that were taken, as long as a token with one of them could still be fresh."""

supplier_address = sa.Table(
    "supplier_address",
    metadata,
    sa.Column("account", sa.ForeignKey("supplier_account.name"), primary_key=True),
    sa.Column("address", sa.String(64), primary_key=True),
    sa.Column("first_at", Moment, nullable=False),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("display_name", sa.String(100), nullable=False),
    sa.Column("role", sa.String(10), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
)

person_institution = sa.Table(
    "person_institution",
    metadata,
    sa.Column("person", sa.ForeignKey("person.name"), primary_key=True),
    sa.Column("institution", sa.String(4), primary_key=True),
)

person_session = sa.Table(
    "person_session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person", sa.ForeignKey("person.name"), nullable=False, index=True),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
)

sign_in_try = sa.Table(
    "sign_in_try",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("address", sa.String(64), primary_key=True),
    sa.Column("wrong", sa.Integer, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
)
"""An empty name counts an address as a whole; an empty address a name as a whole."""

audit_change = sa.Table(
    "audit_change",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("detail", sa.String(200), nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
)

audit_count = sa.Table(
    "audit_count",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("what", sa.String(40), primary_key=True),
    sa.Column("account", sa.String(40), primary_key=True),
    sa.Column("address", sa.String(64), primary_key=True),
    sa.Column("detail", sa.String(40), primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
)
"""What happens often is counted by day (in UTC), so that nobody fills the disk by trying."""


def insert_unless_there(connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row and say whether it was not there; when two come at the same time, one stays and nobody fails."""
    into = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    # Not every driver counts rows here; what was inserted is given back by all.
    inserted = into.values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(inserted).first() is not None


def insert_or_replace(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row, or give the row with its primary key these values."""
    into = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in key}
    connection.execute(into.values(**values).on_conflict_do_update(index_elements=key, set_=rest))
