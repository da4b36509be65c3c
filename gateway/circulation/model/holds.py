"""A hold: a title or item that a patron waits for, also one that another library must lend (ILL)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from gateway.circulation.model import marks as said
from gateway.circulation.model.marks import Mark
from gateway.money import NOTHING, Cents


class HoldKind(StrEnum):
    """From where it may be filled."""

    BRANCH = "BRANCH"
    NETWORK = "NETWORK"
    ILL = "ILL"


class HoldState(StrEnum):
    """Where a hold is on its way. Wise: A placed, T in transit, O ready, B message sent, U collected, R, Z archived.

    Source: hold request types and statuses.
    """

    PLACED = "PLACED"
    ACCEPTED = "ACCEPTED"
    """Only ILL: another library will lend it."""
    IN_TRANSIT = "IN_TRANSIT"
    READY = "READY"
    MESSAGE_SENT = "MESSAGE_SENT"
    COLLECTED = "COLLECTED"
    RETURNING = "RETURNING"
    """Collected and brought back, on its way to who lent it."""
    ARCHIVED = "ARCHIVED"
    """It ended without being collected; `archive_reason` says why."""


class ArchiveReason(IntEnum):
    """Why a hold ended without being collected. Source: settle and restore holds; soorten-berichten §1."""

    OPEN_TOO_LONG = 4
    PATRON_REMOVED = 5
    NO_COPY_LEFT = 6
    EXPIRED = 7
    NOT_COLLECTED = 8
    REMOVED_BY_HAND = 9


class ChargedWhen(StrEnum):
    """When the cost of a hold is booked."""

    PLACING = "PLACING"
    COLLECTING = "COLLECTING"


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold of one patron on a title, or on one item of it.

    `ready_at` is when it was set aside at the pick-up branch; `pickup_until` the last day it stays there, as the
    library system says, none when the branch's shelf term decides. `expires_on` is its last day (D30).
    """

    library: str
    id: str
    patron: str
    title: str
    pickup_branch: str
    placed_at: datetime
    item: str = ""
    kind: HoldKind = HoldKind.BRANCH
    state: HoldState = HoldState.PLACED
    expires_on: date | None = None
    accepted_at: datetime | None = None
    lender: str = ""
    """The library that accepted an ILL request."""
    was_ill: bool = False
    """It was an ILL request once, so its expiry date may be that of one (8 days)."""
    ready_at: datetime | None = None
    ready_on: date | None = None
    """The day of `ready_at` in the library's zone; the occasion of what is said of it."""
    message_sent_at: datetime | None = None
    pickup_until: date | None = None
    shelf_number: str = ""
    cost: Cents = NOTHING
    charged_when: ChargedWhen = ChargedWhen.PLACING
    charge: str = ""
    """The charge under which its cost was booked."""
    collected_at: datetime | None = None
    ended_at: datetime | None = None
    archive_reason: int | None = None
    """As the library system numbers it: `ArchiveReason`, or another."""
    marks: tuple[Mark, ...] = ()
    doubt: str = ""

    @property
    def is_ill(self) -> bool:
        """Whether another library must lend it."""
        return self.kind is HoldKind.ILL

    @property
    def awaits_pickup(self) -> bool:
        """Whether it lies ready for the patron."""
        return self.state in (HoldState.READY, HoldState.MESSAGE_SENT)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (HoldState.COLLECTED, HoldState.RETURNING, HoldState.ARCHIVED)

    def said(self, kind: str, occasion: date | None) -> bool:
        """Whether a kind was made for this hold on an occasion (`ready_on` for RSO and RSB)."""
        return said.made(self.marks, kind, occasion)

    def said_on(self, kind: str, occasion: date | None) -> date | None:
        """When a kind took effect on an occasion; none when it did not, or not yet."""
        return said.effective(self.marks, kind, occasion)
