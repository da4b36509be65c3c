"""What a run did, counted and listed from the tables: the figures of its report."""

from collections import namedtuple
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from gateway.orders.store import deliveries
from gateway.orders.store.progress import Run

_APPLIED = "outcomes.outcome in ('APPLIED', 'APPLIED_WITH_WARNING')"
# A change takes its copies back from the old division and puts them into the new one: together, what it changed.
_SIGN = "(case when effects.is_taken_back then -1 else 1 end)"

_LINE_COLUMNS = f"""
    mutations.pk, mutations.occurred_at, mutations.mutation_id, mutations.kind, mutations.order_number,
    mutations.order_line, messages.message_id, mutations.article_number,
    coalesce(mutations.ean, order_lines.ean) as ean, coalesce(mutations.title, order_lines.title) as title,
    mutations.author, mutations.channel, mutations.action_code, mutations.reason_code, mutations.reason_text,
    mutations.packing_slip, mutations.expected_date, mutations.quantity, mutations.net_price,
    coalesce(effects.branch, mutations.branch) as branch, effects.budget_code,
    coalesce(effects.supplier_budget_code, mutations.budget_code) as supplier_budget_code,
    {_SIGN} * effects.copies as copies, effects.committed, effects.shipped, {_SIGN} * effects.amount as amount,
    outcomes.outcome, outcomes.findings, deliveries.state_before, deliveries.state_after,
    deliveries.is_partly,
    case when outcomes.outcome = 'WAITING' then ''
        when outcomes.findings like '%"delivery-uncertain"%' then 'uncertain'
        when deliveries.state = 'refused later' then 'handed over' else deliveries.state end as state
"""
# A line that waited for a decision in this run may have been decided in a later one: then this run knew nothing of it.
_LINE_TABLES = """
    outcomes join mutations on mutations.pk = outcomes.mutation_pk
    join messages on messages.pk = mutations.message_pk
    left join deliveries on deliveries.mutation_pk = outcomes.mutation_pk and deliveries.place < :later
    left join effects on effects.mutation_pk = deliveries.mutation_pk
    left join order_lines on order_lines.pk = effects.line_pk
"""
# A line without a branch or a budget comes first; databases differ in where they put it by themselves.
BY_BRANCH = "branch nulls first, mutations.kind, mutations.moment, mutations.pk, effects.pk"
BY_BUDGET = (
    "effects.budget_code nulls first, mutations.order_number, mutations.order_line, mutations.moment, mutations.pk,"
    " effects.pk"
)

ALL = "true"
CANCELLED = f"mutations.kind = 'CANCELLED' and {_APPLIED}"
ATTENTION = "outcomes.outcome in ('WAITING', 'REFUSED', 'APPLIED_WITH_WARNING')"


def lines(connection: sa.Connection, run: Run, which: str, order: str) -> Iterator[Any]:
    """The lines of a run, one per mutation and share, as they come from the database.

    They say what the run knew, whenever they are asked for; but a line that the library system confirmed since,
    after it was handed over, is confirmed.
    """
    statement = sa.text(
        f"select {_LINE_COLUMNS} from {_LINE_TABLES} where outcomes.run_pk = :run and {which} order by {order}"
    )
    found = connection.execution_options(yield_per=1000).execute(statement, _planned_by(run))
    # Thirty names are read from every row, and a row of the database's own looks each of them up.
    row = namedtuple("row", found.keys())  # type: ignore[misc]  # the statement above is where they stand
    yield from map(row._make, found)


def line_count(connection: sa.Connection, run: Run) -> int:
    """How many lines a run has in all."""
    statement = sa.text(f"select count(*) from {_LINE_TABLES} where outcomes.run_pk = :run")
    return int(connection.execute(statement, _planned_by(run)).scalar_one())


def refused_later(connection: sa.Connection, run: Run) -> list[Any]:
    """The lines of earlier runs that the library system refused after all and that this run tells of, as `lines`."""
    statement = sa.text(
        f"select {_LINE_COLUMNS}, deliveries.reason from {_LINE_TABLES} where deliveries.told_in = :run"
        f" and {_APPLIED} order by deliveries.place, effects.pk"
    )
    return list(connection.execute(statement, _planned_by(run)))


def settled(connection: sa.Connection, run: Run) -> list[Any]:
    """The lines of earlier runs that people looked for in the library system and that this run tells of, as `lines`."""
    statement = sa.text(
        f"select {_LINE_COLUMNS} from {_LINE_TABLES} where {_APPLIED} and mutations.pk in"
        " (select mutation_pk from settlements where told_in = :run) order by deliveries.place, effects.pk"
    )
    return list(connection.execute(statement, _planned_by(run)))


def refused_later_count(connection: sa.Connection, run: Run) -> int:
    """How many mutations of earlier runs this run's report tells of as refused, at once or when delivered again."""
    statement = sa.text(
        "select (select count(*) from deliveries where told_in = :run)"
        " + (select count(*) from settlements where told_in = :run and result = 'refused')"
    )
    return int(connection.execute(statement, {"run": run.pk}).scalar_one())


def _planned_by(run: Run) -> dict[str, int]:
    return {"run": run.pk, "later": deliveries.first_place(run.pk + 1)}


def outcome_counts(connection: sa.Connection, run: Run) -> dict[tuple[str, str], int]:
    """How many mutations of each kind had each outcome in this run."""
    statement = sa.text(
        "select mutations.kind, outcome, count(*) from outcomes join mutations on mutations.pk = outcomes.mutation_pk"
        " where run_pk = :run group by mutations.kind, outcome"
    )
    return {(kind, outcome): int(count) for kind, outcome, count in connection.execute(statement, {"run": run.pk})}


def left_waiting(connection: sa.Connection, run: Run) -> dict[str, int]:
    """How many mutations of each kind the run before this one of the same library and sender left waiting."""
    statement = sa.text(
        "select mutations.kind, count(*) from outcomes join mutations on mutations.pk = outcomes.mutation_pk"
        " where outcome = 'WAITING' and run_pk = (select max(pk) from runs"
        "  where institution = :institution and sender = :sender and pk < :run) group by mutations.kind"
    )
    values = {"run": run.pk, "institution": run.institution, "sender": run.sender}
    return {kind: int(count) for kind, count in connection.execute(statement, values)}


def copies_and_amounts(connection: sa.Connection, run: Run) -> dict[str, tuple[int, int]]:
    """Per kind the copies and cents of what was applied."""
    statement = sa.text(
        f"select effects.kind, sum({_SIGN} * copies), sum({_SIGN} * amount) from effects"
        " join outcomes on outcomes.mutation_pk = effects.mutation_pk"
        f" where run_pk = :run and {_APPLIED} group by effects.kind"
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(statement, {"run": run.pk})}


def budget_movements(connection: sa.Connection, run: Run) -> list[sa.Row[Any]]:
    """Per budget code and year of this run: before, added, released, shipped, all shipped before, copies; in cents."""
    statement = sa.text(
        "select budget_code, budget_year,"
        " sum(case when now then 0 else committed - shipped end) as before,"
        " sum(case when now and committed > 0 then committed else 0 end) as added,"
        " sum(case when now and committed < 0 then -committed else 0 end) as released,"
        " sum(case when now then shipped else 0 end) as shipped,"
        " sum(case when now then 0 else shipped end) as shipped_before,"
        f" sum(case when now then {_SIGN} * copies else 0 end) as copies"
        " from (select effects.*, outcomes.run_pk = :run as now from effects"
        f"  left join outcomes on outcomes.mutation_pk = effects.mutation_pk and {_APPLIED}"
        "  where institution = :institution and budget_code is not null"
        "  and (effects.mutation_pk is null or outcomes.run_pk <= :run)) effects"
        " group by budget_code, budget_year having sum(case when now then 1 else 0 end) > 0"
        " order by budget_code, budget_year nulls first"
    )
    return list(connection.execute(statement, {"run": run.pk, "institution": run.institution}))


def slips(connection: sa.Connection, run: Run) -> list[sa.Row[Any]]:
    """The packing slips of this run: number, first moment of shipping, copies, cents, route."""
    statement = sa.text(
        "select packing_slip, min(shipped_at) as shipped_at, sum(effects.copies) as copies,"
        " sum(effects.amount) as amount, coalesce(route, '') as route from outcomes"
        " join mutations on mutations.pk = outcomes.mutation_pk"
        " join effects on effects.mutation_pk = outcomes.mutation_pk"
        f" where run_pk = :run and mutations.kind = 'SHIPPED' and {_APPLIED}"
        " group by packing_slip, coalesce(route, '') order by packing_slip nulls first"
    )
    return list(connection.execute(statement, {"run": run.pk}))


def codes_used(connection: sa.Connection, run: Run) -> list[sa.Row[Any]]:
    """Per supplier's code the library's code it stood for, with the number of mutations.

    None stands for a code that the library has not given us; a line that waits for another reason tells nothing of it.
    """
    statement = sa.text(
        "select supplier_code, library_code, count(distinct pk) as lines, min(received_at) as first_seen from ("
        " select mutations.pk, coalesce(effects.supplier_budget_code, mutations.budget_code) as supplier_code,"
        "  effects.budget_code as library_code, messages.received_at"
        f" from {_LINE_TABLES} where outcomes.run_pk = :run and ({_APPLIED} or outcomes.outcome = 'WAITING' and"
        "  (outcomes.findings like :unknown or outcomes.findings like :unmapped))) used"
        " where supplier_code is not null group by supplier_code, library_code"
        " order by supplier_code, library_code nulls first"
    )
    values = {**_planned_by(run), "unknown": '[["unknown-budget-code"%', "unmapped": '[["no-mapping-holds"%'}
    return list(connection.execute(statement, values))


def left_out(connection: sa.Connection, run: Run) -> dict[str, int]:
    """The fields that the library system could not be told, each with the number of lines."""
    statement = sa.text(
        "select left_out, count(*) from deliveries join outcomes on outcomes.mutation_pk = deliveries.mutation_pk"
        f" where run_pk = :run and {_APPLIED} and left_out <> '' group by left_out"
    )
    counts: dict[str, int] = {}
    for names, number in connection.execute(statement, {"run": run.pk}):
        for name in names.split():
            counts[name] = counts.get(name, 0) + number
    return counts


def recount(connection: sa.Connection, run: Run) -> dict[str, tuple[int, int, int]]:
    """Per kind the mutations, copies and cents of the run's own message, counted again from what was kept."""
    statement = sa.text(
        "select kind, count(*), sum(cast(quantity as integer)), sum(cast(quantity as integer)"
        " * cast(round(cast(coalesce(net_price, '0') as numeric) * 100) as bigint))"
        " from mutations where message_pk = :message group by kind"
    )
    rows = connection.execute(statement, {"message": run.message_pk})
    return {kind: (int(mutations), int(copies), int(cents)) for kind, mutations, copies, cents in rows}


def opened_between(connection: sa.Connection, institution: str, since: str, until: str) -> list[sa.Row[Any]]:
    """The runs of a library that were opened from a moment to before another, in their order."""
    statement = sa.text(
        "select * from runs where institution = :institution and opened_at >= :since and opened_at < :until order by pk"
    )
    return list(connection.execute(statement, {"institution": institution, "since": since, "until": until}))


def by_budget_and_kind(connection: sa.Connection, run: Run) -> list[Any]:
    """What a run applied: budget code, year, kind, copies, cents; a line without a budget code comes first."""
    statement = sa.text(
        f"select budget_code, budget_year, effects.kind, sum({_SIGN} * copies), sum({_SIGN} * amount) from effects"
        " join outcomes on outcomes.mutation_pk = effects.mutation_pk"
        f" where run_pk = :run and {_APPLIED} group by budget_code, budget_year, effects.kind"
    )
    return list(connection.execute(statement, {"run": run.pk}))
