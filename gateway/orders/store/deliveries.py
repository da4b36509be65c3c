"""What goes into the library systems: offered in order, with what each system said of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from gateway import db
from gateway.orders.model import Kind, LineState, Mutation, Share
from gateway.orders.reading import mutation as mutation_of
from gateway.orders.reading import stamp
from gateway.orders.store import settlements
from gateway.orders.store.lines import share
from gateway.orders.store.progress import Run
from gateway.orders.store.tables import WIRE_COLUMNS, deliveries, effects, system_health
from gateway.orders.system import Acknowledgement, LineResult, LineStatus, SystemLine

_PLACES_A_RUN = 10_000_000
REFUSED_LATER = "refused later"
_TO_DELIVER, _OFFERED = "to deliver", "offered"
SHOWN = "case {state} when 'offered' then 'to deliver' when 'refused later' then 'refused' else {state} end"
"""The state of a delivery in the words that people are shown."""
HELD = (
    "exists (select 1 from deliveries doubtful join mutations earlier on earlier.pk = doubtful.mutation_pk"
    " where doubtful.state = 'uncertain' and doubtful.institution = deliveries.institution"
    " and doubtful.sender = deliveries.sender and doubtful.place < deliveries.place"
    " and earlier.order_number = mutations.order_number and earlier.order_line = mutations.order_line)"
)
"""Whether nobody knows of an earlier mutation of the same order line if it arrived: then this one waits behind it."""
_FINAL = "exists (select 1 from outcomes where outcomes.mutation_pk = deliveries.mutation_pk and outcome <> 'WAITING')"
"""Whether a report told already what became of the mutation: it is delivered again."""
_COLUMNS = (
    "mutation_pk", "institution", "sender", "place", "state", "state_before", "state_after", "is_partly", "outcome",
    "findings",
)  # fmt: skip
_WIRE = ", ".join(f"mutations.{name}" for name in WIRE_COLUMNS)


def first_place(run_pk: int) -> int:
    """The first place in the order of delivery that is this run's; those of later runs are higher."""
    return run_pk * _PLACES_A_RUN


def next_place(connection: sa.Connection, run: Run) -> int:
    """The first free place in the order of delivery for this run; later runs come after it."""
    first = first_place(run.pk)
    last = connection.execute(
        sa.select(sa.func.max(deliveries.c.place)).where(
            deliveries.c.place >= first, deliveries.c.place < first + _PLACES_A_RUN
        )
    ).scalar()
    return first if last is None else int(last) + 1


def add(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
    """Add lines to hand over: mutation, institution, sender, place, state, states of the line, outcome, findings."""
    db.insert_many(connection, "deliveries", _COLUMNS, rows)


def offer(connection: sa.Connection, run: Run, most: int) -> list[tuple[int, SystemLine]]:
    """Take the next lines in order and mark them as offered: from now on the system may have them.

    What was offered before is not mixed with what was not: of the former it may turn out that nobody can tell,
    and then the latter has to wait behind it.
    """
    statement = sa.text(
        f"select mutation_pk, state, state_before, state_after, {_WIRE} from deliveries"
        " join mutations on mutations.pk = deliveries.mutation_pk"
        " where deliveries.institution = :institution and deliveries.sender = :sender"
        f" and state in ('to deliver', 'offered') and not {HELD} order by place limit :most"
    )
    values = {"institution": run.institution, "sender": run.sender, "most": most}
    found = connection.execute(statement, values).all()
    rows = list(takewhile(lambda row: row.state == found[0].state, found))
    shares = _shares(connection, [row[0] for row in rows])
    _set_state(connection, [row[0] for row in rows], _OFFERED)
    return [(row[0], _line(run.sender, row, shares.get(row[0], ([], [])))) for row in rows]


def withdraw(connection: sa.Connection, pks: Sequence[int]) -> None:
    """Note that nothing of these lines reached the system."""
    _set_state(connection, pks, _TO_DELIVER)


def settle(connection: sa.Connection, run: Run, results: Sequence[tuple[int, LineResult, str, str]]) -> None:
    """Keep what the system said of each line and what became of the mutation: (pk, result, outcome, findings).

    What became of one that is delivered again was told before, and stays so.
    """
    if not results:
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    connection.exec_driver_sql(
        f"update deliveries set state = {mark}, reason = {mark}, left_out = {mark} where mutation_pk = {mark}",
        [(result.status.value, result.reason, " ".join(result.left_out), pk) for pk, result, _, _ in results],
    )
    again = settlements.awaiting(connection, [pk for pk, *_ in results])
    said = {pk: (result.status.value, result.reason) for pk, result, _, _ in results if pk in again}
    settlements.delivered_again(connection, said)
    rows = [(pk, run.pk, outcome, findings) for pk, _, outcome, findings in results if pk not in again]
    db.insert_many(connection, "outcomes", ("mutation_pk", "run_pk", "outcome", "findings"), rows)


def planned(connection: sa.Connection, pks: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Per mutation the outcome and findings that were decided before it was handed over."""
    columns = (deliveries.c.mutation_pk, deliveries.c.outcome, deliveries.c.findings)
    rows = connection.execute(sa.select(*columns).where(deliveries.c.mutation_pk.in_(list(pks))))
    return {row.mutation_pk: (row.outcome, row.findings) for row in rows}


def note_undelivered(connection: sa.Connection, run: Run, findings: str, *, held: bool) -> None:
    """Enter what still has to be delivered as waiting in this run: what is held behind a doubt, or the rest."""
    connection.execute(
        sa.text(
            "insert into outcomes (mutation_pk, run_pk, outcome, findings)"
            " select mutation_pk, :run, 'WAITING', :findings from deliveries"
            " join mutations on mutations.pk = deliveries.mutation_pk"
            " where deliveries.institution = :institution and deliveries.sender = :sender"
            f" and state in ('to deliver', 'offered') and not {_FINAL} and {'' if held else 'not'} {HELD}"
        ),
        {"run": run.pk, "institution": run.institution, "sender": run.sender, "findings": findings},
    )


def acknowledge(connection: sa.Connection, acknowledgements: Sequence[Acknowledgement]) -> list[Acknowledgement]:
    """Keep what the system said later: a line that it has, or one that it refused after all.

    Args:
        acknowledgements: of so many lines as one statement can name.

    Returns:
        What it need not say again. That is not what it said of a line whose handing over we have not noted yet:
        the process was killed just then, or the database is an older one that was put back.
    """
    lines = _handed(connection, [each.key for each in acknowledgements])
    noted = [
        each for each in acknowledgements if each.key in lines and lines[each.key][1] not in (_TO_DELIVER, _OFFERED)
    ]
    rows = [
        (LineStatus.CONFIRMED.value if each.accepted else REFUSED_LATER, each.reason, lines[each.key][0])
        for each in noted
    ]
    if rows:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(
            f"update deliveries set state = {mark}, reason = {mark}"
            f" where mutation_pk = {mark} and state in ('handed over', 'uncertain')",
            rows,
        )
    return noted


def _handed(connection: sa.Connection, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Per key of a line its mutation and the state of its delivery."""
    statement = sa.text(
        "select mutations.mutation_id, mutation_pk, state from deliveries join mutations on mutations.pk = mutation_pk"
        " where mutations.sender = :sender and standing = 'NEW' and mutations.mutation_id in :ids"
    ).bindparams(sa.bindparam("ids", expanding=True))
    ids: dict[str, list[str]] = {}
    for key in keys:
        sender, _, mutation_id = key.partition("-")
        ids.setdefault(sender, []).append(mutation_id)
    return {
        f"{sender}-{row.mutation_id}": (row.mutation_pk, row.state)
        for sender, its_own in ids.items()
        for row in connection.execute(statement, {"sender": sender, "ids": its_own})
    }


def untold_refusals(connection: sa.Connection) -> list[str]:
    """The libraries where a system refused something after all that no report has told of."""
    statement = sa.select(deliveries.c.institution).where(
        deliveries.c.state == REFUSED_LATER, deliveries.c.told_in.is_(None)
    )
    return list(connection.execute(statement.distinct().order_by(deliveries.c.institution)).scalars())


def tell_refused_later(connection: sa.Connection, run: Run) -> None:
    """Let this run's report tell what the system refused after all."""
    connection.execute(
        deliveries.update()
        .where(
            deliveries.c.institution == run.institution,
            deliveries.c.sender == run.sender,
            deliveries.c.state == REFUSED_LATER,
            deliveries.c.told_in.is_(None),
        )
        .values(told_in=run.pk)
    )


def due(connection: sa.Connection, now: str) -> list[str]:
    """The libraries whose system could not be reached and is to be tried again by now."""
    statement = sa.select(system_health.c.institution).where(system_health.c.next_try_at <= now)
    return list(connection.execute(statement).scalars())


def postpone(connection: sa.Connection, institution: str, until: str, was: str | None = None) -> None:
    """Try a system again only then; with `was`, only when it was put off until that moment."""
    mine = system_health.c.institution == institution
    if was is not None:
        mine &= system_health.c.next_try_at == was
    connection.execute(system_health.update().where(mine).values(next_try_at=until))


def is_left_alone(connection: sa.Connection, institution: str, now: str) -> bool:
    """Whether a system could not be reached and is not to be tried again yet."""
    statement = sa.select(system_health.c.next_try_at).where(system_health.c.institution == institution)
    return (connection.execute(statement).scalar() or "") > now


def failures(connection: sa.Connection, institution: str) -> int:
    """How often in a row a system could not be reached."""
    statement = sa.select(system_health.c.tries).where(system_health.c.institution == institution)
    return connection.execute(statement).scalar() or 0


def note_failure(
    connection: sa.Connection, institution: str, tries: int, reason: str, now: datetime, next_try: datetime
) -> None:
    """Note that a system could not be reached for so many times in a row, and when it is tried again."""
    values = {"next_try_at": stamp(next_try), "reason": reason, "tries": tries}
    mine = system_health.c.institution == institution
    if connection.execute(system_health.update().where(mine).values(**values)).rowcount == 0:
        connection.execute(system_health.insert().values(institution=institution, failing_since=stamp(now), **values))


def note_recovery(connection: sa.Connection, institution: str) -> bool:
    """Note that a system could be reached; true when it could not be before."""
    return connection.execute(system_health.delete().where(system_health.c.institution == institution)).rowcount > 0


def _set_state(connection: sa.Connection, pks: Sequence[int], state: str) -> None:
    if pks:
        connection.execute(deliveries.update().where(deliveries.c.mutation_pk.in_(list(pks))).values(state=state))


def _shares(connection: sa.Connection, pks: Sequence[int]) -> dict[int, tuple[list[Share], list[Share]]]:
    """Per mutation the copies it concerns, and apart from them those that a change takes back."""
    statement = sa.select(effects).where(effects.c.mutation_pk.in_(list(pks))).order_by(effects.c.pk)
    found: dict[int, tuple[list[Share], list[Share]]] = {}
    for row in connection.execute(statement).all():
        found.setdefault(row.mutation_pk, ([], []))[row.is_taken_back].append(share(row))
    return found


def _told(mutation: Mutation, concerned: list[Share], taken_back: list[Share]) -> tuple[Mutation, tuple[Share, ...]]:
    """What the system is told: a change says where the copies go now, and one that leaves none to come cancels them."""
    if concerned or not taken_back:
        return mutation, tuple(concerned)
    copies = sum(each.copies for each in taken_back)
    return replace(mutation, kind=Kind.CANCELLED, quantity=copies, copies=(), final=True), tuple(taken_back)


def _line(sender: str, row: sa.Row[Any], shares: tuple[list[Share], list[Share]]) -> SystemLine:
    mutation, told = _told(mutation_of(tuple(row[4:])), *shares)
    return SystemLine(
        key=f"{sender}-{mutation.mutation_id}",
        sender=sender,
        mutation=mutation,
        shares=told,
        state_before=LineState(row.state_before) if row.state_before else None,
        state_after=LineState(row.state_after),
        first_offer=row.state == _TO_DELIVER,
    )
