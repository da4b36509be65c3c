"""A connection with temporary tables of its own, in which something is made ready before it is written in one go."""

from contextlib import ExitStack

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from gateway import db
from gateway.log import logger


class Scratch:
    """First tables that nobody else sees fill, without the write lock of the database; then one transaction writes.

    Called in this order: `make` and `connection` as needed, `writing` and `commit` once, `close` always.
    """

    def __init__(self, database: sa.Engine) -> None:
        self._turn = ExitStack()
        self._tables: list[str] = []
        with db.translated():
            self.connection = database.connect().execution_options(read_only=True)
            self._transaction = self.connection.begin()

    def make(self, table: str, columns: str) -> None:
        """Make a temporary table; the connection is of no use to anybody when that fails."""
        self._tables.append(table)
        try:
            self.run(f"create temporary table {table} ({columns})")
        except DatabaseError:
            self._give_up()
            raise

    def run(self, statement: str) -> None:
        """Run a statement as it stands."""
        self.connection.exec_driver_sql(statement)

    def looking(self) -> sa.Connection:
        """The connection once nothing more is added: what is asked of it now is of one picture of the database."""
        self._transaction.commit()
        if self.connection.dialect.name == "postgresql":
            self.connection.execution_options(isolation_level="REPEATABLE READ")
        self._transaction = self.connection.begin()
        return self.connection

    def writing(self) -> sa.Connection:
        """End the filling and begin the transaction that writes, on the same connection."""
        self._transaction.commit()
        self.connection.execution_options(read_only=False)
        self._turn.enter_context(db.turn(self.connection))
        self._transaction = self.connection.begin()
        return self.connection

    def commit(self) -> None:
        """Keep what was written; synced when this returns."""
        try:
            self._transaction.commit()
        except Exception:
            self._give_up()
            raise
        self._turn.close()

    def close(self) -> None:
        """Undo what was not committed, and drop the temporary tables; twice does no harm."""
        if self.connection.closed:
            return
        try:
            try:
                self._transaction.rollback() if self._transaction.is_active else None
            finally:
                self._turn.close()  # Others need not wait for what only this connection sees.
            self.connection.execution_options(read_only=True)
            self._drop()
        except Exception as error:
            # Whatever was to be kept is kept by now, or never: what its sender is told stays the same.
            logger.warning("database.scratch_given_up", reason=str(error).partition("\n")[0])
            self._give_up()
        self.connection.close()

    def _drop(self) -> None:
        if not self._tables:
            return
        with self.connection.begin():
            for table in self._tables:
                self.run(f"drop table if exists {table}")

    def _give_up(self) -> None:
        """Let go of a connection that can no longer be cleaned up; its temporary tables go with it."""
        try:
            self.connection.invalidate()
            self.connection.close()
        finally:
            self._turn.close()
