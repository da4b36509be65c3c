"""A library's list of budget codes: rows that give a code, and rows that give what the supplier calls it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.orders import cells
from gateway.orders.budgets import BudgetMapping, contradict
from gateway.orders.cells import Row
from gateway.orders.model import BudgetCode, Channel
from gateway.orders.row_groups import Groups, kept

COLUMNS = (
    "code", "description", "year", "sub_budget", "valid_from", "valid_until", "initial", "warning_percent", "blocked",
    "no_control", "supplier_code", "channel", "branch", "medium",
)  # fmt: skip
NO_CODE = "-"
"""Stands in `supplier_code` for mutations that carry no budget code."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row says: of the code in a year (of every year when it names none), and of its mapping if any."""

    year: int | None
    own: dict[str, Any]
    mapping: BudgetMapping | None


@dataclass(frozen=True)
class BudgetList:
    """What a file says of each code. A code with a row that cannot be used is refused with all its rows."""

    groups: Groups[str, _Said]
    codes: dict[str, list[BudgetCode]]
    mappings: list[BudgetMapping]
    rows: int

    def beside(
        self, old: Iterable[BudgetCode], mapped: Iterable[BudgetMapping]
    ) -> tuple[list[BudgetCode], list[BudgetMapping]]:
        """The list as it becomes: what the file gives, and what the library had for the codes that are refused.

        Of the old mappings to those codes, and of the supplier's codes in refused rows, none stays that says
        something else than the file.
        """
        before = list(old)
        refused = list(self.groups.refused())
        staying = kept(refused, self.codes, (code.code for code in before))
        suppliers = {_supplier_code(row) for _, row in refused if row["supplier_code"]}
        codes = [code for code in before if code.code in staying]
        codes += [code for entries in self.codes.values() for code in entries]
        targets = {code.code for code in codes}
        mappings = [
            mapping
            for mapping in mapped
            if (mapping.library_code in staying or mapping.supplier_code in suppliers)
            and mapping.library_code in targets
            and mapping not in self.mappings
            and not any(contradict(mapping, other) for other in self.mappings)
        ]
        return codes, [*mappings, *self.mappings]


def read(rows: Iterable[Row], branches: frozenset[str]) -> BudgetList:
    """Read a list of codes.

    Args:
        branches: the library's own; a mapping may only be for one of them. Empty: the library has given none.
    """
    groups = Groups(rows, lambda row: row["code"], lambda row: _said(row, branches))
    found = {code: list(_entries(code, members, groups)) for code, members in groups.sound().items()}
    _refuse_double_meanings(groups)
    sound = groups.sound()
    mappings = [said.mapping for members in sound.values() for _, said in members if said.mapping]
    taken = {code: found[code] for code in sound}
    return BudgetList(groups, taken, list(dict.fromkeys(mappings)), sum(map(len, sound.values())))


def _said(row: Row, branches: frozenset[str]) -> _Said:
    cells.needed(row, "code")
    year = cells.number(row, "year", 1900, 2999)
    mapping = _mapping(row, branches)
    valid_from, valid_until = cells.day(row, "valid_from"), cells.day(row, "valid_until")
    if valid_from and valid_until and valid_from > valid_until:
        raise ValueError("valid_from lies after valid_until")
    own = {
        "valid_from": None if mapping else valid_from,
        "valid_until": None if mapping else valid_until,
        "description": row["description"] or None,
        "sub_budget": row["sub_budget"] or None,
        "initial": cells.amount(row, "initial"),
        "warning_percent": cells.number(row, "warning_percent", 0, 100),
        "blocked": cells.yes(row, "blocked"),
        "no_control": cells.yes(row, "no_control"),
    }
    return _Said(year, {name: value for name, value in own.items() if value is not None}, mapping)


def _mapping(row: Row, branches: frozenset[str]) -> BudgetMapping | None:
    if not row["supplier_code"]:
        if condition := next((name for name in ("channel", "branch", "medium") if row[name]), None):
            raise ValueError(f"{condition} says for what a supplier_code holds, and there is none")
        return None
    if row["channel"] and row["channel"] not in Channel.__members__:
        raise ValueError(f"channel must be one of {', '.join(Channel)}, not {row['channel']!r}")
    return BudgetMapping(
        supplier_code=_supplier_code(row),
        library_code=row["code"],
        channel=row["channel"] or None,
        branch=cells.listed(row, "branch", branches, "branches"),
        medium=row["medium"] or None,
        valid_from=cells.day(row, "valid_from"),
        valid_until=cells.day(row, "valid_until"),
    )


def _supplier_code(row: Row) -> str:
    return "" if row["supplier_code"] == NO_CODE else row["supplier_code"]


def _entries(code: str, members: Sequence[tuple[Row, _Said]], groups: Groups[str, _Said]) -> Iterator[BudgetCode]:
    """The code, once per year; a mapping's row adds to a code's own row, and makes an entry only where there is none.

    Otherwise a code that its own row limits would stand there a second time without the limit.
    """
    for year in sorted(_years(members, groups), key=lambda year: year or 0):
        about = [(row, said.own) for row, said in members if said.year is None or year is None or said.year == year]
        entry = BudgetCode(code=code, year=year, **groups.merge(about))
        if entry.valid_from and entry.valid_until and entry.valid_from > entry.valid_until:
            groups.refuse(about[0][0], f"valid_from of {code} lies after its valid_until, by its rows together")
        yield entry


def _years(members: Sequence[tuple[Row, _Said]], groups: Groups[str, _Said]) -> set[int | None]:
    own = [(row, said.year) for row, said in members if said.mapping is None]
    with_year = next((row for row, year in own if year is not None), None)
    without = next((row for row, year in own if year is None), None)
    if with_year and without:
        groups.refuse(without, f"year must be there, as line {with_year.line} gives it for this code")
        groups.refuse(with_year, f"year stands here, but not on line {without.line} for the same code")
    if without:
        return {None}
    return {said.year for _, said in members if said.year is not None} or {None}


def _refuse_double_meanings(groups: Groups[str, _Said]) -> None:
    """Refuse rows by which the supplier's code stands for two codes at the same time, under the same conditions."""
    seen: dict[str, list[tuple[Row, BudgetMapping]]] = {}
    for members in groups.sound().values():
        for row, said in members:
            if said.mapping is None:
                continue
            for other, before in seen.setdefault(said.mapping.supplier_code, []):
                if contradict(before, said.mapping):
                    groups.refuse(other, _two_meanings(before, said.mapping, row))
                    groups.refuse(row, _two_meanings(said.mapping, before, other))
            seen[said.mapping.supplier_code].append((row, said.mapping))


def _two_meanings(here: BudgetMapping, there: BudgetMapping, other: Row) -> str:
    code = here.supplier_code or NO_CODE
    return (
        f"supplier_code {code!r} stands for {here.library_code} here and for {there.library_code} on line {other.line}"
    )
