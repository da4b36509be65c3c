"""Suppliers' programs at the gate: by secret, by digest of the secret, or by client certificate.

Whatever is wrong costs the same and is answered the same, and nothing is written before it was right.
Source: wire promise 5.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gateway import clock
from gateway.accounts import bindings, digest
from gateway.accounts.audit import Tally
from gateway.accounts.digest import Token
from gateway.accounts.fingerprints import MOST_SECRETS, fingerprint
from gateway.accounts.model import (
    BadCredentials,
    CertificateExpired,
    CertificateNotYet,
    Replayed,
    SlowDown,
    SupplierAccount,
    Way,
    WrongSealingKey,
)
from gateway.accounts.sealing import Seal
from gateway.accounts.slowdown import Memory, Pace, place
from gateway.accounts.store import certificates
from gateway.accounts.store import suppliers as store
from gateway.accounts.store.suppliers import KeptSecret
from gateway.db import reading, writing
from gateway.errors import Busy
from gateway.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PACE = Pace(free=5, first_seconds=2, longest_seconds=60)
NOTED_EVERY = timedelta(hours=1)
"""How exactly it is kept when a secret or certificate was last used: not a write for every push."""
_NO_FINGERPRINT = "0" * 64


@dataclass(frozen=True)
class Gate:
    """What it takes to let suppliers in. `key` is the gateway's own, at least 32 bytes; `seal` opens sealed secrets.

    The wrong tries and the tally are of this process.
    """

    database: "Engine"
    key: bytes
    seal: Seal | None = None
    memory: Memory = field(default_factory=lambda: Memory(PACE))
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class _Claim:
    """Who somebody says to be, and from where."""

    name: str
    origin: str
    way: Way
    at: datetime


def by_secret(gate: Gate, username: str, secret: str, address: str) -> SupplierAccount:
    """Find out which account speaks. An unknown name costs what a wrong secret costs, and neither writes anything.

    Args:
        gate: where it comes in.
        username: as sent.
        secret: as sent.
        address: where the connection comes from.

    Raises:
        BadCredentials: unknown, disabled or wrong.
        SlowDown: too many wrong tries of this name from this address. The right secret
            from an address that it came from before is never slowed down.
        Busy: the database is gone.
    """
    claim = _Claim(bindings.as_typed(username), place(address), Way.SECRET, clock.now())
    account, used, known = _checked(gate, claim, lambda kept: _matching(gate, claim.name, secret, kept))
    _let_in(gate, claim, used, known=known)
    return account


def by_digest(gate: Gate, token: Token, address: str) -> SupplierAccount:
    """The same from a PasswordDigest, for accounts that take one.

    Raises:
        StaleToken: the token was not made just now; its digest was not looked at.
        Replayed: its nonce was used before.
        BadCredentials, SlowDown, Busy: as with a secret. BadCredentials also when the account's secret cannot be
            opened: a stranger learns nothing of the key, and `serve` and `check` tell the installer.
    """
    claim = _Claim(bindings.as_typed(token.username), place(address), Way.DIGEST, clock.now())
    until = digest.fresh_until(token.created, claim.at)
    account, used, known = _checked(gate, claim, lambda kept: _digesting(gate, claim.name, token, kept))
    nonce = hashlib.sha256(token.nonce).hexdigest()
    with writing(gate.database) as connection:
        is_new = store.use_nonce(connection, claim.name, nonce, until, claim.at)
    if not is_new:
        raise Replayed(tried=claim.name)
    _let_in(gate, claim, used, known=known)
    return account


def by_certificate(gate: Gate, certificate: str, address: str) -> SupplierAccount | None:
    """The account that a client certificate is bound to; none when there is none, or when it is disabled.

    Args:
        gate: where it comes in.
        certificate: its SHA-256 fingerprint, 64 small hexadecimal digits.
        address: where the connection comes from.

    Raises:
        CertificateExpired, CertificateNotYet: it is bound, and past or before its time. That is known from when it
            was bound, so it holds also where a front passes on no more than a fingerprint.
        Busy: the database is gone.
    """
    now = clock.now()
    with reading(gate.database) as connection:
        found = certificates.holder(connection, certificate)
        if found is None:
            return None
        account = SupplierAccount(found.name, found.sender, store.institutions(connection, found.name))
    if now > found.not_after:
        raise CertificateExpired(tried=found.name, until=f"{found.not_after:%Y-%m-%d %H:%M} UTC")
    if found.not_before and now < found.not_before:
        raise CertificateNotYet(tried=found.name, since=f"{found.not_before:%Y-%m-%d %H:%M} UTC")
    if _is_due(found.last_used_at, now):
        _write(gate, lambda connection: certificates.note_use(connection, certificate, now))
    gate.tally.came_in(found.name, place(address), Way.CERTIFICATE)
    return account


def _checked(
    gate: Gate, claim: _Claim, prove: Callable[[Sequence[KeptSecret]], KeptSecret | None]
) -> tuple[SupplierAccount, KeptSecret, bool]:
    """The account, the secret that proved it, and whether it came from there before."""
    with reading(gate.database) as connection:
        found = store.credentials(connection, claim.name)
        right = prove(found.secrets)
        known = right is not None and store.is_known_address(connection, claim.name, claim.origin)
        seconds = 0 if known else gate.memory.seconds_left(claim.name, claim.origin, claim.at)
        tried = claim.name if found.sender else ""
        if seconds:
            # Not counted: a program that keeps hammering would otherwise wait longer for ever.
            raise SlowDown(seconds=seconds, tried=tried)
        if right is None:
            gate.memory.wrong(claim.name, claim.origin, claim.at)
            raise BadCredentials(tried=tried)
        return SupplierAccount(claim.name, found.sender, store.institutions(connection, claim.name)), right, known


def _matching(gate: Gate, name: str, secret: str, kept: Sequence[KeptSecret]) -> KeptSecret | None:
    """Compare with as many fingerprints as an account may have, whether it has them or not."""
    ours = fingerprint(gate.key, name, secret)
    theirs = [*(each.fingerprint for each in kept), *[_NO_FINGERPRINT] * MOST_SECRETS][:MOST_SECRETS]
    return _first_right([hmac.compare_digest(ours, each) for each in theirs], kept)


def _digesting(gate: Gate, name: str, token: Token, kept: Sequence[KeptSecret]) -> KeptSecret | None:
    """The same for a digest: as many are opened and compared as an account may have."""
    sealed = [each.sealed for each in kept]
    if gate.seal is None:
        return None
    given = token.digest.encode("utf-8", "backslashreplace")
    right = []
    for each in [*sealed, *[None] * MOST_SECRETS][:MOST_SECRETS]:
        secret, opens = _opened(gate.seal, each, name)
        right.append(hmac.compare_digest(given, digest.expected(token, secret).encode()) and opens)
    return _first_right(right, kept)


def _opened(seal: Seal, sealed: str | None, name: str) -> tuple[str, bool]:
    """The secret, or one of nobody where there is none or the key is not its own; and whether it is the account's."""
    try:
        if sealed:
            return seal.open(sealed, name), True
    except WrongSealingKey:
        pass
    return seal.decoy(), False


def _first_right(right: Sequence[bool], kept: Sequence[KeptSecret]) -> KeptSecret | None:
    return next((each for is_right, each in zip(right, kept, strict=False) if is_right), None)


def _let_in(gate: Gate, claim: _Claim, used: KeptSecret, *, known: bool) -> None:
    """Forget the wrong tries; keep the address when it is new, and now and then that the secret was used."""
    gate.memory.right(claim.name, claim.origin)
    gate.tally.came_in(claim.name, claim.origin, claim.way)

    def note(connection: "Connection") -> None:
        store.remember_address(connection, claim.name, claim.origin, claim.at)
        store.note_use(connection, used.id, claim.at)

    if (not known or _is_due(used.last_used_at, claim.at)) and _write(gate, note) and not known:
        logger.info("accounts.supplier_new_address", account=claim.name, address=claim.origin)


def _is_due(last_used_at: datetime | None, now: datetime) -> bool:
    return last_used_at is None or now - last_used_at >= NOTED_EVERY


def _write(gate: Gate, note: Callable[["Connection"], None]) -> bool:
    """Whether it could be written down; that it could not is no reason to turn away who proved who they are."""
    try:
        with writing(gate.database) as connection:
            note(connection)
    except Busy:
        logger.warning("accounts.use_not_noted")
        return False
    return True
