"""Order lines on their way into a library system, for tests: plausible unless told otherwise."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.library import Library
from gateway.money import Cents
from gateway.orders.model import Channel, Kind, LineState, Mutation, Share
from gateway.orders.system import SystemLine, Workplace

STATES = {
    Kind.ORDERED: (None, LineState.IN_ORDER),
    Kind.CHANGED: (LineState.IN_ORDER, LineState.IN_ORDER),
    Kind.DELAYED: (LineState.IN_ORDER, LineState.DELAYED),
    Kind.CANCELLED: (LineState.IN_ORDER, LineState.CANCELLED),
    Kind.SHIPPED: (LineState.IN_ORDER, LineState.SHIPPED),
}
MOMENT = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


def a_workplace(folder: Path, **about: Any) -> Workplace:
    """Where a library system of one library may work."""
    library = Library(institution="I202", name="Bibliotheek Zandmeer", system="wise")
    return Workplace(library=replace(library, **about), sender_names={"000002": "Boekleverancier"}, folder=folder)


def a_mutation(kind: Kind = Kind.ORDERED, **about: Any) -> Mutation:
    """One mutation with what its kind requires."""
    required: dict[Kind, dict[str, Any]] = {
        Kind.ORDERED: {"order_date": date(2026, 3, 9), "channel": Channel.WEBSHOP, "title": "De tuin & het huis"},
        Kind.CHANGED: {},
        Kind.DELAYED: {"reason_code": "NP", "final": False, "expected_date": date(2026, 6, 1)},
        Kind.CANCELLED: {"reason_code": "OP", "final": True, "action_code": "223"},
        Kind.SHIPPED: {"packing_slip": "PB-77", "shipped_at": MOMENT},
    }
    plausible: dict[str, Any] = {
        "mutation_id": "M1",
        "kind": kind,
        "occurred_at": MOMENT,
        "order_number": "WBV650",
        "order_line": "WBV650-1",
        "quantity": 2,
        "ean": "9789021408354",
        "net_price": Cents(1295),
        "currency": "EUR",
    }
    return Mutation(**{**plausible, **required[kind], **about})


def a_line(kind: Kind = Kind.ORDERED, *, key: str = "", first_offer: bool = True, **about: Any) -> SystemLine:
    """One line; fields of the mutation, `shares`, `state_before` and `sender` by name."""
    shares, sender = about.pop("shares", None), about.pop("sender", "000002")
    before, after = STATES[kind]
    before = about.pop("state_before", before)
    mutation = a_mutation(kind, **about)
    return SystemLine(
        key=key or f"{sender}:{mutation.order_number}:{mutation.order_line}:{kind}",
        sender=sender,
        mutation=mutation,
        shares=(Share(branch="2001", budget_code="JF01", copies=mutation.quantity),) if shares is None else shares,
        state_before=before,
        state_after=after,
        first_offer=first_offer,
    )


def orders(count: int, *, each: int = 5) -> list[SystemLine]:
    """New order lines, a few to an order, all different."""
    return [
        a_line(order_number=f"W{number // each:05d}", order_line=f"L{number:06d}", title=f"Titel {number}", quantity=1)
        for number in range(count)
    ]


def offered_again(lines: Iterable[SystemLine]) -> list[SystemLine]:
    """The same lines after a crash."""
    return [replace(line, first_offer=False) for line in lines]


def everything(kind: Kind) -> SystemLine:
    """A line in which every field of the wire has a value that occurs nowhere else in it."""
    share = Share(
        branch="2077",
        budget_code="BUDGET7",
        copies=1,
        copy_id="COPY-0042",
        note="Voor de KJV",
        barcode="30123456789012",
    )
    return a_line(
        kind,
        order_number="ORDER-17",
        order_line="LINE-23",
        library_reference="LIBREF-5",
        order_date=date(2026, 2, 3),
        channel=Channel.SELECTION_SERVICE,
        offer_form="THEME",
        processing="SHELF_READY",
        article_number="ART445566",
        ean="9789025870379",
        ppn="401234567",
        title="Een titel als geen ander",
        author="Schrijver, Anna",
        publisher="Uitgeverij Voorbeeld",
        publication_year=1987,
        medium="DVDX",
        quantity=1,
        budget_year=2031,
        list_price=Cents(2499),
        processing_fee=Cents(333),
        net_price=Cents(2111),
        discount_percent=Decimal("12.34"),
        vat_rate=Decimal("9.01"),
        currency="NOK",
        action_code="902",
        reason_code="RP",
        reason_text="Wordt herdrukt in het najaar",
        final=kind is Kind.CANCELLED,
        expected_date=date(2027, 8, 19),
        replacement_ean="9789044622355",
        packing_slip="SLIP-88",
        shipped_at=MOMENT + timedelta(days=4, hours=3, minutes=7),
        parcels=6161,
        route="PSO",
        shares=(share,),
    )


FOOTPRINTS = {
    "orderNumber": "ORDER-17", "orderLine": "LINE-23", "libraryReference": "LIBREF-5", "orderDate": "260203",
    "channel": "SELECTION", "offerForm": "THEME", "processing": "SHELF", "articleNumber": "ART445566",
    "ean": "9789025870379", "ppn": "401234567", "title": "Een titel als geen ander", "author": "Schrijver, Anna",
    "publisher": "Uitgeverij Voorbeeld", "publicationYear": "1987", "medium": "DVDX", "budgetYear": "2031",
    "listPrice": "24.99", "processingFee": "3.33", "netPrice": "21.11", "discountPercent": "12.34",
    "vatRate": "9.01", "currency": "NOK", "actionCode": "902", "reasonCode": "RP",
    "reasonText": "Wordt herdrukt in het najaar",
    "expectedDate": "270819", "replacementEan": "9789044622355", "packingSlip": "SLIP-88", "shippedAt": "260314",
    "parcels": "6161", "route": "PSO", "branch": "2077", "budgetCode": "BUDGET7", "copyId": "COPY-0042",
    "note": "Voor de KJV", "barcode": "30123456789012",
}  # fmt: skip
"""With what a piece of content begins or ends if a field of `everything` is told."""
