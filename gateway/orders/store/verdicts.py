"""What people decided about lines that wait, and whom a warning of them was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gateway.db import metadata
from gateway.orders.model import Mutation
from gateway.orders.reading import mutation as mutation_of
from gateway.orders.store.tables import WIRE_COLUMNS, waiting
from gateway.orders.verdicts import Verdict

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
    sa.Column("decided_on", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("budget_code", sa.Text),
    sa.Column("budget_year", sa.Integer),
    sa.Column("branch", sa.Text),
    sa.Column("refusal", sa.Text),
)
"""What a person decided about a mutation that waited."""

waiting_warnings = sa.Table(
    "waiting_warnings",
    metadata,
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), primary_key=True),
    sa.Column("warned_at", sa.Text, nullable=False),
)
"""When staff were last sent a mail about a mutation that waits."""

COLUMNS = (
    "verdicts.decided_on, verdicts.decided_by, verdicts.budget_code as chosen_code,"
    " verdicts.budget_year as chosen_year, verdicts.branch as chosen_branch, verdicts.refusal"
)
WIDTH = 6
_WIRE = ", ".join(f"mutations.{name}" for name in WIRE_COLUMNS)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One mutation that waits for a decision, with its sender and the findings that say why."""

    pk: int
    sender: str
    mutation: Mutation
    findings: str


def of(columns: Sequence[Any]) -> Verdict | None:
    """The verdict in these columns; none where nobody decided."""
    on, by, code, year, branch, refusal = columns
    return Verdict(date.fromisoformat(on), by, code, year, branch, refusal) if on else None


def set_verdict(connection: sa.Connection, pk: int, verdict: Verdict) -> bool:
    """Keep what was decided about a mutation, in the place of what was decided before; false where that is the same."""
    connection.execute(sa.select(waiting.c.mutation_pk).where(waiting.c.mutation_pk == pk).with_for_update())
    before = connection.execute(sa.select(verdicts).where(verdicts.c.mutation_pk == pk)).first()
    if before and of(tuple(before)[1:]) == verdict:
        return False
    connection.execute(verdicts.delete().where(verdicts.c.mutation_pk == pk))
    values = {
        "decided_on": verdict.on.isoformat(),
        "decided_by": verdict.by,
        "budget_code": verdict.budget_code,
        "budget_year": verdict.budget_year,
        "branch": verdict.branch,
        "refusal": verdict.refusal,
    }
    connection.execute(verdicts.insert().values(mutation_pk=pk, **values))
    return True


def waiting_of(connection: sa.Connection, institution: str, mutation_id: str) -> list[WaitingLine]:
    """The mutations of that id that wait for a decision in a library; more than one where suppliers number alike."""
    statement = sa.text(
        f"select mutations.pk, mutations.sender, waiting.findings, {_WIRE} from waiting"
        " join mutations on mutations.pk = waiting.mutation_pk"
        " where waiting.institution = :institution and mutations.mutation_id = :mutation order by mutations.pk"
    )
    rows = connection.execute(statement, {"institution": institution, "mutation": mutation_id})
    return [WaitingLine(row[0], row[1], mutation_of(tuple(row[3:])), row[2]) for row in rows]


def note_warned(connection: sa.Connection, pks: Sequence[int], at: str) -> None:
    """Keep that staff were warned of these lines."""
    for pk in pks:
        connection.execute(waiting_warnings.delete().where(waiting_warnings.c.mutation_pk == pk))
        connection.execute(waiting_warnings.insert().values(mutation_pk=pk, warned_at=at))
