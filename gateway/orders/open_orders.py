"""A library's list of orders that stand open in its system: rows that together are order lines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from gateway.money import NOTHING
from gateway.orders import cells
from gateway.orders.cells import Row
from gateway.orders.ledger import Holding, LineKey, OrderLine
from gateway.orders.model import LineState, Share
from gateway.orders.row_groups import Groups

COLUMNS = (
    "sender", "order_number", "order_line", "order_date", "title", "ean", "branch", "budget_code",
    "budget_year", "copies", "net_price",
)  # fmt: skip
REQUIRED = ("sender", "order_number", "order_line", "branch", "copies")
Key = tuple[str, LineKey]
"""Sender, and the order number and line that are unique within it."""

_SENDER = re.compile(r"[0-9]{6}")
_EAN = re.compile(r"[0-9]{13}")
_LONG_AGO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Lists:
    """What a library gave us before: its own branches, and its budget codes with their years; empty if it gave none."""

    branches: frozenset[str] = frozenset()
    budget_codes: Mapping[str, frozenset[int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row says: copies for one branch, and facts about the whole line."""

    share: Share
    about: dict[str, Any]


@dataclass(frozen=True)
class OpenOrders:
    """The order lines of a file that can be used as a whole, each with its number of rows."""

    lines: dict[Key, OrderLine]
    rows: dict[Key, int]
    refused: list[str]


def read(rows: Sequence[Row], institution: str, lists: Lists) -> OpenOrders:
    """Put rows together as order lines; a line with one row that cannot be used is refused with all its rows."""
    groups = Groups(rows, _key, lambda row: _said(row, lists))
    _hold_up_what_may_be_half(rows, groups)
    found = {key: _line(key[1], members, groups) for key, members in groups.sound().items()}
    sound = groups.sound()
    return OpenOrders(
        lines={key: found[key] for key in sound},
        rows={key: len(members) for key, members in sound.items()},
        refused=groups.sentences(),
    )


def _key(row: Row) -> Key:
    return row["sender"], (row["order_number"], row["order_line"])


def _said(row: Row, lists: Lists) -> _Said:
    cells.needed(row, *REQUIRED)
    if not _SENDER.fullmatch(row["sender"]):
        raise ValueError(
            f"sender must be six digits such as 000002, not {row['sender']!r}; a spreadsheet may drop zeros in front"
        )
    if row["ean"] and not _EAN.fullmatch(row["ean"]):
        raise ValueError(f"ean must be 13 digits, not {row['ean']!r}; a spreadsheet may round it off")
    share = Share(
        branch=cells.listed(row, "branch", lists.branches, "branches") or "",
        budget_code=cells.listed(row, "budget_code", frozenset(lists.budget_codes), "budget codes"),
        copies=cells.number(row, "copies", 1, 9999) or 0,
        budget_year=_budget_year(row, lists),
    )
    about = {
        "order_date": cells.day(row, "order_date"),
        "title": row["title"] or None,
        "ean": row["ean"] or None,
        "net_price": cells.amount(row, "net_price"),
    }
    return _Said(share, {name: value for name, value in about.items() if value is not None})


def _budget_year(row: Row, lists: Lists) -> int | None:
    """The year as the library's list has it, so that the commitment stands against a budget that is there."""
    year = cells.number(row, "budget_year", 1900, 2999)
    if not row["budget_code"] or row["budget_code"] not in lists.budget_codes:
        return year
    known = lists.budget_codes[row["budget_code"]]
    if year in known or None in known:
        return year if year in known else None
    if year is None and len(known) == 1:
        return next(iter(known))
    raise ValueError(
        f"budget_year must be one that {row['budget_code']} is listed for"
        f" ({', '.join(sorted(map(str, known)))}), not {row['budget_year']!r}"
    )


def _hold_up_what_may_be_half(rows: Sequence[Row], groups: Groups[Key, _Said]) -> None:
    """Refuse each line to which a row may belong that does not rightly say to which line it does."""
    of_number: dict[str, set[Key]] = {}
    for row in rows:
        if row["order_number"]:
            of_number.setdefault(row["order_number"], set()).add(_key(row))
    for row in rows:
        if row["order_number"] and not (row["order_line"] and _SENDER.fullmatch(row["sender"])):
            for key in of_number[row["order_number"]] - {_key(row)}:
                if _may_be(row, key):
                    groups.doubt(key, row)
    for one_way in (rows, rows[::-1]):
        _hold_up_neighbours(one_way, groups)


def _hold_up_neighbours(rows: Sequence[Row], groups: Groups[Key, _Said]) -> None:
    """Let a row without an order number hold up the line beside it: people leave out what the next row says again."""
    beside: Key | None = None
    for row in rows:
        if row["order_number"]:
            beside = _key(row)
        elif beside:
            groups.doubt(beside, row)


def _may_be(row: Row, key: Key) -> bool:
    """Whether a row may be about a line of the same order number that it does not rightly name."""
    sender, (_, order_line) = key
    knows_sender = _SENDER.fullmatch(row["sender"])
    return row["order_line"] in ("", order_line) and (not knows_sender or row["sender"] == sender)


def _line(key: LineKey, members: Sequence[tuple[Row, _Said]], groups: Groups[Key, _Said]) -> OrderLine:
    order_number, order_line = key
    about = groups.merge((row, said.about) for row, said in members)
    return OrderLine(
        order_number=order_number,
        order_line=order_line,
        state=LineState.IN_ORDER,
        holdings=_holdings([said.share for _, said in members]),
        net_price=about.get("net_price", NOTHING),
        last_at=datetime.combine(about.get("order_date", _LONG_AGO), time(), tzinfo=UTC),
        made_from=None,
        title=about.get("title"),
        ean=about.get("ean"),
        ordered_on=about.get("order_date"),
    )


def _holdings(shares: Sequence[Share]) -> tuple[Holding, ...]:
    """Copies for the same branch on the same budget code, added up."""
    copies: dict[Share, int] = {}
    for share in shares:
        place = share._replace(copies=0)
        copies[place] = copies.get(place, 0) + share.copies
    return tuple(Holding(place._replace(copies=number)) for place, number in copies.items())
