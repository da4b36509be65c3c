"""The books over days: whether what came in is what was dealt with, in every run, every day, and from run to run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from gateway.db import Connection, Engine, reading
from gateway.library import Library
from gateway.orders import reporting
from gateway.orders.reading import stamp
from gateway.orders.store import accounting, progress
from gateway.reports.model import Books, KindTally

Place = tuple[str, int | None, str]
"""A budget code (empty for none), its year, and a kind of mutation."""


@dataclass(frozen=True)
class RunBooks:
    """The books of one run; `number` is that of its report, none where it has none (yet)."""

    run: int
    number: int | None
    sender: str
    message_id: str
    opened_at: str
    books: Books
    kinds: tuple[KindTally, ...]
    under_way: bool
    copies: Counter[Place]
    cents: Counter[Place]

    @property
    def flaws(self) -> tuple[str, ...]:
        """What does not close, a sentence each; a run that is still under way is not judged."""
        return () if self.under_way else tuple(_flaws(self.books, self.kinds))


@dataclass(frozen=True)
class DayBooks:
    """The runs of one supplier for one library that were opened on one day of the library's calendar."""

    day: date
    sender: str
    runs: tuple[RunBooks, ...]

    @property
    def opening(self) -> int:
        """What waited when the day began."""
        return self.runs[0].books.opening_waiting

    @property
    def closing(self) -> int:
        """What waited when it ended."""
        return self.runs[-1].books.closing_waiting

    def total(self, name: str) -> int:
        """One figure of all runs together: received, applied, warned, known or refused."""
        return sum(getattr(each.books, name) for each in self.runs)

    def copies(self) -> Counter[Place]:
        """Copies that were applied, per budget code and kind."""
        together: Counter[Place] = Counter()
        for each in self.runs:
            # Not with a plus, which would leave out what came to nothing or less.
            together.update(each.copies)
        return together

    def cents(self, place: Place) -> int:
        """What was applied there comes to."""
        return sum(each.cents[place] for each in self.runs)

    @property
    def under_way(self) -> bool:
        """Whether a run of the day is not finished."""
        return any(each.under_way for each in self.runs)

    @property
    def flaws(self) -> tuple[str, ...]:
        """What does not close in the runs of this day or in the day as a whole, a sentence each."""
        found = [f"run {each.run}: {flaw}" for each in self.runs for flaw in each.flaws]
        came = self.opening + self.total("received")
        went = self.total("applied") + self.total("known") + self.total("refused") + self.closing
        if came != went and not self.under_way:
            found.append(f"the day: {came} mutations came in or waited, and {went} are accounted for")
        return tuple(found)


def days(database: Engine, library: Library, first: date, last: date) -> list[DayBooks]:
    """The books of each supplier and day from the first to the last, both inclusive, oldest first."""
    zone = ZoneInfo(library.time_zone)
    since, until = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    with reading(database) as connection:
        rows = accounting.opened_between(connection, library.institution, since, until)
        found = [_books(connection, row) for row in rows]
    return list(_by_day(found, zone))


def _by_day(found: Sequence[RunBooks], zone: ZoneInfo) -> Iterator[DayBooks]:
    def day(each: RunBooks) -> tuple[date, str]:
        return datetime.fromisoformat(each.opened_at).astimezone(zone).date(), each.sender

    for (on, sender), runs in groupby(sorted(found, key=lambda each: (*day(each), each.run)), day):
        yield DayBooks(on, sender, tuple(runs))


def _books(connection: Connection, row: Any) -> RunBooks:
    run = progress.run_of(row)
    message = progress.message_of(connection, run.message_pk) if run.message_pk else None
    received = accounting.recount(connection, run)
    kinds = reporting.tallies(connection, run, received)
    applied = accounting.by_budget_and_kind(connection, run)
    return RunBooks(
        run=run.pk,
        number=row.number,
        sender=run.sender,
        message_id=message.message_id if message else "",
        opened_at=row.opened_at,
        books=reporting.books(run, message, received, kinds),
        kinds=kinds,
        under_way=not run.finished,
        copies=Counter({(code or "", year, kind): int(copies) for code, year, kind, copies, _ in applied}),
        cents=Counter({(code or "", year, kind): int(cents) for code, year, kind, _, cents in applied}),
    )


def _flaws(books: Books, kinds: Sequence[KindTally]) -> Iterator[str]:
    if not books.close:
        came = books.opening_waiting + books.received
        went = books.applied + books.known + books.refused + books.closing_waiting
        yield f"{came} mutations came in or waited, and {went} are accounted for"
    for kind in kinds:
        if not kind.closes:
            yield f"{kind.kind} does not close"
    if sum(kind.opening for kind in kinds) != books.opening_waiting:
        yield f"it began with {books.opening_waiting} that waited, which is not what the run before left"
    if books.declared != books.counted:
        yield f"the supplier declared {books.declared}, and {books.counted} were counted"


def _midnight(day: date, zone: ZoneInfo) -> str:
    return stamp(datetime.combine(day, time(), tzinfo=zone).astimezone(UTC))
