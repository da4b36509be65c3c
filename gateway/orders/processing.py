"""One run: open it, decide, hand over, report. Every step can be the last; the next start goes on from there."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway import clock
from gateway.db import Connection, Engine, reading, writing
from gateway.errors import SystemUnavailable
from gateway.library import Library
from gateway.log import logger
from gateway.orders import delivery, planning, reporting
from gateway.orders.delivery import Pauses
from gateway.orders.explanations import Finding
from gateway.orders.reading import stamp
from gateway.orders.store import deliveries, progress, settlements
from gateway.orders.store.progress import Run
from gateway.orders.system import OrderSystem
from gateway.reports.model import Report
from gateway.routines import rule

JOB = "orders.run"

Enqueue = Callable[..., None]
"""Puts a job into an open transaction: connection, job, key, library, values, delay."""


@dataclass(frozen=True)
class Served:
    """A library with its system and with the budget for codes that cannot be used, if it may have one."""

    library: Library
    system: OrderSystem
    fall_back: str | None


@dataclass(frozen=True)
class Workshop:
    """What runs need: the database, the libraries served, and where a finished report is kept.

    `alone` keeps everybody else from working for an institution as long as its block lasts.
    """

    database: Engine
    served: Mapping[str, Served]
    keep: Callable[[Report, Served], None]
    alone: Callable[[str], AbstractContextManager[None]]
    pauses: Pauses = field(default_factory=Pauses)


def queue_message(enqueue: Enqueue, connection: Connection, message_pk: int, library: Library) -> None:
    """Queue the run of an accepted message, at once or for the library's hour of the night."""
    delay = _seconds_until(library, clock.now())
    enqueue(connection, JOB, f"message-{message_pk}", library.institution, library.institution, message_pk, delay=delay)


def queue_release(enqueue: Enqueue, connection: Connection, institution: str, put_off_until: str = "") -> None:
    """Queue a look at everything that waits in a library, because a cause may be gone.

    Args:
        put_off_until: when its system was down, the moment until which nobody else tries it; this job does.
    """
    key = f"release-{institution}-{stamp(clock.now())}"
    enqueue(connection, JOB, key, institution, institution, None, put_off_until)


def run(workshop: Workshop, institution: str, message_pk: int | None, put_off_until: str = "") -> None:
    """Do one queued job: the run of a message, or of what waits for each sender of a library.

    What came before it and has no report yet goes first: its own job failed, or its process was killed.

    Raises:
        SystemUnavailable: somebody else is at work for this library; the job is to be tried again.
    """
    served = workshop.served.get(institution)
    if served is None:
        raise LookupError(f"{institution} has work to do, but is no longer among the libraries of the settings")
    with workshop.alone(institution):
        if put_off_until:
            with writing(workshop.database) as connection:
                deliveries.postpone(connection, institution, stamp(clock.now()), was=put_off_until)
        delivery.read_back(workshop.database, served.system, institution)
        for sender in _senders(workshop.database, institution, message_pk):
            for earlier in _left_over(workshop.database, served.library, sender, message_pk):
                _run(workshop, served, institution, sender, earlier)
            _run(workshop, served, institution, sender, message_pk)


def listen(workshop: Workshop, enqueue: Enqueue) -> None:
    """Take in what library systems say of lines handed over; what one refused after all is told in a run of its own."""
    for institution, served in workshop.served.items():
        with suppress(SystemUnavailable), workshop.alone(institution):
            delivery.read_back(workshop.database, served.system, institution)
    with writing(workshop.database) as connection:
        for institution in deliveries.untold_refusals(connection):
            queue_release(enqueue, connection, institution)


def _senders(database: Engine, institution: str, message_pk: int | None) -> list[str]:
    with reading(database) as connection:
        if message_pk is not None:
            return [progress.message_of(connection, message_pk).sender]
        return progress.senders_waiting(connection, institution)


def _left_over(database: Engine, library: Library, sender: str, message_pk: int | None) -> list[int | None]:
    """What goes before this message, or before a release: begun and not finished, or never begun."""
    institution = library.institution
    with reading(database) as connection:
        broken_off = progress.broken_off(connection, institution, sender)
        if message_pk is not None:
            return [*broken_off, *progress.never_begun(connection, institution, sender, before=message_pk)]
        by_now = _taken_up_by_now(library)
        return [*broken_off, *progress.never_begun(connection, institution, sender, received_by=by_now)]


def _run(workshop: Workshop, served: Served, institution: str, sender: str, message_pk: int | None) -> None:
    database = workshop.database
    with writing(database) as connection:
        opened = progress.open_run(connection, institution, sender, message_pk, stamp(clock.now()))
    if opened.finished:
        return
    if not opened.planned:
        planning.plan(database, opened, served.library, served.fall_back)
    if not opened.delivered:
        obstacle = delivery.deliver(database, opened, served.system, workshop.pauses)
        if obstacle is None:
            # An answer to what was offered once more could not be taken in before.
            delivery.read_back(database, served.system, institution)
        _close_delivery(database, opened, obstacle)
    _report(workshop, served, opened)
    logger.info("orders.run_finished", institution=institution, sender=sender, run=opened.pk)


def _close_delivery(database: Engine, opened: Run, obstacle: Finding | None) -> None:
    """Note in one go what could not be delivered and that this run delivers no more."""
    with writing(database) as connection:
        behind = Finding("behind-uncertain")
        deliveries.note_undelivered(connection, opened, progress.pack([behind]), held=True)
        # Without an obstacle it was held too, until somebody settled just now what was before it.
        deliveries.note_undelivered(connection, opened, progress.pack([obstacle or behind]), held=False)
        deliveries.tell_refused_later(connection, opened)
        settlements.tell(connection, opened)
        progress.mark(connection, opened, delivered_at=stamp(clock.now()))


def _report(workshop: Workshop, served: Served, opened: Run) -> None:
    """Write the run's report, if it has anything to tell; its number is given out only then."""
    with writing(workshop.database) as connection:
        if not progress.has_news(connection, opened):
            if opened.message_pk is None:
                progress.drop_run(connection, opened)
            else:
                progress.mark(connection, opened, finished_at=stamp(clock.now()))
            return
        number, numbered_at = progress.number(connection, opened, stamp(clock.now()))
    reader = reporting.Reader(served.library, served.system.layout, served.fall_back)
    report = reporting.report(workshop.database, opened, number, datetime.fromisoformat(numbered_at), reader)
    workshop.keep(report, served)
    with writing(workshop.database) as connection:
        progress.mark(connection, opened, report=report.name, finished_at=stamp(clock.now()))


def _seconds_until(library: Library, now: datetime) -> float:
    """How long a library's mutations wait for its hour of the night; nothing when it has none."""
    if not library.nightly_at:
        return 0
    return (min(night for night in _nights(library, now) if night > now) - now).total_seconds()


def _taken_up_by_now(library: Library) -> str:
    """What was received by then has had its turn: all, or what the last hour of the night found."""
    now = clock.now()
    if not library.nightly_at:
        return stamp(now)
    return stamp(max(night for night in _nights(library, now) if night <= now))


def _nights(library: Library, now: datetime) -> list[datetime]:
    """The moments of a library's hour, from yesterday until tomorrow; unlike a routine's it may be any minute."""
    today = now.astimezone(ZoneInfo(library.time_zone)).date()
    at = time.fromisoformat(str(library.nightly_at))
    return [rule.moment(today + timedelta(days=days), at, library.time_zone) for days in (-1, 0, 1)]
