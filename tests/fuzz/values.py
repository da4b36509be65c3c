"""Odd texts for the elements of a message, and what a right message says."""

import math
from decimal import Decimal, InvalidOperation
from xml.sax.saxutils import escape

from hypothesis import strategies as st

Fields = list[tuple[str, str]]

KINDS: dict[str, dict[str, str]] = {
    "ORDERED": {
        "orderDate": "2026-03-09", "channel": "WEBSHOP", "ean": "9789000000012", "title": "De vuurtoren",
        "quantity": "2", "branch": "2001", "budgetCode": "ROMAN", "netPrice": "12.50", "currency": "EUR",
    },
    "CHANGED": {"quantity": "3"}, "DELAYED": {"quantity": "2", "reasonCode": "RP", "final": "false"},
    "CANCELLED": {"quantity": "1", "actionCode": "223", "reasonCode": "OP", "final": "true"},
    "SHIPPED": {"quantity": "1", "packingSlip": "P-1", "shippedAt": "2026-03-11T10:00:00+01:00"},
}  # fmt: skip
OPTIONAL = {
    "sequence": "7", "libraryReference": "REF", "offerForm": "WEEKLY", "processing": "SHELF_READY",
    "articleNumber": "A-1", "ppn": "123456789", "author": "Vries, Anna de", "publisher": "Uitgeverij",
    "publicationYear": "2026", "medium": "BOEK", "budgetYear": "2026", "listPrice": "15.00", "processingFee": "1.5",
    "discountPercent": "10", "vatRate": "9.00", "expectedDate": "2026-04-01", "replacementEan": "9789000000029",
    "parcels": "1", "route": "CB", "reasonText": "Herdruk",
    "copies": "<copy><copyId>1</copyId><branch>2001</branch><note>n</note></copy><copy><budgetCode>X</budgetCode>"
    "</copy>",
}  # fmt: skip
NUMBERS = (
    "0", "-0", "-1", "+1", "1.", ".5", "1e3", "1E+999999", "NaN", "INF", "-INF", "0x1F", "1_000", "٣", "１", "1,5",
    "99999999999999999999", "9" * 5000, "00001", "1.000000", "12.345", "9999999.99", "2000000000", "2000000001",
)  # fmt: skip
MOMENTS = (
    "2026-02-30T10:00:00Z", "2026-03-09T10:00:60Z", "2026-06-30T23:59:60Z", "2026-03-09T24:00:00Z",
    "2026-03-09T10:00:00+14:00", "2026-03-09T10:00:00-14:00", "2026-03-09T10:00:00+14:01",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
    "12026-01-01T00:00:00Z", "2026-03-09T10:00:00.123456789Z", "2026-03-09T10:00:00", "2026-03-09",
    "2026-03-29T02:30:00", "2024-02-29", "2025-02-29", "2026", "0000", "-2026", "2026Z", "2026-13-01",
    "20260309T100000Z", "2026-W10-1T10:00:00Z", "2026-03-09 10:00:00Z",
)  # fmt: skip
TEXTS = (
    "", " ", "\n\t", "  spaced   out  ", "\u00a0", "café €", "📚🏛️👩‍👩‍👧", "שלום עולם", "\u202eevil\u202c",
    "Zalgo\u0300\u0301\u0302", "\ufeff", "\ufffe", "\uffff", "\x85", "\u2028", "\x00", "\x01", "\x7f", "\ud7ff",
    "\U0010ffff", "a" * 600, "e\u0301" * 300, "<b>x</b>", "]]>", "&amp;", "&lt;", "&#0;", "&#x110000;", "&#xD800;",
    "&#13;&#10;", "&nope;", "' or 1=1 --", "%s%n{}", "<![CDATA[x]]>", "<!-- x -->", "a<!-- x -->b", "<?x y?>", "true",
    "TRUE", "1", "null", "../../etc/passwd", "\u0130",
)  # fmt: skip

odd = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(TEXTS).map(escape),
    st.sampled_from(NUMBERS),
    st.sampled_from(MOMENTS),
    st.text(max_size=60).map(escape),
    st.integers().map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
)
_cents = Decimal("0.01")


def rarely(draw: st.DrawFn, strategy: st.SearchStrategy[object], ordinary: object, one_in: int = 6) -> object:
    """Mostly what is ordinary, and once in a while something of the strategy; shrinks to the ordinary."""
    return draw(strategy) if draw(st.integers(0, one_in - 1)) == one_in - 1 else ordinary


@st.composite
def mutation(draw: st.DrawFn) -> Fields:
    """The elements of one mutation: right, or with a few mistakes."""
    kind = draw(st.sampled_from(sorted(KINDS, reverse=True)))
    number, line = draw(st.integers(0, 400)), draw(st.integers(0, 20))
    fields = {
        "mutationId": f"M-{number}", "kind": kind, "occurredAt": f"2026-03-09T10:{line:02d}:00+01:00",
        "orderNumber": f"O-{line % 7}", "orderLine": str(line),
    } | KINDS[kind]  # fmt: skip
    for name in draw(st.lists(st.sampled_from(sorted(OPTIONAL)), max_size=3)):
        fields[name] = OPTIONAL[name]
    listed = in_order(fields)
    for _ in range(draw(st.integers(0, 5)) // 4):
        listed = draw(_mistake(listed))
    return listed


@st.composite
def _mistake(draw: st.DrawFn, fields: Fields) -> Fields:
    place = draw(st.integers(0, max(0, len(fields) - 1)))
    name, value = fields[place] if fields else ("mutationId", "M")
    changed = {
        "text": [(name, draw(odd))],
        "nothing": [],
        "twice": [(name, value), (name, value)],
        "stranger": [(name, value), ("stranger", draw(odd))],
    }[draw(st.sampled_from(["text", "text", "text", "nothing", "twice", "stranger"]))]
    return [*fields[:place], *changed, *fields[place + 1 :]]


ORDER = [
    "mutationId",
    "sequence",
    "kind",
    "occurredAt",
    "orderNumber",
    "orderLine",
    "libraryReference",
    "orderDate",
    "channel",
    "offerForm",
    "processing",
    "articleNumber",
    "ean",
    "ppn",
    "title",
    "author",
    "publisher",
    "publicationYear",
    "medium",
    "quantity",
    "copies",
    "branch",
    "budgetCode",
    "budgetYear",
    "listPrice",
    "processingFee",
    "netPrice",
    "discountPercent",
    "vatRate",
    "currency",
    "actionCode",
    "reasonCode",
    "reasonText",
    "final",
    "expectedDate",
    "replacementEan",
    "packingSlip",
    "shippedAt",
    "parcels",
    "route",
]


def in_order(fields: dict[str, str]) -> Fields:
    """The elements in the order of the contract."""
    return [(name, fields[name]) for name in ORDER if name in fields]


def control(mutations: list[Fields]) -> str:
    """What a supplier would count; whatever cannot be read counts for nothing."""
    copies = amount = Decimal(0)
    for each in map(dict, mutations):
        quantity = _decimal(each.get("quantity"))
        copies += quantity
        amount += quantity * _decimal(each.get("netPrice"))
    return (
        f"<mutationCount>{len(mutations)}</mutationCount><copyCount>{copies:f}</copyCount>"
        f"<totalAmount>{amount:f}</totalAmount>"
    )


def _decimal(text: str | None) -> Decimal:
    try:
        value = Decimal((text or "0").strip())
    except InvalidOperation:
        return Decimal(0)
    return value if math.isfinite(value) and abs(value) < 10**9 else Decimal(0)
