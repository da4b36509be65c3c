"""The file that Wise's order upload takes: `wise-orders` with orders, order rows, items and products.

What OCLC shows in its manual is named DOCUMENTED in `schemas/vendor/wise.toml`, with date and address. It shows
one order (ORDER, OR). That the same upload takes shipping files is said there, how they look is not. So every
other word below is OUR CHOICE, and stands in MESSAGES and ASSUMED only: the day a sample arrives, those change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from gateway.orders.model import Kind, Mutation, Share
from gateway.orders.system import TELLABLE, SystemLine

MESSAGES: dict[Kind, tuple[str, str]] = {
    Kind.ORDERED: ("ORDER", "OR"),
    Kind.CHANGED: ("CHANGE", "CH"),
    Kind.DELAYED: ("DELAY", "DL"),
    Kind.CANCELLED: ("CANCEL", "CA"),
    Kind.SHIPPED: ("SHIPPING", "SH"),
}
"""Per kind `message_type` and `status`; only the first row is documented."""

ASSUMED = {
    "budgetCode": "sub_budget",
    "note": "note",
    "reasonCode": "reason_code",
    "reasonText": "reason_text",
    "expectedDate": "expected_date",
    "packingSlip": "packing_slip",
    "shippedAt": "shipping_date",
}
"""Elements of an order row that the manual does not show, by the field of the wire that they carry."""

_DOCUMENTED = (
    "orderNumber", "orderLine", "orderDate", "articleNumber", "ean", "title", "quantity", "branch", "copyId",
)  # fmt: skip
_SAID_BY_THE_KIND = {Kind.DELAYED: ("final",), Kind.CANCELLED: ("final",)}
TOLD = {kind: frozenset((*_DOCUMENTED, *ASSUMED, *_SAID_BY_THE_KIND.get(kind, ()))) for kind in Kind}
"""Per kind the fields of the wire that this file carries."""
NEVER_TOLD = tuple(field for field in TELLABLE if not any(field in told for told in TOLD.values()))

_MOMENT = "%y%m%d%H%M%S"
_NUMBERED = (Kind.ORDERED, Kind.CHANGED)
_ESCAPES = str.maketrans(
    {code: None for code in range(32) if code not in (9, 10, 13)}
    | {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
)


def write(
    lines: Iterable[SystemLine],
    *,
    institution: str,
    library_name: str,
    supplier: str,
    supplier_names: Mapping[str, str],
    zone: str,
) -> bytes:
    """Write one file.

    Mutations of one order stand together, in the order in which they come; a new `order` begins where
    the kind changes, because `message_type` belongs to the order and what happened last must stand last.

    Args:
        supplier: the six digits under which the supplier stands in `rol_supplier`; empty for each line's own sender.
        supplier_names: the suppliers by their sender code, which a line has.
        zone: the time zone in which Wise reads dates.
    """
    place = ZoneInfo(zone)
    orders: dict[tuple[str, str], list[SystemLine]] = {}
    for line in lines:
        orders.setdefault((line.sender, line.mutation.order_number), []).append(line)
    written: list[str] = ['<?xml version="1.0" encoding="UTF-8"?>\n<wise-orders><orders>']
    relation = _element("relation_code", institution) + _element("relation_name", library_name)
    for (sender, number), its_lines in orders.items():
        head = (
            f"<order>{_element('referenceno', number)}{_element('supplier_code', supplier or sender)}"
            f"{_element('supplier_name', supplier_names.get(sender))}{relation}"
        )
        for kind, run in groupby(_steps(its_lines), lambda step: step[0]):
            written += _order(head, kind, [line for _, line in run], place)
    written += ["</orders><products>", *_products(orders.values()), "</products></wise-orders>\n"]
    return "".join(written).encode("utf-8", "replace")


def _steps(lines: Iterable[SystemLine]) -> Iterator[tuple[Kind, SystemLine]]:
    """What Wise is told of, one after the other; a shop purchase is first heard of when it is shipped."""
    for line in lines:
        if line.state_before is None and line.mutation.kind is Kind.SHIPPED:
            yield Kind.ORDERED, line
        yield line.mutation.kind, line


def _order(head: str, kind: Kind, lines: Sequence[SystemLine], place: ZoneInfo) -> Iterator[str]:
    first = lines[0].mutation
    ordered_on = f"{first.order_date:%y%m%d}000000" if first.order_date else _moment(first.occurred_at, place)
    message_type, _ = MESSAGES[kind]
    yield f"{head}<order_date>{ordered_on}</order_date><message_type>{message_type}</message_type><orderrows>"
    for line in lines:
        yield from _rows(line, kind, place)
    yield "</orderrows></order>"


def _rows(line: SystemLine, kind: Kind, place: ZoneInfo) -> Iterator[str]:
    mutation, status = line.mutation, MESSAGES[kind][1]
    row = _element("orderrow_id", mutation.order_line)
    product = _element("product_id", _product_id(mutation))
    reasons = _reasons(mutation, place)
    number = 0
    for share in line.shares:
        yield f"<orderrow>{row}{_element('relation_code', share.branch)}{product}<amount>{share.copies}</amount>"
        yield f"<status>{status}</status>"
        yield from _items(mutation, share, kind, number, f"{product}<status>{status}</status></item>")
        yield _element(ASSUMED["budgetCode"], share.budget_code) + _element(ASSUMED["note"], share.note)
        yield f"{reasons}</orderrow>"
        number += share.copies


def _items(mutation: Mutation, share: Share, kind: Kind, before: int, rest: str) -> Iterator[str]:
    """The copies one by one, where we know which they are: by their own id, or because all of the line are there."""
    if share.copy_id:
        yield f"<items><item>{_element('item_id', share.copy_id)}{rest}</items>"
    elif kind in _NUMBERED:
        numbered = range(before + 1, before + share.copies + 1)
        row = _text(mutation.order_line)
        items = "".join(f"<item><item_id>{row}-{number:04d}</item_id>{rest}" for number in numbered)
        yield f"<items>{items}</items>"


def _reasons(mutation: Mutation, place: ZoneInfo) -> str:
    expected = f"{mutation.expected_date:%y%m%d}" if mutation.expected_date else None
    shipped = _moment(mutation.shipped_at, place) if mutation.shipped_at else None
    return "".join(
        (
            _element(ASSUMED["reasonCode"], mutation.reason_code),
            _element(ASSUMED["reasonText"], mutation.reason_text),
            _element(ASSUMED["expectedDate"], expected),
            _element(ASSUMED["packingSlip"], mutation.packing_slip),
            _element(ASSUMED["shippedAt"], shipped),
        )
    )


def _products(orders: Iterable[Sequence[SystemLine]]) -> Iterator[str]:
    known: dict[tuple[str, str | None, str | None], None] = {}
    for lines in orders:
        for line in lines:
            mutation = line.mutation
            if mutation.ean or mutation.title:
                known[_product_id(mutation), mutation.ean, mutation.title] = None
    for number, ean, title in known:
        yield f"<product>{_element('product_id', number)}{_element('article_number', ean)}"
        yield f"{_element('title', title)}</product>"


def _product_id(mutation: Mutation) -> str:
    return mutation.article_number or mutation.ean or f"{mutation.order_number}-{mutation.order_line}"


def _moment(moment: datetime, place: ZoneInfo) -> str:
    return moment.astimezone(place).strftime(_MOMENT)


def _element(name: str, content: str | None) -> str:
    return f"<{name}>{_text(content)}</{name}>" if content else ""


def _text(content: str) -> str:
    return content.translate(_ESCAPES)
