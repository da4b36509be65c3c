"""What each supplier was told of a library's budget codes, and when."""

from collections.abc import Mapping

import sqlalchemy as sa

from gateway.orders.budgets import Budget
from gateway.orders.store.tables import budget_codes_told

_EVERY_YEAR = 0


def told(connection: sa.Connection, institution: str, sender: str) -> dict[Budget, str]:
    """What a supplier was told of each code."""
    statement = sa.select(budget_codes_told).where(*_whose(institution, sender))
    return {(row.code, row.year or None): row.said for row in connection.execute(statement)}


def senders(connection: sa.Connection, institution: str) -> list[str]:
    """The suppliers that sent a library messages, or were told of its codes."""
    statement = sa.text(
        "select distinct sender from messages where institution = :institution"
        " union select distinct sender from budget_codes_told where institution = :institution order by 1"
    )
    return list(connection.execute(statement, {"institution": institution}).scalars())


def note(
    connection: sa.Connection,
    institution: str,
    sender: str,
    said: Mapping[Budget, str],
    *,
    at: str,
    way: str,
    year: int | None = None,
) -> None:
    """Keep what a supplier was told now, in the place of what it was told before: of all codes, or of one year's."""
    before = budget_codes_told.delete().where(*_whose(institution, sender))
    if year is not None:
        before = before.where(budget_codes_told.c.year.in_((_EVERY_YEAR, year)))
    connection.execute(before)
    for (code, of_year), days in said.items():
        values = {"institution": institution, "sender": sender, "code": code, "year": of_year or _EVERY_YEAR}
        connection.execute(budget_codes_told.insert().values(**values, said=days, told_at=at, way=way))


def _whose(institution: str, sender: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return budget_codes_told.c.institution == institution, budget_codes_told.c.sender == sender
