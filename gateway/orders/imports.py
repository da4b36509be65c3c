"""A library's own lists, as files: branches, budget codes with their mappings, orders open at the start."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

from gateway.db import Connection, Engine, writing
from gateway.money import NOTHING, Cents, cents
from gateway.orders.budgets import BudgetMapping
from gateway.orders.ledger import Effect, Holding, LineKey, OrderLine
from gateway.orders.model import BudgetCode, Channel, LineState, Share
from gateway.orders.store import codes, lines
from gateway.orders.tables_in import Row, rows

BRANCH_COLUMNS = ("supplier_branch", "branch", "name")
BUDGET_COLUMNS = (
    "code", "description", "year", "sub_budget", "valid_from", "valid_until", "initial", "warning_percent", "blocked",
    "no_control", "supplier_code", "channel", "branch", "medium",
)  # fmt: skip
OPEN_ORDER_COLUMNS = (
    "sender", "order_number", "order_line", "order_date", "title", "ean", "branch", "budget_code", "copies",
    "net_price",
)  # fmt: skip

Release = Callable[[Connection, str], None]
"""Queues a look at what waits in a library, in the open transaction: its cause may be gone now."""


@dataclass(frozen=True)
class Imported:
    """What reading a list did: rows taken, and a sentence per row that was not."""

    taken: int = 0
    refused: list[str] = field(default_factory=list)


def import_branches(database: Engine, institution: str, path: Path, release: Release = lambda *_: None) -> Imported:
    """Put the file's list in the place of the library's branches."""
    refused: list[str] = []
    taken: dict[str, tuple[str, str, str]] = {}
    for line, row in rows(path, ("supplier_branch", "branch"), BRANCH_COLUMNS):
        if not row["supplier_branch"] or not row["branch"]:
            refused.append(f"line {line}: both supplier_branch and branch must be there")
        elif row["supplier_branch"] in taken:
            refused.append(f"line {line}: supplier_branch {row['supplier_branch']} stands in the list twice")
        else:
            taken[row["supplier_branch"]] = (row["supplier_branch"], row["branch"], row.get("name", ""))
    with writing(database) as connection:
        codes.replace_branches(connection, institution, taken.values())
        release(connection, institution)
    return Imported(len(taken), refused)


def import_budget_codes(database: Engine, institution: str, path: Path, release: Release = lambda *_: None) -> Imported:
    """Put the file's list in the place of the library's budget codes and mappings.

    A row gives a code; with `supplier_code` it also says that the supplier's code stands for it, perhaps only
    for a channel, branch or medium, and from or until a day.
    """
    refused: list[str] = []
    listed: dict[tuple[str, int | None], BudgetCode] = {}
    mappings: list[BudgetMapping] = []
    taken = 0
    for line, row in rows(path, ("code",), BUDGET_COLUMNS):
        try:
            code, mapping = _budget_code(row), _mapping(row)
        except ValueError as error:
            refused.append(f"line {line}: {error}")
            continue
        taken += 1
        listed.setdefault((code.code, code.year), code)
        mappings += [mapping] if mapping else []
    with writing(database) as connection:
        codes.replace_budgets(connection, institution, listed.values(), mappings)
        release(connection, institution)
    return Imported(taken, refused)


def import_open_orders(database: Engine, institution: str, path: Path, release: Release = lambda *_: None) -> Imported:
    """Add orders that already stand in the library system; a line that is known here stays as it is.

    Rows with the same order number and line are one line, divided over branches. Codes are the library's own.
    """
    refused: list[str] = []
    found: dict[tuple[str, LineKey], list[Row]] = {}
    taken = 0
    for line, row in rows(path, ("sender", "order_number", "order_line", "branch", "copies"), OPEN_ORDER_COLUMNS):
        if problem := _problem(row):
            refused.append(f"line {line}: {problem}")
            continue
        taken += 1
        found.setdefault((row["sender"], (row["order_number"], row["order_line"])), []).append(row)
    with writing(database) as connection:
        for sender in sorted({sender for sender, _ in found}):
            of_sender = {key: each for (from_, key), each in found.items() if from_ == sender}
            _add_open(connection, institution, sender, of_sender)
        release(connection, institution)
    return Imported(taken, refused)


def _add_open(connection: Connection, institution: str, sender: str, found: dict[LineKey, list[Row]]) -> None:
    keys = list(found)
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        known = lines.find_pks(connection, sender, institution, some)
        fresh = {key: _open_line(sender, institution, key, found[key]) for key in some if key not in known}
        pks = lines.save(connection, {}, fresh)
        effects = [
            lines.effect_row(pks[key], None, institution, "IMPORTED", _commitment(holding, line))
            for key, line in fresh.items()
            for holding in line.holdings
        ]
        lines.add_effects(connection, effects)


def _open_line(sender: str, institution: str, key: LineKey, found: list[Row]) -> OrderLine:
    first = found[0]
    ordered_on = date.fromisoformat(first["order_date"]) if first.get("order_date") else date(1970, 1, 1)
    return OrderLine(
        sender=sender,
        institution=institution,
        order_number=key[0],
        order_line=key[1],
        state=LineState.IN_ORDER,
        holdings=tuple(Holding(_share(row)) for row in found),
        net_price=cents(_point(first["net_price"])) if first.get("net_price") else NOTHING,
        last_at=datetime.combine(ordered_on, time(), tzinfo=UTC),
        made_from=None,
        title=first.get("title") or None,
        ean=first.get("ean") or None,
    )


def _share(row: Row) -> Share:
    return Share(branch=row["branch"], budget_code=row.get("budget_code") or None, copies=int(row["copies"]))


def _commitment(holding: Holding, line: OrderLine) -> Effect:
    amount = Cents(holding.share.copies * line.net_price)
    return Effect(holding.share, amount, NOTHING, amount)


def _problem(row: Row) -> str:
    for name in ("sender", "order_number", "order_line", "branch"):
        if not row[name]:
            return f"{name} must be there"
    if not row["copies"].isdecimal() or not 1 <= int(row["copies"]) <= 9999:
        return f"copies must be a number from 1 to 9999, not {row['copies']!r}"
    try:
        if row.get("net_price"):
            _amount(row["net_price"], "net_price")
        _day(row, "order_date")
    except ValueError as error:
        return str(error)
    return ""


def _budget_code(row: Row) -> BudgetCode:
    if not row["code"]:
        raise ValueError("code must be there")
    return BudgetCode(
        code=row["code"],
        description=row.get("description", ""),
        year=_number(row, "year"),
        sub_budget=row.get("sub_budget") or None,
        valid_from=None if row.get("supplier_code") else _day(row, "valid_from"),
        valid_until=None if row.get("supplier_code") else _day(row, "valid_until"),
        initial=_amount(row["initial"], "initial") if row.get("initial") else None,
        warning_percent=_number(row, "warning_percent"),
        blocked=_yes(row, "blocked"),
        no_control=_yes(row, "no_control"),
    )


def _mapping(row: Row) -> BudgetMapping | None:
    if not row.get("supplier_code"):
        return None
    channel = row.get("channel") or None
    if channel and channel not in Channel.__members__:
        raise ValueError(f"channel must be one of {', '.join(Channel)}, not {channel!r}")
    return BudgetMapping(
        supplier_code="" if row["supplier_code"] == "-" else row["supplier_code"],
        library_code=row["code"],
        channel=channel,
        branch=row.get("branch") or None,
        medium=row.get("medium") or None,
        valid_from=_day(row, "valid_from"),
        valid_until=_day(row, "valid_until"),
    )


def _day(row: Row, name: str) -> date | None:
    try:
        return date.fromisoformat(row[name]) if row.get(name) else None
    except ValueError as error:
        raise ValueError(f"{name} must be a day such as 2026-01-31, not {row[name]!r}") from error


def _number(row: Row, name: str) -> int | None:
    if row.get(name) and not row[name].isdecimal():
        raise ValueError(f"{name} must be a whole number, not {row[name]!r}")
    return int(row[name]) if row.get(name) else None


def _point(amount: str) -> str:
    """A Dutch or a plain amount with a point: `1.234,50` and `1234.50` are the same."""
    return amount.replace(".", "").replace(",", ".") if "," in amount else amount


def _amount(text: str, name: str) -> Cents:
    try:
        return cents(_point(text))
    except ValueError as error:
        raise ValueError(f"{name} must be an amount such as 1250,00, not {text!r}") from error


_WORDS = {
    "": False,
    "0": False,
    "no": False,
    "nee": False,
    "false": False,
    "1": True,
    "yes": True,
    "ja": True,
    "true": True,
}


def _yes(row: Row, name: str) -> bool:
    word = row.get(name, "").lower()
    if word not in _WORDS:
        raise ValueError(f"{name} must be yes or no, not {word!r}")
    return _WORDS[word]
