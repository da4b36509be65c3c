"""A library's own lists, as files: branches, budget codes with their mappings, orders open at the start.

A file is the new list. A row that cannot be used is refused with a sentence, and with it all rows about the same
branch, budget code or order line; what the library had for that one stays as it was. A file of which no row can be
used changes nothing. In this order: branches, budget codes, open orders, as each names what came before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.db import Connection, Engine, reading, writing
from gateway.money import NOTHING, Cents
from gateway.orders import budget_list, budget_plans, cells, open_orders
from gateway.orders.budget_plans import Release
from gateway.orders.cells import Row
from gateway.orders.ledger import Effect, Holding, LineKey, OrderLine
from gateway.orders.open_orders import Lists
from gateway.orders.row_groups import Groups, kept
from gateway.orders.store import codes, lines
from gateway.orders.tables_in import rows

BRANCH_COLUMNS = ("supplier_branch", "branch", "name")
BUDGET_COLUMNS = budget_list.COLUMNS
OPEN_ORDER_COLUMNS = open_orders.COLUMNS
_AT_ONCE = 500


@dataclass(frozen=True)
class Imported:
    """What reading a list did: rows taken, a sentence per row that was not, and rows of what stood here already."""

    taken: int = 0
    refused: list[str] = field(default_factory=list)
    known: int = 0


def import_branches(database: Engine, institution: str, path: Path, release: Release = lambda *_: None) -> Imported:
    """Put the file's list in the place of the library's branches."""
    groups = Groups(
        rows(path, ("supplier_branch", "branch"), BRANCH_COLUMNS), lambda row: row["supplier_branch"], _branch
    )
    merged = {key: groups.merge(members) for key, members in groups.sound().items()}
    sound = groups.sound()
    if not sound:
        return Imported(refused=groups.sentences())
    taken = {key: (key, merged[key]["branch"], merged[key].get("name", "")) for key in sound}
    with writing(database) as connection:
        old = {
            row.supplier_branch: (row.supplier_branch, row.branch, row.name)
            for row in codes.branch_rows(connection, institution)
        }
        staying = kept(groups.refused(), taken, old)
        stay = [entry for key, entry in old.items() if key in staying]
        codes.replace_branches(connection, institution, [*stay, *taken.values()])
        release(connection, institution)
    return Imported(sum(map(len, sound.values())), groups.sentences())


def import_budget_codes(database: Engine, institution: str, path: Path, release: Release = lambda *_: None) -> Imported:
    """Put the file's list in the place of the library's budget codes and mappings.

    A row gives a code. With `supplier_code` it says that the supplier's code stands for it, perhaps only for a
    channel, branch or medium, and its days are those of that mapping; what else it says is of the code.
    """
    found = budget_plans.from_file(database, institution, path)
    budget_plans.save(database, institution, found.plan, release)
    return Imported(found.taken, found.refused)


def import_open_orders(database: Engine, institution: str, path: Path, release: Release = lambda *_: None) -> Imported:
    """Add orders that already stand in the library system; a line that is known here stays as it is.

    Rows with the same order number and line are one line, divided over branches. Codes are the library's own, and
    stand in its lists where it has these.
    """
    read = rows(path, open_orders.REQUIRED, OPEN_ORDER_COLUMNS)
    found = open_orders.read(read, institution, _lists(database, institution))
    fresh: set[open_orders.Key] = set()
    if found.lines:
        with writing(database) as connection:
            for sender in sorted({sender for sender, _ in found.lines}):
                of_sender = {key: line for (from_, key), line in found.lines.items() if from_ == sender}
                fresh |= {(sender, key) for key in _add_open(connection, institution, sender, of_sender)}
            release(connection, institution)
    taken = sum(number for key, number in found.rows.items() if key in fresh)
    return Imported(taken, found.refused, known=sum(found.rows.values()) - taken)


def _branch(row: Row) -> dict[str, str]:
    cells.needed(row, "supplier_branch", "branch")
    return {name: row[name] for name in ("branch", "name") if row[name]}


def _lists(database: Engine, institution: str) -> Lists:
    with reading(database) as connection:
        branches = frozenset(row.branch for row in codes.branch_rows(connection, institution))
        listed = codes.listed(connection, institution)
    years: dict[str, set[int | None]] = {}
    for code in listed:
        years.setdefault(code.code, set()).add(code.year)
    return Lists(branches, {code: frozenset(each) for code, each in years.items()})


def _add_open(
    connection: Connection, institution: str, sender: str, found: Mapping[LineKey, OrderLine]
) -> set[LineKey]:
    """Add the lines that are not known yet, with what they commit; returns which those are."""
    added: set[LineKey] = set()
    keys = list(found)
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        known = lines.find_pks(connection, sender, institution, some)
        fresh = {key: found[key] for key in some if key not in known}
        pks = lines.save(connection, sender, institution, {}, fresh)
        effects = [
            lines.effect_row(pks[key], None, institution, "IMPORTED", _commitment(holding, line))
            for key, line in fresh.items()
            for holding in line.holdings
        ]
        lines.add_effects(connection, effects)
        added |= set(fresh)
    return added


def _commitment(holding: Holding, line: OrderLine) -> Effect:
    amount = Cents(holding.share.copies * line.net_price)
    return Effect(holding.share, amount, NOTHING, amount)
