"""The database: one engine per process, short transactions, and the faults of a database in our words."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from gateway.errors import Busy
from gateway.turns import Turns

Connection = sa.Connection
Engine = sa.Engine

BUSY_TIMEOUT_SECONDS = 20
_ROWS_AT_ONCE = 50

metadata = sa.MetaData()
"""Every store adds its tables to this; Alembic compares it with the migrations."""

installation = sa.Table(
    "installation", metadata, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
_REHEARSAL = "rehearsal"
_FILE, _TURNS, _WAIT = "gateway.file", "gateway.turns", "gateway.wait"


def engine(url: str, wait_seconds: float = BUSY_TIMEOUT_SECONDS) -> sa.Engine:
    """Open the database of one process: SQLite in WAL with full sync, or PostgreSQL.

    Args:
        wait_seconds: how long a transaction waits for another that writes (SQLite only).
    """
    if not url.startswith("sqlite"):
        made = sa.create_engine(url, pool_pre_ping=True)
        sa.event.listen(made, "connect", _prepare_postgresql)
        return made
    made = sa.create_engine(
        url,
        connect_args={"timeout": wait_seconds, "check_same_thread": False},
        execution_options={_TURNS: Turns(), _WAIT: wait_seconds},
    )
    sa.event.listen(made, "connect", _prepare_sqlite)
    sa.event.listen(made, "begin", _begin_sqlite)
    sa.event.listen(made, "commit", _watch(made).still_there)
    return made


def engine_for_jobs(url: str) -> sa.Engine | None:
    """A database for the engine that carries jobs, which says itself where transactions begin; none but for SQLite."""
    if not url.startswith("sqlite"):
        return None
    made = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False})
    sa.event.listen(made, "connect", _prepare_jobs)
    _watch(made)
    return made


class _DatabaseFile:
    """Watches the file of a SQLite database: once seen, it is not made anew, nor written to after it was replaced.

    SQLite itself would go on writing to a file that was removed or renamed, and lose it all with the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = False

    def opening(self, *_: object) -> None:
        if self._seen and not self._path.exists():
            raise sqlite3.OperationalError(f"{self._path} is gone")

    def opened(self, _connection: object, record: Any) -> None:
        self._seen = True
        record.info[_FILE] = self._identity()

    def used(self, _connection: object, record: Any, _proxy: object) -> None:
        if record.info[_FILE] != self._identity():
            raise DisconnectionError(f"{self._path} is not the file that was opened")

    def still_there(self, connection: sa.Connection) -> None:
        if connection.info[_FILE] != self._identity():
            raise Busy() from FileNotFoundError(f"{self._path} is not the file that was written to")

    def _identity(self) -> tuple[int, int, bool] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, os.access(self._path, os.W_OK)


def _watch(made: sa.Engine) -> _DatabaseFile:
    file = _DatabaseFile(Path(made.url.database or ""))
    sa.event.listen(made, "do_connect", file.opening)
    sa.event.listen(made, "connect", file.opened)
    sa.event.listen(made, "checkout", file.used)
    return file


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # Left to itself a server keeps for hours what a machine had locked that is gone without a word.
    alive = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "user_timeout": 20_000}
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"set tcp_{name} = {number}" for name, number in alive.items()))
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling starts too late to read and write as one; `_begin_sqlite` does it.
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
        connection.execute(f"pragma {pragma}")
    _teach_the_time(connection)


def _prepare_jobs(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    connection.execute("pragma foreign_keys=on")
    _teach_the_time(connection)


def _teach_the_time(connection: sqlite3.Connection) -> None:
    # From Python 3.12 on the tables of jobs ask for `unixepoch('subsec')`, which says nothing before SQLite 3.42.
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", 1, lambda unit: time.time() if unit == "subsec" else None)


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail at once when another has written meanwhile.
    immediate = connection.get_execution_options().get("read_only") is not True
    connection.exec_driver_sql("begin immediate" if immediate else "begin deferred")


@contextmanager
def writing(database: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that writes: committed and synced at the end of the block, or nothing of it is kept.

    Raises:
        Busy: the database is locked, gone or full.
    """
    with translated(), database.connect() as connection, turn(connection), connection.begin():
        yield connection


@contextmanager
def turn(connection: sa.Connection) -> Iterator[None]:
    """Write when all in this process have written that asked before (SQLite only; PostgreSQL needs no turns).

    Raises:
        Busy: those before take too long.
    """
    options = connection.get_execution_options()
    turns: Turns | None = options.get(_TURNS)
    if turns is None:
        yield
        return
    if not turns.take(options[_WAIT]):
        raise Busy()
    try:
        yield
    finally:
        turns.end()


@contextmanager
def reading(database: sa.Engine) -> Iterator[sa.Connection]:
    """One consistent picture of the database, without holding up whoever writes.

    Raises:
        Busy: the database is gone.
    """
    options: dict[str, Any] = {"read_only": True}
    if database.dialect.name == "postgresql":
        # Otherwise each statement would see what was committed until then.
        options["isolation_level"] = "REPEATABLE READ"
    with translated(), database.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Say in our words that the database is locked, gone, damaged or full."""
    try:
        yield
    except NoFreeConnection as error:
        raise Busy() from error
    except DBAPIError as error:
        if _is_our_own_mistake(error):
            raise
        raise Busy() from error


_GARBAGE_ON_SQLITE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_NO_FAULT_OF_OURS = ("08", "25006", "25P0", "3D", "40", "42501", "42P01", "53", "55", "57", "58", "XX")
"""How the states begin in which PostgreSQL is gone, only to be read, not ours, not the one we know, full or damaged."""


def _is_our_own_mistake(error: DBAPIError) -> bool:
    """Whether it is the statement that is wrong, and not the database that is locked, gone, damaged or full."""
    if state := getattr(error.orig, "sqlstate", None):
        return not state.startswith(_NO_FAULT_OF_OURS)
    name = getattr(error.orig, "sqlite_errorname", "")
    if name == "SQLITE_ERROR":
        # Our tables were there when we started: another file was put in the place of the database.
        return not str(error.orig).startswith("no such table")
    return not isinstance(error, OperationalError | InterfaceError) and name not in _GARBAGE_ON_SQLITE


def check_usable(database: sa.Engine, *, to_write: bool) -> None:
    """Look whether the database is there, and whether it can be read, or written to as well; changes nothing.

    Raises:
        Busy: it is not, or cannot; its cause says why.
    """
    path = database.url.database or ""
    if database.dialect.name == "sqlite" and not Path(path).exists():
        raise Busy() from FileNotFoundError("the file does not exist")
    with (writing if to_write else reading)(database) as connection:
        sa.inspect(connection).get_table_names()


def insert_many(
    connection: sa.Connection,
    table: str,
    columns: tuple[str, ...],
    values: list[tuple[Any, ...]],
    *,
    leave_doubles: bool = False,
) -> int:
    """Insert positional rows through the driver itself: several times faster than dictionaries.

    Many rows go in one statement: with one statement a row, each row would wait until another thread
    that is computing lets this one have its turn.

    Args:
        leave_doubles: leave out, in silence, rows that a unique index does not allow.

    Returns:
        How many rows were inserted.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    row = f"({','.join([mark] * len(columns))})"
    into = f"insert into {table} ({','.join(columns)}) values "  # noqa: S608
    end = " on conflict do nothing" if leave_doubles else ""
    whole, inserted = len(values) - len(values) % _ROWS_AT_ONCE, 0
    many = into + ",".join([row] * _ROWS_AT_ONCE) + end
    for start in range(0, whole, _ROWS_AT_ONCE):
        flat = tuple(chain.from_iterable(values[start : start + _ROWS_AT_ONCE]))
        inserted += connection.exec_driver_sql(many, flat).rowcount
    if rest := values[whole:]:
        inserted += connection.exec_driver_sql(into + row + end, rest).rowcount
    return inserted


def mark_rehearsal(database: sa.Engine) -> None:
    """Say in the database that it is for rehearsal, so that the clock may be set; it stays so for good."""
    if not is_rehearsal(database):
        with writing(database) as connection:
            connection.execute(installation.insert().values(name=_REHEARSAL, value="yes"))


def is_rehearsal(database: sa.Engine) -> bool:
    """Whether this database was made to rehearse with."""
    with reading(database) as connection:
        statement = sa.select(installation.c.value).where(installation.c.name == _REHEARSAL)
        return connection.execute(statement).scalar() == "yes"
