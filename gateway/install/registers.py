"""The part of an installation that lies in the database: its tables and the library's registers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.errors import ConfigurationError
from gateway.install.fittings import Fittings
from gateway.install.folders import give, owner
from gateway.install.journal import Journal, Made, MadeKind
from gateway.install.plan import ImportFile, Plan, sqlite_file

if TYPE_CHECKING:
    from sqlalchemy import Engine

REFUSED_SHOWN = 5


class RowsRefused(ConfigurationError):
    """A file was read in, but not every row of it could be used."""

    message = "{refused} rows of {path} were not taken:\n{rows}"
    hint = "Mend these rows and run `gateway init` again: what was taken stays as it is."


class DatabaseMissing(ConfigurationError):
    """The file of the database is not there; what is kept in it may be in a backup, so nobody makes a new one."""

    message = "The database {path} does not exist."
    hint = "Put it back from the backup; `gateway init` makes a new, empty one."


def see_that_it_exists(url: str) -> None:
    """See that there is a database, so that looking into it does not make one.

    Raises:
        DatabaseMissing: it is a file, and the file is not there.
    """
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise DatabaseMissing(path=file)


@contextmanager
def opened(url: str, fittings: Fittings) -> Iterator["Engine"]:
    """The database for one step, let go of afterwards so that no side files stay behind."""
    database = fittings.open_database(url)
    try:
        yield database
    finally:
        database.dispose()


@dataclass(frozen=True, slots=True)
class DatabaseStep:
    """The database with its tables at this version."""

    plan: Plan
    fittings: Fittings

    @property
    def name(self) -> str:
        """What it is about."""
        return f"database {sqlite_file(self._url) or ''}".strip()

    @property
    def _url(self) -> str:
        return self.plan.settings.database

    def check(self) -> str:
        """What is not right."""
        file = sqlite_file(self._url)
        if file is not None and not file.exists():
            return "was missing"
        with opened(self._url, self.fittings) as database:
            if not self.fittings.tables.exist(database):
                return "had no tables"
            return "" if self.fittings.tables.are_newest(database) else "had tables of another version"

    def apply(self, journal: Journal) -> str:
        """Make the tables or bring them up to date."""
        todo = self.check()
        file = sqlite_file(self._url)
        if file is not None and not file.exists():
            journal.note(Made(MadeKind.DATABASE, str(file)))
        with opened(self._url, self.fittings) as database:
            if file is None and not self.fittings.tables.exist(database):
                journal.note(Made(MadeKind.TABLES, database.url.render_as_string(hide_password=True)))
            self.fittings.tables.upgrade(database)
            if self.plan.rehearsal:
                self.fittings.tables.mark_rehearsal(database)
        if file is not None:
            give(file, owner(self.plan.user), 0o640)
        return todo


@dataclass(frozen=True, slots=True)
class ImportStep:
    """One file of branches, budget codes or open orders."""

    file: ImportFile
    plan: Plan
    fittings: Fittings

    @property
    def name(self) -> str:
        """What it is about."""
        return f"{self.file.what} of {self.file.institution}"

    def check(self) -> str:
        """Reading a file in twice changes nothing, so it is always read."""
        return "is read in"

    def apply(self, journal: Journal) -> str:
        """Read the file in.

        Raises:
            RowsRefused: rows could not be used; the others stand.
        """
        journal.note(Made(MadeKind.IMPORT, self.name, str(self.file.path)))
        with opened(self.plan.settings.database, self.fittings) as database:
            done = self.fittings.imports[self.file.what](database, self.file.institution, self.file.path)
        if done.refused:
            shown = [*done.refused[:REFUSED_SHOWN]]
            if len(done.refused) > REFUSED_SHOWN:
                shown.append(f"and {len(done.refused) - REFUSED_SHOWN} more")
            rows = "\n".join(f"  {row}" for row in shown)
            raise RowsRefused(refused=len(done.refused), path=self.file.path, rows=rows)
        return f"{done.taken} {'row' if done.taken == 1 else 'rows'} from {self.file.path.name}"
