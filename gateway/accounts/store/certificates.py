"""Every statement about the certificates that are bound to supplier accounts."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.accounts.model import Certificate, CertificateListing
from gateway.accounts.store import insert_unless_there, supplier_account, supplier_certificate

_columns = supplier_certificate.c


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose certificate it is; only of accounts that are open."""

    name: str
    sender: str
    not_after: datetime
    not_before: datetime | None
    last_used_at: datetime | None


def holder(connection: sa.Connection, fingerprint: str) -> Holder | None:
    """Whose certificate that is; nothing when it is bound to no account, or to one that is disabled."""
    row = connection.execute(
        sa.select(
            supplier_account.c.name,
            supplier_account.c.sender,
            _columns.not_after,
            _columns.not_before,
            _columns.last_used_at,
        )
        .join(supplier_certificate, _columns.account == supplier_account.c.name)
        .where(_columns.fingerprint == fingerprint, supplier_account.c.disabled_at.is_(None))
    ).first()
    return Holder(*row) if row else None


def note_use(connection: sa.Connection, fingerprint: str, now: datetime) -> None:
    """Keep when a certificate was used."""
    connection.execute(
        sa.update(supplier_certificate).where(_columns.fingerprint == fingerprint).values(last_used_at=now)
    )


def add(connection: sa.Connection, name: str, certificate: Certificate, now: datetime) -> str:
    """Bind a certificate, unless it is bound; the account that it is bound to now."""
    insert_unless_there(
        connection,
        supplier_certificate,
        fingerprint=certificate.fingerprint,
        account=name,
        subject=certificate.subject,
        not_after=certificate.not_after,
        not_before=certificate.not_before,
        added_at=now,
    )
    bound_to = sa.select(_columns.account).where(_columns.fingerprint == certificate.fingerprint)
    return str(connection.execute(bound_to).scalar_one())


def remove(connection: sa.Connection, fingerprint: str) -> None:
    """Let a certificate open nothing from now on."""
    connection.execute(sa.delete(supplier_certificate).where(_columns.fingerprint == fingerprint))


def listing(connection: sa.Connection, name: str) -> tuple[CertificateListing, ...]:
    """The certificates of one account, in the order in which they were bound."""
    chosen = (
        sa.select(
            _columns.fingerprint, _columns.subject, _columns.not_after, _columns.not_before, _columns.last_used_at
        )
        .where(_columns.account == name)
        .order_by(_columns.added_at, _columns.fingerprint)
    )
    return tuple(
        CertificateListing(Certificate(row.fingerprint, row.subject, row.not_after, row.not_before), row.last_used_at)
        for row in connection.execute(chosen)
    )
