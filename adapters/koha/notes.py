"""What we write in the two notes of a Koha order. OUR CHOICE, all of it.

`vendor_note` holds marks by which we find an order again and know what was done to it: one for the order line, one
for each mutation. `internal_note` is for staff: a line for each mutation, with what an order of Koha has no field for.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from gateway.order_files.table import HEADINGS, KINDS, Table
from gateway.orders.model import Kind, Share
from gateway.orders.system import TELLABLE, SystemLine

IN_FIELDS = ("quantity", "listPrice", "netPrice", "currency", "discountPercent")
"""Fields of the wire that an order has fields for."""
IN_THE_RECORD = ("title", "author", "publisher")
"""Fields of the wire that stand in the record of a new title, and not in the note of its order."""
_OF_A_COPY = ("branch", "budgetCode", "copyId", "barcode", "note")
_OF_A_LINE = tuple(each for each in TELLABLE if each not in (*_OF_A_COPY, *IN_FIELDS))
_WORDS = {content: heading for heading, content in HEADINGS.items()}
_CELLS = Table()
_CANCEL = "[cancel "


def line_mark(line: SystemLine) -> str:
    """The mark of an order line; letters and digits, as Koha's search knows wildcards."""
    mutation = line.mutation
    return f"[line {_digest(line.sender, mutation.order_number, mutation.order_line)}]"


def new_mark(line: SystemLine) -> str:
    """The mark that by this mutation the order was added, or taken over."""
    return f"[new {_digest(line.key)}]"


def done_mark(line: SystemLine) -> str:
    """The mark that this mutation was done to an order."""
    return f"[done {_digest(line.key)}]"


def cancel_mark(line: SystemLine) -> str:
    """The mark that by this mutation the order is cancelled whole, which an order response does."""
    return f"{_CANCEL}{_digest(line.key)}]"


def bears(order: Mapping[str, Any], mark: str) -> bool:
    """Whether an order has a mark."""
    return mark in str(order.get("vendor_note") or "")


def is_open(order: Mapping[str, Any]) -> bool:
    """Whether an order is neither cancelled nor going to be."""
    return order.get("status") != "cancelled" and not bears(order, _CANCEL)


def vendor_note(order: Mapping[str, Any], *marks: str) -> str:
    """The note of an order with these marks added."""
    return " ".join(filter(None, (str(order.get("vendor_note") or ""), *marks)))


def internal_note(order: Mapping[str, Any], line: SystemLine, kind: Kind, shares: Sequence[Share], zone: str) -> str:
    """The note of an order with a line added for this mutation, of these copies of it."""
    copies = sum(share.copies for share in shares) if line.shares else line.mutation.quantity
    told = "; ".join((f"{KINDS[kind]} {copies}", *_told(line, kind, shares, ZoneInfo(zone))))
    return "\n".join(filter(None, (str(order.get("internal_note") or ""), told)))


def _told(line: SystemLine, kind: Kind, shares: Sequence[Share], place: ZoneInfo) -> Iterator[str]:
    nothing = Share("", None, 0)
    for name in _OF_A_LINE:
        text = _CELLS.cell(line, nothing, name, place)
        if text and not (kind is Kind.ORDERED and name in IN_THE_RECORD):
            yield f"{_WORDS[name]}: {text}"
    for share in shares:
        cells = ((name, _CELLS.cell(line, share, name, place)) for name in _OF_A_COPY)
        yield "; ".join((*(f"{_WORDS[name]}: {text}" for name, text in cells if text), f"aantal: {share.copies}"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
