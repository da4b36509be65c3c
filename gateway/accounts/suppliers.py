"""Suppliers' programs: a generated secret each, bound to a sender code and to institutions.

Secrets are random, so a keyed hash protects them as well as a slow one would, at a ten-thousandth
of the cost per push. Source: wire promise 5.
"""

import hmac
import secrets
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from gateway import clock
from gateway.accounts import bindings
from gateway.accounts.model import (
    BadBinding,
    BadCredentials,
    LastSecret,
    NameTaken,
    NoSuchAccount,
    ShortKey,
    SlowDown,
    SupplierAccount,
    SupplierListing,
    TwoSecretsAlready,
)
from gateway.accounts.slowdown import Memory, Pace, place
from gateway.accounts.store import suppliers as store
from gateway.db import reading, writing
from gateway.errors import Busy
from gateway.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PACE = Pace(free=5, first_seconds=2, longest_seconds=60)
SECRET_BYTES = 24
_MOST_SECRETS = 2
_SHORTEST_KEY = 32
_NO_FINGERPRINT = "0" * 64

_memory = Memory(PACE)


def authenticate(
    database: "Engine", key: bytes, username: str, secret: str, address: str, memory: Memory = _memory
) -> SupplierAccount:
    """Find out which account speaks.

    An unknown name costs what a wrong secret costs, and neither writes anything.

    Args:
        database: where the accounts are.
        key: the gateway's own key, at least 32 bytes.
        username: as sent.
        secret: as sent.
        address: where the connection comes from.
        memory: the wrong tries of this process.

    Raises:
        BadCredentials: unknown, disabled or wrong.
        SlowDown: too many wrong tries of this name from this address. The right secret
            from an address that it came from before is never slowed down.
        Busy: the database is gone.

    Source: wire promise 5.
    """
    name, origin, now = bindings.as_typed(username), place(address), clock.now()
    with reading(database) as connection:
        found = store.credentials(connection, name)
        right = _matches(key, name, secret, found.fingerprints)
        known = right and store.is_known_address(connection, name, origin)
        seconds = 0 if known else memory.seconds_left(name, origin, now)
        if not right or seconds:
            _refuse(name, origin, memory, seconds)
        account = SupplierAccount(name, found.sender, store.institutions(connection, name))
    memory.right(name, origin)
    if not known:
        _remember(database, name, origin)
    return account


def _matches(key: bytes, name: str, secret: str, fingerprints: tuple[str, ...]) -> bool:
    """Compare with as many fingerprints as an account may have, whether it has them or not."""
    ours = fingerprint(key, name, secret)
    theirs = [*fingerprints, *[_NO_FINGERPRINT] * _MOST_SECRETS][:_MOST_SECRETS]
    return any([hmac.compare_digest(ours, each) for each in theirs])


def _refuse(name: str, origin: str, memory: Memory, seconds: int) -> None:
    if seconds:
        # Not counted: a program that keeps hammering would otherwise wait longer for ever.
        logger.warning("accounts.supplier_slowed", account=name, address=origin, seconds=seconds)
        raise SlowDown(seconds=seconds)
    memory.wrong(name, origin, clock.now())
    logger.warning("accounts.supplier_refused", account=name, address=origin)
    raise BadCredentials()


def _remember(database: "Engine", name: str, origin: str) -> None:
    try:
        with writing(database) as connection:
            store.remember_address(connection, name, origin, clock.now())
    except Busy:
        # The secret was right; that the address is new to us is no reason to turn it away.
        logger.warning("accounts.address_not_kept", account=name, address=origin)
    else:
        logger.info("accounts.supplier_new_address", account=name, address=origin)


def fingerprint(key: bytes, name: str, secret: str) -> str:
    """What is stored of a secret: HMAC-SHA256 under the gateway's key, bound to the account's name.

    Raises:
        ShortKey: the key is under 32 bytes.
    """
    if len(key) < _SHORTEST_KEY:
        raise ShortKey(length=len(key))
    return hmac.new(key, f"{name}\0{secret}".encode("utf-8", "backslashreplace"), "sha256").hexdigest()


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
    logger.info("accounts.supplier_added", account=name, sender=sender, institutions=sorted(account.institutions))
    return secret


def rotate(database: "Engine", key: bytes, name: str) -> str:
    """Make a second secret; the first stays valid until `retire`, so that no push falls between.

    Raises:
        NoSuchAccount: there is none of that name.
        TwoSecretsAlready: two are valid; a third would hide which one is used.
    """
    with writing(database) as connection:
        _check_there(connection, name)
        if len(store.valid_secrets(connection, name)) >= _MOST_SECRETS:
            raise TwoSecretsAlready(name=name)
        secret = _new_secret(connection, key, name)
    logger.info("accounts.supplier_secret_added", account=name)
    return secret


def retire(database: "Engine", name: str) -> None:
    """Let the older of two secrets open nothing from now on.

    Raises:
        NoSuchAccount: there is none of that name.
        LastSecret: there is only one.
    """
    with writing(database) as connection:
        _check_there(connection, name)
        valid = store.valid_secrets(connection, name)
        if len(valid) < _MOST_SECRETS:
            raise LastSecret(name=name)
        store.retire_secret(connection, valid[0], clock.now())
    logger.info("accounts.supplier_secret_retired", account=name)


def bind(database: "Engine", name: str, institutions: Collection[str]) -> None:
    """Let an account speak about exactly these institutions."""
    chosen = _some(institutions)
    with writing(database) as connection:
        _check_there(connection, name)
        store.replace_institutions(connection, name, chosen)
    logger.info("accounts.supplier_bound", account=name, institutions=sorted(chosen))


def disable(database: "Engine", name: str) -> None:
    """Close an account at once; its history stays."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_disabled(connection, name, clock.now())
    logger.info("accounts.supplier_disabled", account=name)


def enable(database: "Engine", name: str) -> None:
    """Open a closed account again, with the secrets it had."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_disabled(connection, name, None)
    logger.info("accounts.supplier_enabled", account=name)


def remove(database: "Engine", name: str) -> None:
    """Take back an account that was just made; one that was used is better disabled."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.delete(connection, name)
    logger.info("accounts.supplier_removed", account=name)


def listing(database: "Engine") -> Sequence[SupplierListing]:
    """All accounts by name, without their secrets."""
    with reading(database) as connection:
        return store.listing(connection)


def _new_secret(connection: "Connection", key: bytes, name: str) -> str:
    # The prefix keeps a secret from beginning with a dash, and lets a scanner find one that leaked.
    secret = f"bs_{secrets.token_urlsafe(SECRET_BYTES)}"
    store.add_secret(connection, name, fingerprint(key, name, secret), clock.now())
    return secret


def _check_there(connection: "Connection", name: str) -> None:
    if not store.exists(connection, name):
        raise NoSuchAccount(name=name)


def _some(institutions: Collection[str]) -> frozenset[str]:
    chosen = bindings.check_institutions(institutions)
    if not chosen:
        raise BadBinding(value="nothing", what="a list of institutions: name at least one")
    return chosen
