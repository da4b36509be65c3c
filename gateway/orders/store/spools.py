"""A message on its way in: rows in a temporary table of one connection, seen by nobody, moved in one statement."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from gateway import db
from gateway.orders.store.tables import WIRE_COLUMNS

_COLUMNS = ("position", "line", "moment", "content", *WIRE_COLUMNS)
_INTO = ", ".join(_COLUMNS)


class Spool:
    """Temporary tables on a connection of its own; the write lock of the database is not taken while they fill."""

    def __init__(self, database: sa.Engine) -> None:
        with db.translated():
            self._connection = database.connect().execution_options(read_only=True)
            self._transaction = self._connection.begin()
            self._make()

    def _make(self) -> None:
        try:
            texts = ", ".join(f"{name} text" for name in ("moment", "content", *WIRE_COLUMNS))
            self._run(f"create temporary table spool (position integer primary key, line integer, {texts})")
            blob = "blob" if self._connection.dialect.name == "sqlite" else "bytea"
            self._run(f"create temporary table spooled_chunks (position integer primary key, compressed {blob})")
        except DatabaseError:
            self._give_up()
            raise

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Add mutations: position, line, moment, content, then the texts of the wire."""
        with db.translated():
            db.insert_many(self._connection, "spool", _COLUMNS, rows)

    def keep(self, position: int, compressed: bytes) -> None:
        """Add a piece of the message as received."""
        with db.translated():
            db.insert_many(self._connection, "spooled_chunks", ("position", "compressed"), [(position, compressed)])

    @property
    def connection(self) -> sa.Connection:
        """The connection that alone can see the temporary tables."""
        return self._connection

    def rows(self) -> Sequence[sa.Row[Any]]:
        """Every mutation's texts of the wire, in the order of the message; for a trial only."""
        return self._connection.exec_driver_sql(f"select {', '.join(WIRE_COLUMNS)} from spool order by position").all()

    def writing(self) -> sa.Connection:
        """End the filling and begin the transaction that writes, on the same connection."""
        self._transaction.commit()
        self._connection.execution_options(read_only=False)
        self._transaction = self._connection.begin()
        return self._connection

    def commit(self) -> None:
        """Keep what was written; synced when this returns."""
        try:
            self._transaction.commit()
        except Exception:
            self._give_up()
            raise

    def close(self) -> None:
        """Undo what was not committed, and drop the temporary tables."""
        if self._connection.closed:
            return
        try:
            self._transaction.rollback() if self._transaction.is_active else None
            self._connection.execution_options(read_only=True)
            with self._connection.begin():
                for table in ("spool", "spooled_chunks"):
                    self._run(f"drop table if exists {table}")
        except DatabaseError:
            self._give_up()
        self._connection.close()

    def _give_up(self) -> None:
        """Let go of a connection that can no longer be cleaned up; its temporary tables go with it."""
        self._connection.invalidate()
        self._connection.close()

    def _run(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


def known_count(connection: sa.Connection, sender: str) -> int:
    """How many mutations of the spool were received before with the same content, or stand in it twice."""
    statement = sa.text(
        "select (select count(*) from spool) - (select count(*) from ("
        " select distinct spool.mutation_id, spool.content from spool left join mutations first"
        " on first.sender = :sender and first.mutation_id = spool.mutation_id and first.standing = 'NEW'"
        " where first.pk is null or first.content <> spool.content) fresh)"
    )
    return int(connection.execute(statement, {"sender": sender}).scalar_one())


def move_chunks(connection: sa.Connection, message_pk: int) -> None:
    """Move the message as received to where it stays."""
    connection.execute(
        sa.text(
            "insert into message_chunks (message_pk, position, compressed)"
            " select :message, position, compressed from spooled_chunks"
        ),
        {"message": message_pk},
    )


def move_mutations(connection: sa.Connection, message_pk: int, sender: str, count: int) -> int:
    """Move the mutations to where they stay; returns how many were received before, with the same content.

    A mutation that is new stands as NEW. One whose id is taken, in whatever message or earlier in this one,
    stands as KNOWN when its content is the same and as CONFLICT when it is not.
    """
    values = {"message": message_pk, "sender": sender}
    fresh = connection.execute(
        sa.text(
            f"insert into mutations (message_pk, sender, standing, {_INTO})"
            f" select :message, :sender, 'NEW', {_INTO} from spool where true order by position on conflict do nothing"
        ),
        values,
    ).rowcount
    if fresh == count:
        return 0
    spooled = ", ".join(f"spool.{name}" for name in _COLUMNS)
    connection.execute(
        sa.text(
            f"insert into mutations (message_pk, sender, standing, {_INTO})"
            " select :message, :sender, case when first.content = spool.content then 'KNOWN' else 'CONFLICT' end,"
            f" {spooled} from spool"
            " join mutations first on first.sender = :sender and first.mutation_id = spool.mutation_id"
            " and first.standing = 'NEW'"
            " where not (first.message_pk = :message and first.position = spool.position) order by spool.position"
        ),
        values,
    )
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
