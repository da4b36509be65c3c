"""What is done when somebody is woken: read from the ledger what is due, do it, and enter it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.clock import now as the_moment
from gateway.db import Connection, Engine, reading, writing
from gateway.locks import Taken
from gateway.log import logger
from gateway.routines import rule, store
from gateway.routines.calendar import ALWAYS_OPEN, Calendar
from gateway.routines.rule import Rule, Slot

Work = Callable[[Slot], None]
Alone = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Routine:
    """One routine of one library.

    `work` is given its slot. It is done again when it was cut off or failed, so what it does must be the same run the
    second time: it names its effects by the slot, or looks at what is done already.
    """

    name: str
    library: str
    rule: Rule
    time_zone: str
    work: Work
    calendar: Calendar = ALWAYS_OPEN
    caught_up_within: timedelta = timedelta(days=1)
    """A run that is later than this makes no sense any more."""


def wake(database: Engine, alone: Alone, routine: Routine) -> Slot | None:
    """Do the run that is due, if any; of several that came due only the newest, and the others are entered as missed.

    Args:
        database: where the ledger is.
        alone: holds a name among all processes as long as it lives, and raises Taken when another has it.
        routine: what may be due.

    Returns:
        The run that was done.

    Raises:
        Exception: whatever the work raised; the run stays begun and is tried again at the next look.
    """
    with reading(database) as connection:
        if not _something_to_do(connection, routine, the_moment()):
            return None
    with suppress(Taken), alone(f"routine-{routine.name}-{routine.library}"):
        # Whoever was at it before us has entered it by now.
        with writing(database) as connection:
            slot = _begin(connection, routine, the_moment())
        if slot:
            _do(database, routine, slot)
            return slot
    return None


def _something_to_do(connection: Connection, routine: Routine, now: datetime) -> bool:
    since = store.settled_until(connection, routine.name, routine.library)
    if since is None or store.unfinished(connection, routine.name, routine.library):
        return True
    return bool(_due(connection, routine, since, now))


def _due(connection: Connection, routine: Routine, since: datetime, now: datetime) -> list[Slot]:
    due = rule.due(routine.rule, routine.time_zone, since, now, routine.calendar)
    return store.unknown(connection, routine.name, routine.library, due)


def _begin(connection: Connection, routine: Routine, now: datetime) -> Slot | None:
    """Enter everything that came due, and say which run is to be done now."""
    since = store.settled_until(connection, routine.name, routine.library)
    if since is None:
        store.know(connection, routine.name, routine.library, now)
        return None
    due = _due(connection, routine, since, now)
    cut_off = store.unfinished(connection, routine.name, routine.library)
    newest = due[-1] if due else cut_off.slot if cut_off else None
    if newest is None:
        return None
    overtaken = f"overtaken by the run of {newest.on} {newest.at:%H:%M}"
    store.miss(connection, routine.name, routine.library, due[:-1], overtaken)
    if cut_off and cut_off.slot != newest:
        store.give_up(connection, routine.name, routine.library, cut_off.slot, now, overtaken)
    if now - newest.due_at > routine.caught_up_within:
        _too_late(connection, routine, newest, now, is_begun=not due)
        return None
    begun = store.begin(connection, routine.name, routine.library, newest, now)
    store.forget(connection, routine.name, routine.library, newest)
    return newest if begun else None


def _too_late(connection: Connection, routine: Routine, slot: Slot, now: datetime, *, is_begun: bool) -> None:
    reason = f"found at {now:%Y-%m-%d %H:%M} UTC, too late to make sense"
    if is_begun:
        store.give_up(connection, routine.name, routine.library, slot, now, reason)
    else:
        store.miss(connection, routine.name, routine.library, [slot], reason)


def _do(database: Engine, routine: Routine, slot: Slot) -> None:
    try:
        routine.work(slot)
    except Exception as error:
        with writing(database) as connection:
            store.failed(connection, routine.name, routine.library, slot, f"{type(error).__name__}: {error}")
        raise
    with writing(database) as connection:
        store.end(connection, routine.name, routine.library, slot, the_moment())
    logger.info("routines.done", routine=routine.name, library=routine.library, on=str(slot.on), at=f"{slot.at:%H:%M}")
