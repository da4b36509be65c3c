"""Every statement about the audit log: single changes, and what is counted by day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.accounts.events import AuditEntry, Counted
from gateway.accounts.store import audit_change, audit_count

_count = audit_count.c


def add_change(connection: sa.Connection, *, at: datetime, what: str, account: str, detail: str, by: str) -> None:
    """Write one change."""
    connection.execute(sa.insert(audit_change).values(at=at, what=what, account=account, detail=detail, by=by))


def count(connection: sa.Connection, day: date, counted: Counted) -> None:
    """Add to what was counted on that day."""
    into = postgresql.insert(audit_count) if connection.dialect.name == "postgresql" else sqlite.insert(audit_count)
    row = into.values(
        day=day.isoformat(),
        what=counted.what,
        account=counted.account,
        address=counted.address,
        detail=counted.detail,
        times=counted.times,
        first_at=counted.first_at,
        last_at=counted.last_at,
    )
    more = {"times": _count.times + row.excluded.times, "last_at": row.excluded.last_at}
    connection.execute(row.on_conflict_do_update(index_elements=list(audit_count.primary_key), set_=more))


def kinds(connection: sa.Connection, day: date, what: str) -> int:
    """How many different rows were counted on that day."""
    chosen = sa.select(sa.func.count()).where(_count.day == day.isoformat(), _count.what == what)
    return int(connection.execute(chosen.select_from(audit_count)).scalar_one())


def is_counted(connection: sa.Connection, day: date, counted: Counted) -> bool:
    """Whether there is a row for this already."""
    chosen = sa.select(_count.times).where(
        _count.day == day.isoformat(),
        _count.what == counted.what,
        _count.account == counted.account,
        _count.address == counted.address,
        _count.detail == counted.detail,
    )
    return connection.execute(chosen).first() is not None


def forget_counted(connection: sa.Connection, what: str, before: date) -> None:
    """Remove what was counted before a day."""
    connection.execute(sa.delete(audit_count).where(_count.what == what, _count.day < before.isoformat()))


def entries(
    connection: sa.Connection, since: datetime, account: str | None, what: str | None, most: int
) -> Sequence[AuditEntry]:
    """The newest entries since a moment, newest first; of one account and kind, or of all."""
    change, nothing = audit_change.c, sa.literal("")
    changes = (change.at, change.at.label("first"), change.what, change.account, nothing, change.detail, change.by)
    counts = (_count.last_at, _count.first_at, _count.what, _count.account, _count.address, _count.detail, nothing)
    found: list[AuditEntry] = []
    for columns, times in ((changes, sa.literal(1)), (counts, _count.times)):
        at, kind, of = columns[0], columns[2], columns[3]
        wanted = sa.select(*columns, times).where(at >= since)
        if account is not None:
            wanted = wanted.where(of == account)
        if what is not None:
            wanted = wanted.where(kind == what)
        rows: Iterable[Any] = connection.execute(wanted.order_by(at.desc()).limit(most))
        found += [AuditEntry(*row) for row in rows]
    return sorted(found, key=lambda each: each.at, reverse=True)[:most]
