"""The words of the accounts room: who comes in, and the ways of being refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.errors import ConfigurationError, Place, RejectedInput


@dataclass(frozen=True, slots=True)
class SupplierAccount:
    """One program of a supplier: speaks for one sender code, and only about these institutions."""

    name: str
    sender: str
    institutions: frozenset[str]


class Way(StrEnum):
    """How a supplier's program proved who it is."""

    SECRET = "secret"  # noqa: S105
    """HTTP Basic, or a UsernameToken with its password as text."""
    DIGEST = "digest"
    """A UsernameToken with a PasswordDigest."""
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class SecretListing:
    """A valid secret as an operator sees it; `last_used_at` is true to the hour."""

    made_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A client certificate by which a supplier's program may be known: its SHA-256 fingerprint, and what it says."""

    fingerprint: str
    subject: str
    not_after: datetime
    not_before: datetime | None
    """Nothing is known of one that was bound before this was kept; it is taken until `not_after`."""


@dataclass(frozen=True, slots=True)
class CertificateListing:
    """A bound certificate as an operator sees it; `last_used_at` is true to the hour."""

    certificate: Certificate
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SupplierListing:
    """A supplier account as an operator sees it: never a secret, only when each valid one was made and used."""

    account: SupplierAccount
    secrets: tuple[SecretListing, ...]
    """Oldest first."""
    digest: bool
    """Whether a PasswordDigest is taken."""
    certificates: tuple[CertificateListing, ...]
    disabled_at: datetime | None
    addresses: int


class Role(StrEnum):
    """What a person may do here."""

    STAFF = "staff"
    """Sees what is of the own institutions."""
    BUDGETS = "budgets"
    """Also decides there about lines that wait, and changes budget codes."""
    ADMIN = "admin"
    """Does so for every library on this gateway."""


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

    def decides(self, institution: str) -> bool:
        """Whether this person may change budget codes of that library, and decide about its lines that wait."""
        return self.role is not Role.STAFF and self.sees(institution)


@dataclass(frozen=True, slots=True)
class PersonListing:
    """A person as an operator sees them."""

    person: Person
    disabled_at: datetime | None
    last_sign_in_at: datetime | None


class KeptOut(RejectedInput):
    """Somebody who did not prove who they are. `tried` is the account, when it exists: for the audit log only."""

    code = "authentication"

    def __init__(self, *, place: Place | None = None, tried: str = "", **facts: object) -> None:
        self.tried = tried
        super().__init__(place=place, **facts)


class BadCredentials(KeptOut):
    """Name and secret do not belong together; which of the two was wrong is never said."""

    message = "The user name or the secret is not right."
    hint = "Check both for spaces and old values; whoever manages the gateway can make a new secret."


class SlowDown(KeptOut):
    """Too many wrong tries with this name from this address."""

    message = "There were too many wrong tries; wait {seconds} seconds before the next."
    hint = "Correct the user name and the secret before trying again."

    def __init__(self, *, seconds: int, tried: str = "") -> None:
        self.retry_after_seconds = seconds
        super().__init__(seconds=seconds, tried=tried)


class StaleToken(KeptOut):
    """A PasswordDigest of another time: taken now, it could be taken again later."""

    message = "The UsernameToken was not made just now: Created is {created!r}, and here it is {now}."
    hint = "Set the clock right, and make a new Created, Nonce and digest for every request; at most {minutes} minutes."


class Replayed(KeptOut):
    """A PasswordDigest that was taken before."""

    message = "The Nonce of this UsernameToken was used before."
    hint = "Make a new Nonce, Created and digest for every request, also when a message is sent again."


class CertificateExpired(KeptOut):
    """A client certificate that is bound, and past its time."""

    message = "The client certificate has expired: it was valid until {until}."
    hint = "Use a new one, once whoever manages the gateway has bound it to the account."


class CertificateNotYet(KeptOut):
    """A client certificate that is bound, and before its time."""

    message = "The client certificate is not valid yet: it is valid from {since}."
    hint = "Wait until then, or use the one before it; look also whether the clock is right that it was made by."


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


class NewestUnused(RejectedInput):
    """Retiring the older secret while the supplier still uses it would shut it out."""

    code = "newest-unused"
    message = "The newest secret of {name} was never used; the older one was {last_used}."
    hint = "Wait until the supplier has changed over, or add --even-when-unused, such as when the older one leaked."


class BadCertificate(RejectedInput):
    """What was given to bind is no certificate that can be."""

    code = "bad-certificate"
    message = "This cannot be bound: {problem}."
    hint = "Give one X.509 certificate as PEM or DER, without its private key."


class CertificateTaken(RejectedInput):
    """One certificate cannot say which of two accounts it is."""

    code = "certificate-taken"
    message = "This certificate is bound to {name} already."
    hint = "Remove it there first, or use another certificate."


class NoSuchCertificate(RejectedInput):
    """The account has no certificate of that fingerprint."""

    code = "no-such-certificate"
    message = "{name} has not exactly one certificate whose fingerprint begins with {fingerprint!r}."
    hint = "`gateway suppliers list` shows the fingerprints."


class NoSealingKey(ConfigurationError):
    """A secret for PasswordDigest cannot be sealed or opened without the key."""

    message = "There is no key for the secrets of PasswordDigest: {reason}."
    hint = "Set GATEWAY_DIGEST_KEY (64 hexadecimal digits, `openssl rand -hex 32`) or GATEWAY_DIGEST_KEY_FILE."


class WrongSealingKey(ConfigurationError):
    """A sealed secret was sealed with another key, or changed in the database."""

    message = "The key for the secrets of PasswordDigest does not open that of {name}."
    hint = "Give back the key that was used, or turn the digest of the account off and on again for a new secret."


class ShortKey(ConfigurationError):
    """The gateway's own key is too short to protect secrets with."""

    message = "The gateway's key for supplier secrets has {length} bytes; it must have at least 32."
    hint = "Let `gateway init` make a key, or give 32 random bytes."
