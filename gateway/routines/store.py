"""The ledger of runs by (routine, library, local date, hour): each stands in it once, whoever puts it there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import sqlalchemy as sa

from gateway.db import metadata
from gateway.routines.rule import Slot

KEPT_FOR = timedelta(days=92)
"""How long before the newest run the ledger reaches back: longer than any run can move, so that none comes twice."""


class State(StrEnum):
    """What became of a run."""

    BEGUN = "begun"
    """Somebody is at it, or was and was cut off; then it is taken over."""
    DONE = "done"
    MISSED = "missed"
    """It was never done and will not be; `reason` says why."""


runs = sa.Table(
    "routine_runs",
    metadata,
    sa.Column("routine", sa.Text, primary_key=True),
    sa.Column("library", sa.Text, primary_key=True),
    sa.Column("planned_on", sa.Text, primary_key=True),
    sa.Column("planned_at", sa.Text, primary_key=True),
    sa.Column("due_at", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("begun_at", sa.Text),
    sa.Column("ended_at", sa.Text),
    sa.Column("times_begun", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Index("routine_runs_by_moment", "routine", "library", "due_at"),
)
_ENTER = sa.text(
    "insert into routine_runs (routine, library, planned_on, planned_at, due_at, state, begun_at, times_begun, reason)"
    " values (:routine, :library, :planned_on, :planned_at, :due_at, :state, :begun_at, :times_begun, :reason)"
    " on conflict do nothing"
)
known = sa.Table(
    "routines_known",
    metadata,
    sa.Column("routine", sa.Text, primary_key=True),
    sa.Column("library", sa.Text, primary_key=True),
    sa.Column("since", sa.Text, nullable=False),
)
"""When a library was first asked for a routine: nothing from before is caught up."""


@dataclass(frozen=True, slots=True)
class Run:
    """One line of the ledger."""

    slot: Slot
    state: State
    times_begun: int
    reason: str | None


def settled_until(connection: sa.Connection, routine: str, library: str) -> datetime | None:
    """The moment up to which all runs stand in the ledger; none when the routine is not known there yet."""
    last = sa.select(sa.func.max(runs.c.due_at)).where(*_of(runs, routine, library))
    since = sa.select(known.c.since).where(*_of(known, routine, library))
    moments = [datetime.fromisoformat(found) for ask in (last, since) if (found := connection.scalar(ask))]
    return max(moments, default=None)


def know(connection: sa.Connection, routine: str, library: str, since: datetime) -> None:
    """Note that a library has a routine from a moment on."""
    connection.execute(known.insert().values(routine=routine, library=library, since=since.isoformat()))


def unfinished(connection: sa.Connection, routine: str, library: str) -> Run | None:
    """The run that was begun and not ended. Only the newest can be: it is entered when the one before is given up."""
    newest = sa.select(runs).where(*_of(runs, routine, library)).limit(1)
    row = connection.execute(
        newest.order_by(runs.c.due_at.desc(), runs.c.planned_on.desc(), runs.c.planned_at.desc())
    ).first()
    return _run(row) if row and row.state == State.BEGUN else None


def unknown(connection: sa.Connection, routine: str, library: str, slots: Sequence[Slot]) -> list[Slot]:
    """Those of these runs that do not stand in the ledger: their name may, where the zone or the calendar changed."""
    if not slots:
        return []
    days = [slot.on.isoformat() for slot in slots]
    entered = sa.select(runs.c.planned_on, runs.c.planned_at).where(
        *_of(runs, routine, library), runs.c.planned_on.between(min(days), max(days))
    )
    names = {tuple(row) for row in connection.execute(entered)}
    return [slot for slot in slots if (slot.on.isoformat(), f"{slot.at:%H:%M}") not in names]


def listing(connection: sa.Connection, routine: str, library: str) -> list[Run]:
    """All runs of a routine of one library, oldest first."""
    found = sa.select(runs).where(*_of(runs, routine, library)).order_by(runs.c.due_at, runs.c.planned_at)
    return [_run(row) for row in connection.execute(found)]


def begin(connection: sa.Connection, routine: str, library: str, slot: Slot, now: datetime) -> bool:
    """Enter a run as begun, or begin it again after it was cut off or failed; false when it had its end already."""
    again = runs.update().where(*_named(routine, library, slot), runs.c.state == State.BEGUN)
    values = {"begun_at": now.isoformat(), "times_begun": runs.c.times_begun + 1}
    if connection.execute(again.values(values)).rowcount:
        return True
    first = {"state": State.BEGUN.value, "begun_at": now.isoformat(), "times_begun": 1, "reason": None}
    return connection.execute(_ENTER, _line(routine, library, slot) | first).rowcount > 0


def end(connection: sa.Connection, routine: str, library: str, slot: Slot, now: datetime) -> None:
    """Note that a run is done."""
    found = runs.update().where(*_named(routine, library, slot))
    connection.execute(found.values(state=State.DONE, ended_at=now.isoformat(), reason=None))


def failed(connection: sa.Connection, routine: str, library: str, slot: Slot, reason: str) -> None:
    """Note why a run failed; it stays begun, and is begun again at the next look."""
    connection.execute(runs.update().where(*_named(routine, library, slot)).values(reason=reason))


def give_up(connection: sa.Connection, routine: str, library: str, slot: Slot, now: datetime, reason: str) -> None:
    """Note that a run that was begun will not be ended."""
    found = runs.update().where(*_named(routine, library, slot))
    connection.execute(found.values(state=State.MISSED, ended_at=now.isoformat(), reason=reason))


def miss(connection: sa.Connection, routine: str, library: str, slots: Iterable[Slot], reason: str) -> None:
    """Enter runs that were never begun and will not be."""
    missed = {"state": State.MISSED.value, "begun_at": None, "times_begun": 0, "reason": reason}
    rows = [_line(routine, library, slot) | missed for slot in slots]
    if rows:
        connection.execute(_ENTER, rows)


def forget(connection: sa.Connection, routine: str, library: str, newest: Slot) -> None:
    """Let go of runs from long before this one."""
    before = (newest.due_at - KEPT_FOR).isoformat()
    connection.execute(runs.delete().where(*_of(runs, routine, library), runs.c.due_at < before))


def _of(table: sa.Table, routine: str, library: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.routine == routine, table.c.library == library


def _named(routine: str, library: str, slot: Slot) -> tuple[sa.ColumnElement[bool], ...]:
    name = _line(routine, library, slot)
    return tuple(runs.c[key] == name[key] for key in ("routine", "library", "planned_on", "planned_at"))


def _line(routine: str, library: str, slot: Slot) -> dict[str, object]:
    return {
        "routine": routine,
        "library": library,
        "planned_on": slot.on.isoformat(),
        "planned_at": f"{slot.at:%H:%M}",
        "due_at": slot.due_at.isoformat(),
    }


def _run(row: sa.Row[tuple[object, ...]]) -> Run:
    slot = Slot(
        datetime.fromisoformat(row.due_at), date.fromisoformat(row.planned_on), time.fromisoformat(row.planned_at)
    )
    return Run(slot, State(row.state), row.times_begun, row.reason)
