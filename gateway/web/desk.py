"""What the staff pages need from the rest of the gateway."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Protocol

from gateway.accounts import people, sessions
from gateway.accounts.model import Person
from gateway.library import Library
from gateway.orders.budget_plans import Release
from gateway.reports.model import Format

if TYPE_CHECKING:
    from sqlalchemy import Engine


class ArchivedReport(Protocol):
    """One report as the archive lists it."""

    @property
    def institution(self) -> str:
        """Whose it is."""

    @property
    def sender(self) -> str:
        """The sender code of the supplier it is about."""

    @property
    def run(self) -> int:
        """The number of the processing run."""

    @property
    def layout(self) -> str:
        """INA or AFO291."""

    @property
    def name(self) -> str:
        """The file name without its extension; unique within the institution."""

    @property
    def written_at(self) -> datetime:
        """When it was written, aware."""

    @property
    def mutation_count(self) -> int:
        """Mutations in the report."""

    @property
    def cancelled_count(self) -> int:
        """Titles that will not come."""

    @property
    def waiting_count(self) -> int:
        """Lines that waited at the end of the run."""

    @property
    def refused_count(self) -> int:
        """Lines that were refused."""

    @property
    def warning_count(self) -> int:
        """Lines that were processed with a warning."""

    @property
    def formats(self) -> Collection[Format]:
        """In which it was written."""


class ListReports(Protocol):
    """How the archive is asked for reports."""

    def __call__(
        self, institutions: Collection[str], *, since: datetime | None, until: datetime | None, limit: int
    ) -> Sequence[ArchivedReport]:
        """Reports of these institutions written from `since` on and before `until`, newest first, at most `limit`."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The rest of the gateway, as staff pages see it. Sign-in raises as `gateway.accounts.people` does."""

    libraries: Mapping[str, Library]
    sender_names: Mapping[str, str]
    sign_in: Callable[[str, str, str], str]
    """Name, password and address; gives the token of a new session."""
    person_of: Callable[[str], Person | None]
    sign_out: Callable[[str], None]
    change_password: Callable[[Person, str, str, str], str]
    """Who, present password, new password, address; gives the token of a new session, all others have ended."""
    reports: ListReports
    report: Callable[[str, str], ArchivedReport | None]
    """Institution and name."""
    open_file: Callable[[ArchivedReport, Format], IO[bytes]]
    """One report in one of its formats."""
    database: "Engine"
    """What the services of the order room work on."""
    release: Release = lambda *_: None
    waiting_days: Mapping[str, int] = field(default_factory=dict)
    """Per institution after how many days a line waits too long."""


def over(
    database: "Engine",
    *,
    libraries: Mapping[str, Library],
    sender_names: Mapping[str, str],
    reports: ListReports,
    report: Callable[[str, str], ArchivedReport | None],
    open_file: Callable[[ArchivedReport, Format], IO[bytes]],
    release: Release = lambda *_: None,
    waiting_days: Mapping[str, int] | None = None,
) -> Desk:
    """The desk of a gateway whose accounts are in this database."""

    def sign_in(name: str, password: str, address: str) -> str:
        return sessions.begin(database, people.sign_in(database, name, password, address), address)

    def change_password(person: Person, present: str, new: str, address: str) -> str:
        people.change_password(database, person.name, present, new, address)
        return sessions.begin(database, person, address)

    return Desk(
        libraries=libraries,
        sender_names=sender_names,
        sign_in=sign_in,
        person_of=lambda token: sessions.person_of(database, token),
        sign_out=lambda token: sessions.end(database, token),
        change_password=change_password,
        reports=reports,
        report=report,
        open_file=open_file,
        database=database,
        release=release,
        waiting_days=waiting_days or {},
    )
