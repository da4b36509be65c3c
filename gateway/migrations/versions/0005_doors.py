"""More ways to prove who one is (digest, certificate), when each was used last, and what happened to accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what suppliers' accounts need, and the two tables of the audit log."""
    op.add_column("supplier_account", sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("supplier_secret", sa.Column("sealed", sa.String(200)))
    op.add_column("supplier_secret", sa.Column("last_used_at", _AT))
    _proofs()
    _audit()


def _proofs() -> None:
    op.create_table(
        "supplier_certificate",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(40), sa.ForeignKey("supplier_account.name"), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("not_after", _AT, nullable=False),
        sa.Column("added_at", _AT, nullable=False),
        sa.Column("last_used_at", _AT),
    )
    op.create_index("ix_supplier_certificate_account", "supplier_certificate", ["account"])
    op.create_table(
        "supplier_nonce",
        sa.Column("account", sa.String(40), sa.ForeignKey("supplier_account.name"), primary_key=True),
        sa.Column("nonce", sa.String(64), primary_key=True),
        sa.Column("expires_at", _AT, nullable=False),
    )
    op.create_index("ix_supplier_nonce_expires_at", "supplier_nonce", ["expires_at"])


def _audit() -> None:
    op.create_table(
        "audit_change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_change_at", "audit_change", ["at"])
    op.create_table(
        "audit_count",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("what", sa.String(40), primary_key=True),
        sa.Column("account", sa.String(40), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("detail", sa.String(40), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("first_at", _AT, nullable=False),
        sa.Column("last_at", _AT, nullable=False),
    )
