"""Every statement about people, their sessions and their wrong tries."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from gateway.accounts.model import Person, PersonListing, Role
from gateway.accounts.slowdown import Tries
from gateway.accounts.store import (
    insert_or_replace,
    insert_unless_there,
    person,
    person_institution,
    person_session,
    sign_in_try,
)


def password_hash(connection: sa.Connection, name: str) -> str | None:
    """The password of somebody who may sign in, as argon2 wrote it; nothing when unknown or disabled."""
    chosen = sa.select(person.c.password_hash).where(person.c.name == name, person.c.disabled_at.is_(None))
    return connection.execute(chosen).scalar_one_or_none()


def find(connection: sa.Connection, name: str) -> Person | None:
    """One person, disabled or not."""
    row = connection.execute(sa.select(person).where(person.c.name == name)).first()
    return _person(connection, row) if row else None


def _person(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> Person:
    chosen = sa.select(person_institution.c.institution).where(person_institution.c.person == row.name)
    return Person(
        name=row.name,
        display_name=row.display_name,
        role=Role(row.role),
        institutions=frozenset(connection.execute(chosen).scalars()),
        language=row.language,
    )


def add(connection: sa.Connection, who: Person, password_hash: str, now: datetime) -> None:
    """Write a new person."""
    connection.execute(
        sa.insert(person).values(
            name=who.name,
            display_name=who.display_name,
            role=who.role.value,
            language=who.language,
            password_hash=password_hash,
            created_at=now,
        )
    )
    _insert_institutions(connection, who.name, who.institutions)


def replace_institutions(connection: sa.Connection, name: str, institutions: Iterable[str]) -> None:
    """Let a person see exactly these institutions."""
    connection.execute(sa.delete(person_institution).where(person_institution.c.person == name))
    _insert_institutions(connection, name, institutions)


def _insert_institutions(connection: sa.Connection, name: str, institutions: Iterable[str]) -> None:
    for institution in sorted(institutions):
        connection.execute(sa.insert(person_institution).values(person=name, institution=institution))


def set_password_hash(connection: sa.Connection, name: str, password_hash: str) -> None:
    """Replace a password."""
    connection.execute(sa.update(person).where(person.c.name == name).values(password_hash=password_hash))


def set_disabled(connection: sa.Connection, name: str, at: datetime | None) -> None:
    """Keep a person out, or let them in again with nothing."""
    connection.execute(sa.update(person).where(person.c.name == name).values(disabled_at=at))


def delete(connection: sa.Connection, name: str) -> None:
    """Remove a person with all that belongs to them."""
    for table in (person_session, person_institution):
        connection.execute(sa.delete(table).where(table.c.person == name))
    connection.execute(sa.delete(person).where(person.c.name == name))


def listing(connection: sa.Connection) -> Sequence[PersonListing]:
    """Everybody by name."""
    rows = connection.execute(sa.select(person).order_by(person.c.name)).all()
    return [
        PersonListing(_person(connection, row), row.disabled_at, _last_sign_in(connection, row.name)) for row in rows
    ]


def _last_sign_in(connection: sa.Connection, name: str) -> datetime | None:
    chosen = sa.select(sa.func.max(person_session.c.begun_at)).where(person_session.c.person == name)
    return connection.execute(chosen).scalar_one_or_none()


def begin_session(connection: sa.Connection, token_hash: str, name: str, address: str, now: datetime) -> None:
    """Write a new session."""
    connection.execute(
        sa.insert(person_session).values(token_hash=token_hash, person=name, address=address, begun_at=now, seen_at=now)
    )


def session(
    connection: sa.Connection, token_hash: str, begun_after: datetime, seen_after: datetime
) -> tuple[Person, datetime] | None:
    """Whose session that is and when it was last seen; nothing when ended, too old, or of a disabled person."""
    row = connection.execute(
        sa.select(person, person_session.c.seen_at)
        .join(person_session, person_session.c.person == person.c.name)
        .where(
            person_session.c.token_hash == token_hash,
            person_session.c.ended_at.is_(None),
            person_session.c.begun_at > begun_after,
            person_session.c.seen_at > seen_after,
            person.c.disabled_at.is_(None),
        )
    ).first()
    return (_person(connection, row), row.seen_at) if row else None


def see_session(connection: sa.Connection, token_hash: str, now: datetime) -> None:
    """Keep that somebody is still there."""
    connection.execute(sa.update(person_session).where(person_session.c.token_hash == token_hash).values(seen_at=now))


def end_session(connection: sa.Connection, token_hash: str, now: datetime) -> None:
    """Let one session open nothing from now on."""
    connection.execute(
        sa.update(person_session)
        .where(person_session.c.token_hash == token_hash, person_session.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions_of(connection: sa.Connection, name: str, now: datetime) -> None:
    """Let no session of this person open anything from now on."""
    connection.execute(
        sa.update(person_session)
        .where(person_session.c.person == name, person_session.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def forget_sessions(connection: sa.Connection, begun_before: datetime) -> None:
    """Remove what is kept of sessions from before a moment."""
    connection.execute(sa.delete(person_session).where(person_session.c.begun_at < begun_before))


def is_known_address(connection: sa.Connection, name: str, address: str) -> bool:
    """Whether this person signed in from there before."""
    chosen = sa.select(person_session.c.person).where(
        person_session.c.person == name, person_session.c.address == address
    )
    return connection.execute(chosen).first() is not None


def tries(connection: sa.Connection, name: str, address: str) -> Tries | None:
    """The wrong tries of one name at one address; empty stands for any."""
    row = connection.execute(
        sa.select(sign_in_try.c.wrong, sign_in_try.c.last_at)
        .where(sign_in_try.c.name == name, sign_in_try.c.address == address)
        .with_for_update()
    ).first()
    return Tries(row.wrong, row.last_at) if row else None


def hold_tries(connection: sa.Connection, name: str, address: str, now: datetime) -> Tries:
    """The same, and nobody else reads or changes them until the transaction ends, also when there were none yet."""
    insert_unless_there(connection, sign_in_try, name=name, address=address, wrong=0, last_at=now)
    return tries(connection, name, address) or Tries(0, now)


def keep_tries(connection: sa.Connection, name: str, address: str, tries: Tries) -> None:
    """Write the wrong tries of one name at one address."""
    insert_or_replace(connection, sign_in_try, name=name, address=address, wrong=tries.wrong, last_at=tries.last_at)


def forget_tries(connection: sa.Connection, name: str, address: str) -> None:
    """Forget the wrong tries of one name at one address."""
    connection.execute(sa.delete(sign_in_try).where(sign_in_try.c.name == name, sign_in_try.c.address == address))


def forget_old_tries(connection: sa.Connection, last_before: datetime) -> None:
    """Remove what no longer counts."""
    connection.execute(sa.delete(sign_in_try).where(sign_in_try.c.last_at < last_before))
