"""From the texts of the wire to the values of the order room."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.money import Cents, cents
from gateway.orders.model import WIRE_FIELDS, Channel, Copy, Kind, Mutation, WireRow

_PLACE = {name: place for place, name in enumerate(WIRE_FIELDS)}


def moment(text: str) -> datetime:
    """Read an `xs:dateTime` with zone as UTC.

    Raises:
        ValueError: a year before 1 or after 9999, which the XSD allows and Python does not.
    """
    if "T24:" in text:  # the end of a day, as XML Schema may write it
        return moment(text.replace("T24:", "T00:")) + timedelta(days=1)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def stamp(at: datetime) -> str:
    """Write a moment so that text sorts as time: UTC, microseconds always there."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def mutation(row: WireRow) -> Mutation:
    """Build the value of one mutation from its texts."""
    texts: dict[str, Any] = dict(zip(WIRE_FIELDS, row, strict=True))

    def amount(name: str) -> Cents | None:
        return None if texts[name] is None else cents(texts[name])

    def number(name: str) -> int | None:
        return None if texts[name] is None else int(texts[name])

    def year(name: str) -> int | None:
        return None if texts[name] is None else int(texts[name][:4])

    def day(name: str) -> date | None:
        return None if texts[name] is None else date.fromisoformat(texts[name][:10])

    def percent(name: str) -> Decimal | None:
        return None if texts[name] is None else Decimal(texts[name])

    return Mutation(
        mutation_id=texts["mutationId"],
        sequence=number("sequence"),
        kind=Kind(texts["kind"]),
        occurred_at=moment(texts["occurredAt"]),
        order_number=texts["orderNumber"],
        order_line=texts["orderLine"],
        library_reference=texts["libraryReference"],
        order_date=day("orderDate"),
        channel=Channel(texts["channel"]) if texts["channel"] else None,
        offer_form=texts["offerForm"],
        processing=texts["processing"],
        article_number=texts["articleNumber"],
        ean=texts["ean"],
        ppn=texts["ppn"],
        title=texts["title"],
        author=texts["author"],
        publisher=texts["publisher"],
        publication_year=year("publicationYear"),
        medium=texts["medium"],
        quantity=int(texts["quantity"]),
        copies=_copies(texts["copies"]),
        branch=texts["branch"],
        budget_code=texts["budgetCode"],
        budget_year=year("budgetYear"),
        list_price=amount("listPrice"),
        processing_fee=amount("processingFee"),
        net_price=amount("netPrice"),
        discount_percent=percent("discountPercent"),
        vat_rate=percent("vatRate"),
        currency=texts["currency"],
        action_code=texts["actionCode"],
        reason_code=texts["reasonCode"],
        reason_text=texts["reasonText"],
        final=None if texts["final"] is None else texts["final"] in ("true", "1"),
        expected_date=day("expectedDate"),
        replacement_ean=texts["replacementEan"],
        packing_slip=texts["packingSlip"],
        shipped_at=moment(texts["shippedAt"]) if texts["shippedAt"] else None,
        parcels=number("parcels"),
        route=texts["route"],
    )


def _copies(text: str | None) -> tuple[Copy, ...]:
    return tuple(Copy(*values) for values in json.loads(text)) if text else ()


_ORDER_FIELDS = tuple(
    place for name, place in _PLACE.items() if name not in ("mutationId", "sequence", "occurredAt", "extension")
)


def order_content(row: WireRow) -> str:
    """What an order says beside its own identity and moment; equal for an order that is sent twice."""
    return "\x1f".join(row[place] or "" for place in _ORDER_FIELDS)


def budget_codes(row: WireRow) -> set[str]:
    """The supplier's budget codes in one mutation."""
    found = {code} if (code := row[_PLACE["budgetCode"]]) else set()
    if copies := row[_PLACE["copies"]]:
        found |= {copy[2] for copy in json.loads(copies) if copy[2]}
    return found


MUTATION_ID, SEQUENCE, OCCURRED_AT, ORDER_NUMBER, ORDER_LINE, QUANTITY, NET_PRICE, BUDGET_CODE, COPIES = (
    _PLACE[name]
    for name in (
        "mutationId", "sequence", "occurredAt", "orderNumber", "orderLine", "quantity", "netPrice", "budgetCode",
        "copies",
    )
)  # fmt: skip
"""Places in a WireRow, for where building a Mutation would take too long."""


def in_order_of_time(row: WireRow) -> tuple[datetime, int]:
    """A sorting key: by moment, then by sequence; without one before all with one, as the database sorts."""
    return moment(row[OCCURRED_AT] or ""), int(row[SEQUENCE] or -1)
