"""A patron: who it is, how to reach them, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gateway.circulation.model.preferences import Channel


class PatronSort(StrEnum):
    """Whether a patron is somebody or something."""

    PERSON = "PERSON"
    INSTITUTION = "INSTITUTION"


class AddressState(StrEnum):
    """Whether a mail address may be written to. Only GOOD and SUSPECT are; an unusable address is none (D15)."""

    GOOD = "GOOD"
    SUSPECT = "SUSPECT"
    """Mail to it came back, not often enough to give it up."""
    BOUNCED = "BOUNCED"
    UNUSABLE = "UNUSABLE"
    """It is no address: without @, with a line break in it."""


class Block(StrEnum):
    """What a patron may not do. None of them stops a notice by itself."""

    GENERAL = "GENERAL"
    INTERNET = "INTERNET"
    """Set at online enrolment, until somebody was seen at the desk."""
    BAILIFF = "BAILIFF"
    PAYMENT = "PAYMENT"
    """May not pay at the kiosk."""


@dataclass(frozen=True, slots=True)
class MailAddress:
    """One of a patron's mail addresses; the first of `Patron.mail_addresses` is the primary one."""

    address: str
    state: AddressState = AddressState.GOOD
    bounces: int = 0

    @property
    def is_usable(self) -> bool:
        """Whether it may be written to."""
        return self.state in (AddressState.GOOD, AddressState.SUSPECT)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """One of a patron's addresses, with the days on which it holds, both inclusive."""

    street: str
    number: str
    postal_code: str
    city: str
    country: str = ""
    """ISO 3166, two letters; empty for the library's own."""
    extra: str = ""
    """A line above the street: care of, building."""
    valid_from: date | None = None
    valid_until: date | None = None
    unusable: str = ""
    """Why it cannot stand on an envelope; empty when it can."""

    @property
    def is_complete(self) -> bool:
        """Whether a letter finds its way by it."""
        return bool(self.street and self.postal_code and self.city) and not self.unusable

    def holds(self, on: date) -> bool:
        """Whether it is the patron's on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Patron:
    """A patron as a library knows them.

    `doubt` says what the library system told of this patron that cannot be true, or why its newest word was refused;
    nothing is sent while there is one. `preferences` hold everywhere; a membership may have its own.
    """

    library: str
    id: str
    card_number: str
    last_name: str
    first_name: str = ""
    prefix: str = ""
    initials: str = ""
    salutation: str = ""
    sort: PatronSort = PatronSort.PERSON
    gender: str = ""
    birth_on: date | None = None
    language: str = ""
    postal_addresses: tuple[PostalAddress, ...] = ()
    mail_addresses: tuple[MailAddress, ...] = ()
    phones: tuple[str, ...] = ()
    deceased_on: date | None = None
    removed_on: date | None = None
    blocks: frozenset[Block] = frozenset()
    wants_hold_messages: bool = True
    guardian: str = ""
    """The patron who answers for this one."""
    text_group: int = 1
    """2 for minors, whose parents are written to."""
    preferences: Mapping[str, Channel] = field(default_factory=dict)
    doubt: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether everything for this patron is withdrawn (D17)."""
        return self.deceased_on is not None or self.removed_on is not None

    @property
    def usable_mail(self) -> tuple[MailAddress, ...]:
        """The mail addresses that may be written to, the primary one first."""
        return tuple(each for each in self.mail_addresses if each.is_usable)

    def postal_address(self, on: date) -> PostalAddress | None:
        """The first complete address that holds on a day."""
        return next((each for each in self.postal_addresses if each.is_complete and each.holds(on)), None)

    def age(self, on: date) -> int | None:
        """In whole years; who is born on 29 February has a birthday on 1 March in other years."""
        if self.birth_on is None:
            return None
        return on.year - self.birth_on.year - ((on.month, on.day) < (self.birth_on.month, self.birth_on.day))
