"""Keeps what was said: one mark for each kind, thing and occasion. No import touches them."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from gateway.circulation.model import Mark, Subject
from gateway.circulation.store.tables import marks


class Said(NamedTuple):
    """A mark, and of what."""

    subject: Subject
    id: str
    mark: Mark


def keep(connection: sa.Connection, library: str, said: Sequence[Said]) -> None:
    """Keep marks; one that is there already gets what is new of it: when it took effect, and through which channel."""
    if not said:
        return
    statement = sa.text(
        "insert into circulation_marks (library, subject, id, kind, occasion, made_on, effective_on, channel, notice)"
        " values (:library, :subject, :id, :kind, :occasion, :made_on, :effective_on, :channel, :notice)"
        " on conflict (library, subject, id, kind, occasion) do update set effective_on = excluded.effective_on,"
        " channel = excluded.channel, notice = excluded.notice"
    )
    connection.execute(statement, [_row(library, each) for each in said])


def take_back(connection: sa.Connection, library: str, said: Sequence[Said]) -> None:
    """Forget marks of what was withdrawn before it took effect, so that it may be said again."""
    for each in said:
        connection.execute(
            marks.delete().where(
                marks.c.library == library,
                marks.c.subject == each.subject,
                marks.c.id == each.id,
                marks.c.kind == each.mark.kind,
                marks.c.occasion == _text(each.mark.occasion),
                marks.c.effective_on.is_(None),
            )
        )


def _row(library: str, said: Said) -> dict[str, str | None]:
    mark = said.mark
    return {
        "library": library,
        "subject": said.subject,
        "id": said.id,
        "kind": mark.kind,
        "occasion": _text(mark.occasion),
        "made_on": mark.made_on.isoformat(),
        "effective_on": mark.effective_on.isoformat() if mark.effective_on else None,
        "channel": mark.channel,
        "notice": mark.notice,
    }


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
