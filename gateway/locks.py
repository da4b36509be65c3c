"""What only one may be at: a process, or a thread of one. A lock ends with its process, however that ends."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from gateway import db
from gateway.errors import Busy, SystemUnavailable

FOLDER = "locks"
"""Where they lie in the data folder."""

_LOOK_EVERY_SECONDS = 0.05


class Taken(SystemUnavailable):
    """Somebody else is at it."""

    code = "taken"
    message = "Another process is at work on {name}."


@contextmanager
def alone(database: db.Engine, folder: Path, name: str, wait_seconds: float = 2) -> Iterator[None]:
    """Be the only one that is at something for the length of the block.

    A locked file in `folder` keeps off who shares that folder; on PostgreSQL, which other machines may use
    as well, a lock of the database's session keeps off those too.

    Raises:
        Taken: somebody else still was at it after `wait_seconds`.
        Busy: the file cannot be made, or the database is gone.
    """
    end = time.monotonic() + wait_seconds
    with ExitStack() as held:
        _take(held, partial(_file, folder, name), name, end)
        if database.dialect.name == "postgresql":
            _take(held, partial(_session, database, name), name, end)
        yield


def clear(folder: Path) -> None:
    """Take the files of locks away, and their folder once it is empty; only while nobody is at anything."""
    for file in folder.glob("*.lock"):
        if file.is_file() and not file.is_symlink() and not file.lstat().st_size:
            file.unlink()
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        folder.rmdir()


class Names:
    """The names that processes work under: each is held by its process for as long as that lives."""

    def __init__(self, database: db.Engine, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._ours: tuple[str, ExitStack] | None = None

    @contextmanager
    def ours(self, node: str) -> Iterator[None]:
        """Work under a name for the length of the block.

        Raises:
            Taken: another process works under it.
        """
        with alone(self._database, self._folder, _name(node)), ExitStack() as again:
            self._ours = _name(node), again
            yield
            self._ours = None

    def of_one_gone(self, node: str) -> AbstractContextManager[None]:
        """Hold the name of a process that is gone, so that it does not come back meanwhile.

        Raises:
            Taken: it lives.
        """
        return alone(self._database, self._folder, _name(node), wait_seconds=0)

    def keep(self) -> None:
        """Take our own name again if the database forgot it, as it does when its server is started anew.

        Raises:
            Busy: the database is gone.
        """
        if self._ours and self._database.dialect.name == "postgresql":
            name, again = self._ours
            with ExitStack() as tried:
                if tried.enter_context(_session(self._database, name)):
                    again.push(tried.pop_all())


def _name(node: str) -> str:
    return f"node-{node}"


def _take(held: ExitStack, lock: Callable[[], AbstractContextManager[bool]], name: str, end: float) -> None:
    """Take one lock, looking again until it is free or the time is over."""
    while True:
        with ExitStack() as tried:
            if tried.enter_context(lock()):
                held.push(tried.pop_all())
                return
        if time.monotonic() >= end:
            raise Taken(name=name)
        time.sleep(_LOOK_EVERY_SECONDS)


@contextmanager
def _file(folder: Path, name: str) -> Iterator[bool]:
    """A lock on a file of its own; whether we have it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Others may read it, as they must to see the lock; a command of root's must not lock the gateway out.
        file = os.open(folder / f"{quote(name, safe='')}.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise Busy() from error
    try:
        yield _is_ours(file)
    finally:
        os.close(file)


def _is_ours(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _session(database: db.Engine, name: str) -> Iterator[bool]:
    """A lock of a session of its own, that the server lets go when the session ends; whether we have it."""
    with db.translated():
        connection = database.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
    try:
        with db.translated():
            asked = connection.exec_driver_sql("select pg_try_advisory_lock(hashtextextended(%s, 0))", (name,))
            is_ours = bool(asked.scalar())
        yield is_ours
    finally:
        connection.close()
