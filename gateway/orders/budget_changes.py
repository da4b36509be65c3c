"""What differs between two lists of budget codes, and a list that becomes another one on a day."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from gateway.money import plain
from gateway.orders.budgets import BudgetMapping, Budgets
from gateway.orders.model import BudgetCode

Entry = TypeVar("Entry", bound=BudgetCode | BudgetMapping)


@dataclass(frozen=True)
class CodeList:
    """A library's budget codes and what the supplier calls them, as one value."""

    codes: tuple[BudgetCode, ...] = ()
    mappings: tuple[BudgetMapping, ...] = ()

    @property
    def budgets(self) -> Budgets:
        """The same, found by code."""
        return Budgets.of(self.codes, self.mappings)


class Done(StrEnum):
    """What becomes of an entry of the list."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One code or mapping that another list adds, changes or takes away.

    `details` are the fields that it sets or alters: name, value before, value after; empty where there is none.
    """

    what: str
    name: str
    done: Done
    details: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        """One line for people: `code JF 2026 changed: blocked no -> yes`."""
        told = ", ".join(_told(self.done, *detail) for detail in self.details)
        return f"{self.what} {self.name} {self.done}{': ' if told else ''}{told}"


def _told(done: Done, field: str, was: str, becomes: str) -> str:
    if done is Done.CHANGED:
        return f"{field} {was or 'nothing'} -> {becomes or 'nothing'}"
    return f"{field} {becomes or was}"


def changes(before: CodeList, after: CodeList) -> tuple[Change, ...]:
    """Every entry that differs, codes first; nothing exactly when the lists say the same."""
    codes = _pairs(before.codes, after.codes, lambda code: (code.code, code.year))
    mappings = _pairs(before.mappings, after.mappings, lambda row: (row.supplier_code, *_conditions(row)))
    return (
        *(_change("code", name_of_code(was or becomes), was, becomes) for was, becomes in codes),
        *(_change("mapping", name_of_mapping(was or becomes), was, becomes) for was, becomes in mappings),
    )


def name_of_code(code: BudgetCode | None) -> str:
    """A code with its year, where it has one."""
    assert code is not None
    return f"{code.code} {code.year}" if code.year else code.code


def name_of_mapping(mapping: BudgetMapping | None) -> str:
    """What the supplier calls a code, and for what only: `JEUGD (SHOP, branch 2011)`."""
    assert mapping is not None
    words = zip(("", "branch ", ""), _conditions(mapping), strict=True)
    conditions = ", ".join(f"{word}{value}" for word, value in words if value is not None)
    return (mapping.supplier_code or "-") + (f" ({conditions})" if conditions else "")


def _conditions(row: BudgetMapping) -> tuple[str | None, str | None, str | None]:
    return row.channel, row.branch, row.medium


def _pairs(
    before: Iterable[Entry], after: Iterable[Entry], key: Callable[[Entry], Hashable]
) -> Iterator[tuple[Entry | None, Entry | None]]:
    """What became what: entries of the same key by their first day; those that stay as they are are left out."""
    old = _by_key(before, key)
    new = _by_key(after, key)
    for each in dict.fromkeys([*old, *new]):
        was, becomes = _without_common(old.get(each, []), new.get(each, []))
        for place in range(max(len(was), len(becomes))):
            yield was[place] if place < len(was) else None, becomes[place] if place < len(becomes) else None


def _by_key(entries: Iterable[Entry], key: Callable[[Entry], Hashable]) -> Mapping[Hashable, list[Entry]]:
    found: dict[Hashable, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.valid_from or date.min):
        found.setdefault(key(entry), []).append(entry)
    return found


def _without_common(was: Sequence[Entry], becomes: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    left, added = list(was), []
    for entry in becomes:
        if entry in left:
            left.remove(entry)
        else:
            added.append(entry)
    return left, added


def _change(
    what: str, name: str, was: BudgetCode | BudgetMapping | None, becomes: BudgetCode | BudgetMapping | None
) -> Change:
    if was is None:
        return Change(what, name, Done.ADDED, tuple(_differences(None, becomes)))
    if becomes is None:
        return Change(what, name, Done.REMOVED)
    return Change(what, name, Done.CHANGED, tuple(_differences(was, becomes)))


_IN_THE_NAME = frozenset({"code", "year", "supplier_code", "channel", "branch", "medium"})


def _differences(
    was: BudgetCode | BudgetMapping | None, becomes: BudgetCode | BudgetMapping | None
) -> Iterator[tuple[str, str, str]]:
    for field in fields(was or becomes):  # type: ignore[arg-type]  # one of the two is there
        before, after = (_as_text(field.name, getattr(entry, field.name, None)) for entry in (was, becomes))
        is_news = before != after if was else bool(after) and after != "no"
        if field.name not in _IN_THE_NAME and is_news:
            yield field.name, before, after


def _as_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "initial" and isinstance(value, int):
        return plain(value)
    return "" if value is None else str(value)


def planned(before: CodeList, after: CodeList, day: date) -> CodeList:
    """The list that says what `before` says until a day, and what `after` says from that day on.

    What differs ends the day before and begins on the day; nothing need be done when it comes.
    """
    return CodeList(
        tuple(_planned(before.codes, after.codes, day)), tuple(_planned(before.mappings, after.mappings, day))
    )


def _planned(before: Sequence[Entry], after: Sequence[Entry], day: date) -> Iterator[Entry]:
    goes, comes = _without_common(before, after)
    eve = day - timedelta(days=1)
    for entry in before:
        if entry not in goes:
            yield entry
        elif entry.valid_from is None or entry.valid_from <= eve:
            yield replace(entry, valid_until=min(entry.valid_until or eve, eve))
    for entry in comes:
        if entry.valid_until is None or entry.valid_until >= day:
            yield replace(entry, valid_from=max(entry.valid_from or day, day))
