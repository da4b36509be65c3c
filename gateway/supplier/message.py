"""One day of mutations as a message: counted, and written as XML in parts or as values for a SOAP client."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

from gateway.money import Cents, plain
from gateway.orders.model import WIRE_FIELDS, Channel, Control, Copy, Kind, MessageHeader, Mutation

NAMESPACE = "urn:bestelsync:orders:1"
OPERATION = "submitMutations"
_PART_MUTATIONS = 500


@dataclass(frozen=True, slots=True)
class Day:
    """What a supplier pushes at the end of one day; `mutations()` gives the same ones each time it is asked."""

    header: MessageHeader
    mutations: Callable[[], Iterator[Mutation]]


def control(mutations: Iterable[Mutation]) -> Control:
    """Count as the contract asks: over all kinds, an absent price as nothing."""
    count = copies = amount = 0
    for mutation in mutations:
        count += 1
        copies += mutation.quantity
        amount += mutation.quantity * (mutation.net_price or 0)
    return Control(count, copies, Cents(amount))


def request_xml(day: Day) -> Iterator[bytes]:
    """Write the request element in parts of at most 500 mutations; memory does not grow with the day."""
    yield f'<{OPERATION} xmlns="{NAMESPACE}">\n<header>{_header(day.header)}</header>\n<mutations>\n'.encode()
    part: list[str] = []
    for mutation in day.mutations():
        part.append(_mutation(mutation))
        if len(part) == _PART_MUTATIONS:
            yield "".join(part).encode()
            part.clear()
    yield "".join(part).encode()
    yield f"</mutations>\n</{OPERATION}>\n".encode()


def envelope_xml(day: Day, envelope_namespace: str, soap_header: bytes = b"") -> Iterator[bytes]:
    """Write the whole envelope, in parts."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<e:Envelope xmlns:e="{envelope_namespace}">'.encode()
    yield b"<e:Header>%s</e:Header><e:Body>\n" % soap_header if soap_header else b"<e:Body>\n"
    yield from request_xml(day)
    yield b"</e:Body></e:Envelope>\n"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_ATTRIBUTES = {_camel(each.name): each.name for each in fields(Mutation)}
_WRITTEN = tuple((name, _ATTRIBUTES[name]) for name in WIRE_FIELDS if name in _ATTRIBUTES)
_CENTS = {"listPrice", "processingFee", "netPrice"}


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: lambda value: escape(value, quote=False),
    bool: lambda value: "true" if value else "false",
    datetime: datetime.isoformat,
    date: date.isoformat,
    Kind: str,
    Channel: str,
}


def _text(value: object) -> str:
    return _WRITERS.get(type(value), str)(value)


def _mutation(mutation: Mutation) -> str:
    parts = ["<mutation>"]
    for name, attribute in _WRITTEN:
        value = getattr(mutation, attribute)
        if value is None or value == ():
            continue
        if name == "copies":
            parts.append(f"<copies>{''.join(map(_copy, value))}</copies>")
        else:
            parts.append(f"<{name}>{plain(value) if name in _CENTS else _text(value)}</{name}>")
    parts.append("</mutation>\n")
    return "".join(parts)


def _copy(copy: Copy) -> str:
    given = ((_camel(each.name), getattr(copy, each.name)) for each in fields(copy))
    return f"<copy>{''.join(f'<{name}>{_text(value)}</{name}>' for name, value in given if value is not None)}</copy>"


def _header_values(header: MessageHeader) -> dict[str, Any]:
    given = {
        "messageId": header.message_id,
        "messageNumber": header.message_number,
        "test": header.test,
        "senderCode": header.sender,
        "customerNumber": header.customer_number,
        "institutionCode": header.institution,
        "createdAt": header.created_at,
        "periodFrom": header.period_from,
        "periodTo": header.period_to,
    }
    counted = {
        "mutationCount": header.control.mutation_count,
        "copyCount": header.control.copy_count,
        "totalAmount": Decimal(plain(header.control.total_amount)),
    }
    return {name: value for name, value in given.items() if value is not None} | {"control": counted}


def _header(header: MessageHeader) -> str:
    values = _header_values(header)
    counted = values.pop("control")
    inner = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in counted.items())
    return "".join(f"<{name}>{_text(value)}</{name}>" for name, value in values.items()) + f"<control>{inner}</control>"


def values(day: Day) -> dict[str, Any]:
    """The request as a SOAP client takes it: names of the contract, ordinary Python values; the day in memory."""
    return {
        "header": _header_values(day.header),
        "mutations": {"mutation": [_values(mutation) for mutation in day.mutations()]},
    }


def _values(mutation: Mutation) -> dict[str, Any]:
    given = {name: getattr(mutation, attribute) for name, attribute in _WRITTEN}
    kept = {name: value for name, value in given.items() if value is not None and value != ()}
    for name in _CENTS & kept.keys():
        kept[name] = Decimal(plain(kept[name]))
    for name in {"publicationYear", "budgetYear"} & kept.keys():
        kept[name] = (kept[name], None)  # zeep's gYear: the year and its zone
    if "copies" in kept:
        kept["copies"] = {"copy": [_copy_values(copy) for copy in kept["copies"]]}
    return kept


def _copy_values(copy: Copy) -> dict[str, str]:
    given = {_camel(each.name): getattr(copy, each.name) for each in fields(copy)}
    return {name: value for name, value in given.items() if value is not None}
