"""A library and its branches: who writes to patrons, and on which days its doors are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from gateway.errors import GatewayError

_LONGEST_CLOSURE = 400
"""Days after which a calendar without an opening day is taken to be wrong, not closed."""


class DayState(StrEnum):
    """What a branch's calendar says of a day. Only OPEN and FINE_FREE days have open doors."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    VACATION = "VACATION"
    FINE_FREE = "FINE_FREE"


class StaffRole(StrEnum):
    """What somebody at a desk may do; only ADMIN lifts a bailiff's block."""

    STAFF = "STAFF"
    ADMIN = "ADMIN"


class NoOpeningDay(GatewayError):
    """A deadline must move to an opening day, and the calendar has none for more than a year."""

    code = "no-opening-day"
    message = "The calendar has no opening day in the {days} days from {start} on."
    hint = "Put the branch's calendar right in the library system."


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from its weekday; `hours` are for people to read, as `10:00-17:00`."""

    state: DayState
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """On which days a branch is open.

    `week` has the opening hours from Monday to Sunday, empty where it is closed; `days` are those that differ.
    """

    week: tuple[str, str, str, str, str, str, str]
    days: Mapping[date, SpecialDay] = field(default_factory=dict)

    def state(self, on: date) -> DayState:
        """What a day is."""
        special = self.days.get(on)
        if special:
            return special.state
        return DayState.OPEN if self.week[on.weekday()] else DayState.CLOSED

    def is_open(self, on: date) -> bool:
        """Whether the doors are open that day."""
        return self.state(on) in (DayState.OPEN, DayState.FINE_FREE)

    def hours(self, on: date) -> str:
        """The opening hours of a day as a reader is told them; empty when closed."""
        if not self.is_open(on):
            return ""
        special = self.days.get(on)
        return (special.hours if special else "") or self.week[on.weekday()]

    def opening_day_from(self, on: date) -> date:
        """The day itself when it is open, or else the next that is.

        Raises:
            NoOpeningDay: there is none in more than a year.
        """
        for later in range(_LONGEST_CLOSURE):
            day = on + timedelta(days=later)
            if self.is_open(day):
                return day
        raise NoOpeningDay(days=_LONGEST_CLOSURE, start=on)

    def opening_days(self, after: date, until: date) -> int:
        """How many opening days lie after the first day up to and including the last."""
        days = (until - after).days
        return sum(self.is_open(after + timedelta(days=each)) for each in range(1, days + 1))


def never_open(calendar: Calendar) -> bool:
    """Whether a calendar opens on no day at all, so that no deadline can be told by it."""
    return not any(calendar.week) and not any(calendar.is_open(day) for day in calendar.days)


@dataclass(frozen=True, slots=True)
class CirculationLibrary:
    """A library as its patrons know it: the sender of what they get."""

    library: str
    name: str
    currency: str = "EUR"
    time_zone: str = "Europe/Amsterdam"
    language: str = "nl"
    sender_mail: str = ""
    logo: str = ""
    iban: str = ""
    enterprise_number: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch with its address and days.

    `billing_branch` is the branch that bills for this one, itself when empty; `print_group` whose letters are printed
    together; `shelf_days` how long a hold stays ready. `calendar` is none when the library system gave none: deadlines
    cannot be told then, and nothing that needs one is sent.
    """

    library: str
    id: str
    name: str
    calendar: Calendar | None
    address_lines: tuple[str, ...] = ()
    phone: str = ""
    mail: str = ""
    sender_mail: str = ""
    logo: str = ""
    iban: str = ""
    print_group: str = ""
    billing_branch: str = ""
    shelf_days: int | None = None
    book_drop_processed_on: date | None = None
    """The newest day of which the book drop was emptied and checked in."""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works on notices, and for which branches."""

    name: str
    role: StaffRole
    branches: frozenset[str] = frozenset()
    print_group: str = ""
