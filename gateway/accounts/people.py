"""People who sign in: kept with argon2, slowed down after wrong tries, with one answer for every mistake."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gateway import clock
from gateway.accounts import audit, bindings, passwords
from gateway.accounts.events import What
from gateway.accounts.model import (
    BadBinding,
    BadCredentials,
    NameTaken,
    NoSuchAccount,
    Person,
    PersonListing,
    Role,
    SlowDown,
)
from gateway.accounts.slowdown import Pace, place
from gateway.accounts.store import people as store
from gateway.db import reading, writing
from gateway.log import logger
from gateway.wording import LANGUAGES

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

NAME_AND_ADDRESS = Pace(free=5, first_seconds=30, longest_seconds=900)
ADDRESS = Pace(free=20, first_seconds=30, longest_seconds=900)
"""Many names from one address; a whole library may sit behind it, so it is patient."""
NAME = Pace(free=50, first_seconds=30, longest_seconds=900)
"""One name from many addresses; does not count where this person signed in before."""
_ANY = ""


def sign_in(database: "Engine", name: str, password: str, address: str) -> Person:
    """Find out who this is.

    A try is written down as wrong before the password is looked at, and forgiven when it was right:
    so a hundred tries at once count as a hundred.

    Raises:
        BadCredentials: unknown, disabled or wrong; takes the same time.
        SlowDown: too many wrong tries; the password was not looked at. Survives a restart.
        Busy: the database cannot take a write.
    """
    who, origin = bindings.as_typed(name), place(address)
    with writing(database) as connection:
        kept = store.password_hash(connection, who)
        _count_as_wrong(connection, who, origin, clock.now())
    if not passwords.is_right(password, kept):
        _count(database, What.REFUSED, who if kept else "", origin, "wrong-password")
        logger.warning("accounts.sign_in_refused", person=who if kept else "unknown", address=origin)
        raise BadCredentials()
    anew = passwords.hashed(password) if kept and passwords.is_outdated(kept) else None
    with writing(database) as connection:
        person = store.find(connection, who)
        if person is None or store.password_hash(connection, who) != kept:
            raise BadCredentials()
        _forgive(connection, who, origin)
        if anew:
            store.set_password_hash(connection, who, anew)
        audit.count(connection, audit.once(What.LOG_IN, who, origin, "password"))
    logger.info("accounts.signed_in", person=who, address=origin)
    return person


def _count(database: "Engine", what: What, who: str, origin: str, detail: str) -> None:
    with writing(database) as connection:
        audit.count(connection, audit.once(what, who, origin, detail))


def _counted(connection: "Connection", who: str, origin: str) -> list[tuple[str, str, Pace]]:
    """What wrong tries are counted under here: the name at this address, the address, and the name anywhere."""
    counted = [(who, origin, NAME_AND_ADDRESS), (_ANY, origin, ADDRESS)]
    if not store.is_known_address(connection, who, origin):
        counted.append((who, _ANY, NAME))
    return counted


def _count_as_wrong(connection: "Connection", who: str, origin: str, now: datetime) -> None:
    store.forget_old_tries(connection, now - NAME.forgotten_after)
    counted = [
        (name, at, pace, store.hold_tries(connection, name, at, now))
        for name, at, pace in _counted(connection, who or "?", origin)
    ]
    seconds = max(tries.seconds_left(pace, now) for _, _, pace, tries in counted)
    if seconds:
        logger.warning("accounts.sign_in_slowed", address=origin, seconds=seconds)
        raise SlowDown(seconds=seconds)
    for name, at, pace, tries in counted:
        store.keep_tries(connection, name, at, tries.one_more(pace, now))


def _forgive(connection: "Connection", who: str, origin: str) -> None:
    store.forget_tries(connection, who, origin)
    for name, at in ((_ANY, origin), (who, _ANY)):
        tries = store.tries(connection, name, at)
        if tries:
            store.keep_tries(connection, name, at, replace(tries, wrong=max(0, tries.wrong - 1)))


def add_person(
    database: "Engine",
    *,
    name: str,
    display_name: str,
    password: str,
    institutions: Collection[str],
    role: Role = Role.STAFF,
    language: str = "nl",
) -> Person:
    """Let somebody sign in from now on.

    Raises:
        NameTaken, BadName, BadBinding, WeakPassword: nothing was made.
    """
    if language not in LANGUAGES:
        raise BadBinding(value=language, what=f"a language ({', '.join(LANGUAGES)})")
    chosen = bindings.check_institutions(institutions)
    if role is not Role.ADMIN and not chosen:
        raise BadBinding(value="nothing", what="a list of institutions: name at least one")
    person = Person(bindings.check_name(name), display_name.strip()[:100] or name, role, chosen, language)
    passwords.check(password, name)
    kept = passwords.hashed(password)
    with writing(database) as connection:
        if store.find(connection, name):
            raise NameTaken(name=name)
        store.add(connection, person, kept, clock.now())
        audit.changed(connection, What.ACCOUNT_ADDED, name, f"{role.value}, for {', '.join(sorted(chosen)) or 'all'}")
    logger.info("accounts.person_added", person=name, role=role.value, institutions=sorted(chosen))
    return person


def set_password(database: "Engine", name: str, password: str, by: str | None = None) -> None:
    """Give somebody a new password; every session of theirs ends. Whoever gives the command did, unless `by` says who.

    Raises:
        NoSuchAccount, WeakPassword: nothing was changed.
    """
    passwords.check(password, name)
    kept = passwords.hashed(password)
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_password_hash(connection, name, kept)
        store.end_sessions_of(connection, name, clock.now())
        audit.changed(connection, What.PASSWORD_SET, name, by=by)
    logger.info("accounts.password_set", person=name)


def change_password(database: "Engine", name: str, present: str, new: str, address: str) -> None:
    """Let somebody change their own password, proving the present one; every session of theirs ends.

    Raises:
        WeakPassword: the new one cannot be used.
        BadCredentials, SlowDown: the present one is not right, as when signing in.
    """
    passwords.check(new, name)
    sign_in(database, name, present, address)
    set_password(database, name, new, by=name)


def bind(database: "Engine", name: str, institutions: Collection[str]) -> None:
    """Let somebody see exactly these institutions, from their next page on."""
    chosen = bindings.check_institutions(institutions)
    with writing(database) as connection:
        _check_there(connection, name)
        store.replace_institutions(connection, name, chosen)
        audit.changed(connection, What.ACCOUNT_BOUND, name, f"for {', '.join(sorted(chosen)) or 'none'}")
    logger.info("accounts.person_bound", person=name, institutions=sorted(chosen))


def disable(database: "Engine", name: str) -> None:
    """Keep somebody out from now on; every session of theirs ends."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_disabled(connection, name, clock.now())
        store.end_sessions_of(connection, name, clock.now())
        audit.changed(connection, What.ACCOUNT_DISABLED, name)
    logger.info("accounts.person_disabled", person=name)


def enable(database: "Engine", name: str) -> None:
    """Let somebody in again, with the password they had."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.set_disabled(connection, name, None)
        audit.changed(connection, What.ACCOUNT_ENABLED, name)
    logger.info("accounts.person_enabled", person=name)


def remove(database: "Engine", name: str) -> None:
    """Take back a person who was just added; one who worked here is better disabled."""
    with writing(database) as connection:
        _check_there(connection, name)
        store.delete(connection, name)
        audit.changed(connection, What.ACCOUNT_REMOVED, name)
    logger.info("accounts.person_removed", person=name)


def listing(database: "Engine") -> Sequence[PersonListing]:
    """Everybody by name."""
    with reading(database) as connection:
        return store.listing(connection)


def _check_there(connection: "Connection", name: str) -> None:
    if store.find(connection, name) is None:
        raise NoSuchAccount(name=name)
