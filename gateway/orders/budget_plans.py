"""Change a library's budget codes: look at what a change does, then save it, with an audit line for each entry."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway import clock
from gateway.accounts import audit
from gateway.accounts.events import What
from gateway.db import Connection, Engine, reading, writing
from gateway.errors import ConfigurationError
from gateway.library import Library
from gateway.money import NOTHING, Cents
from gateway.orders import budget_list
from gateway.orders.bookings import Comparison
from gateway.orders.budget_changes import Change, CodeList, changes, planned
from gateway.orders.budgets import Balance, Budget, BudgetMapping, Budgets, contradict, strain
from gateway.orders.mapping import Codes
from gateway.orders.reading import stamp
from gateway.orders.store import bookings, codes
from gateway.orders.tables_in import rows

LOOK_BACK_DAYS = 30

Plan = Callable[[CodeList], CodeList]
"""From the list as it stands when it is saved to the list as it becomes."""

Release = Callable[[Connection, str], None]
"""Queues a look at what waits in a library, in the open transaction: its cause may be gone now."""


class StandsForAnother(ConfigurationError):
    """The supplier's code stands for another code already, under the same conditions."""

    code = "stands-for-another"
    message = "{supplier_code} stands for {library_code} already."
    hint = "Say from which day it stands for another (--from); until then it stays as it is."


class NoSuchCode(ConfigurationError):
    """A mapping to a code that the library does not list."""

    code = "no-such-code"
    message = "Budget code {code} is not in the library's list."
    hint = "Import it first, or choose one of those that `gateway budgets list` shows."


class NoSuchMapping(ConfigurationError):
    """Nothing is mapped so, and nothing can be taken away."""

    code = "no-such-mapping"
    message = "There is no such mapping of {supplier_code}."
    hint = "`gateway budgets list` shows what the supplier calls each code, and for which channel, branch and medium."


@dataclass(frozen=True, slots=True)
class Strain:
    """A budget that would come under its warning level or be overspent by a change, and was not: with its code."""

    budget: Budget
    available: Cents
    code: str


@dataclass(frozen=True)
class Outlook:
    """What a change of the list is, and what it would have done to the lines of late."""

    changes: tuple[Change, ...]
    comparison: Comparison
    strains: tuple[Strain, ...]
    days: int = LOOK_BACK_DAYS


@dataclass(frozen=True)
class FromFile:
    """A plan that a file makes, with the rows that it takes and a sentence for each that it does not."""

    plan: Plan
    taken: int
    refused: list[str]


def from_file(database: Engine, institution: str, path: Path) -> FromFile:
    """Read a list of codes and mappings; of codes with a refused row stays what stood there.

    Raises:
        UnreadableList: the file as a whole cannot be used.
    """
    with reading(database) as connection:
        branches = frozenset(row.branch for row in codes.branch_rows(connection, institution))
    found = budget_list.read(rows(path, ("code",), budget_list.COLUMNS), branches)

    def plan(before: CodeList) -> CodeList:
        if not found.codes:
            return before
        listed, mapped = found.beside(before.codes, before.mappings)
        return CodeList(tuple(listed), tuple(mapped))

    return FromFile(plan, found.rows, found.groups.sentences())


def from_day(plan: Plan, day: date) -> Plan:
    """The same change, begun on a day."""
    return lambda before: planned(before, plan(before), day)


def mapped(mapping: BudgetMapping) -> Plan:
    """Let the supplier's code stand for a library's code; with a first day it ends what it stood for until then.

    Raises (when planned):
        NoSuchCode: the library does not list the code.
        StandsForAnother: it stands for another already, and there is no first day.
    """

    def plan(before: CodeList) -> CodeList:
        if mapping.library_code not in before.budgets.codes:
            raise NoSuchCode(code=mapping.library_code)
        kept = tuple(part for row in before.mappings for part in _beside(row, mapping))
        return CodeList(before.codes, (*kept, mapping))

    return plan


def _beside(old: BudgetMapping, new: BudgetMapping) -> tuple[BudgetMapping, ...]:
    """What stays of a mapping beside a new one."""
    says_the_same = replace(new, valid_from=old.valid_from, valid_until=old.valid_until) == old
    if not says_the_same and not contradict(old, new):
        return (old,)
    if new.valid_from is None and says_the_same:
        return ()
    if new.valid_from is None:
        raise StandsForAnother(supplier_code=new.supplier_code or "-", library_code=old.library_code)
    if old.valid_from and old.valid_from >= new.valid_from:
        return ()
    return (replace(old, valid_until=new.valid_from - timedelta(days=1)),)


def unmapped(pattern: BudgetMapping, last_day: date | None) -> Plan:
    """Take a mapping away, or end it with a last day; the pattern's own days do not count.

    Raises (when planned):
        NoSuchMapping: nothing stands there under these conditions.
    """
    wanted = replace(pattern, valid_from=None, valid_until=None)

    def plan(before: CodeList) -> CodeList:
        goes = [row for row in before.mappings if replace(row, valid_from=None, valid_until=None) == wanted]
        if not goes:
            raise NoSuchMapping(supplier_code=pattern.supplier_code or "-")
        ended = [replace(row, valid_until=last_day) for row in goes if last_day and row not in _after(goes, last_day)]
        return CodeList(before.codes, (*(row for row in before.mappings if row not in goes), *ended))

    return plan


def _after(rows_of_code: list[BudgetMapping], day: date) -> list[BudgetMapping]:
    return [row for row in rows_of_code if row.valid_from and row.valid_from > day]


def outlook(
    database: Engine,
    library: Library,
    plan: Plan,
    *,
    fall_back: str | None = None,
    begins: date | None = None,
    days: int = LOOK_BACK_DAYS,
) -> Outlook:
    """What a plan changes, and what it would have done to the lines of the last days; nothing is saved.

    Args:
        fall_back: the budget for codes that cannot be used, where the library may have one.
        begins: the day on which the change begins, if not at once; lines are then taken as ordered on it.
    """
    since = stamp(clock.now() - timedelta(days=days))
    comparison = Comparison()
    with reading(database) as connection:
        before = codes.as_list(connection, library.institution)
        after = plan(before)
        of_branches = codes.load(connection, library.institution, fall_back).branches
        old, new = (Codes(of_branches, each.budgets, fall_back) for each in (before, after))
        for _, mutation in bookings.placed_since(connection, library.institution, since):
            at = mutation.occurred_at.astimezone(ZoneInfo(library.time_zone)).date()
            comparison.add(mutation, mutation.order_date or at, old, new, begins)
        balances = codes.balances(connection, library.institution)
    on = begins or clock.today(library.time_zone)
    strains = tuple(_strains(old.budgets, new.budgets, balances, comparison.moved(), on))
    return Outlook(changes(before, after), comparison, strains, days)


def _strains(
    old: Budgets, new: Budgets, balances: Mapping[Budget, Balance], moved: Mapping[Budget, Cents], on: date
) -> Iterator[Strain]:
    """The budgets that a change strains: by what stands against them now, and by what it moves to them."""
    for code, year in sorted({(entry.code, entry.year) for each in new.codes.values() for entry in each}, key=str):
        now = balances.get((code, year), Balance())
        then = now.plus(moved.get((code, year), NOTHING), 0)
        was, becomes = old.in_force(code, year, on), new.in_force(code, year, on)
        told = strain(becomes, then) if becomes else None
        if told and becomes and becomes.initial is not None and (was is None or strain(was, now) != told):
            yield Strain((code, year), Cents(becomes.initial - then.spoken_for), told.code)


def save(
    database: Engine, institution: str, plan: Plan, release: Release = lambda *_: None, by: str | None = None
) -> tuple[Change, ...]:
    """Put a plan's list in the place of the old one; what differs is returned, and written into the audit log.

    Args:
        by: who changes it; without it, the system user of the command.
    """
    with writing(database) as connection:
        return save_in(connection, institution, plan, release, by)


def save_in(
    connection: Connection, institution: str, plan: Plan, release: Release = lambda *_: None, by: str | None = None
) -> tuple[Change, ...]:
    """As `save`, in a transaction that is open."""
    before = codes.as_list(connection, institution)
    after = plan(before)
    found = changes(before, after)
    if found:
        codes.replace_budgets(connection, institution, after.codes, after.mappings)
        for change in found:
            audit.changed(connection, What.BUDGET_CODES_CHANGED, institution, str(change), by)
        release(connection, institution)
    return found
