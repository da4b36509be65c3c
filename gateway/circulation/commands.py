"""What we ask the library system to do, as values. Each is asked once: its `key` says what it is, not when.

A command made again from the same cause (a second start of a run, a crash, a double click) has the same key, so the
outbox knows it. `cause` is the id of what made it: a notice, a bill, a step of staff.
"""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, ClassVar

from gateway.circulation.model.charges import ChargeKind
from gateway.circulation.model.patrons import Block
from gateway.circulation.model.preferences import Channel
from gateway.circulation.model.stock import Substatus
from gateway.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command has. `name` is how the outbox and the drop folder call it."""

    name: ClassVar[str]

    library: str
    cause: str

    @property
    def target(self) -> tuple[str, ...]:
        """What it changes, within the library."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """The same for the same wish: library, name, target and cause."""
        return json.dumps([self.library, self.name, *self.target, self.cause], ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCharge(Command):
    """Put a cost on a patron's account; it comes back in the picture with our key as its origin."""

    name: ClassVar[str] = "book-charge"

    patron: str
    kind: ChargeKind
    amount: Cents
    booked_on: date
    description: str = ""
    branch: str = ""
    item: str = ""
    loan: str = ""
    hold: str = ""
    invoice_number: str = ""

    @property
    def target(self) -> tuple[str, ...]:
        """A cause books each kind at most once for a patron and what it is of."""
        return self.patron, self.kind, self.loan or self.item or self.hold


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChargeCommand(Command):
    charge: str

    @property
    def target(self) -> tuple[str, ...]:
        """The charge."""
        return (self.charge,)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveCharge(_ChargeCommand):
    """Let the patron off (part of) a cost; `amount` is how much of it."""

    name: ClassVar[str] = "waive-charge"

    amount: Cents
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffCharge(_ChargeCommand):
    """Take a cost off the account without a payment: it went to the bailiff, or its hold ended without a copy."""

    name: ClassVar[str] = "write-off-charge"

    amount: Cents
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseCharge(_ChargeCommand):
    """Undo a booking as if it had never been made (D7); only of what nobody was told."""

    name: ClassVar[str] = "reverse-charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetInvoiceNumber(_ChargeCommand):
    """Say on which bill a cost stands."""

    name: ClassVar[str] = "set-invoice-number"

    invoice_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearInvoiceNumber(_ChargeCommand):
    """Say that a cost stands on no bill any more."""

    name: ClassVar[str] = "clear-invoice-number"

    invoice_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ItemCommand(Command):
    item: str

    @property
    def target(self) -> tuple[str, ...]:
        """The item."""
        return (self.item,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSubstatus(_ItemCommand):
    """Say where an item is in the procedure of replacement bills; none takes it out of it."""

    name: ClassVar[str] = "set-substatus"

    substatus: Substatus | None

    @property
    def target(self) -> tuple[str, ...]:
        """The item and its substatus, as one bill may set F and then N."""
        return self.item, self.substatus or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawItem(_ItemCommand):
    """Take an item out of stock."""

    name: ClassVar[str] = "withdraw-item"

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _HoldCommand(Command):
    hold: str

    @property
    def target(self) -> tuple[str, ...]:
        """The hold."""
        return (self.hold,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelHold(_HoldCommand):
    """End a hold; `archive_reason` as in `ArchiveReason`."""

    name: ClassVar[str] = "cancel-hold"

    archive_reason: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMessageSent(_HoldCommand):
    """Say that the patron was told that a hold is ready."""

    name: ClassVar[str] = "mark-message-sent"

    channel: Channel
    sent_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _PatronCommand(Command):
    patron: str

    @property
    def target(self) -> tuple[str, ...]:
        """The patron."""
        return (self.patron,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPatron(_PatronCommand):
    """Put money on a patron's account; `charge` is the one that was paid for nothing."""

    name: ClassVar[str] = "credit-patron"

    amount: Cents
    description: str = ""
    charge: str = ""

    @property
    def target(self) -> tuple[str, ...]:
        """The patron and the charge: a cause may pay several back."""
        return self.patron, self.charge


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPatron(_PatronCommand):
    """Stop a patron from something."""

    name: ClassVar[str] = "block-patron"

    block: Block
    reason: str = ""

    @property
    def target(self) -> tuple[str, ...]:
        """The patron and the block."""
        return self.patron, self.block


@dataclass(frozen=True, slots=True, kw_only=True)
class UnblockPatron(_PatronCommand):
    """Lift a block."""

    name: ClassVar[str] = "unblock-patron"

    block: Block
    reason: str = ""

    @property
    def target(self) -> tuple[str, ...]:
        """The patron and the block."""
        return self.patron, self.block


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimIssue(Command):
    """Say that a missing issue was claimed from its supplier."""

    name: ClassVar[str] = "claim-issue"

    issue: str
    claimed_on: date

    @property
    def target(self) -> tuple[str, ...]:
        """The issue."""
        return (self.issue,)


COMMANDS: dict[str, type[Command]] = {
    each.name: each
    for each in (
        BookCharge,
        WaiveCharge,
        WriteOffCharge,
        ReverseCharge,
        SetInvoiceNumber,
        ClearInvoiceNumber,
        SetSubstatus,
        WithdrawItem,
        CancelHold,
        MarkMessageSent,
        CreditPatron,
        BlockPatron,
        UnblockPatron,
        ClaimIssue,
    )
}
"""Every command by its name."""

_READ_AS: dict[str, Any] = {
    "kind": ChargeKind,
    "block": Block,
    "channel": Channel,
    "substatus": Substatus,
    "booked_on": date.fromisoformat,
    "sent_on": date.fromisoformat,
    "claimed_on": date.fromisoformat,
}


def facts(command: Command) -> dict[str, Any]:
    """A command as JSON holds it; days are ISO 8601."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(command).items()}


def command(name: str, told: dict[str, Any]) -> Command:
    """The command that `facts` wrote."""
    made = COMMANDS[name]
    known = {each.name for each in fields(made)}
    values = {
        key: _READ_AS[key](value) if key in _READ_AS and value is not None else value
        for key, value in told.items()
        if key in known
    }
    return made(**values)
