"""Magazines: from whom, on which subscription, and which issues did not come."""

from dataclasses import dataclass
from datetime import date

from gateway.circulation.model.marks import Mark


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who delivers magazines; HT0 is written to this address."""

    library: str
    id: str
    name: str
    customer_number: str = ""
    address_lines: tuple[str, ...] = ()
    country: str = ""
    mail: str = ""
    language: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription of one branch; `late_supplier` gets the claims where `supplier` leaves them to it."""

    library: str
    id: str
    title: str
    """The magazine's name."""
    supplier: str
    number: str = ""
    """As the supplier knows it."""
    branch: str = ""
    late_supplier: str = ""
    doubt: str = ""

    @property
    def claimed_from(self) -> str:
        """The supplier to whom missing issues are claimed."""
        return self.late_supplier or self.supplier


@dataclass(frozen=True, slots=True)
class Issue:
    """One expected issue."""

    library: str
    id: str
    subscription: str
    expected_on: date
    year: int | None = None
    volume: str = ""
    number: str = ""
    is_missing: bool = False
    """Staff said that it did not come."""
    received_on: date | None = None
    claimed_on: date | None = None
    claims: int = 0
    marks: tuple[Mark, ...] = ()
    doubt: str = ""
