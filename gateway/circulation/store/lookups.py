"""Asks the picture: records by their ids, and everything of one patron."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.circulation import rebuild
from gateway.circulation.message import Finding
from gateway.circulation.model import Charge, Hold, Loan, Mark, Membership, Patron, Subject
from gateway.circulation.store.tables import TABLES, bailiff_lines, findings, imports, marks

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PatronPicture:
    """Everything that is known of one patron."""

    patron: Patron
    memberships: tuple[Membership, ...]
    loans: tuple[Loan, ...]
    holds: tuple[Hold, ...]
    charges: tuple[Charge, ...]
    with_bailiff: frozenset[str]
    """The charges that were handed to the bailiff."""
    findings: tuple[Finding, ...]
    """What was wrong with the patron and what is the patron's, when it was last told."""


def rows(connection: sa.Connection, record: str, library: str, ids: Collection[str]) -> list[Mapping[str, Any]]:
    """The rows of records by their ids, in no order; those that are not known are left out."""
    table, wanted = TABLES[record], list(dict.fromkeys(ids))
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        statement = sa.select(table).where(table.c.library == library, table.c.id.in_(some))
        found += [row._asdict() for row in connection.execute(statement)]
    return found


def rows_of(connection: sa.Connection, record: str, library: str, column: str, value: str) -> list[Mapping[str, Any]]:
    """The rows of records in which a column holds a value, such as the loans of a patron; by id."""
    table = TABLES[record]
    statement = sa.select(table).where(table.c.library == library, table.c[column] == value).order_by(table.c.id)
    return [row._asdict() for row in connection.execute(statement)]


def our_marks(
    connection: sa.Connection, library: str, subject: Subject, ids: Collection[str]
) -> dict[str, tuple[Mark, ...]]:
    """What we said of records, by their id; in the order in which it was made."""
    found: dict[str, tuple[Mark, ...]] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        statement = (
            sa.select(marks)
            .where(
                marks.c.library == library,
                marks.c.subject == subject,
                marks.c.id.in_(wanted[start : start + _AT_ONCE]),
            )
            .order_by(marks.c.made_on, marks.c.kind)
        )
        for row in connection.execute(statement):
            found[row.id] = (*found.get(row.id, ()), rebuild.mark(row._asdict()))
    return found


def patron_picture(connection: sa.Connection, library: str, number: str) -> PatronPicture | None:
    """What is known of the patron of a card number, or of an id; none when there is no such patron."""
    found = rows_of(connection, "patron", library, "card_number", number) or rows(
        connection, "patron", library, [number]
    )
    if not found:
        return None
    patron = rebuild.patron(found[0])
    loans, holds, charges, memberships = (
        rows_of(connection, record, library, "patron", patron.id) for record in ("loan", "hold", "charge", "membership")
    )

    def said(subject: Subject, of: list[Mapping[str, Any]]) -> dict[str, tuple[Mark, ...]]:
        return our_marks(connection, library, subject, [row["id"] for row in of])

    of_loans, of_holds, of_charges = said(Subject.LOAN, loans), said(Subject.HOLD, holds), said(Subject.CHARGE, charges)
    of_memberships = said(Subject.MEMBERSHIP, memberships)
    return PatronPicture(
        patron,
        tuple(rebuild.membership(row, of_memberships.get(row["id"], ())) for row in memberships),
        tuple(rebuild.loan(row, of_loans.get(row["id"], ())) for row in loans),
        tuple(rebuild.hold(row, of_holds.get(row["id"], ())) for row in holds),
        tuple(rebuild.charge(row, of_charges.get(row["id"], ())) for row in charges),
        _with_bailiff(connection, library, patron.id),
        tuple(_findings(connection, library, patron.id)),
    )


def _with_bailiff(connection: sa.Connection, library: str, patron: str) -> frozenset[str]:
    statement = sa.select(bailiff_lines.c.charge).where(
        bailiff_lines.c.library == library,
        bailiff_lines.c.patron == patron,
        bailiff_lines.c.processed_at.is_not(None),
    )
    return frozenset(connection.execute(statement).scalars())


def _findings(connection: sa.Connection, library: str, patron: str) -> list[Finding]:
    columns = [findings.c[name] for name in Finding._fields]
    statement = (
        sa.select(*columns)
        .join(imports, findings.c.import_pk == imports.c.pk)
        .where(findings.c.library == library, findings.c.patron == patron, imports.c.state == "APPLIED")
        .order_by(findings.c.import_pk, findings.c.position)
    )
    return [Finding(*row) for row in connection.execute(statement)]
