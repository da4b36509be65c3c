"""People's passwords: which may be used, how they are kept, and the cost of checking one."""

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from gateway.accounts.model import ContainsName, TooLong, TooPlain, TooShort

SHORTEST = 12
LONGEST = 200
_FEWEST_CHARACTERS = 5

# One check takes some 76 MB, so a crowd at the door is let through two at a time.
_at_the_door = BoundedSemaphore(2)
_hasher = PasswordHasher()


def check(password: str, name: str) -> None:
    """Refuse what is too easy to guess.

    Raises:
        WeakPassword: with the reason.
    """
    if len(password) < SHORTEST:
        raise TooShort(shortest=SHORTEST)
    if len(password) > LONGEST:
        raise TooLong(longest=LONGEST)
    if len(set(password)) < _FEWEST_CHARACTERS:
        raise TooPlain(fewest=_FEWEST_CHARACTERS)
    if name.casefold() in password.casefold():
        raise ContainsName()


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _at_the_door:
        return _hasher.hash(_composed(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long when there is none to compare with."""
    nobodys = _nobodys()
    if len(password) > LONGEST:
        return False
    with _at_the_door:
        try:
            matches = _hasher.verify(kept or nobodys, _composed(password))
        except (Argon2Error, InvalidHashError):
            return False
    return matches and kept is not None


@cache
def _nobodys() -> str:
    """A hash that no password is known for: checked when there is no such person, so that it takes as long."""
    return _hasher.hash(secrets.token_urlsafe())


def is_outdated(kept: str) -> bool:
    """Whether a password should be hashed anew because the library's parameters moved on."""
    return _hasher.check_needs_rehash(kept)


def _composed(password: str) -> str:
    # An é may be typed as one character or as two; both are the same password.
    return unicodedata.normalize("NFC", password).encode("utf-8", "backslashreplace").decode()
