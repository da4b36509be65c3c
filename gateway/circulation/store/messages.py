"""The messages that came, what was wrong in them, and of when the picture is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway import db
from gateway.circulation.message import Finding, Header
from gateway.circulation.model import Picture
from gateway.circulation.store.tables import TABLES, ages, findings, imports

_DECIDING = ("patron", "loan", "hold", "charge")
"""The records by the oldest of which the whole picture is as old as it is."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message that came before under the same messageId."""

    pk: int
    content: str
    state: str
    counts: dict[str, Any]
    received_at: datetime
    finding_count: int


def earlier(connection: sa.Connection, header: Header) -> Earlier | None:
    """What came under this messageId before; none when nothing did."""
    found = connection.execute(
        sa.select(imports).where(imports.c.library == header.institution, imports.c.message_id == header.message_id)
    ).first()
    if found is None:
        return None
    received_at = datetime.fromisoformat(found.received_at)
    return Earlier(found.pk, found.content, found.state, json.loads(found.counts), received_at, found.finding_count)


def currency(connection: sa.Connection, library: str) -> str | None:
    """In what a library reckons; none when it did not say anything of itself yet."""
    table = TABLES["library"]
    found = connection.execute(sa.select(table.c.currency).where(table.c.library == library)).first()
    return (found.currency or "EUR") if found else None


def newest(connection: sa.Connection, header: Header) -> datetime | None:
    """Of when we know the newest of what a message covers; none when nothing is known of it."""
    statement = sa.select(sa.func.max(ages.c.as_of)).where(
        ages.c.library == header.institution, ages.c.record.in_(header.covers)
    )
    found = connection.execute(statement).scalar()
    return datetime.fromisoformat(found) if found else None


def keep(
    connection: sa.Connection,
    header: Header,
    *,
    content: str,
    received_at: datetime,
    origin: str,
    state: str,
    counts: dict[str, Any],
    found: Sequence[Finding],
    finding_count: int,
) -> None:
    """Keep that a message came, in the place of what was kept of it when it was held."""
    before = earlier(connection, header)
    if before:
        connection.execute(findings.delete().where(findings.c.import_pk == before.pk))
        connection.execute(imports.delete().where(imports.c.pk == before.pk))
    values = {
        "library": header.institution,
        "message_id": header.message_id,
        "content": content,
        "is_snapshot": header.is_snapshot,
        "as_of": header.as_of.isoformat(),
        "received_at": received_at.isoformat(),
        "origin": origin,
        "state": state,
        "counts": json.dumps(counts),
        "finding_count": finding_count,
    }
    pk = connection.execute(imports.insert().values(**values).returning(imports.c.pk)).scalar_one()
    rows = [(pk, place, header.institution, *each) for place, each in enumerate(found)]
    db.insert_many(connection, "circulation_findings", _FINDING_COLUMNS, rows)


_FINDING_COLUMNS = ("import_pk", "position", "library", *Finding._fields)


def findings_of(connection: sa.Connection, pk: int, most: int) -> list[Finding]:
    """What was wrong in a message, the first ones."""
    columns = [findings.c[name] for name in Finding._fields]
    statement = sa.select(*columns).where(findings.c.import_pk == pk).order_by(findings.c.position).limit(most)
    return [Finding(*row) for row in connection.execute(statement)]


def forget(connection: sa.Connection, before: str) -> None:
    """Let go of messages that came before that moment, and of what was wrong in them."""
    old = sa.select(imports.c.pk).where(imports.c.received_at < before)
    connection.execute(findings.delete().where(findings.c.import_pk.in_(old)))
    connection.execute(imports.delete().where(imports.c.received_at < before))


def picture(connection: sa.Connection, library: str) -> Picture:
    """Of when the picture of a library is: as old as the oldest of its patrons, loans, holds and charges."""
    statement = sa.select(ages).where(ages.c.library == library, ages.c.record.in_(_DECIDING))
    found = connection.execute(statement).all()
    if len(found) < len(_DECIDING):
        return Picture(library, None)
    return Picture(
        library,
        min(datetime.fromisoformat(row.as_of) for row in found),
        max(datetime.fromisoformat(row.imported_at) for row in found),
    )
