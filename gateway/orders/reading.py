"""From the texts of the wire to the values of the order room."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from gateway.moments import moment
from gateway.money import cents
from gateway.orders.model import WIRE_FIELDS, Channel, Copy, Kind, Mutation, WireRow, snake

_PLACE = {name: place for place, name in enumerate(WIRE_FIELDS)}


def stamp(at: datetime) -> str:
    """Write a moment so that text sorts as time: UTC, microseconds always there."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def stamp_of(text: str) -> str:
    """The stamp of an `xs:dateTime` with zone; what an hour is in UTC is worked out once for all moments in it.

    Raises:
        ValueError: as `moment`.
    """
    if len(text) == 25 and text.startswith("20") and text.endswith(":00"):
        return f"{_utc_hour(text[:13], text[19:])}{text[13:19]}.000000Z"
    return stamp(moment(text))


@lru_cache(maxsize=256)
def _utc_hour(day_and_hour: str, zone: str) -> str:
    return stamp(moment(f"{day_and_hour}:00:00{zone}"))[:13]


def mutation(row: WireRow) -> Mutation:
    """Build the value of one mutation from its texts."""
    values: list[Any] = list(row)
    for place, read in _READERS:
        if (text := values[place]) is not None:
            values[place] = read(text)
    if values[COPIES] is None:
        values[COPIES] = ()
    return Mutation(*_as_fields(values))


def _copies(text: str) -> tuple[Copy, ...]:
    return tuple(Copy(*values) for values in json.loads(text))


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _year(text: str) -> int:
    return int(text[:4])


_READERS: tuple[tuple[int, Callable[[str], Any]], ...] = tuple(
    (_PLACE[name], read)
    for read, names in (
        (int, ("sequence", "quantity", "parcels")),
        (Kind, ("kind",)),
        (Channel, ("channel",)),
        (moment, ("occurredAt", "shippedAt")),
        (_day, ("orderDate", "expectedDate")),
        (_year, ("publicationYear", "budgetYear")),
        (cents, ("listPrice", "processingFee", "netPrice")),
        (Decimal, ("discountPercent", "vatRate")),
        (_copies, ("copies",)),
        ({"true": True, "1": True, "false": False, "0": False}.__getitem__, ("final",)),
    )
    for name in names
)
"""What makes a value of a text, by its place in a WireRow; every other text stays one."""

_PLACE_OF_FIELD = {snake(name): place for name, place in _PLACE.items()}
_as_fields = itemgetter(*(_PLACE_OF_FIELD[field.name] for field in fields(Mutation)))
"""The values of a WireRow in the order in which a Mutation takes them."""


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


MUTATION_ID, OCCURRED_AT, SHIPPED_AT, ORDER_NUMBER, ORDER_LINE, QUANTITY, NET_PRICE, BUDGET_CODE, COPIES = (
    _PLACE[name]
    for name in (
        "mutationId", "occurredAt", "shippedAt", "orderNumber", "orderLine", "quantity", "netPrice", "budgetCode",
        "copies",
    )
)  # fmt: skip
"""Places in a WireRow, for where building a Mutation would take too long."""
