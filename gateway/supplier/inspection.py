"""Look a message over before it is pushed: against the XSD, and its own control totals, in bounded memory.

What it says is what the gateway would say, without sending anything. It knows no libraries and no codes: what a
message means is the gateway's to judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from lxml import etree

import schemas
from gateway.errors import Place, RejectedInput
from gateway.flaws import Flaw, find
from gateway.supplier.message import NAMESPACE
from gateway.supplier.upload import Message

TOLD = 20

_XSD = "orders/v1/orders.xsd"
_Q = f"{{{NAMESPACE}}}"
_MUTATION = f"{_Q}mutation"
_PARTS = {"mutation": "Mutation"}


class BreaksContract(RejectedInput):
    """The file is not as the XSD says, or does not add up; nothing was sent."""

    code = "breaks-contract"
    message = "{path} breaks the contract{sentence}"
    hint = "Nothing was sent. Mend the file (`gateway wsdl --to FOLDER` writes the XSD), or push it --unchecked."


@dataclass
class _Found:
    """The first flaws and how many there are; what was counted on the way."""

    flaws: list[Flaw] = field(default_factory=list)
    count: int = 0
    mutations: int = 0
    copies: int = 0
    amount: Decimal = Decimal(0)

    def add(self, flaws: Iterable[Flaw]) -> None:
        for flaw in flaws:
            self.count += 1
            if len(self.flaws) < TOLD:
                self.flaws.append(flaw)


def inspect(what: Message) -> None:
    """Look a message over, as it would be sent.

    Raises:
        BreaksContract: with the first flaws, each with its line, mutation, element and what was expected.
    """
    found = _Found()
    try:
        _read(what, found)
    except etree.XMLSyntaxError as error:
        found.add([Flaw(Place(line=error.lineno), f"is not well-formed XML: {error.msg}")])
    if found.count:
        told = sorted(found.flaws, key=lambda flaw: flaw.place.line or 0)
        raise BreaksContract(place=told[0].place, path=what.path, sentence=_sentence(told, found.count))


def _sentence(told: list[Flaw], count: int) -> str:
    if count == 1:
        return f" at {told[0]}."
    some = f"; the first {TOLD}" if count > TOLD else ""
    return f" in {count} places{some}:\n" + "\n".join(map(str, told))


def _read(what: Message, found: _Found) -> None:
    request = f"{_Q}{what.operation}"
    parser = etree.XMLPullParser(
        ("start", "end"),
        tag=(request, _MUTATION),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    schema = schemas.validator_of_parts(_XSD, _PARTS)
    operation: etree._Element | None = None
    for part in what.open():
        parser.feed(part)
        for event, any_element in parser.read_events():
            element = cast(etree._Element, any_element)
            if event == "start" and operation is None and element.tag == request:
                operation = element
                _check_doctype(element, found)
            elif event == "end" and element.tag == _MUTATION:
                _mutation(element, schema, found)
    parser.close()
    if operation is not None:
        _rest(operation, schema, found)


def _check_doctype(element: etree._Element, found: _Found) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        found.add([Flaw(Place(line=1), "has a DOCTYPE; leave it out, the gateway refuses it")])


def _mutation(element: Any, schema: etree.XMLSchema, found: _Found) -> None:
    """Check and count one mutation, and let go of it and of those before it."""
    if schema.validate(element):
        quantity = int(element.findtext(f"{_Q}quantity") or 0)
        found.mutations += 1
        found.copies += quantity
        found.amount += quantity * Decimal(element.findtext(f"{_Q}netPrice") or 0)
    else:
        found.add(find(schema.error_log, element.findtext(f"{_Q}mutationId")))
    element.clear(keep_tail=True)
    before = element.getprevious()
    while before is not None and before.tag == _MUTATION:
        element.getparent().remove(before)
        before = element.getprevious()


def _rest(operation: etree._Element, schema: etree.XMLSchema, found: _Found) -> None:
    """Check what stands around the mutations, and whether it adds up."""
    for mutation in operation.findall(f"{_Q}mutations/{_MUTATION}"):
        mutation.getparent().remove(mutation)  # type: ignore[union-attr]
    if not schema.validate(operation):
        found.add(find(schema.error_log))
    if not found.count:
        found.add(_differences(operation.find(f"{_Q}header/{_Q}control"), found))


def _differences(control: etree._Element | None, found: _Found) -> Iterable[Flaw]:
    """Where the control totals are not what the message holds; the gateway would refuse all of it."""
    counted = {"mutationCount": found.mutations, "copyCount": found.copies, "totalAmount": found.amount}
    for element in cast(Iterable[Any], () if control is None else control):
        name = etree.QName(element).localname
        text = (element.text or "").strip()
        if name in counted and _number(text) != counted[name]:
            place = Place(element.sourceline, None, f"control/{name}")
            yield Flaw(place, f"found {text}, but the mutations come to {counted[name]}")


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
