"""What a patron owes: charges (the seed's "registraties"), the bills they stand on, and what went to the bailiff."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.circulation.model.marks import Mark
from gateway.money import NOTHING, Cents


class ChargeKind(StrEnum):
    """What a charge is for."""

    FINE = "FINE"
    REPLACEMENT = "REPLACEMENT"
    ADMINISTRATION = "ADMINISTRATION"
    REMINDER = "REMINDER"
    POSTAGE = "POSTAGE"
    HOLD = "HOLD"
    ILL = "ILL"
    NOT_COLLECTED = "NOT_COLLECTED"
    MEMBERSHIP = "MEMBERSHIP"
    OTHER = "OTHER"


class BillState(StrEnum):
    """Where a bill is. What was never printed or sent is reversed completely (D7)."""

    PROCESSED = "PROCESSED"
    """Its costs are booked; nobody has seen it yet."""
    ISSUED = "ISSUED"
    """Printed or sent."""
    SETTLED = "SETTLED"
    REVERSED = "REVERSED"
    BAILIFF = "BAILIFF"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a charge."""

    paid_on: date
    amount: Cents


@dataclass(frozen=True, slots=True)
class Charge:
    """One cost on a patron's account.

    `amount` is never negative; `paid`, `waived` and `written_off` never add up to more. `invoice_number` is that of
    the bill it stands on, empty while it stands on none. `command` is the key of the command by which we booked it.
    """

    library: str
    id: str
    patron: str
    kind: ChargeKind
    amount: Cents
    booked_on: date
    paid: Cents = NOTHING
    waived: Cents = NOTHING
    written_off: Cents = NOTHING
    description: str = ""
    branch: str = ""
    item: str = ""
    loan: str = ""
    hold: str = ""
    membership: str = ""
    invoice_number: str = ""
    is_payable: bool = True
    payments: tuple[Payment, ...] = ()
    command: str = ""
    marks: tuple[Mark, ...] = ()
    doubt: str = ""

    @property
    def open(self) -> Cents:
        """What is still owed."""
        return Cents(self.amount - self.paid - self.waived - self.written_off)

    def age_in_days(self, today: date) -> int:
        """A cost of today is 0 days old."""
        return (today - self.booked_on).days


@dataclass(frozen=True, slots=True)
class BillLine:
    """One charge on a bill, with what was open of it when the bill was made and when it was issued."""

    charge: str
    amount: Cents
    amount_at_issue: Cents | None = None
    loan: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of one patron. `kind` is the notice kind that made it: NBF, NBE, NBB, NRF, NRB."""

    library: str
    number: str
    kind: str
    patron: str
    lines: tuple[BillLine, ...]
    made_at: datetime
    made_by: str = ""
    state: BillState = BillState.PROCESSED
    issued_on: date | None = None
    """The day it was printed or sent, from which its terms count; none while it was not."""
    parent: str = ""
    """The number of the bill that this one reminds of."""
    payment_reference: str = ""
    marks: tuple[Mark, ...] = ()
    doubt: str = ""

    @property
    def total(self) -> Cents:
        """Of its lines, as they stood when it was made."""
        return Cents(sum(line.amount for line in self.lines))


@dataclass(frozen=True, slots=True)
class BailiffLine:
    """One charge on its way to the bailiff. Once processed it can be neither paid nor settled by a return (D11)."""

    library: str
    charge: str
    patron: str
    bill: str
    amount: Cents
    selected_at: datetime
    selected_by: str
    loan: str = ""
    item: str = ""
    processed_at: datetime | None = None
    processed_by: str = ""
    letter: str = ""
    unblocked_at: datetime | None = None
    unblocked_by: str = ""
