"""Hostile and odd requests: numbers, dates and other values that the contract does not allow, a row each."""

from tests.contract.hostile_requests import row
from tests.soap_messages import (
    a_header,
    a_mutation,
    a_push,
)

NUMBERS = [
    row(f"{name} {value} of a mutation", a_push(a_mutation(**{name: value})), says=name)
    for name, value in (
        ("quantity", "1E+999999"), ("quantity", "-0"), ("quantity", "0"), ("quantity", "NaN"), ("quantity", "INF"),
        ("quantity", "1.0"), ("quantity", "10000"), ("quantity", "9" * 5000), ("quantity", "0x10"),
        ("quantity", "1_0"), ("quantity", "\u0663"), ("quantity", "1 0"), ("netPrice", "1E+999999"),
        ("netPrice", "1e2"), ("netPrice", "NaN"), ("netPrice", "-INF"), ("netPrice", "-0.01"), ("netPrice", "12,50"),
        ("netPrice", "12.505"), ("netPrice", "12345678.91"), ("netPrice", "\uff11"), ("netPrice", "€ 12"),
        ("vatRate", "1000"), ("discountPercent", "1E-999999"), ("sequence", "-1"), ("parcels", "0"),
        ("publicationYear", "12026"), ("budgetYear", "0"), ("ppn", "12345678x"), ("ean", "978900000001"),
        ("currency", "eur"), ("actionCode", "22A"), ("reasonCode", "\u0410B"), ("final", "yes"), ("final", "TRUE"),
    )
]  # fmt: skip
DATES = [
    row(f"{name} {value}", a_push(a_mutation(**{name: value})), says=name)
    for name, value in (
        ("orderDate", "2026-02-30"), ("orderDate", "2025-02-29"), ("orderDate", "2026-13-01"),
        ("orderDate", "2026-00-01"), ("orderDate", "0000-01-01"), ("orderDate", "-2026-01-01"),
        ("orderDate", "2026-3-9"), ("orderDate", "09-03-2026"), ("orderDate", "2026-03-09Z"),
        ("expectedDate", "2026-W10-1"), ("occurredAt", "2026-02-30T10:00:00Z"),
        ("occurredAt", "2026-06-30T23:59:60Z"), ("occurredAt", "2026-03-09T10:00:61Z"),
        ("occurredAt", "2026-03-09T10:00:00"), ("occurredAt", "2026-03-09T10:00:00+14:01"),
        ("occurredAt", "2026-03-09T10:00:00-15:00"), ("occurredAt", "2026-03-09T10:00:00+99:00"),
        ("occurredAt", "0000-01-01T00:00:00Z"), ("occurredAt", "-0001-01-01T00:00:00Z"),
        ("occurredAt", "2026-03-09 10:00:00Z"), ("occurredAt", "20260309T100000Z"),
        ("occurredAt", "2026-03-09T10:00Z"), ("occurredAt", "now"), ("shippedAt", "2026-03-09T25:00:00Z"),
    )
]  # fmt: skip
HEADS = [
    row(f"{name} {value[:30]!r} in the head", a_push(header=a_header(1, **{name: value})), says=name)
    for name, value in (
        ("createdAt", "0001-01-01T00:00:00+14:00"), ("createdAt", "9999-12-31T23:59:59-14:00"),
        ("periodFrom", "0001-01-01T00:00:00"), ("periodTo", "9999-12-31T23:59:59-14:00"),
        ("createdAt", "2026-02-30T10:00:00Z"), ("createdAt", "2026-06-30T23:59:60Z"), ("messageNumber", "0"),
        ("messageNumber", "-0"), ("messageNumber", "1E+999999"), ("messageNumber", "NaN"), ("test", "yes"),
        ("messageId", ""), ("messageId", "x" * 41), ("messageId", " \t\n "), ("senderCode", "12345"),
        ("institutionCode", "200"), ("institutionCode", "I200\u200b"), ("customerNumber", ""),
    )
]  # fmt: skip
TOTALS = [
    row(
        f"a total of {value}",
        a_push(header=a_header(1, control=f"<mutationCount>1</mutationCount><copyCount>1</copyCount>{total}")),
        says="totalAmount",
    )
    for value in ("1E+999999", "NaN", "INF", "-1", "1.234", "9" * 400)
    for total in [f"<totalAmount>{value}</totalAmount>"]
]

VALUES = [*NUMBERS, *DATES, *HEADS, *TOTALS]
