"""Questions that are asked afterwards: of a message, an order, what waits, what was delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.orders.model import MessageState, Outcome
from gateway.orders.store.deliveries import SHOWN
from gateway.orders.store.progress import Run, run_of


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one message is."""

    pk: int
    institution: str
    state: MessageState
    mutation_count: int
    new_count: int
    known_count: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A report that mentions a message, with the run it tells of."""

    run: Run
    institution: str
    number: int
    written_at: datetime
    report: str


def progress(connection: sa.Connection, sender: str, message_id: str) -> Progress | None:
    """How far a message is: received, its run under way, or its run finished."""
    statement = sa.text(
        "select messages.pk, messages.institution, mutation_count, new_count, known_count, runs.pk as run,"
        " runs.finished_at from messages left join runs on runs.message_pk = messages.pk"
        " where messages.sender = :sender and message_id = :message_id"
    )
    row = connection.execute(statement, {"sender": sender, "message_id": message_id}).first()
    if row is None:
        return None
    state = MessageState.RECEIVED
    if row.run is not None:
        state = MessageState.PROCESSED if row.finished_at else MessageState.PROCESSING
    return Progress(row.pk, row.institution, state, row.mutation_count, row.new_count, row.known_count)


_LATEST = (
    " from outcomes join mutations on mutations.pk = outcomes.mutation_pk where message_pk = :message"
    " and run_pk = (select max(run_pk) from outcomes later where later.mutation_pk = outcomes.mutation_pk)"
)


def outcome_counts(connection: sa.Connection, message_pk: int) -> dict[Outcome, int]:
    """Per outcome how many of its mutations are there now."""
    statement = sa.text(f"select outcome, count(*) {_LATEST} group by outcome")
    return {Outcome(outcome): int(count) for outcome, count in connection.execute(statement, {"message": message_pk})}


def troubled(connection: sa.Connection, message_pk: int, most: int) -> Sequence[sa.Row[Any]]:
    """Its mutations that did not simply succeed: mutation id, outcome, findings."""
    statement = sa.text(
        f"select mutation_id, outcome, findings {_LATEST} and outcome <> 'APPLIED'"
        " order by mutations.position limit :most"
    )
    return connection.execute(statement, {"message": message_pk, "most": most}).all()


def mentions(connection: sa.Connection, message_pk: int) -> list[Mention]:
    """The reports that mention any of its mutations, oldest first."""
    statement = sa.text(
        "select * from runs where report is not null and pk in (select run_pk from outcomes"
        " join mutations on mutations.pk = outcomes.mutation_pk where mutations.message_pk = :message) order by number"
    )
    return [_mention(row) for row in connection.execute(statement, {"message": message_pk})]


def message_count(connection: sa.Connection) -> int:
    """How many messages were accepted."""
    return int(connection.execute(sa.text("select count(*) from messages")).scalar_one())


def _mention(row: sa.Row[Any]) -> Mention:
    return Mention(run_of(row), row.institution, row.number, datetime.fromisoformat(row.numbered_at), row.report)


_SHOWN = SHOWN.format(state="deliveries.state")


def order_history(connection: sa.Connection, institution: str, order_number: str) -> list[dict[str, Any]]:
    """What was done to the lines of an order, oldest first."""
    statement = sa.text(
        "select order_lines.order_line as line, order_lines.state as state_now, mutations.occurred_at as at,"
        " effects.kind, effects.branch, effects.budget_code, effects.copies, effects.committed as committed_cents,"
        f" effects.shipped as shipped_cents, {_SHOWN} as delivery, mutations.mutation_id as mutation"
        " from order_lines join effects on effects.line_pk = order_lines.pk"
        " left join mutations on mutations.pk = effects.mutation_pk"
        " left join deliveries on deliveries.mutation_pk = effects.mutation_pk"
        " where order_lines.institution = :institution and order_lines.order_number = :order_number"
        " order by order_lines.order_line, effects.pk"
    )
    rows = connection.execute(statement, {"institution": institution, "order_number": order_number})
    return [dict(row._mapping) for row in rows]


def deliveries_of(
    connection: sa.Connection, institution: str, state: str | None = None, most: int | None = None
) -> Sequence[sa.Row[Any]]:
    """The lines of a library with the state of their delivery, newest first; with a state, only those in it.

    Mutation id, sender, order number and line, kind, title, EAN, since when, the state, what the system said, and who
    settled it last.
    """
    statement = sa.text(
        "select mutations.mutation_id, mutations.sender, mutations.order_number, mutations.order_line, mutations.kind,"
        f" mutations.title, mutations.ean, messages.received_at as since, {_SHOWN} as state, deliveries.reason,"
        " (select settled_by from settlements where settlements.mutation_pk = deliveries.mutation_pk"
        "  order by pk desc limit 1) as settled_by"
        " from deliveries join mutations on mutations.pk = deliveries.mutation_pk"
        " join messages on messages.pk = mutations.message_pk where deliveries.institution = :institution"
        f" and (:state is null or {_SHOWN} = :state) order by deliveries.place desc limit :most"
    ).bindparams(sa.bindparam("state", type_=sa.Text))
    values = {"institution": institution, "state": state, "most": most or 10**9}
    return connection.execute(statement, values).all()


def newest_messages(connection: sa.Connection, institution: str, most: int) -> Sequence[sa.Row[Any]]:
    """The newest messages of a library, with the report of their run."""
    statement = sa.text(
        "select messages.sender, message_id, received_at, mutation_count, new_count, known_count, report"
        " from messages left join runs on runs.message_pk = messages.pk"
        " where messages.institution = :institution order by messages.pk desc limit :most"
    )
    return connection.execute(statement, {"institution": institution, "most": most}).all()
