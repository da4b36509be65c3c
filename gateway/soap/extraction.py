"""From checked XML to the values that the order room takes; the schema has already said that the form is right."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from gateway.errors import Place
from gateway.flaws import shortened
from gateway.moments import in_utc
from gateway.money import cents
from gateway.orders.model import WIRE_FIELDS, Control, MessageHeader, WireRow
from gateway.orders.refusals import ImpossibleMoment
from gateway.soap.contract import Q
from gateway.soap.dense import MOST_COPIES
from gateway.soap.refusals import NotCanonical, TooLarge

_WIDTH = len(WIRE_FIELDS)
_PLACES = {Q + name: place for place, name in enumerate(WIRE_FIELDS) if name != "extension"}
_COPIES = WIRE_FIELDS.index("copies")
_EXTENSION = WIRE_FIELDS.index("extension")
_FREE_TEXTS = frozenset(WIRE_FIELDS.index(name) for name in ("title", "author", "publisher", "reasonText"))
_COPY_FIELDS = {Q + name: place for place, name in enumerate(("copyId", "branch", "budgetCode", "note", "barcode"))}
_NOTE = _COPY_FIELDS[Q + "note"]
_DUTCH_TIME = ZoneInfo("Europe/Amsterdam")


def row(mutation: etree._Element) -> WireRow:
    """One mutation as texts, in the order of WIRE_FIELDS; an empty element says as much as an absent one."""
    texts: list[str | None] = [None] * _WIDTH
    foreign: list[etree._Element] = []
    for child in mutation:
        place = _PLACES.get(child.tag)
        if place is None:
            foreign.append(child)
        elif place == _COPIES:
            texts[place] = _copies(child, foreign)
        else:
            texts[place] = child.text
    if _may_need_collapsing(texts):
        texts = [_collapsed(place, text) for place, text in enumerate(texts)]
    if foreign:
        texts[_EXTENSION] = "".join(map(_canonical, foreign))
    return tuple(texts)


def header(element: etree._Element) -> MessageHeader:
    """The header of a message, checked against the schema."""
    texts = {child.tag: _collapse(child.text or "") for child in element}
    control = element.find(Q + "control")
    assert control is not None
    number = texts.get(Q + "messageNumber")
    return MessageHeader(
        message_id=texts[Q + "messageId"],
        message_number=int(number) if number else None,
        test=texts.get(Q + "test") in ("true", "1"),
        sender=texts[Q + "senderCode"],
        customer_number=texts[Q + "customerNumber"],
        institution=texts[Q + "institutionCode"],
        created_at=_moment("createdAt", texts[Q + "createdAt"]),
        period_from=_moment("periodFrom", begin) if (begin := texts.get(Q + "periodFrom")) else None,
        period_to=_moment("periodTo", end) if (end := texts.get(Q + "periodTo")) else None,
        control=_control(control),
    )


def _control(element: etree._Element) -> Control:
    texts = {child.tag: _collapse(child.text or "") for child in element}
    return Control(
        mutation_count=int(texts[Q + "mutationCount"]),
        copy_count=int(texts[Q + "copyCount"]),
        total_amount=cents(texts[Q + "totalAmount"]),
    )


def _moment(name: str, text: str) -> datetime:
    written = datetime.fromisoformat(text)
    at = written if written.tzinfo else written.replace(tzinfo=_DUTCH_TIME)
    try:
        in_utc(at)
    except ValueError as error:
        raise ImpossibleMoment(place=Place(element=name), element=name, value=text) from error
    return at


def _copies(element: etree._Element, foreign: list[etree._Element]) -> str | None:
    """The copies as JSON; what is of another namespace in them joins the mutation's own."""
    copies: list[list[str | None]] = []
    for each in element:
        if len(copies) == MOST_COPIES:
            raise TooLarge(what="A mutation", limit=f"{MOST_COPIES} copies", place=_place(element))
        if each.tag != Q + "copy":
            foreign.append(each)
            continue
        texts: list[str | None] = [None] * len(_COPY_FIELDS)
        for child in each:
            place = _COPY_FIELDS.get(child.tag)
            if place is None:
                foreign.append(child)
            else:
                text = child.text or ""
                texts[place] = (text if place == _NOTE else _collapse(text)) or None
        copies.append(texts)
    return json.dumps(copies, ensure_ascii=False, separators=(",", ":")) if copies else None


def _may_need_collapsing(texts: list[str | None]) -> bool:
    """Whether any text has white space that the schema does away with; asked of all at once, as it is rare."""
    joined = "\x00".join(filter(None, texts))
    return (
        "\n" in joined
        or "  " in joined
        or "\t" in joined
        or "\r" in joined
        or "\x00 " in joined
        or " \x00" in joined
        or joined[-1:] == " "
        or joined[:1] == " "
    )


def _collapsed(place: int, text: str | None) -> str | None:
    if text is None or place in _FREE_TEXTS or place == _COPIES:
        return text
    return _collapse(text) or None


def _collapse(text: str) -> str:
    """White space as XML Schema collapses it; other spaces, such as the no-break one, are characters like any."""
    for space in "\t\n\r":
        text = text.replace(space, " ")
    return " ".join(filter(None, text.split(" ")))


def _canonical(element: Any) -> str:
    try:
        return _canonical_form(element)
    except etree.C14NError as error:
        # Such as for the name of a namespace that is a relative address: source: Canonical XML 1.0, 1.3.
        place = _place(element)
        raise NotCanonical(element=place.element, place=place) from error


def _place(element: Any) -> Place:
    return Place(element.sourceline or None, None, shortened(str(element.tag).rpartition("}")[2]))


def _canonical_form(element: etree._Element) -> str:
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()
