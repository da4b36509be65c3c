"""A library's picture with defaults, after the fixture of the scenarios: Anna is late with one item."""

from datetime import UTC, date, datetime
from typing import Any

from gateway.circulation.model import (
    Branch,
    Calendar,
    Charge,
    ChargeKind,
    DayState,
    Hold,
    Item,
    Loan,
    MailAddress,
    Mark,
    Membership,
    Patron,
    PostalAddress,
    SpecialDay,
    Title,
)
from gateway.money import Cents

L1 = "I201"
HOURS = "10:00-18:00"
CLOSED = (date(2026, 4, 7), date(2026, 5, 1), date(2026, 5, 14))
KERKSTRAAT = PostalAddress("Kerkstraat", "17", "9000", "Gent")


def a_calendar(**different: Any) -> Calendar:
    """Open from Tuesday to Saturday, closed on three days besides."""
    values: dict[str, Any] = {
        "week": ("", HOURS, HOURS, HOURS, HOURS, HOURS, ""),
        "days": {day: SpecialDay(DayState.CLOSED) for day in CLOSED},
    }
    return Calendar(**(values | different))


def a_branch(**different: Any) -> Branch:
    """B1."""
    values: dict[str, Any] = {"library": L1, "id": "B1", "name": "Centrum", "calendar": a_calendar(), "shelf_days": 10}
    return Branch(**(values | different))


def a_patron(**different: Any) -> Patron:
    """Anna, who has a mail address and a postal address."""
    values: dict[str, Any] = {
        "library": L1,
        "id": "P1",
        "card_number": "2900001",
        "first_name": "Anna",
        "last_name": "Peeters",
        "postal_addresses": (KERKSTRAAT,),
        "mail_addresses": (MailAddress("anna@example.be"),),
    }
    return Patron(**(values | different))


def a_membership(**different: Any) -> Membership:
    """Anna's, until the end of the year."""
    values: dict[str, Any] = {
        "library": L1,
        "id": "M1",
        "patron": "P1",
        "type": "VOLW",
        "started_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
    }
    return Membership(**(values | different))


def a_title(**different: Any) -> Title:
    """Without a price of its own."""
    values: dict[str, Any] = {"library": L1, "id": "T1", "title": "De vuurtoren van Nergenshuizen", "material": "BOEK"}
    return Title(**(values | different))


def an_item(**different: Any) -> Item:
    """Of that title, with the price of 15.99."""
    values: dict[str, Any] = {"library": L1, "id": "X1", "title": "T1", "barcode": "3100001", "price": Cents(1599)}
    return Item(**(values | different))


def a_late_loan(*marks: Mark, **different: Any) -> Loan:
    """Loan A1 of the scenarios: due on Tuesday 3 March 2026, not returned."""
    values: dict[str, Any] = {
        "library": L1,
        "id": "A1",
        "patron": "P1",
        "item": "X1",
        "branch": "B1",
        "loaned_on": date(2026, 2, 10),
        "due_on": date(2026, 3, 3),
        "marks": marks,
    }
    return Loan(**(values | different))


def a_hold(**different: Any) -> Hold:
    """Anna's, placed in February and not ready yet."""
    values: dict[str, Any] = {
        "library": L1,
        "id": "H1",
        "patron": "P1",
        "title": "T1",
        "pickup_branch": "B1",
        "placed_at": datetime(2026, 2, 20, 9, 0, tzinfo=UTC),
    }
    return Hold(**(values | different))


def a_charge(**different: Any) -> Charge:
    """A fine of 5.00 of 1 February 2026, on no bill."""
    values: dict[str, Any] = {
        "library": L1,
        "id": "C1",
        "patron": "P1",
        "kind": ChargeKind.FINE,
        "amount": Cents(500),
        "booked_on": date(2026, 2, 1),
    }
    return Charge(**(values | different))
