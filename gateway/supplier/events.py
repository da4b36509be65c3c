"""What can happen to an order line at the supplier, each as the mutation that tells it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from gateway.money import Cents
from gateway.orders.model import Channel, Copy, Kind, Mutation
from gateway.supplier.books import Book

VAT_ON_BOOKS = Decimal("9.00")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An order line of which copies are still to come; what a later event may speak of.

    `quantity` counts the copies still to come. `divided` says that the supplier knows for which branch each is.
    """

    order_number: str
    order_line: str
    book: Book
    quantity: int
    net_price: Cents
    divided: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, and the number under which it is told."""

    mutation_id: str
    sequence: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Consignment:
    """What goes on transport together, on one packing slip."""

    slip: str
    leaves_at: datetime
    route: str = "PSO"


_COPIES_A_PARCEL = 8


class Cause(NamedTuple):
    """What happens to a line (EDItEUR list 12B), why (list 8B), and in words."""

    action: str
    reason: str
    words: str


NOT_YET_PUBLISHED = Cause("902", "NP", "Verschijnt later dan aangekondigd")
REPRINTING = Cause("400", "RP", "Herdruk")
OUT_OF_STOCK = Cause("400", "OB", "Tijdelijk uitverkocht")
UNAVAILABLE = Cause("400", "TU", "Tijdelijk niet leverbaar")
OUT_OF_PRINT = Cause("223", "OP", "Niet meer leverbaar")
ABANDONED = Cause("223", "AB", "Uitgave gaat niet door")
UNOBTAINABLE = Cause("220", "UB", "Niet verkrijgbaar")
ASKED_BY_LIBRARY = Cause("222", "NN", "Op verzoek van de bibliotheek")


def ordered(
    moment: Moment,
    line: OpenLine,
    *,
    channel: Channel,
    branch: str,
    budget_code: str | None,
    offer_form: str = "WEEKLY",
    shelf_ready: bool = True,
    discount: Decimal = Decimal("0.00"),
    processing_fee: Cents | None = None,
    library_reference: str | None = None,
    copies: Sequence[Copy] = (),
) -> Mutation:
    """A line was ordered; without `copies` all of it goes to `branch` on `budget_code`."""
    return Mutation(
        **_about(moment, Kind.ORDERED, line),
        quantity=line.quantity,
        library_reference=library_reference,
        order_date=moment.at.date(),
        channel=channel,
        offer_form=offer_form,
        processing="SHELF_READY" if shelf_ready else "UNPROCESSED",
        copies=tuple(copies),
        branch=branch,
        budget_code=budget_code,
        budget_year=moment.at.year,
        processing_fee=processing_fee if shelf_ready else None,
        discount_percent=discount,
        action_code="100",
        **_price(line),
    )


def changed(moment: Moment, line: OpenLine) -> Mutation:
    """The line has a new price or quantity: those of `line`."""
    return Mutation(**_about(moment, Kind.CHANGED, line), quantity=line.quantity, action_code="903", **_price(line))


def delayed(moment: Moment, line: OpenLine, cause: Cause, expected: date | None) -> Mutation:
    """It will take longer, until a day that may not be known."""
    return Mutation(
        **_about(moment, Kind.DELAYED, line),
        quantity=line.quantity,
        final=False,
        expected_date=expected,
        **_because(cause),
    )


def cancelled(moment: Moment, line: OpenLine, cause: Cause) -> Mutation:
    """What is still to come of it will not come."""
    return Mutation(**_about(moment, Kind.CANCELLED, line), quantity=line.quantity, final=True, **_because(cause))


def shipped(moment: Moment, line: OpenLine, copies: int, consignment: Consignment) -> Mutation:
    """Some or all copies go on transport."""
    return Mutation(
        **_about(moment, Kind.SHIPPED, line),
        quantity=copies,
        packing_slip=consignment.slip,
        shipped_at=consignment.leaves_at,
        parcels=1 + copies // _COPIES_A_PARCEL,
        route=consignment.route,
        **_price(line),
    )


def sold_in_shop(
    moment: Moment, line: OpenLine, consignment: Consignment, *, branch: str, budget_code: str | None
) -> Mutation:
    """Bought over the counter: the line is shipped without ever having been told as ordered."""
    return replace(
        shipped(moment, line, line.quantity, consignment),
        order_date=moment.at.date(),
        channel=Channel.SHOP,
        branch=branch,
        budget_code=budget_code,
        budget_year=moment.at.year,
    )


def _about(moment: Moment, kind: Kind, line: OpenLine) -> dict[str, Any]:
    book = line.book
    return {
        "mutation_id": moment.mutation_id,
        "sequence": moment.sequence,
        "kind": kind,
        "occurred_at": moment.at,
        "order_number": line.order_number,
        "order_line": line.order_line,
        "article_number": book.article_number,
        "ean": book.ean,
        "ppn": book.ppn,
        "title": book.title,
        "author": book.author,
        "publisher": book.publisher,
        "publication_year": book.publication_year,
        "medium": book.medium,
    }


def _price(line: OpenLine) -> dict[str, Any]:
    return {
        "list_price": line.book.list_price,
        "net_price": line.net_price,
        "vat_rate": VAT_ON_BOOKS,
        "currency": "EUR",
    }


def _because(cause: Cause) -> dict[str, Any]:
    return {"action_code": cause.action, "reason_code": cause.reason, "reason_text": cause.words}
