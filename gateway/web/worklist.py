"""Reports as the list shows them: by day, newest first, and within a day what needs a hand first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from gateway.library import Library
from gateway.web.desk import ArchivedReport, Desk

PAGE_SIZE = 50
_RECENT = 30
"""So many reports of a library are looked at to find the newest of each of its suppliers."""
YEARS = range(2000, 2200)
"""Outside these nothing was ever written, and a zone could not be reckoned with."""
_ELSEWHERE = "Europe/Amsterdam"
"""The zone of a library that is no longer in the settings but whose reports are still here."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which reports somebody asks to see; `libraries` are all they may see."""

    libraries: tuple[Library, ...]
    chosen: Library | None = None
    on: date | None = None
    only_attention: bool = False
    before: datetime | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out on purpose."""
        return bool(self.chosen or self.on or self.only_attention)

    @property
    def institutions(self) -> Collection[str]:
        """The institutions to look for."""
        return {each.institution for each in ((self.chosen,) if self.chosen else self.libraries)}


@dataclass(frozen=True, slots=True)
class Row:
    """One report in the list. `newest` is the last report on the same supplier, when that is another one."""

    report: ArchivedReport
    library: Library
    newest: ArchivedReport | None

    @property
    def on(self) -> date:
        """The day on which the report was written, as the library counts days."""
        return self.report.written_at.astimezone(ZoneInfo(self.library.time_zone)).date()

    @property
    def still_waiting(self) -> int:
        """Lines that wait now: each report counts all that waited then, so only the newest one can tell."""
        return 0 if self.newest else self.report.waiting_count

    @property
    def needs_hand(self) -> bool:
        """Whether somebody must do something: a line still waits, or was refused."""
        return self.still_waiting + self.report.refused_count > 0


@dataclass(frozen=True, slots=True)
class Day:
    """The reports of one day."""

    on: date
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What one page of the list shows; `older` is where the next page begins."""

    days: tuple[Day, ...]
    older: datetime | None


def library_of(libraries: Mapping[str, Library], institution: str) -> Library:
    """The library as the settings name it; one that left them is known by its code."""
    return libraries.get(institution) or Library(institution, institution, "", _ELSEWHERE)


class Rows:
    """Makes rows of reports; asks once per library which report is the newest."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._newest: dict[tuple[str, str], ArchivedReport] = {}
        self._asked: set[str] = set()

    def row(self, report: ArchivedReport) -> Row:
        """One report as the list shows it."""
        if report.institution not in self._asked:
            self._asked.add(report.institution)
            self._ask(report.institution)
        newest = self._newest.get((report.institution, report.sender), report)
        library = library_of(self._desk.libraries, report.institution)
        return Row(report, library, newest if newest.name != report.name else None)

    def _ask(self, institution: str) -> None:
        for report in reversed(self._desk.reports([institution], since=None, until=None, limit=_RECENT)):
            self._newest[report.institution, report.sender] = report


def page(desk: Desk, wish: Wish) -> Page:
    """Look up one page of the list."""
    if wish.on and wish.on.year not in YEARS:
        return Page((), None)
    since, until = _bounds(wish)
    wanted: list[Row] = []
    rows = Rows(desk)
    while len(wanted) <= PAGE_SIZE:
        found = desk.reports(wish.institutions, since=since, until=until, limit=PAGE_SIZE + 1)
        wanted += [row for row in map(rows.row, found) if _is_wanted(row, wish)]
        if len(found) <= PAGE_SIZE:
            break
        until = found[-1].written_at
    shown = wanted[:PAGE_SIZE]
    return Page(_days(shown), shown[-1].report.written_at if len(wanted) > PAGE_SIZE else None)


def _bounds(wish: Wish) -> tuple[datetime | None, datetime | None]:
    """The moments between which a report may have been written, wide enough for every library's zone."""
    if wish.on is None or not wish.libraries:
        return None, wish.before
    starts = [_midnight(wish.on, each) for each in wish.libraries]
    ends = [_midnight(wish.on + timedelta(days=1), each) for each in wish.libraries]
    until = max(ends)
    return min(starts), min(until, wish.before) if wish.before else until


def _midnight(on: date, library: Library) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(library.time_zone))


def _is_wanted(row: Row, wish: Wish) -> bool:
    return (wish.on is None or row.on == wish.on) and (row.needs_hand or not wish.only_attention)


def _days(rows: Sequence[Row]) -> tuple[Day, ...]:
    newest_first = sorted(rows, key=lambda row: row.on, reverse=True)
    return tuple(Day(on, _urgent_first(of_day)) for on, of_day in groupby(newest_first, key=lambda row: row.on))


def _urgent_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: not row.needs_hand))
