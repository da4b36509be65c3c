"""Move a library's open orders to a new budget year, line by line, with what they commit."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.accounts import audit
from gateway.accounts.events import What
from gateway.db import Connection, Engine, reading, writing
from gateway.money import NOTHING, Cents
from gateway.orders.budget_year import into_year, left_behind
from gateway.orders.budgets import Budget
from gateway.orders.ledger import Holding, OrderLine
from gateway.orders.store import codes, lines

_AT_ONCE = 500
_KIND = "YEAR_CHANGE"


@dataclass
class Moved:
    """Open copies of one budget of an earlier year, on how many lines and with what they commit."""

    lines: int = 0
    copies: int = 0
    amount: Cents = NOTHING


@dataclass
class YearChange:
    """What moved to the year, by the budget that it came from; and what stays, as its code is not listed for it."""

    year: int
    moved: dict[Budget, Moved] = field(default_factory=dict)
    stays: dict[Budget, Moved] = field(default_factory=dict)


def change(
    database: Engine, institution: str, year: int, *, preview: bool = False, by: str | None = None
) -> YearChange:
    """Move every open copy of an earlier budget year to this one; done again, it moves what was left or came since.

    The caller keeps everybody else from working for the library.

    Args:
        preview: only say what would move.
        by: who wants it; without it, the system user of the command.
    """
    told = YearChange(year)
    with reading(database) as connection:
        listed = {(code.code, code.year) for code in codes.listed(connection, institution)}
    last = 0
    while True:
        with (reading if preview else writing)(database) as connection:
            found = lines.still_open(connection, institution, last, _AT_ONCE)
            if not found:
                return told
            _chunk(connection, institution, found, listed, told, by, preview=preview)
        last = found[-1].pk


def _chunk(
    connection: Connection,
    institution: str,
    found: Iterable[lines.Kept],
    listed: set[Budget],
    told: YearChange,
    by: str | None,
    *,
    preview: bool,
) -> None:
    here = YearChange(told.year)
    for kept in found:
        after, effects = into_year(kept.line, told.year, listed)
        stays = list(left_behind(after, told.year))
        _count(here.moved, kept.line, [each for each in left_behind(kept.line, told.year) if each not in stays])
        _count(here.stays, kept.line, stays)
        if effects and not preview:
            key = (kept.line.order_number, kept.line.order_line)
            lines.save(connection, kept.sender, institution, {key: kept.pk}, {key: after})
            rows = [lines.effect_row(kept.pk, None, institution, _KIND, effect) for effect in effects]
            lines.add_effects(connection, rows)
    if not preview:
        for budget, moved in here.moved.items():
            audit.changed(connection, What.BUDGET_YEAR_CHANGED, institution, _sentence(budget, told.year, moved), by)
    _add(told.moved, here.moved)
    _add(told.stays, here.stays)


def _count(into: dict[Budget, Moved], line: OrderLine, holdings: list[Holding]) -> None:
    for budget in {(each.share.budget_code or "", each.share.budget_year) for each in holdings}:
        into.setdefault(budget, Moved()).lines += 1
    for each in holdings:
        moved = into[each.share.budget_code or "", each.share.budget_year]
        moved.copies += each.open
        moved.amount = Cents(moved.amount + each.open * line.net_price)


def _add(into: dict[Budget, Moved], more: dict[Budget, Moved]) -> None:
    for budget, moved in more.items():
        there = into.setdefault(budget, Moved())
        there.lines += moved.lines
        there.copies += moved.copies
        there.amount = Cents(there.amount + moved.amount)


def _sentence(budget: Budget, year: int, moved: Moved) -> str:
    code, before = budget
    return f"{code} {before} -> {year}: {moved.lines} lines, {moved.copies} copies"
