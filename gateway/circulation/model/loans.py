"""A loan: who has what, until when, and what was said of it."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.circulation.model import marks as said
from gateway.circulation.model.marks import Mark
from gateway.money import NOTHING, Cents


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan of one item, also after it ended.

    `running_fine` is the real fine as the library system reckons it, `maximum_fine` what it can become; `doubt` says
    why the library system's newest word on this loan was refused, and nothing is sent of it meanwhile.
    """

    library: str
    id: str
    patron: str
    item: str
    loaned_on: date
    due_on: date
    branch: str = ""
    earlier_due: tuple[date, ...] = ()
    """The due dates it had before it was renewed, the oldest first."""
    renewals: int = 0
    renewals_left: int | None = None
    is_renewable: bool | None = None
    renewed_at: datetime | None = None
    returned_at: datetime | None = None
    cancelled_at: datetime | None = None
    """The item was lent to another without having been checked in."""
    lost_on: date | None = None
    running_fine: Cents = NOTHING
    maximum_fine: Cents | None = None
    marks: tuple[Mark, ...] = ()
    doubt: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the patron still has the item."""
        return self.returned_at is None and self.cancelled_at is None

    def days_late(self, today: date) -> int:
        """Calendar days after the due date (D1); negative before it."""
        return (today - self.due_on).days

    def said(self, kind: str) -> bool:
        """Whether a kind was made for this loan with its present due date."""
        return said.made(self.marks, kind, self.due_on)

    def said_on(self, kind: str) -> date | None:
        """When a kind took effect for this loan with its present due date; none when it did not, or not yet."""
        return said.effective(self.marks, kind, self.due_on)
