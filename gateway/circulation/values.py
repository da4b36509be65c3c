"""Reads the fields of a record from its element; what its schema allows, and what cannot be all the same."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from gateway.circulation.records import RECORDS, Field, Sort
from gateway.moments import moment
from gateway.money import cents

Q = "{urn:bestelsync:circulation:1}"
Read = Callable[[str], Any]


def of(element: Any, record: str) -> dict[str, Any]:
    """The values of a record by column; none for what is not given.

    Raises:
        ValueError: a value cannot be; it names the field only, as the value may be of a person.
    """
    given = element.attrib
    values: dict[str, Any] = dict.fromkeys(_COLUMNS[record])
    # Looked at is what is there: most records leave most fields out.
    for name, text in given.items():
        field = _ATTRIBUTES[record].get(name)
        if field and text:
            values[field[0]] = _read(name, field[1], text)
    for column, read in _ELEMENTS[record]:
        values[column] = _read(column, read, element)
    return values


def _read(name: str, read: Callable[[Any], Any], given: Any) -> Any:
    try:
        return read(given)
    except (ValueError, OverflowError) as error:
        raise ValueError(name) from error


def token(text: str) -> str:
    """A text as `xs:token` takes it."""
    return " ".join(text.split())


def _written(name: str, element: Any) -> str | None:
    return " ".join((element.findtext(name) or "").split()) or None


def _listed(field: Field, element: Any) -> list[Any]:
    found = element.iterchildren(Q + field.name)
    if field.column == "earlier_due":
        return [_day(each.text or "") for each in found]
    if not field.parts:
        return [(each.text or "").strip() for each in found]
    return [[_part(each, name) for name in field.parts] for each in found]


def _part(element: Any, name: str) -> Any:
    text = element.get(name)
    if text is None:
        text = element.findtext(Q + name)
    text = (text or "").strip() or None
    reads = _PARTS.get(name)
    return reads(text) if reads and text else text


def _day(text: str) -> str:
    return date.fromisoformat(text.strip()).isoformat()


def _moment(text: str) -> str:
    return moment(text.strip()).isoformat()


def _amount(text: str) -> int:
    return cents(text.strip())


def _switch(text: str) -> bool:
    return text.strip() in ("true", "1")


_READ: Mapping[Sort, Read] = {
    Sort.TEXT: token,
    Sort.DAY: _day,
    Sort.MOMENT: _moment,
    Sort.AMOUNT: _amount,
    Sort.NUMBER: int,
    Sort.SWITCH: _switch,
}
_PARTS: Mapping[str, Read] = {
    "amount": cents,
    "amountAtIssue": cents,
    "mayRefuse": _switch,
    "on": _day,
    "occasion": _day,
    "validFrom": _day,
    "validUntil": _day,
}


def _reader(field: Field) -> Callable[[Any], Any]:
    return partial(_listed, field) if field.sort is Sort.LIST else partial(_written, Q + field.name)


_COLUMNS = {record.name: record.columns for record in RECORDS}
_ATTRIBUTES: Mapping[str, Mapping[str, tuple[str, Read]]] = {
    record.name: {field.name: (field.column, _READ[field.sort]) for field in record.fields if field.sort in _READ}
    for record in RECORDS
}
_ELEMENTS: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    record.name: tuple((field.column, _reader(field)) for field in record.fields if field.sort not in _READ)
    for record in RECORDS
}
