"""How far each mutation is: runs, what waits, what goes to the library system, what came of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway import db
from gateway.orders.explanations import Finding
from gateway.orders.ledger import LineKey
from gateway.orders.model import Mutation
from gateway.orders.reading import ORDER_LINE, ORDER_NUMBER
from gateway.orders.reading import mutation as mutation_of
from gateway.orders.store import verdicts
from gateway.orders.store.tables import WIRE_COLUMNS, deliveries, messages, outcomes, runs, waiting
from gateway.orders.verdicts import Verdict

_ALWAYS = "9999"
"""Later than any moment, as text."""
_WIRE = ", ".join(f"mutations.{name}" for name in WIRE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Run:
    """One processing run of a library and sender; without a message it looks at waiting lines only."""

    pk: int
    institution: str
    sender: str
    message_pk: int | None
    opening_waiting: int
    planned: bool
    delivered: bool
    report: str | None
    finished: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mutation that a run has to decide, with its texts of the wire."""

    pk: int
    standing: str
    row: tuple[str | None, ...]
    is_waiting: bool
    verdict: Verdict | None = None

    @property
    def key(self) -> LineKey:
        """The line it speaks of."""
        return str(self.row[ORDER_NUMBER]), str(self.row[ORDER_LINE])

    @property
    def mutation(self) -> Mutation:
        """The mutation as a value."""
        return mutation_of(self.row)


def open_run(connection: sa.Connection, institution: str, sender: str, message_pk: int | None, at: str) -> Run:
    """Begin a run, or find the one that a killed worker began."""
    unfinished = runs.c.finished_at.is_(None)
    mine = (
        runs.c.message_pk == message_pk
        if message_pk
        else sa.and_(
            runs.c.message_pk.is_(None), runs.c.institution == institution, runs.c.sender == sender, unfinished
        )
    )
    row = connection.execute(sa.select(runs).where(mine).order_by(runs.c.pk.desc())).first()
    if row is None:
        opening = waiting_count(connection, institution, sender)
        values = {"institution": institution, "sender": sender, "message_pk": message_pk, "opened_at": at}
        connection.execute(runs.insert().values(opening_waiting=opening, **values))
        row = connection.execute(sa.select(runs).where(mine).order_by(runs.c.pk.desc())).one()
    return run_of(row)


def run_of(row: sa.Row[Any]) -> Run:
    """A run from its row."""
    return Run(
        pk=row.pk,
        institution=row.institution,
        sender=row.sender,
        message_pk=row.message_pk,
        opening_waiting=row.opening_waiting,
        planned=row.planned_at is not None,
        delivered=row.delivered_at is not None,
        report=row.report,
        finished=row.finished_at is not None,
    )


def broken_off(connection: sa.Connection, institution: str, sender: str) -> list[int | None]:
    """The messages (none: a release) whose run was begun and never finished, oldest first."""
    statement = (
        sa.select(runs.c.message_pk)
        .where(runs.c.institution == institution, runs.c.sender == sender, runs.c.finished_at.is_(None))
        .order_by(runs.c.pk)
    )
    return list(connection.execute(statement).scalars())


def never_begun(
    connection: sa.Connection, institution: str, sender: str, *, before: int | None = None, received_by: str = _ALWAYS
) -> list[int]:
    """The messages that have no run yet, oldest first: those before a message, or received by a moment, or all."""
    statement = (
        sa.select(messages.c.pk)
        .where(
            messages.c.institution == institution, messages.c.sender == sender, messages.c.received_at <= received_by
        )
        .where(~sa.exists().where(runs.c.message_pk == messages.c.pk))
        .order_by(messages.c.pk)
    )
    if before is not None:
        statement = statement.where(messages.c.pk < before)
    return list(connection.execute(statement).scalars())


def drop_run(connection: sa.Connection, run: Run) -> None:
    """Forget a run that had nothing to tell."""
    connection.execute(outcomes.delete().where(outcomes.c.run_pk == run.pk))
    connection.execute(runs.delete().where(runs.c.pk == run.pk))


def mark(connection: sa.Connection, run: Run, **values: str | int) -> None:
    """Note how far a run is: `planned_at`, `delivered_at`, `report`, `finished_at`."""
    connection.execute(runs.update().where(runs.c.pk == run.pk).values(**values))


def number(connection: sa.Connection, run: Run, at: str) -> tuple[int, str]:
    """Give a run the next number of its library, and the moment its report is named after; both stay."""
    row = connection.execute(sa.select(runs.c.number, runs.c.numbered_at).where(runs.c.pk == run.pk)).one()
    if row.number is not None:
        return row.number, row.numbered_at
    last = sa.select(sa.func.coalesce(sa.func.max(runs.c.number), 0)).where(runs.c.institution == run.institution)
    following = int(connection.execute(last).scalar_one()) + 1
    mark(connection, run, number=following, numbered_at=at)
    return following, at


def has_news(connection: sa.Connection, run: Run) -> bool:
    """Whether a run has something to report: any mutation of its message, or else something that is news."""
    of_message = run.message_pk is not None
    statement = sa.select(outcomes.c.mutation_pk).where(outcomes.c.run_pk == run.pk).limit(1)
    if not of_message:
        statement = statement.where(outcomes.c.outcome != "WAITING")
    refused_later = sa.select(deliveries.c.mutation_pk).where(deliveries.c.told_in == run.pk).limit(1)
    settled = sa.text("select 1 from settlements where told_in = :run limit 1").bindparams(run=run.pk)
    found = any(connection.execute(each).first() is not None for each in (statement, refused_later, settled))
    return found or _has_another_cause(connection, run)


def _has_another_cause(connection: sa.Connection, run: Run) -> bool:
    """Whether something waits in this run for another cause than the report before it told."""
    statement = sa.text(
        "select 1 from outcomes now_told join outcomes told on told.mutation_pk = now_told.mutation_pk"
        " and told.run_pk = (select max(run_pk) from outcomes where mutation_pk = now_told.mutation_pk"
        "  and run_pk < now_told.run_pk)"
        " where now_told.run_pk = :run and now_told.findings <> told.findings limit 1"
    )
    return connection.execute(statement, {"run": run.pk}).first() is not None


def senders_waiting(connection: sa.Connection, institution: str) -> list[str]:
    """The senders for whom something waits in a library, or whose messages were not all done."""
    statement = sa.text(
        "select sender from waiting where institution = :institution"
        " union select sender from deliveries where institution = :institution and state in ('to deliver', 'offered')"
        " union select sender from deliveries where institution = :institution and state = 'refused later'"
        "  and told_in is null"
        " union select sender from deliveries join settlements on settlements.mutation_pk = deliveries.mutation_pk"
        "  where institution = :institution and settlements.told_in is null"
        " union select sender from runs where institution = :institution and finished_at is null"
        " union select sender from messages where institution = :institution"
        "  and not exists (select 1 from runs where message_pk = messages.pk) order by 1"
    )
    return list(connection.execute(statement, {"institution": institution}).scalars())


def waiting_count(connection: sa.Connection, institution: str, sender: str) -> int:
    """How many mutations wait, for whatever reason: a decision, or the library system."""
    values = {"institution": institution, "sender": sender}
    statement = sa.text(
        "select (select count(*) from waiting where institution = :institution and sender = :sender)"
        " + (select count(*) from deliveries where institution = :institution and sender = :sender"
        "    and state in ('to deliver', 'offered')"
        "    and exists (select 1 from outcomes where outcomes.mutation_pk = deliveries.mutation_pk)"
        "    and not exists (select 1 from outcomes where outcomes.mutation_pk = deliveries.mutation_pk"
        "     and outcome <> 'WAITING'))"
    )
    return int(connection.execute(statement, values).scalar_one())


def to_decide(connection: sa.Connection, run: Run) -> list[int]:
    """The mutations that this run still has to decide, in their order of time."""
    statement = sa.text(
        "select pk from mutations where (message_pk = :message"
        "  and not exists (select 1 from outcomes where mutation_pk = mutations.pk)"
        "  and not exists (select 1 from deliveries where mutation_pk = mutations.pk)"
        "  or pk in (select mutation_pk from waiting where institution = :institution and sender = :sender))"
        " order by moment, cast(coalesce(sequence, '-1') as bigint), pk"
    )
    values = {"message": run.message_pk, "institution": run.institution, "sender": run.sender}
    return list(connection.execute(statement, values).scalars())


def waiting_of(connection: sa.Connection, run: Run, keys: Iterable[LineKey]) -> list[int]:
    """The waiting mutations of these lines, in their order of time."""
    wanted = set(keys)
    statement = sa.text(
        "select mutation_pk, waiting.order_number, waiting.order_line from waiting"
        " join mutations on mutations.pk = waiting.mutation_pk"
        " where waiting.institution = :institution and waiting.sender = :sender"
        " order by moment, cast(coalesce(sequence, '-1') as bigint), mutations.pk"
    )
    rows = connection.execute(statement, {"institution": run.institution, "sender": run.sender})
    return [pk for pk, number, line in rows if (number, line) in wanted]


def candidates(connection: sa.Connection, pks: Sequence[int]) -> list[Candidate]:
    """These mutations, in the order asked."""
    statement = sa.text(
        f"select mutations.pk, standing, waiting.mutation_pk is not null, {verdicts.COLUMNS}, {_WIRE}"
        " from mutations left join waiting on waiting.mutation_pk = mutations.pk"
        " left join verdicts on verdicts.mutation_pk = mutations.pk where mutations.pk in :pks"
    ).bindparams(sa.bindparam("pks", expanding=True))
    rows = connection.execute(statement, {"pks": list(pks)}).all()
    wire = 3 + verdicts.WIDTH
    found = {
        row[0]: Candidate(row[0], row[1], tuple(row[wire:]), bool(row[2]), verdicts.of(row[3:wire])) for row in rows
    }
    return [found[pk] for pk in pks]


def add_outcomes(connection: sa.Connection, rows: list[tuple[int, int, str, str]]) -> None:
    """Add what became of mutations: mutation, run, outcome, findings."""
    db.insert_many(connection, "outcomes", ("mutation_pk", "run_pk", "outcome", "findings"), rows)


def set_waiting(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
    """Let mutations wait: mutation, institution, sender, order number, order line, findings, since."""
    columns = ("mutation_pk", "institution", "sender", "order_number", "order_line", "findings", "since")
    db.insert_many(connection, "waiting", columns, rows)


def update_waiting(connection: sa.Connection, pk: int, findings: str) -> None:
    """Note a new reason for which a mutation waits."""
    connection.execute(waiting.update().where(waiting.c.mutation_pk == pk).values(findings=findings))


def release(connection: sa.Connection, pks: Sequence[int]) -> None:
    """Let mutations wait no longer."""
    if pks:
        connection.execute(waiting.delete().where(waiting.c.mutation_pk.in_(list(pks))))


def note_waiting(connection: sa.Connection, run: Run) -> None:
    """Enter all that waits now as an outcome of this run."""
    values = {"run": run.pk, "institution": run.institution, "sender": run.sender}
    connection.execute(
        sa.text(
            "insert into outcomes (mutation_pk, run_pk, outcome, findings)"
            " select mutation_pk, :run, 'WAITING', findings from waiting"
            " where institution = :institution and sender = :sender on conflict do nothing"
        ),
        values,
    )


def message_of(connection: sa.Connection, message_pk: int) -> sa.Row[Any]:
    """The head of a message."""
    return connection.execute(sa.select(messages).where(messages.c.pk == message_pk)).one()


def pack(findings: Sequence[Finding]) -> str:
    """Findings as text."""
    return json.dumps([[each.code, dict(each.facts)] for each in findings]) if findings else "[]"


def unpack(text: str) -> tuple[Finding, ...]:
    """Findings from text."""
    return tuple(Finding(code, facts) for code, facts in json.loads(text)) if text != "[]" else ()
