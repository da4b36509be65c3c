"""What a report says of its message as a whole and of what the library system cannot be told, in words of the trade."""

import json
from collections.abc import Iterator, Mapping

from gateway.wording import say

_NUMBERS = {
    "number-gap": "The supplier's previous message had number {before}, this one {number}: one may be missing.",
    "number-back": "The supplier's previous message had number {before}, this one {number}: its numbers went back.",
}
_CANNOT = "The library system cannot be told: {elements}. Between brackets: the number of lines."

FIELD_WORDS = {
    "orderNumber": "order number",
    "orderLine": "order line",
    "quantity": "number of copies",
    "libraryReference": "the library's own reference",
    "offerForm": "form of offer",
    "processing": "shelf-ready or not",
    "articleNumber": "supplier's article number",
    "ean": "ISBN/EAN",
    "ppn": "PPN",
    "title": "title",
    "author": "author",
    "publisher": "publisher",
    "publicationYear": "year of publication",
    "medium": "kind of material",
    "budgetYear": "budget year",
    "listPrice": "list price",
    "processingFee": "costs of processing",
    "netPrice": "net price",
    "discountPercent": "discount",
    "vatRate": "VAT rate",
    "currency": "currency",
    "actionCode": "who decided it",
    "reasonCode": "reason",
    "reasonText": "reason in words",
    "final": "final or not",
    "expectedDate": "expected date",
    "replacementEan": "ISBN/EAN of the replacement",
    "packingSlip": "packing slip",
    "shippedAt": "moment of shipping",
    "parcels": "number of parcels",
    "route": "route",
    "orderDate": "order date",
    "channel": "order channel",
    "copyId": "number of the copy",
    "note": "note with the copy",
    "barcode": "barcode",
    "branch": "branch",
    "budgetCode": "budget code",
}
"""What staff call the fields of the wire."""


def of_message(remarks: str, language: str) -> Iterator[str]:
    """What is to be said of a message, from how it is kept."""
    for remark in json.loads(remarks):
        code, before, number = remark.split()
        yield say(_NUMBERS[code], language, before=before, number=number)


def of_left_out(left_out: Mapping[str, int], language: str) -> Iterator[str]:
    """Which fields of the wire were not told, each with its number of lines; nothing if there are none."""
    if left_out:
        counted = sorted((_word(field, language), lines) for field, lines in left_out.items())
        elements = ", ".join(f"{word} ({lines})" for word, lines in counted)
        yield say(_CANNOT, language, elements=elements)


def _word(field: str, language: str) -> str:
    return say(FIELD_WORDS[field], language) if field in FIELD_WORDS else field
