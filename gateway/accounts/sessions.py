"""Sessions of people: a random token in the browser, only its hash in the database."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from gateway import clock
from gateway.accounts.model import Person
from gateway.accounts.slowdown import place
from gateway.accounts.store import people as store
from gateway.db import reading, writing
from gateway.errors import Busy
from gateway.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Engine

LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=2)
KEPT = timedelta(days=90)
"""How long it is kept from which address somebody signed in."""
_SEEN_EVERY = timedelta(minutes=1)


def begin(database: "Engine", person: Person, address: str) -> str:
    """Start a session for somebody who just signed in; the token is for their browser alone."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with writing(database) as connection:
        store.forget_sessions(connection, now - KEPT)
        store.begin_session(connection, _hash(token), person.name, place(address), now)
    return token


def person_of(database: "Engine", token: str) -> Person | None:
    """Whose session this is; nothing when it ended, lasted 12 hours, or was idle for 2."""
    now = clock.now()
    with reading(database) as connection:
        found = store.session(connection, _hash(token), now - LONGEST, now - IDLE)
    if found is None:
        return None
    person, seen_at = found
    if now - seen_at >= _SEEN_EVERY:
        _see(database, token)
    return person


def _see(database: "Engine", token: str) -> None:
    try:
        with writing(database) as connection:
            store.see_session(connection, _hash(token), clock.now())
    except Busy:
        # Reading a report must go on while a large message is being written.
        logger.info("accounts.session_not_refreshed")


def end(database: "Engine", token: str) -> None:
    """End one session."""
    with writing(database) as connection:
        store.end_session(connection, _hash(token), clock.now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "backslashreplace")).hexdigest()
