"""Every statement about supplier accounts; none of them sees a secret, only its fingerprint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.accounts.model import SupplierAccount, SupplierListing
from gateway.accounts.store import (
    insert_unless_there,
    supplier_account,
    supplier_address,
    supplier_institution,
    supplier_secret,
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What stands on file under one name: nothing at all when it is unknown, disabled or without secrets."""

    sender: str = ""
    fingerprints: tuple[str, ...] = ()


def credentials(connection: sa.Connection, name: str) -> Credentials:
    """The valid fingerprints of one account, oldest first: one statement, whether it exists or not."""
    found = connection.execute(
        sa.select(supplier_account.c.sender, supplier_secret.c.fingerprint)
        .join(supplier_secret, supplier_secret.c.account == supplier_account.c.name)
        .where(
            supplier_account.c.name == name,
            supplier_account.c.disabled_at.is_(None),
            supplier_secret.c.retired_at.is_(None),
        )
        .order_by(supplier_secret.c.id)
    ).all()
    return Credentials(found[0].sender, tuple(row.fingerprint for row in found)) if found else Credentials()


def institutions(connection: sa.Connection, name: str) -> frozenset[str]:
    """The institutions an account may speak about."""
    chosen = sa.select(supplier_institution.c.institution).where(supplier_institution.c.account == name)
    return frozenset(connection.execute(chosen).scalars())


def is_known_address(connection: sa.Connection, name: str, address: str) -> bool:
    """Whether a right secret of this account came from there before."""
    chosen = sa.select(supplier_address.c.account).where(
        supplier_address.c.account == name, supplier_address.c.address == address
    )
    return connection.execute(chosen).first() is not None


def remember_address(connection: sa.Connection, name: str, address: str, now: datetime) -> None:
    """Keep that a right secret came from there."""
    insert_unless_there(connection, supplier_address, account=name, address=address, first_at=now)


def exists(connection: sa.Connection, name: str) -> bool:
    """Whether there is such an account, disabled or not; holds its row until the transaction ends."""
    chosen = sa.select(supplier_account.c.name).where(supplier_account.c.name == name).with_for_update()
    return connection.execute(chosen).first() is not None


def add(connection: sa.Connection, account: SupplierAccount, now: datetime) -> None:
    """Write a new account; it has no secret yet."""
    connection.execute(sa.insert(supplier_account).values(name=account.name, sender=account.sender, created_at=now))
    _insert_institutions(connection, account.name, account.institutions)


def replace_institutions(connection: sa.Connection, name: str, institutions: Iterable[str]) -> None:
    """Bind an account to exactly these institutions."""
    connection.execute(sa.delete(supplier_institution).where(supplier_institution.c.account == name))
    _insert_institutions(connection, name, institutions)


def _insert_institutions(connection: sa.Connection, name: str, institutions: Iterable[str]) -> None:
    for institution in sorted(institutions):
        connection.execute(sa.insert(supplier_institution).values(account=name, institution=institution))


def valid_secrets(connection: sa.Connection, name: str) -> list[int]:
    """The ids of the secrets that open this account, oldest first."""
    chosen = (
        sa.select(supplier_secret.c.id)
        .where(supplier_secret.c.account == name, supplier_secret.c.retired_at.is_(None))
        .order_by(supplier_secret.c.id)
    )
    return list(connection.execute(chosen).scalars())


def add_secret(connection: sa.Connection, name: str, fingerprint: str, now: datetime) -> None:
    """Write the fingerprint of one more secret."""
    connection.execute(sa.insert(supplier_secret).values(account=name, fingerprint=fingerprint, created_at=now))


def retire_secret(connection: sa.Connection, secret: int, now: datetime) -> None:
    """Let one secret open nothing from now on."""
    connection.execute(sa.update(supplier_secret).where(supplier_secret.c.id == secret).values(retired_at=now))


def set_disabled(connection: sa.Connection, name: str, at: datetime | None) -> None:
    """Close an account, or open it again with nothing."""
    connection.execute(sa.update(supplier_account).where(supplier_account.c.name == name).values(disabled_at=at))


def delete(connection: sa.Connection, name: str) -> None:
    """Remove an account with all that belongs to it."""
    for table in (supplier_address, supplier_secret, supplier_institution):
        connection.execute(sa.delete(table).where(table.c.account == name))
    connection.execute(sa.delete(supplier_account).where(supplier_account.c.name == name))


def listing(connection: sa.Connection) -> Sequence[SupplierListing]:
    """All accounts by name."""
    accounts = connection.execute(sa.select(supplier_account).order_by(supplier_account.c.name)).all()
    return [_listed(connection, row) for row in accounts]


def _listed(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> SupplierListing:
    secrets = connection.execute(
        sa.select(sa.func.count(), sa.func.max(supplier_secret.c.created_at)).where(
            supplier_secret.c.account == row.name, supplier_secret.c.retired_at.is_(None)
        )
    ).one()
    addresses = sa.select(sa.func.count()).where(supplier_address.c.account == row.name)
    return SupplierListing(
        account=SupplierAccount(row.name, row.sender, institutions(connection, row.name)),
        secrets=secrets[0],
        last_secret_at=secrets[1],
        disabled_at=row.disabled_at,
        addresses=connection.execute(addresses).scalar_one(),
    )
