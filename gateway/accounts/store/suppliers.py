"""Every statement about supplier accounts; a secret is here as a fingerprint, or sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.accounts.model import SecretListing, SupplierAccount, SupplierListing
from gateway.accounts.store import (
    certificates,
    insert_unless_there,
    supplier_account,
    supplier_address,
    supplier_certificate,
    supplier_institution,
    supplier_nonce,
    supplier_secret,
)


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """One valid secret; `sealed` only where the account takes a PasswordDigest."""

    id: int
    fingerprint: str
    sealed: str | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What stands on file under one name: nothing at all when it is unknown, disabled or without secrets."""

    sender: str = ""
    secrets: tuple[KeptSecret, ...] = ()


def credentials(connection: sa.Connection, name: str) -> Credentials:
    """The valid secrets of one account, oldest first: one statement, whether it exists or not."""
    secret = supplier_secret.c
    found = connection.execute(
        sa.select(
            supplier_account.c.sender,
            supplier_account.c.digest,
            secret.id,
            secret.fingerprint,
            secret.sealed,
            secret.last_used_at,
        )
        .join(supplier_secret, secret.account == supplier_account.c.name)
        .where(supplier_account.c.name == name, supplier_account.c.disabled_at.is_(None), secret.retired_at.is_(None))
        .order_by(secret.id)
    ).all()
    kept = (KeptSecret(row.id, row.fingerprint, row.sealed if row.digest else None, row.last_used_at) for row in found)
    return Credentials(found[0].sender, tuple(kept)) if found else Credentials()


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


def note_use(connection: sa.Connection, secret: int, now: datetime) -> None:
    """Keep when a secret was used."""
    connection.execute(sa.update(supplier_secret).where(supplier_secret.c.id == secret).values(last_used_at=now))


def use_nonce(connection: sa.Connection, name: str, nonce: str, expires_at: datetime, now: datetime) -> bool:
    """Whether a nonce is used for the first time; it is not from now on. Expired ones are let go of."""
    connection.execute(sa.delete(supplier_nonce).where(supplier_nonce.c.expires_at < now))
    return insert_unless_there(connection, supplier_nonce, account=name, nonce=nonce, expires_at=expires_at)


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


def takes_digest(connection: sa.Connection, name: str) -> bool:
    """Whether an account takes a PasswordDigest."""
    chosen = sa.select(supplier_account.c.digest).where(supplier_account.c.name == name)
    return bool(connection.execute(chosen).scalar())


def set_digest(connection: sa.Connection, name: str, *, on: bool) -> None:
    """Take a PasswordDigest, or no more: then no secret of the account stays sealed."""
    connection.execute(sa.update(supplier_account).where(supplier_account.c.name == name).values(digest=on))
    if not on:
        connection.execute(sa.update(supplier_secret).where(supplier_secret.c.account == name).values(sealed=None))


def valid_secrets(connection: sa.Connection, name: str) -> list[KeptSecret]:
    """The secrets that open this account, oldest first."""
    secret = supplier_secret.c
    chosen = (
        sa.select(secret.id, secret.fingerprint, secret.sealed, secret.last_used_at)
        .where(secret.account == name, secret.retired_at.is_(None))
        .order_by(secret.id)
    )
    return [KeptSecret(*row) for row in connection.execute(chosen)]


def add_secret(connection: sa.Connection, name: str, fingerprint: str, sealed: str | None, now: datetime) -> None:
    """Write the fingerprint of one more secret, and itself sealed where that is wanted."""
    connection.execute(
        sa.insert(supplier_secret).values(account=name, fingerprint=fingerprint, sealed=sealed, created_at=now)
    )


def retire_secret(connection: sa.Connection, secret: int, now: datetime) -> None:
    """Let one secret open nothing from now on; of a sealed one nothing stays."""
    ended = sa.update(supplier_secret).where(supplier_secret.c.id == secret)
    connection.execute(ended.values(retired_at=now, sealed=None))


def set_disabled(connection: sa.Connection, name: str, at: datetime | None) -> None:
    """Close an account, or open it again with nothing."""
    connection.execute(sa.update(supplier_account).where(supplier_account.c.name == name).values(disabled_at=at))


def delete(connection: sa.Connection, name: str) -> None:
    """Remove an account with all that belongs to it."""
    for table in (supplier_address, supplier_secret, supplier_institution, supplier_certificate, supplier_nonce):
        connection.execute(sa.delete(table).where(table.c.account == name))
    connection.execute(sa.delete(supplier_account).where(supplier_account.c.name == name))


def listing(connection: sa.Connection) -> Sequence[SupplierListing]:
    """All accounts by name."""
    accounts = connection.execute(sa.select(supplier_account).order_by(supplier_account.c.name)).all()
    return [_listed(connection, row) for row in accounts]


def _listed(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> SupplierListing:
    secrets = connection.execute(
        sa.select(supplier_secret.c.created_at, supplier_secret.c.last_used_at)
        .where(supplier_secret.c.account == row.name, supplier_secret.c.retired_at.is_(None))
        .order_by(supplier_secret.c.id)
    )
    addresses = sa.select(sa.func.count()).where(supplier_address.c.account == row.name)
    return SupplierListing(
        account=SupplierAccount(row.name, row.sender, institutions(connection, row.name)),
        secrets=tuple(SecretListing(*each) for each in secrets),
        digest=row.digest,
        certificates=certificates.listing(connection, row.name),
        disabled_at=row.disabled_at,
        addresses=connection.execute(addresses).scalar_one(),
    )
