"""The words of the accounts room: who comes in, and the ways of being refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.errors import ConfigurationError, RejectedInput


@dataclass(frozen=True, slots=True)
class SupplierAccount:
    """One program of a supplier: speaks for one sender code, and only about these institutions."""

    name: str
    sender: str
    institutions: frozenset[str]


@dataclass(frozen=True, slots=True)
class SupplierListing:
    """A supplier account as an operator sees it: never a secret, only how many are valid."""

    account: SupplierAccount
    secrets: int
    last_secret_at: datetime | None
    disabled_at: datetime | None
    addresses: int


class Role(StrEnum):
    """What a person may do here."""

    STAFF = "staff"
    """Sees the reports of the own institutions."""
    ADMIN = "admin"
    """Sees those of every library on this gateway."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in on the staff pages."""

    name: str
    display_name: str
    role: Role
    institutions: frozenset[str]
    language: str

    def sees(self, institution: str) -> bool:
        """Whether this person may read what belongs to that library."""
        return self.role is Role.ADMIN or institution in self.institutions


@dataclass(frozen=True, slots=True)
class PersonListing:
    """A person as an operator sees them."""

    person: Person
    disabled_at: datetime | None
    last_sign_in_at: datetime | None


class BadCredentials(RejectedInput):
    """Name and secret do not belong together; which of the two was wrong is never said."""

    code = "authentication"
    message = "The user name or the secret is not right."
    hint = "Check both for spaces and old values; whoever manages the gateway can make a new secret."


class SlowDown(RejectedInput):
    """Too many wrong tries with this name from this address."""

    code = "authentication"
    message = "There were too many wrong tries; wait {seconds} seconds before the next."
    hint = "Correct the user name and the secret before trying again."

    def __init__(self, *, seconds: int) -> None:
        self.retry_after_seconds = seconds
        super().__init__(seconds=seconds)


class NameTaken(RejectedInput):
    """An account of that name exists."""

    code = "name-taken"
    message = "There is already an account named {name}."
    hint = "Choose another name, or change the account that is there."


class NoSuchAccount(RejectedInput):
    """An account of that name does not exist."""

    code = "no-such-account"
    message = "There is no account named {name}."
    hint = "`gateway users list` shows the names."


class BadName(RejectedInput):
    """A name that cannot be typed without doubt."""

    code = "bad-name"
    message = "{name!r} cannot be the name of an account."
    hint = "Use 2 to 40 small letters, digits, dots, dashes, underscores or @, and begin with a letter or a digit."


class BadBinding(RejectedInput):
    """A sender, institution, role or language that cannot be."""

    code = "bad-binding"
    message = "{value!r} is not {what}."
    hint = "Correct the value and try again; nothing was changed."


class WeakPassword(RejectedInput):
    """A password that is too easy to guess, or too long to be checked."""

    code = "weak-password"
    message = "This password cannot be used."
    hint = "Three or four words that have nothing to do with each other do well."


class TooShort(WeakPassword):
    """Few characters are soon guessed."""

    message = "This password is shorter than {shortest} characters."


class TooLong(WeakPassword):
    """Checking it would cost too much."""

    message = "This password is longer than {longest} characters."


class TooPlain(WeakPassword):
    """One character twelve times."""

    message = "This password has fewer than {fewest} different characters."


class ContainsName(WeakPassword):
    """The first thing that is tried."""

    message = "This password contains the name you log in with."


class TwoSecretsAlready(RejectedInput):
    """A third secret beside two valid ones."""

    code = "two-secrets"
    message = "{name} already has two valid secrets."
    hint = "Retire the older one first, once the supplier uses the newer one."


class LastSecret(RejectedInput):
    """Retiring the only secret would lock the supplier out unseen."""

    code = "last-secret"
    message = "{name} has only one secret."
    hint = "Make a second one first, or disable the account."


class ShortKey(ConfigurationError):
    """The gateway's own key is too short to protect secrets with."""

    message = "The gateway's key for supplier secrets has {length} bytes; it must have at least 32."
    hint = "Let `gateway init` make a key, or give 32 random bytes."
