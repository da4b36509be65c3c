"""What the gateway does by itself, and how often."""

import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

from gateway import app, clock, db, locks, picture, work
from gateway.app import Gateway
from gateway.circulation.store import messages as circulation_messages
from gateway.config import LibrarySettings
from gateway.errors import GatewayError, SystemUnavailable
from gateway.locks import Taken
from gateway.log import logger
from gateway.orders import overdue, processing, recovery, year_change
from gateway.orders.store import messages
from gateway.routines.rule import Slot, hourly
from gateway.routines.waking import Routine, wake
from gateway.timetable import Timetable

RECOVER_EVERY_SECONDS = 15
WAKE_EVERY_SECONDS = 60
LISTEN_EVERY_SECONDS = 300
OFFER_REPORTS_EVERY_SECONDS = 300
MAIL_REPORTS_EVERY_SECONDS = 120
CHANGE_YEAR_EVERY_SECONDS = 3600
WARN_EVERY_SECONDS = 3600
FORGET_EVERY_SECONDS = 600
LOOK_FOR_CIRCULATION_EVERY_SECONDS = 60


def timetable(gateway: Gateway, worker: work.Worker) -> Timetable:
    """What wakes the gateway by itself."""
    enqueue = gateway.queue.put
    recover_every = min(RECOVER_EVERY_SECONDS, gateway.settings.retry.first_seconds)
    return Timetable(
        {
            "recover": (recover_every, partial(recovery.recover, gateway.database, enqueue)),
            "wake routines": (WAKE_EVERY_SECONDS, partial(wake_routines, gateway)),
            "listen": (LISTEN_EVERY_SECONDS, partial(processing.listen, app.workshop(gateway), enqueue)),
            "offer reports": (OFFER_REPORTS_EVERY_SECONDS, partial(app.offer_reports, gateway)),
            "mail reports": (MAIL_REPORTS_EVERY_SECONDS, partial(app.mail_reports, gateway)),
            "warn of what waits": (WARN_EVERY_SECONDS, partial(warn_of_waiting, gateway)),
            "forget refusals": (FORGET_EVERY_SECONDS, partial(forget_refusals, gateway)),
            "forget circulation": (FORGET_EVERY_SECONDS, partial(forget_circulation, gateway)),
            "change of year": (CHANGE_YEAR_EVERY_SECONDS, partial(change_year, gateway)),
            "circulation": (LOOK_FOR_CIRCULATION_EVERY_SECONDS, partial(take_circulation, gateway)),
            "take up lost jobs": (recover_every, partial(_take_up_lost, gateway.names, worker)),
            "retry failed jobs": (int(timedelta(minutes=5).total_seconds()), lambda: _retry(worker)),
        }
    )


def routines(gateway: Gateway) -> list[Routine]:
    """What has its hour in each library; the ledger says whether it is due."""
    return [_look_at_waiting(gateway, each) for each in gateway.settings.library]


def _look_at_waiting(gateway: Gateway, library: LibrarySettings) -> Routine:
    def look(_slot: Slot) -> None:
        recovery.look_at_waiting(gateway.database, gateway.queue.put, (library.institution,))

    return Routine("look at waiting", library.institution, hourly(), library.time_zone, look)


def wake_routines(gateway: Gateway) -> None:
    """Do what is due by the ledger; one that fails holds up no other, and is due again at the next look."""
    for each in routines(gateway):
        try:
            wake(gateway.database, partial(app.alone, gateway), each)
        except SystemUnavailable:
            raise
        except Exception:
            logger.exception("clockwork.routine_failed", routine=each.name, library=each.library)


def _take_up_lost(names: locks.Names, worker: work.Worker) -> None:
    names.keep()
    worker.take_up_lost()


def _retry(worker: work.Worker) -> None:
    worker.retry_failed()


def change_year(gateway: Gateway) -> None:
    """Move the open orders of each library whose calendar says a new year, once its list has codes for it."""
    for library in gateway.settings.library:
        year = clock.today(library.time_zone).year
        if not library.move_open_orders or not _waits_for(gateway, library.institution, year):
            continue
        # Who finds somebody at work for the library comes back in an hour.
        with suppress(Taken), app.alone(gateway, library.institution):
            year_change.change(gateway.database, library.institution, year, by="the gateway")


def warn_of_waiting(gateway: Gateway) -> None:
    """Tell staff of each library what waits longer than it wants to; one that cannot be told holds up no other."""
    for each in gateway.settings.library:
        try:
            overdue.warn(gateway.database, each.library(), each.waiting_days, each.staff_mail, gateway.settings.mail)
        except GatewayError as error:
            logger.error("clockwork.staff_not_warned", institution=each.institution, reason=str(error))


def forget_refusals(gateway: Gateway) -> None:
    """Let go of refusals that are too old or too many: a program that is refused again and again fills no disk."""
    limits = gateway.settings.limits
    before = clock.now() - timedelta(days=limits.refusals_days)
    with db.writing(gateway.database) as connection:
        messages.forget_refusals(connection, before.isoformat(), limits.refusals)


def take_circulation(gateway: Gateway) -> None:
    """Take what library systems left in their folders; one that fails holds up no other."""
    for each in gateway.settings.library:
        try:
            folder = picture.folder(gateway, each)
            if folder:
                folder.look(time.time())
        except Exception:
            logger.exception("clockwork.circulation_failed", institution=each.institution)


def forget_circulation(gateway: Gateway) -> None:
    """Let go of circulation files and findings that are too old; one folder that fails holds up no other."""
    before = clock.now() - timedelta(days=gateway.settings.circulation.keep_days)
    with db.writing(gateway.database) as connection:
        circulation_messages.forget(connection, before.isoformat())
    for each in gateway.settings.library:
        try:
            folder = picture.folder(gateway, each)
            if folder:
                folder.forget(before.timestamp())
        except (OSError, ValueError):
            logger.exception("clockwork.circulation_not_forgotten", institution=each.institution)


def _waits_for(gateway: Gateway, institution: str, year: int) -> bool:
    return bool(year_change.change(gateway.database, institution, year, preview=True).moved)
