"""What people found when they looked in a library system for a line that may or may not have arrived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.db import metadata
from gateway.orders.store.progress import Run
from gateway.orders.store.tables import deliveries

settlements = sa.Table(
    "settlements",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("mutation_pk", sa.Integer, sa.ForeignKey("mutations.pk"), nullable=False),
    sa.Column("settled_at", sa.Text, nullable=False),
    sa.Column("settled_by", sa.Text, nullable=False),
    sa.Column("arrived", sa.Boolean, nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("told_in", sa.Integer, sa.ForeignKey("runs.pk")),
    sa.Index("settlements_of_mutation", "mutation_pk"),
    sa.Index(
        "settlements_to_tell",
        "mutation_pk",
        sqlite_where=sa.text("told_in is null"),
        postgresql_where=sa.text("told_in is null"),
    ),
)
"""`result` is what the system said when a line that had not arrived was handed over again; none until then."""

_TO_TELL = "settlements.told_in is null and (arrived or result is not null)"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A line whose delivery is uncertain: its mutation, and what says which line it is."""

    pk: int
    sender: str
    mutation_id: str
    order: str


def uncertain(connection: sa.Connection, institution: str, mutation_id: str) -> list[Doubtful]:
    """The uncertain lines of that mutation id in a library; more than one where suppliers number alike."""
    statement = sa.text(
        "select mutations.pk, mutations.sender, mutation_id, order_number || '/' || order_line from deliveries"
        " join mutations on mutations.pk = deliveries.mutation_pk where deliveries.institution = :institution"
        " and deliveries.state = 'uncertain' and mutation_id = :mutation order by mutations.pk"
    )
    rows = connection.execute(statement, {"institution": institution, "mutation": mutation_id})
    return [Doubtful(*row) for row in rows]


def settle(connection: sa.Connection, pk: int, at: str, by: str, *, arrived: bool) -> bool:
    """Keep what a person found: it is confirmed, or is to be delivered again; false when it is uncertain no more."""
    state = "confirmed" if arrived else "to deliver"
    mine = sa.and_(deliveries.c.mutation_pk == pk, deliveries.c.state == "uncertain")
    if connection.execute(deliveries.update().where(mine).values(state=state, reason="")).rowcount == 0:
        return False
    values = {"mutation_pk": pk, "settled_at": at, "settled_by": by, "arrived": arrived}
    connection.execute(settlements.insert().values(**values))
    return True


def awaiting(connection: sa.Connection, pks: Sequence[int]) -> frozenset[int]:
    """Which of these mutations are delivered again because a person did not find them."""
    statement = sa.select(settlements.c.mutation_pk).where(
        settlements.c.mutation_pk.in_(list(pks)), ~settlements.c.arrived, settlements.c.result.is_(None)
    )
    return frozenset(connection.execute(statement).scalars())


def delivered_again(connection: sa.Connection, results: Mapping[int, tuple[str, str]]) -> None:
    """Keep what the system said of lines that were delivered again: by mutation its status and reason."""
    for pk, (status, reason) in results.items():
        mine = sa.and_(settlements.c.mutation_pk == pk, settlements.c.result.is_(None), ~settlements.c.arrived)
        connection.execute(settlements.update().where(mine).values(result=status, reason=reason))


def tell(connection: sa.Connection, run: Run) -> None:
    """Let this run's report tell what is known of lines that people looked for."""
    statement = sa.text(
        f"update settlements set told_in = :run where {_TO_TELL} and exists (select 1 from deliveries"
        " where deliveries.mutation_pk = settlements.mutation_pk and institution = :institution and sender = :sender)"
    )
    connection.execute(statement, {"run": run.pk, "institution": run.institution, "sender": run.sender})


def of_run(connection: sa.Connection, run: Run) -> dict[int, sa.Row[Any]]:
    """What a run's report tells of them, by mutation; of one that was settled twice in a run, the last."""
    statement = sa.select(settlements).where(settlements.c.told_in == run.pk).order_by(settlements.c.pk)
    return {row.mutation_pk: row for row in connection.execute(statement)}
