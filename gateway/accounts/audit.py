"""The audit log: changes one by one, in the transaction that makes them; log-ins and refusals counted by day.

What a stranger does is counted in memory and written down once a minute by `keeping`, so a refused request writes
nothing, and in so few rows that nobody fills the disk by trying. Choice: decision 0024.
"""

import getpass
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from gateway import clock
from gateway.accounts.events import AuditEntry, Counted, What
from gateway.accounts.slowdown import place
from gateway.accounts.store import audit as store
from gateway.db import reading, writing
from gateway.errors import Busy
from gateway.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

KEPT_DAYS = {What.LOG_IN: 400, What.REFUSED: 90}
MOST_REFUSALS_A_DAY = 1000
"""Different ones; above it they are counted together, without account and address."""
KEEP_EVERY_SECONDS = 60


class Tally:
    """What this process has counted and not written down yet: bounded, so that trying fills nothing."""

    def __init__(self, capacity: int = MOST_REFUSALS_A_DAY) -> None:
        """Count at most so many different refusals apart; who comes in is always counted by name."""
        self._capacity = capacity
        self._counts: dict[tuple[What, str, str, str], Counted] = {}
        self._refusals = 0
        self._lock = Lock()

    def came_in(self, account: str, address: str, way: str) -> None:
        """Count that an account proved who it is."""
        with self._lock:
            self._add(once(What.LOG_IN, account, address, way))

    def kept_out(self, account: str, address: str, reason: str) -> None:
        """Count a refusal, and log it the 1st, 2nd, 4th, 8th … time that it comes between two writings.

        Args:
            account: only one that exists; what a stranger made up is never kept.
            address: from where.
            reason: one of the gateway's own words.
        """
        refused = once(What.REFUSED, account, place(address), reason[:40])
        with self._lock:
            if _kind(refused) not in self._counts:
                self._refusals += 1
                if self._refusals > self._capacity:
                    refused = replace(refused, account="", address="")
            times = self._add(refused)
        if times & (times - 1) == 0:
            logger.warning("accounts.refused", account=account, address=refused.address, reason=reason, times=times)

    def _add(self, counted: Counted) -> int:
        since = self._counts.get(_kind(counted))
        if since:
            counted = replace(counted, times=since.times + counted.times, first_at=since.first_at)
        self._counts[_kind(counted)] = counted
        return counted.times

    def take(self) -> Sequence[Counted]:
        """Everything counted, which is forgotten here."""
        with self._lock:
            taken, self._counts, self._refusals = list(self._counts.values()), {}, 0
        return taken

    def give_back(self, taken: Sequence[Counted]) -> None:
        """Count again what could not be written down."""
        with self._lock:
            since, self._counts = self._counts, {_kind(each): each for each in taken}
            self._refusals = sum(each.what is What.REFUSED for each in taken)
            for each in since.values():
                self._add(each)


def _kind(counted: Counted) -> tuple[What, str, str, str]:
    return counted.what, counted.account, counted.address, counted.detail


def changed(connection: "Connection", what: What, account: str, detail: str = "", by: str | None = None) -> None:
    """Write down a change, with whoever gave the command."""
    author = operator() if by is None else by
    store.add_change(connection, at=clock.now(), what=what, account=account, detail=detail[:200], by=author[:64])


def operator() -> str:
    """The system user who gave a command, also through sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"


def keep(database: "Engine", tally: Tally) -> None:
    """Write down what was counted; what cannot be written now is counted on.

    Raises:
        Busy: the database cannot take a write.
    """
    taken = tally.take()
    if not taken:
        return
    try:
        with writing(database) as connection:
            for each in taken:
                count(connection, each)
            for what, days in KEPT_DAYS.items():
                store.forget_counted(connection, what, (clock.now() - timedelta(days=days)).date())
    except BaseException:
        tally.give_back(taken)
        raise


def count(connection: "Connection", counted: Counted) -> None:
    """Add to the counts of the day, in no more rows than a day may have."""
    day = counted.last_at.date()
    is_another = counted.what is What.REFUSED and not store.is_counted(connection, day, counted)
    if is_another and store.kinds(connection, day, What.REFUSED) >= MOST_REFUSALS_A_DAY:
        counted = replace(counted, account="", address="")
    store.count(connection, day, counted)


@contextmanager
def keeping(database: "Engine", tally: Tally, every_seconds: float = KEEP_EVERY_SECONDS) -> Iterator[None]:
    """Write down what is counted, now and then until the block ends, and a last time then."""
    end = Event()

    def run() -> None:
        while not end.wait(every_seconds):
            _keep_or_log(database, tally)

    thread = Thread(target=run, name="audit", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
        _keep_or_log(database, tally)


def _keep_or_log(database: "Engine", tally: Tally) -> None:
    try:
        keep(database, tally)
    except Busy as error:
        logger.warning("accounts.audit_put_off", reason=str(error.__cause__ or error))
    except Exception:
        logger.exception("accounts.audit_failed")


def once(what: What, account: str, address: str, detail: str) -> Counted:
    """What happened one time, now."""
    now = clock.now()
    return Counted(what, account, address, detail, times=1, first_at=now, last_at=now)


def entries(
    database: "Engine", since: datetime, account: str | None = None, what: What | None = None, most: int = 1000
) -> Sequence[AuditEntry]:
    """The newest entries since a moment, newest first; perhaps of one account or one kind only."""
    with reading(database) as connection:
        return store.entries(connection, since, account, what, most)
