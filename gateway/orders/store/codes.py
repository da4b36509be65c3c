"""A library's branches, budget codes and mappings, and what stands against each code."""

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from gateway.money import Cents
from gateway.orders.budget_changes import CodeList
from gateway.orders.budgets import Balance, Budget, BudgetMapping, Budgets
from gateway.orders.mapping import Codes
from gateway.orders.model import BudgetCode, BudgetCodeList
from gateway.orders.store.tables import branches, budget_codes, budget_mappings, effects


def load(connection: sa.Connection, institution: str, fall_back: str | None) -> Codes:
    """All codes of one library; `fall_back` is its budget for codes that cannot be used, if it may have one."""
    return Codes(
        branches={row.supplier_branch: row.branch for row in branch_rows(connection, institution)},
        budgets=Budgets.of(listed(connection, institution), mapped(connection, institution)),
        fall_back=fall_back,
    )


def branch_rows(connection: sa.Connection, institution: str) -> Sequence[sa.Row[Any]]:
    """The branches of one library: supplier's code, library's code, name."""
    statement = sa.select(branches).where(branches.c.institution == institution).order_by(branches.c.supplier_branch)
    return connection.execute(statement).all()


def listed(connection: sa.Connection, institution: str) -> list[BudgetCode]:
    """The budget codes of one library, by code and year."""
    statement = (
        sa.select(budget_codes)
        .where(budget_codes.c.institution == institution)
        .order_by(budget_codes.c.code, budget_codes.c.year, budget_codes.c.pk)
    )
    return [_budget_code(row) for row in connection.execute(statement)]


def mapped(connection: sa.Connection, institution: str) -> list[BudgetMapping]:
    """What the supplier's budget codes stand for in one library."""
    statement = sa.select(budget_mappings).where(budget_mappings.c.institution == institution)
    return [_mapping(row) for row in connection.execute(statement.order_by(budget_mappings.c.pk))]


def as_list(connection: sa.Connection, institution: str) -> CodeList:
    """The codes and mappings of one library as one value."""
    return CodeList(tuple(listed(connection, institution)), tuple(mapped(connection, institution)))


def announced(connection: sa.Connection, institution: str, year: int | None) -> BudgetCodeList:
    """What the supplier may know: the codes without amounts, and a version that changes when they do."""
    codes = tuple(code for code in listed(connection, institution) if year is None or code.year in (None, year))
    said = repr([(c.code, c.description, c.year, c.valid_from, c.valid_until, c.blocked) for c in codes])
    return BudgetCodeList(version=sha256(said.encode()).hexdigest()[:16], codes=codes)


def unknown(connection: sa.Connection, institution: str, codes: set[str]) -> tuple[str, ...]:
    """Those of the supplier's codes that the library has not given us."""
    if not codes:
        return ()
    budgets = load(connection, institution, None).budgets
    return tuple(sorted(code for code in codes if not budgets.knows(code)))


def replace_branches(connection: sa.Connection, institution: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """Put a new list of branches in the place of the old one: supplier's code, library's code, name."""
    connection.execute(branches.delete().where(branches.c.institution == institution))
    for supplier_branch, branch, name in rows:
        connection.execute(
            branches.insert().values(institution=institution, supplier_branch=supplier_branch, branch=branch, name=name)
        )


def replace_budgets(
    connection: sa.Connection, institution: str, codes: Iterable[BudgetCode], mappings: Iterable[BudgetMapping]
) -> None:
    """Put a new list of codes and mappings in the place of the old one."""
    connection.execute(budget_codes.delete().where(budget_codes.c.institution == institution))
    connection.execute(budget_mappings.delete().where(budget_mappings.c.institution == institution))
    for code in codes:
        connection.execute(budget_codes.insert().values(institution=institution, **_code_values(code)))
    for row in mappings:
        connection.execute(budget_mappings.insert().values(institution=institution, **_mapping_values(row)))


def balances(connection: sa.Connection, institution: str) -> dict[Budget, Balance]:
    """What is committed, shipped and released on each budget of one library, by the whole ledger."""
    budget = (effects.c.budget_code, effects.c.budget_year)
    released = sa.case((effects.c.committed < 0, -effects.c.committed), else_=0)
    statement = (
        sa.select(*budget, *map(sa.func.sum, (effects.c.committed, effects.c.shipped, released)))
        .where(effects.c.institution == institution, effects.c.budget_code.is_not(None))
        .group_by(*budget)
    )
    return {
        (code, year): Balance(Cents(int(committed - shipped)), Cents(int(shipped)), Cents(int(back)))
        for code, year, committed, shipped, back in connection.execute(statement)
    }


def _budget_code(row: sa.Row[Any]) -> BudgetCode:
    return BudgetCode(
        code=row.code,
        description=row.description,
        year=row.year,
        sub_budget=row.sub_budget,
        valid_from=_day(row.valid_from),
        valid_until=_day(row.valid_until),
        initial=None if row.initial_cents is None else Cents(row.initial_cents),
        warning_percent=row.warning_percent,
        blocked=bool(row.blocked),
        no_control=bool(row.no_control),
    )


def _code_values(code: BudgetCode) -> dict[str, Any]:
    return {
        "code": code.code,
        "description": code.description,
        "year": code.year,
        "sub_budget": code.sub_budget,
        "valid_from": code.valid_from and code.valid_from.isoformat(),
        "valid_until": code.valid_until and code.valid_until.isoformat(),
        "initial_cents": code.initial,
        "warning_percent": code.warning_percent,
        "blocked": code.blocked,
        "no_control": code.no_control,
    }


def _mapping(row: sa.Row[Any]) -> BudgetMapping:
    return BudgetMapping(
        supplier_code=row.supplier_code,
        library_code=row.library_code,
        channel=row.channel,
        branch=row.branch,
        medium=row.medium,
        valid_from=_day(row.valid_from),
        valid_until=_day(row.valid_until),
    )


def _mapping_values(row: BudgetMapping) -> dict[str, Any]:
    return {
        "supplier_code": row.supplier_code,
        "library_code": row.library_code,
        "channel": row.channel,
        "branch": row.branch,
        "medium": row.medium,
        "valid_from": row.valid_from and row.valid_from.isoformat(),
        "valid_until": row.valid_until and row.valid_until.isoformat(),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
