"""The words of the order room: mutations as a supplier sends them, order lines as we keep them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from gateway.money import Cents


class Kind(StrEnum):
    """What a mutation says of an order line."""

    ORDERED = "ORDERED"
    CHANGED = "CHANGED"
    DELAYED = "DELAYED"
    CANCELLED = "CANCELLED"
    SHIPPED = "SHIPPED"


class Channel(StrEnum):
    """Where an order arose. Source: bestelsynchronisatie, "Voorbeelden van mutaties"."""

    WEBSHOP = "WEBSHOP"
    SHOP = "SHOP"
    PHONE = "PHONE"
    SELECTION_SERVICE = "SELECTION_SERVICE"
    LIBRARY_SYSTEM = "LIBRARY_SYSTEM"
    OTHER = "OTHER"


class Outcome(StrEnum):
    """What became of a mutation; every one but WAITING is final and stands in exactly one report."""

    APPLIED = "APPLIED"
    APPLIED_WITH_WARNING = "APPLIED_WITH_WARNING"
    KNOWN = "KNOWN"
    WAITING = "WAITING"
    REFUSED = "REFUSED"


class LineState(StrEnum):
    """Where an order line is on its way; what arrives later happens in the library system and is not ours."""

    IN_ORDER = "IN_ORDER"
    DELAYED = "DELAYED"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Control:
    """What a supplier counted in a message: mutations, copies, and quantity times net price."""

    mutation_count: int
    copy_count: int
    total_amount: Cents


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """The header of one pushed message, checked against the XSD; texts are as the schema normalises them."""

    message_id: str
    message_number: int | None
    test: bool
    sender: str
    customer_number: str
    institution: str
    created_at: datetime
    period_from: datetime | None
    period_to: datetime | None
    control: Control


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of an order line, as the supplier divides it."""

    copy_id: str | None = None
    branch: str | None = None
    budget_code: str | None = None
    note: str | None = None
    barcode: str | None = None


@dataclass(frozen=True, slots=True)
class Mutation:
    """One event of one order line, with the supplier's own codes for branch and budget.

    `quantity` is the line's new total; in SHIPPED and CANCELLED the copies concerned.
    """

    mutation_id: str
    kind: Kind
    occurred_at: datetime
    order_number: str
    order_line: str
    quantity: int
    sequence: int | None = None
    library_reference: str | None = None
    order_date: date | None = None
    channel: Channel | None = None
    offer_form: str | None = None
    processing: str | None = None
    article_number: str | None = None
    ean: str | None = None
    ppn: str | None = None
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    publication_year: int | None = None
    medium: str | None = None
    copies: tuple[Copy, ...] = ()
    branch: str | None = None
    budget_code: str | None = None
    budget_year: int | None = None
    list_price: Cents | None = None
    processing_fee: Cents | None = None
    net_price: Cents | None = None
    discount_percent: Decimal | None = None
    vat_rate: Decimal | None = None
    currency: str | None = None
    action_code: str | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    final: bool | None = None
    expected_date: date | None = None
    replacement_ean: str | None = None
    packing_slip: str | None = None
    shipped_at: datetime | None = None
    parcels: int | None = None
    route: str | None = None


class Share(NamedTuple):
    """Copies of one order line for one branch on one budget code, in the library's own codes.

    A tuple, as there are many: it is made anew in a tenth of the time that a dataclass takes.
    """

    branch: str
    budget_code: str | None
    copies: int
    copy_id: str | None = None
    note: str | None = None
    barcode: str | None = None
    supplier_branch: str | None = None
    supplier_budget_code: str | None = None
    budget_year: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a message that was accepted; the same message gets the same answer for ever."""

    receipt_id: str
    message_id: str
    received_at: datetime
    mutation_count: int
    new_count: int
    known_count: int
    test: bool
    unknown_budget_codes: tuple[str, ...] = ()
    plan: "tuple[PlanLine, ...] | None" = None
    plan_truncated: bool = False


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What would become of one mutation of a test message."""

    mutation_id: str
    outcome: Outcome
    code: str
    sentence: str
    budget_code: str | None


WIRE_FIELDS = (
    "mutationId", "sequence", "kind", "occurredAt", "orderNumber", "orderLine", "libraryReference", "orderDate",
    "channel", "offerForm", "processing", "articleNumber", "ean", "ppn", "title", "author", "publisher",
    "publicationYear", "medium", "quantity", "copies", "branch", "budgetCode", "budgetYear", "listPrice",
    "processingFee", "netPrice", "discountPercent", "vatRate", "currency", "actionCode", "reasonCode", "reasonText",
    "final", "expectedDate", "replacementEan", "packingSlip", "shippedAt", "parcels", "route", "extension",
)  # fmt: skip
"""The elements of a mutation in the order of the XSD; `extension` stands for elements of other namespaces."""


def snake(name: str) -> str:
    """How a wire element is called in Python and in the database: `orderNumber` is `order_number`."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)


WireRow = tuple[str | None, ...]
"""One mutation as texts in the order of WIRE_FIELDS, whitespace as the schema normalises it, absent as None.

`copies` is JSON: a list of `[copyId, branch, budgetCode, note, barcode]`. `extension` is exclusive canonical XML.
"""


@dataclass(frozen=True, slots=True)
class MutationStatus:
    """One mutation that did not simply succeed, as the supplier is told."""

    mutation_id: str
    outcome: Outcome
    code: str
    sentence: str


class MessageState(StrEnum):
    """How far a message is."""

    RECEIVED = "RECEIVED"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """What became of one message so far; `outcomes` counts mutations, `troubled` holds at most 1,000."""

    message_id: str
    state: MessageState
    mutation_count: int
    new_count: int
    known_count: int
    outcomes: dict[Outcome, int]
    reports: tuple[str, ...]
    troubled: tuple[MutationStatus, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class BudgetCode:
    """A library's budget code with the time it holds; amounts in cents, none when the library gave none."""

    code: str
    description: str = ""
    year: int | None = None
    sub_budget: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    initial: Cents | None = None
    warning_percent: int | None = None
    blocked: bool = False
    no_control: bool = False

    def holds(self, on: date) -> bool:
        """Whether a day lies between its first and its last, both inclusive."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class BudgetCodeList:
    """A library's codes as the supplier may ask for them; `version` changes whenever the list does."""

    version: str
    codes: tuple[BudgetCode, ...]
