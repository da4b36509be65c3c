"""What the XSD cannot say of a mutation: required per kind, check digits, codes outside the published lists."""

from collections.abc import Iterator

from gateway.orders.explanations import Finding
from gateway.orders.model import Kind, Mutation

REQUIRED = {
    Kind.ORDERED: ("order_date", "channel", "title", "net_price"),
    Kind.CHANGED: (),
    Kind.DELAYED: ("reason_code",),
    Kind.CANCELLED: ("reason_code",),
    Kind.SHIPPED: ("packing_slip", "shipped_at"),
}
"""Per kind the fields that must be there beyond those of every mutation, which the XSD requires."""

_WIRE_NAMES = {
    "order_date": "orderDate",
    "net_price": "netPrice",
    "reason_code": "reasonCode",
    "packing_slip": "packingSlip",
    "shipped_at": "shippedAt",
}
_FINAL = {Kind.DELAYED: False, Kind.CANCELLED: True}

ACTION_CODES = frozenset(
    f"{code}"
    for code in (
        *range(100, 105), 110, *range(200, 211), *range(220, 224), 300, 400, 401, *range(404, 413), 500, 800,
        *range(900, 904), 999,
    )
)  # fmt: skip
"""EDItEUR code list 12B, what happens to a line. Source: EDItEUR library guidelines, as Koha reads them."""

REASON_CODES = frozenset(
    "AB AD CS FQ HK IB IP MD NK NN NP NQ NS OB OF OP OR PK PN RE RF RM RP RR SD SN SO ST TO TU UB UC".split()  # noqa: SIM905
)
"""EDItEUR code list 8B, why. Source: as above."""


def refusals(mutation: Mutation) -> Iterator[Finding]:
    """Everything that makes this one line unusable; the rest of its message goes on."""
    yield from _missing(mutation)
    yield from _check_digits(mutation)
    if mutation.copies and len(mutation.copies) != mutation.quantity:
        listed = {"listed": str(len(mutation.copies)), "copies": str(mutation.quantity)}
        yield Finding("copies-do-not-add-up", listed)
    numbers = [copy.copy_id for copy in mutation.copies if copy.copy_id]
    yield from (Finding("copy-twice", {"copy": number}) for number in set(numbers) if numbers.count(number) > 1)
    wanted = _FINAL.get(mutation.kind)
    if wanted is not None and mutation.final is (not wanted):
        yield Finding("wrong-final", {"kind": mutation.kind, "final": str(mutation.final).lower()})


def warnings(mutation: Mutation) -> Iterator[Finding]:
    """What is kept and shown, but should be looked at."""
    if mutation.action_code and mutation.action_code not in ACTION_CODES:
        yield Finding("unknown-code", {"element": "actionCode", "value": mutation.action_code})
    if mutation.reason_code and mutation.reason_code not in REASON_CODES:
        yield Finding("unknown-code", {"element": "reasonCode", "value": mutation.reason_code})


def _missing(mutation: Mutation) -> Iterator[Finding]:
    for field in REQUIRED[mutation.kind]:
        if getattr(mutation, field) is None:
            yield Finding("missing-element", {"element": _WIRE_NAMES.get(field, field), "kind": mutation.kind})
    if mutation.kind is Kind.ORDERED and not _has_branch(mutation):
        yield Finding("missing-element", {"element": "branch", "kind": mutation.kind})
    priced = (mutation.list_price, mutation.processing_fee, mutation.net_price)
    if mutation.currency is None and any(price is not None for price in priced):
        yield Finding("missing-element", {"element": "currency", "kind": mutation.kind})


def _has_branch(mutation: Mutation) -> bool:
    divided = bool(mutation.copies) and all(copy.branch for copy in mutation.copies)
    return bool(mutation.branch) or divided


def _check_digits(mutation: Mutation) -> Iterator[Finding]:
    for element, value, is_right in (
        ("ean", mutation.ean, ean_is_right),
        ("replacementEan", mutation.replacement_ean, ean_is_right),
        ("ppn", mutation.ppn, ppn_is_right),
    ):
        if value is not None and not is_right(value):
            yield Finding("bad-check-digit", {"element": element, "value": value})


def ean_is_right(ean: str) -> bool:
    """Whether 13 digits end in their check digit: weights 1 and 3, sum divisible by ten."""
    return (sum(map(int, ean[::2])) + 3 * sum(map(int, ean[1::2]))) % 10 == 0


def ppn_is_right(ppn: str) -> bool:
    """Whether a PPN ends in its check digit: weights from the right, modulo 11, X for ten."""
    digits = [10 if digit == "X" else int(digit) for digit in ppn]
    return sum(weight * digit for weight, digit in enumerate(reversed(digits), start=1)) % 11 == 0
