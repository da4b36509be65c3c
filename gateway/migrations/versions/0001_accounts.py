"""Suppliers and people."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of the accounts room."""
    _suppliers()
    _people()


def _suppliers() -> None:
    op.create_table(
        "supplier_account",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("sender", sa.String(6), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("disabled_at", _AT),
    )
    op.create_table(
        "supplier_institution",
        sa.Column("account", sa.String(40), sa.ForeignKey("supplier_account.name"), primary_key=True),
        sa.Column("institution", sa.String(4), primary_key=True),
    )
    op.create_table(
        "supplier_secret",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(40), sa.ForeignKey("supplier_account.name"), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("retired_at", _AT),
    )
    op.create_index("ix_supplier_secret_account", "supplier_secret", ["account"])
    op.create_table(
        "supplier_address",
        sa.Column("account", sa.String(40), sa.ForeignKey("supplier_account.name"), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("first_at", _AT, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("disabled_at", _AT),
    )
    op.create_table(
        "person_institution",
        sa.Column("person", sa.String(40), sa.ForeignKey("person.name"), primary_key=True),
        sa.Column("institution", sa.String(4), primary_key=True),
    )
    op.create_table(
        "person_session",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(40), sa.ForeignKey("person.name"), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("begun_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("ended_at", _AT),
    )
    op.create_index("ix_person_session_person", "person_session", ["person"])
    op.create_table(
        "sign_in_try",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("last_at", _AT, nullable=False),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in (
        "sign_in_try",
        "person_session",
        "person_institution",
        "person",
        "supplier_address",
        "supplier_secret",
        "supplier_institution",
        "supplier_account",
    ):
        op.drop_table(table)
