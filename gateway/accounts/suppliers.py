"""Suppliers' programs: a generated secret each, bound to a sender code and to institutions. Every change is audited."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gateway import clock
from gateway.accounts import audit, bindings, certificates
from gateway.accounts.events import What
from gateway.accounts.fingerprints import MOST_SECRETS, fingerprint
from gateway.accounts.model import (
    BadBinding,
    CertificateTaken,
    LastSecret,
    NameTaken,
    NewestUnused,
    NoSealingKey,
    NoSuchAccount,
    NoSuchCertificate,
    SupplierAccount,
    SupplierListing,
    TwoSecretsAlready,
)
from gateway.accounts.sealing import Seal
from gateway.accounts.store import certificates as certificate_store
from gateway.accounts.store import suppliers as store
from gateway.db import reading, writing
from gateway.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SECRET_BYTES = 24


def add(database: "Engine", key: bytes, name: str, sender: str, institutions: Collection[str]) -> str:
    """Make an account and its first secret; the secret is returned once and kept nowhere.

    Raises:
        NameTaken, BadName, BadBinding: nothing was made.
    """
    account = SupplierAccount(bindings.check_name(name), bindings.check_sender(sender), _some(institutions))
    with writing(database) as connection:
        if store.exists(connection, name):
            raise NameTaken(name=name)
        store.add(connection, account, clock.now())
        secret = _new_secret(connection, key, name)
        detail = f"sender {sender}, for {', '.join(sorted(account.institutions))}"
        audit.changed(connection, What.ACCOUNT_ADDED, name, detail)
    logger.info("accounts.supplier_added", account=name, sender=sender, institutions=sorted(account.institutions))
    return secret


def rotate(database: "Engine", key: bytes, name: str, seal: Seal | None = None) -> str:
    """Begin a rotation: make a second secret; the first stays valid until `retire`, so that no push falls between.

    Args:
        database: where the accounts are.
        key: the gateway's own.
        name: whose.
        seal: needed where the account takes a PasswordDigest.

    Raises:
        NoSuchAccount: there is none of that name.
        TwoSecretsAlready: two are valid; a third would hide which one is used.
        NoSealingKey: the account takes digests, and there is no seal.
    """
    with writing(database) as connection:
        _check_there(connection, name)
        digest = store.takes_digest(connection, name)
        secret = _second_secret(connection, key, name, _needed(seal) if digest else None)
    logger.info("accounts.supplier_secret_added", account=name)
    return secret


def retire(database: "Engine", name: str, *, even_when_unused: bool = False) -> datetime | None:
    """End a rotation: let the older of two secrets open nothing from now on; when that one was last used.

    Raises:
        NoSuchAccount: there is none of that name.
        LastSecret: there is only one.
        NewestUnused: the newer one was never used, so the supplier still has the older one.
    """
    with writing(database) as connection:
        _check_there(connection, name)
        valid = store.valid_secrets(connection, name)
        if len(valid) < MOST_SECRETS:
            raise LastSecret(name=name)
        older, newest = valid
        last_used = f"last used {older.last_used_at:%Y-%m-%d %H:%M} UTC" if older.last_used_at else "never used"
        if newest.last_used_at is None and not even_when_unused:
            raise NewestUnused(name=name, last_used=last_used)
        store.retire_secret(connection, older.id, clock.now())
        audit.changed(connection, What.SECRET_RETIRED, name, last_used)
    logger.info("accounts.supplier_secret_retired", account=name)
    return older.last_used_at


def turn_digest_on(database: "Engine", key: bytes, name: str, seal: Seal | None) -> str:
    """Let an account use a PasswordDigest: with a new secret, since of those that it has only fingerprints are kept.

    Raises:
        NoSuchAccount, TwoSecretsAlready, NoSealingKey: nothing was changed.
    """
    with writing(database) as connection:
        _check_there(connection, name)
        secret = _second_secret(connection, key, name, _needed(seal))
        store.set_digest(connection, name, on=True)
        audit.changed(connection, What.DIGEST_ON, name)
    logger.info("accounts.supplier_digest_on", account=name)
    return secret


def turn_digest_off(database: "Engine", name: str) -> None:
    """Take no PasswordDigest of an account any more; its secrets stay valid as text, and none stays sealed."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_digest(connection, name, on=False)
        audit.changed(connection, What.DIGEST_OFF, name)
    logger.info("accounts.supplier_digest_off", account=name)


def bind_certificate(database: "Engine", name: str, content: bytes) -> str:
    """Let an account be known by a client certificate, as PEM or DER; its fingerprint.

    Raises:
        NoSuchAccount, BadCertificate, CertificateTaken: nothing was changed.
    """
    certificate = certificates.read(content, clock.now())
    with writing(database) as connection:
        _check_there(connection, name)
        bound_to = certificate_store.add(connection, name, certificate, clock.now())
        if bound_to != name:
            raise CertificateTaken(name=bound_to)
        audit.changed(connection, What.CERTIFICATE_BOUND, name, certificate.fingerprint)
    logger.info("accounts.supplier_certificate_bound", account=name, fingerprint=certificate.fingerprint)
    return certificate.fingerprint


def remove_certificate(database: "Engine", name: str, beginning: str) -> str:
    """Let a certificate open nothing from now on, named by the beginning of its fingerprint; the whole of it.

    Raises:
        NoSuchAccount, NoSuchCertificate: nothing was changed.
    """
    wanted = beginning.replace(":", "").lower()
    with writing(database) as connection:
        _check_there(connection, name)
        bound = [each.certificate.fingerprint for each in certificate_store.listing(connection, name)]
        found = [each for each in bound if each.startswith(wanted)]
        if len(found) != 1:
            raise NoSuchCertificate(name=name, fingerprint=beginning[:80])
        certificate_store.remove(connection, found[0])
        audit.changed(connection, What.CERTIFICATE_REMOVED, name, found[0])
    logger.info("accounts.supplier_certificate_removed", account=name, fingerprint=found[0])
    return found[0]


def bind(database: "Engine", name: str, institutions: Collection[str]) -> None:
    """Let an account speak about exactly these institutions."""
    chosen = _some(institutions)
    with writing(database) as connection:
        _check_there(connection, name)
        store.replace_institutions(connection, name, chosen)
        audit.changed(connection, What.ACCOUNT_BOUND, name, f"for {', '.join(sorted(chosen))}")
    logger.info("accounts.supplier_bound", account=name, institutions=sorted(chosen))


def disable(database: "Engine", name: str) -> None:
    """Close an account at once; its history stays."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_disabled(connection, name, clock.now())
        audit.changed(connection, What.ACCOUNT_DISABLED, name)
    logger.info("accounts.supplier_disabled", account=name)


def enable(database: "Engine", name: str) -> None:
    """Open a closed account again, with the secrets it had."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_disabled(connection, name, None)
        audit.changed(connection, What.ACCOUNT_ENABLED, name)
    logger.info("accounts.supplier_enabled", account=name)


def remove(database: "Engine", name: str) -> None:
    """Take back an account that was just made; one that was used is better disabled."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.delete(connection, name)
        audit.changed(connection, What.ACCOUNT_REMOVED, name)
    logger.info("accounts.supplier_removed", account=name)


def listing(database: "Engine") -> Sequence[SupplierListing]:
    """All accounts by name, without their secrets."""
    with reading(database) as connection:
        return store.listing(connection)


def check_sealed(database: "Engine", seal: Seal | None) -> Sequence[str]:
    """See that every sealed secret opens; the names of the accounts that take a PasswordDigest.

    Raises:
        NoSealingKey: there are such accounts, and there is no seal.
        WrongSealingKey: one does not open.
    """
    with reading(database) as connection:
        names = [each.account.name for each in store.listing(connection) if each.digest]
        for name in names:
            for secret in store.valid_secrets(connection, name):
                if secret.sealed:
                    _needed(seal).open(secret.sealed, name)
    return names


def _second_secret(connection: "Connection", key: bytes, name: str, seal: Seal | None) -> str:
    if len(store.valid_secrets(connection, name)) >= MOST_SECRETS:
        raise TwoSecretsAlready(name=name)
    audit.changed(connection, What.SECRET_ADDED, name)
    return _new_secret(connection, key, name, seal)


def _new_secret(connection: "Connection", key: bytes, name: str, seal: Seal | None = None) -> str:
    # The prefix keeps a secret from beginning with a dash, and lets a scanner find one that leaked.
    secret = f"bs_{secrets.token_urlsafe(SECRET_BYTES)}"
    sealed = seal.close(secret, name) if seal else None
    store.add_secret(connection, name, fingerprint(key, name, secret), sealed, clock.now())
    return secret


def _needed(seal: Seal | None) -> Seal:
    if seal is None:
        raise NoSealingKey(reason="none is set")
    return seal


def _check_there(connection: "Connection", name: str) -> None:
    if not store.exists(connection, name):
        raise NoSuchAccount(name=name)


def _some(institutions: Collection[str]) -> frozenset[str]:
    chosen = bindings.check_institutions(institutions)
    if not chosen:
        raise BadBinding(value="nothing", what="a list of institutions: name at least one")
    return chosen
