"""A message on its way in: in memory, or in temporary tables of one connection; seen by nobody, kept in one go."""

from collections.abc import Generator
from typing import Any

import sqlalchemy as sa

from gateway import db
from gateway.orders.store.progress import Candidate
from gateway.orders.store.tables import WIRE_COLUMNS
from gateway.scratch import Scratch

_AT_ONCE = 500
_COLUMNS = ("position", "line", "moment", "content", *WIRE_COLUMNS)
_INTO = ", ".join(_COLUMNS)
_KEPT = ("message_pk", "sender", "standing", *_COLUMNS)
_MOST_HELD, _MOST_CHUNKS_HELD = 10_000, 1_000
"""Mutations and pieces of a message that are held in memory; of a larger message nothing is."""

_MOVE = sa.text(
    f"insert into mutations (message_pk, sender, standing, {_INTO})"
    f" select :message, :sender, 'NEW', {_INTO} from spool where true order by position on conflict do nothing"
)
_MOVE_CHUNKS = sa.text(
    "insert into message_chunks (message_pk, position, compressed)"
    " select :message, position, compressed from spooled_chunks"
)
_MOVE_DOUBLES = sa.text(
    f"insert into mutations (message_pk, sender, standing, {_INTO})"
    " select :message, :sender, case when first.content = spool.content"
    "  and of_first.institution = :institution then 'KNOWN' else 'CONFLICT' end,"
    f" {', '.join(f'spool.{name}' for name in _COLUMNS)} from spool"
    " join mutations first on first.sender = :sender and first.mutation_id = spool.mutation_id"
    " and first.standing = 'NEW' join messages of_first on of_first.pk = first.message_pk"
    " where not (first.message_pk = :message and first.position = spool.position) order by spool.position"
)


class Spool:
    """What has come of one message. A small one is held in memory; a larger one fills temporary tables on a connection
    of its own, and the write lock of the database is not taken while they fill."""

    def __init__(self, database: sa.Engine, most_held: int = _MOST_HELD) -> None:
        self._most_held = most_held
        self._rows: list[tuple[Any, ...]] = []
        self._chunks: list[tuple[int, bytes]] = []
        self._count = 0
        self._is_filling = False
        self._scratch = Scratch(database)

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Add mutations: position, line, moment, content, then the texts of the wire."""
        self._rows += rows
        self._count += len(rows)
        if self._is_filling or len(self._rows) > self._most_held:
            self._fill()

    def keep(self, position: int, compressed: bytes) -> None:
        """Add a piece of the message as received."""
        self._chunks.append((position, compressed))
        if self._is_filling or len(self._chunks) > _MOST_CHUNKS_HELD:
            self._fill()

    def filled(self) -> sa.Connection:
        """The connection that alone can see the temporary tables, with all that was added in them."""
        self._fill()
        return self._connection

    def looking(self) -> sa.Connection:
        """The same once nothing more is added: whatever is asked of it now is of one picture of the database."""
        self._fill()
        return self._scratch.looking()

    def writing(self) -> sa.Connection:
        """End the filling and begin the transaction that writes, on the same connection."""
        return self._scratch.writing()

    def move(self, message_pk: int, sender: str, institution: str) -> int:
        """Move everything to where it stays; returns how many mutations were received before, with the same content.

        A mutation that is new stands as NEW. One whose id is taken, in whatever message or earlier in this one,
        stands as KNOWN when its content and its library are the same, and as CONFLICT when they are not.
        """
        if self._is_filling:
            self._fill()
            fresh = self._connection.execute(_MOVE, {"message": message_pk, "sender": sender}).rowcount
            self._connection.execute(_MOVE_CHUNKS, {"message": message_pk})
        else:
            rows = [(message_pk, sender, "NEW", *row) for row in self._rows]
            fresh = db.insert_many(self._connection, "mutations", _KEPT, rows, leave_doubles=True)
            chunks = [(message_pk, *chunk) for chunk in self._chunks]
            db.insert_many(self._connection, "message_chunks", ("message_pk", "position", "compressed"), chunks)
        if fresh == self._count:
            return 0
        return _move_doubles(self.filled(), message_pk, sender, institution)

    def commit(self) -> None:
        """Keep what was written; synced when this returns."""
        self._scratch.commit()

    def close(self) -> None:
        """Undo what was not committed, and drop the temporary tables."""
        self._scratch.close()

    def _fill(self) -> None:
        with db.translated():
            if not self._is_filling:
                self._make()
            db.insert_many(self._connection, "spool", _COLUMNS, self._rows)
            db.insert_many(self._connection, "spooled_chunks", ("position", "compressed"), self._chunks)
        self._rows, self._chunks = [], []

    def _make(self) -> None:
        self._is_filling = True
        texts = ", ".join(f"{name} text" for name in ("moment", "content", *WIRE_COLUMNS))
        self._scratch.make("spool", f"position integer primary key, line integer, {texts}")
        blob = "blob" if self._connection.dialect.name == "sqlite" else "bytea"
        self._scratch.make("spooled_chunks", f"position integer primary key, compressed {blob}")

    @property
    def _connection(self) -> sa.Connection:
        return self._scratch.connection


_JUDGED = """
    with judged as (
        select spool.*, case
            when kept.pk is not null and (kept.content <> spool.content or of_kept.institution <> :institution)
                then 'CONFLICT'
            when kept.pk is not null then 'KNOWN'
            when row_number() over same = 1 then 'NEW'
            when first_value(spool.content) over same = spool.content then 'KNOWN'
            else 'CONFLICT' end as standing
        from spool left join mutations kept on kept.sender = :sender and kept.mutation_id = spool.mutation_id
            and kept.standing = 'NEW'
        left join messages of_kept on of_kept.pk = kept.message_pk
        window same as (partition by spool.mutation_id order by spool.position))
"""
"""The spool with the standings that `Spool.move` would give; for a trial."""


def known_count(connection: sa.Connection, sender: str, institution: str) -> int:
    """How many mutations of the spool `Spool.move` would find to be received before."""
    statement = sa.text(f"{_JUDGED} select count(*) from judged where standing = 'KNOWN'")
    return int(connection.execute(statement, {"sender": sender, "institution": institution}).scalar_one())


def to_try(connection: sa.Connection, sender: str, institution: str) -> Generator[Candidate, None, None]:
    """What a run of this message would have before it, in the order of time; to be closed before the spool.

    It is the mutations of the spool, with their position for a primary key, and what waits on their lines.
    """
    wire = ", ".join(WIRE_COLUMNS)
    statement = sa.text(
        f"{_JUDGED} select place, standing, is_waiting, {wire} from ("
        f" select position as place, standing, 0 as is_waiting, moment, {wire} from judged union all"
        f" select pk, standing, 1, moment, {', '.join(f'mutations.{name}' for name in WIRE_COLUMNS)} from waiting"
        "  join mutations on pk = mutation_pk where waiting.institution = :institution and waiting.sender = :sender"
        "  and (waiting.order_number, waiting.order_line) in (select order_number, order_line from spool)) together"
        " order by moment, cast(coalesce(sequence, '-1') as bigint), is_waiting desc, place"
    ).execution_options(yield_per=_AT_ONCE)
    with connection.execute(statement, {"sender": sender, "institution": institution}) as found:
        for place, standing, is_waiting, *row in found:
            yield Candidate(place, standing, tuple(row), bool(is_waiting))


def _move_doubles(connection: sa.Connection, message_pk: int, sender: str, institution: str) -> int:
    """Move the mutations of the spool whose ids are taken; returns how many of them are known."""
    values = {"message": message_pk, "sender": sender, "institution": institution}
    connection.execute(_MOVE_DOUBLES, values)
    statement = sa.text("select count(*) from mutations where message_pk = :message and standing = 'KNOWN'")
    return int(connection.execute(statement, values).scalar_one())


def first_difference(connection: sa.Connection, message_pk: int) -> str | None:
    """Name the first mutation of the spool that differs from the message that was accepted; none when all agree."""
    differs = connection.execute(
        sa.text(
            "select spool.mutation_id, kept.pk is null from spool"
            " left join mutations kept on kept.message_pk = :message and kept.position = spool.position"
            " where kept.pk is null or kept.content <> spool.content order by spool.position limit 1"
        ),
        {"message": message_pk},
    ).first()
    if differs:
        return f"mutation {differs[0]}, which was not in it" if differs[1] else f"mutation {differs[0]}"
    missing = connection.execute(
        sa.text(
            "select mutation_id from mutations where message_pk = :message"
            " and position > (select coalesce(max(position), 0) from spool) order by position limit 1"
        ),
        {"message": message_pk},
    ).scalar()
    return f"mutation {missing}, which is missing now" if missing else None
