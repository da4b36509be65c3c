"""Questions about one message: how far it is, what became of its mutations, which reports mention it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.orders.model import MessageState, Outcome


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

    run_pk: int
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
        "select distinct runs.pk, runs.number, report from outcomes"
        " join mutations on mutations.pk = outcomes.mutation_pk join runs on runs.pk = outcomes.run_pk"
        " where mutations.message_pk = :message and report is not null order by runs.number"
    )
    return [Mention(row.pk, row.report) for row in connection.execute(statement, {"message": message_pk})]
