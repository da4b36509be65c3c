"""The database: one engine per process, short transactions, and the faults of a database in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from gateway.errors import Busy

Connection = sa.Connection
Engine = sa.Engine

BUSY_TIMEOUT_SECONDS = 20

metadata = sa.MetaData()
"""Every store adds its tables to this; Alembic compares it with the migrations."""

installation = sa.Table(
    "installation", metadata, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
_REHEARSAL = "rehearsal"


def engine(url: str) -> sa.Engine:
    """Open the database of one process: SQLite in WAL with full sync, or PostgreSQL."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    made = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False})
    sa.event.listen(made, "connect", _prepare_sqlite)
    sa.event.listen(made, "begin", _begin_sqlite)
    return made


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling starts too late to read and write as one; `_begin_sqlite` does it.
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
        connection.execute(f"pragma {pragma}")


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
    with translated(), database.begin() as connection:
        yield connection


@contextmanager
def reading(database: sa.Engine) -> Iterator[sa.Connection]:
    """One consistent picture of the database, without holding up whoever writes.

    Raises:
        Busy: the database is gone.
    """
    with translated(), database.connect().execution_options(read_only=True) as connection, connection.begin():
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Say in our words that the database is locked, gone or full."""
    try:
        yield
    except OperationalError as error:
        if _is_our_own_mistake(error):
            raise
        raise Busy() from error


def _is_our_own_mistake(error: OperationalError) -> bool:
    """Whether it is the statement that is wrong, and not the database that is locked, gone or full."""
    return getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"


def insert_many(connection: sa.Connection, table: str, columns: tuple[str, ...], values: list[tuple[Any, ...]]) -> None:
    """Insert positional rows through the driver itself: several times faster than dictionaries."""
    if not values:
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    marks = ",".join([mark] * len(columns))
    connection.exec_driver_sql(f"insert into {table} ({','.join(columns)}) values ({marks})", values)  # noqa: S608


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
