"""The contract of every library system: what an adapter is given, and what it must answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from pydantic import BaseModel

from gateway.errors import SystemUnavailable
from gateway.library import Library
from gateway.orders.model import Kind, LineState, Mutation, Share
from gateway.reports.model import Layout

if TYPE_CHECKING:
    from pathlib import Path


class NotArranged(SystemUnavailable):
    """The library system is off: nobody agreed yet how it is told. Its lines wait, and follow once it is on."""

    code = "not-arranged"
    message = "Order synchronisation with {system} is not arranged yet; lines for it wait here."
    hint = (
        "Agree with the supplier and the maker of {system} on the files, then set folder, answers and arranged = true "
        "in [library.{name}] and start the gateway again: what waits is delivered by itself."
    )


class LineStatus(StrEnum):
    """What a library system is known to have done with one line; never more than is known."""

    CONFIRMED = "confirmed"
    """It said so itself."""
    HANDED_OVER = "handed over"
    """It took what we gave and says nothing line by line."""
    REFUSED = "refused"
    """It said no; asking again would not help."""
    UNCERTAIN = "uncertain"
    """It may or may not have been done; only a person can tell."""
    NOT_CARRIED = "not carried"
    """This system has no way to be told this kind of mutation; nothing was sent."""


@dataclass(frozen=True, slots=True)
class SystemLine:
    """One decided mutation on its way into a library system.

    `key` is ours, stable and unique for ever: what a system that can be asked is asked by.
    `shares` are the copies this mutation concerns, in the library's own branches and budget codes.
    `first_offer` is false when an earlier attempt may have reached the system.
    """

    key: str
    sender: str
    mutation: Mutation
    shares: tuple[Share, ...]
    state_before: LineState | None
    state_after: LineState
    first_offer: bool = True


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one line in the library system.

    `reason` is the system's own word for a refusal or a doubt. `left_out` names the fields of the
    mutation that have a value but that this system cannot be told, in the names of the wire.
    """

    key: str
    status: LineStatus
    reason: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a library system said later about a line that was handed over."""

    key: str
    accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What an adapter may use beside its own settings: whose library it serves and where it may keep work files.

    `sender_names` gives the name of each supplier, by the sender code of a line; one may be absent.
    """

    library: Library
    sender_names: Mapping[str, str]
    folder: "Path"


_ON_THE_LINE = {
    "orderNumber": "order_number", "orderLine": "order_line", "libraryReference": "library_reference",
    "orderDate": "order_date", "channel": "channel", "offerForm": "offer_form", "processing": "processing",
    "articleNumber": "article_number", "ean": "ean", "ppn": "ppn", "title": "title", "author": "author",
    "publisher": "publisher", "publicationYear": "publication_year", "medium": "medium", "quantity": "quantity",
    "budgetYear": "budget_year", "listPrice": "list_price", "processingFee": "processing_fee",
    "netPrice": "net_price", "discountPercent": "discount_percent", "vatRate": "vat_rate", "currency": "currency",
    "actionCode": "action_code", "reasonCode": "reason_code", "reasonText": "reason_text", "final": "final",
    "expectedDate": "expected_date", "replacementEan": "replacement_ean", "packingSlip": "packing_slip",
    "shippedAt": "shipped_at", "parcels": "parcels", "route": "route",
}  # fmt: skip
_ON_A_COPY = {
    "branch": "branch", "budgetCode": "budget_code", "copyId": "copy_id", "note": "note", "barcode": "barcode",
}  # fmt: skip

TELLABLE = (*_ON_THE_LINE, *_ON_A_COPY)
"""What a library system could be told of a line, by the names of the wire.

`mutationId`, `sequence`, `kind` and `occurredAt` are not among it: by them we recognise and order mutations.
"""


@cache
def _untold(told: frozenset[str]) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    of_line = tuple((wire, name) for wire, name in _ON_THE_LINE.items() if wire not in told)
    of_copy = tuple((wire, name) for wire, name in _ON_A_COPY.items() if wire not in told)
    return of_line, of_copy


def left_out(line: SystemLine, told: frozenset[str]) -> tuple[str, ...]:
    """The fields of this line that have a value and are not in `told`, by the names of the wire."""
    of_line, of_copy = _untold(told)
    mutation = line.mutation
    missing = [wire for wire, name in of_line if getattr(mutation, name) is not None]
    missing += [wire for wire, name in of_copy if any(getattr(share, name) is not None for share in line.shares)]
    return tuple(missing)


def value_of(line: SystemLine, share: Share, wire: str) -> object:
    """What one field of the wire says of a share of a line; of branch and budget code the library's own."""
    name = _ON_A_COPY.get(wire)
    return getattr(share, name) if name else getattr(line.mutation, _ON_THE_LINE[wire])


class OrderSystem(Protocol):
    """A library system that takes order mutations; `adapters/<name>.py` holds one as the class `System`.

    `apply` may be called twice with the same lines after a crash: the second call must find them done,
    or answer UNCERTAIN where the system cannot be asked.
    """

    label: ClassVar[str]
    layout: ClassVar[Layout]
    needs_budget_code: ClassVar[bool | None]
    """None where the library chooses, by the setting of that name: see `needs_budget_code` below."""
    most_lines: ClassVar[int]
    """How many lines one `apply` is given at most: few where a lost answer leaves all of them in doubt."""
    carries: ClassVar[Mapping[Kind, str]]
    """Per kind one sentence on how the system is told, for `gateway systems`; an absent kind cannot be carried."""
    cannot_carry: ClassVar[tuple[str, ...]]
    """Fields of the wire that this system cannot be told, by their names there."""
    Settings: ClassVar[type[BaseModel]]

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        """Build from the library's own `[library.<system>]` section, already validated by `Settings`."""

    @property
    def arranged(self) -> bool:
        """False while nobody agreed how this library's system is told; `check` and `apply` then raise NotArranged."""

    def check(self) -> None:
        """Prove that the system can be reached and written to, leaving nothing behind.

        Raises:
            ConfigurationError: what the installer must mend, with the remedy in `advice`.
            SystemUnavailable: it cannot be reached now.
        """

    def apply(self, lines: Sequence[SystemLine]) -> Sequence[LineResult]:
        """Enter the lines; exactly one result per line, in the same order.

        Raises:
            SystemUnavailable: all will be offered again, as if for the first time. So nothing of these lines was
                done, or the system can be asked and what was done will be found.
        """

    def acknowledgements(self) -> Sequence[Acknowledgement]:
        """What the system said since we last asked; each is given once `forget` was not called yet."""

    def forget(self, acknowledgements: Sequence[Acknowledgement]) -> None:
        """Let go of acknowledgements that are safely kept, so that they are not given again."""


def needs_budget_code(system: type[OrderSystem], settings: BaseModel) -> bool:
    """Whether an order of this library must have a right budget code, by its system or by its own choice."""
    if system.needs_budget_code is None:
        return bool(settings.model_dump(include={"needs_budget_code"}).get("needs_budget_code"))
    return system.needs_budget_code
