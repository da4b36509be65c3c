"""When a routine is due: its rule, the library's zone and calendar give moments, each local date and hour once."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from gateway.routines.calendar import ALWAYS_OPEN, Calendar, OnClosedDay

_DAY = timedelta(days=1)
_LONGEST_MOVE = timedelta(days=64)
_LONGEST_LOOK = timedelta(days=731)


class Every(StrEnum):
    """How often."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Rule:
    """Made by `hourly`, `daily`, `weekly`, `monthly` and `first_of_month`.

    An hour that the clocks skip comes once they have been put forward, as much later as they were; of an hour that they
    repeat the first counts. What runs every hour has no run for an hour that there is not.
    """

    every: Every
    at: time
    day: int = 0
    """Of the week (1 is Monday) or of the month; a month without that day has the run on its last."""
    on_closed: OnClosedDay = OnClosedDay.RUN

    def __post_init__(self) -> None:
        if self.at.minute not in (0, 30) or self.at.second or self.at.microsecond or self.at.tzinfo:
            raise ValueError(f"{self.at} is not an hour or half hour of local time")
        most = {Every.WEEK: 7, Every.MONTH: 31}.get(self.every, 0)
        if not bool(most) <= self.day <= most:
            raise ValueError(f"there is no day {self.day} of the {self.every}")

    def is_on(self, day: date) -> bool:
        """Whether a run is planned for a day, closed or not."""
        match self.every:
            case Every.WEEK:
                return day.isoweekday() == self.day
            case Every.MONTH:
                return day.day == min(self.day, monthrange(day.year, day.month)[1])
            case _:
                return True

    def times(self) -> tuple[time, ...]:
        """The times of a day on which it runs."""
        return tuple(self.at.replace(hour=hour) for hour in range(24)) if self.every is Every.HOUR else (self.at,)


def hourly(minute: int = 0, on_closed: OnClosedDay = OnClosedDay.RUN) -> Rule:
    """Every hour, on the hour or at half past."""
    return Rule(Every.HOUR, time(0, minute), on_closed=on_closed)


def daily(at: time, on_closed: OnClosedDay = OnClosedDay.RUN) -> Rule:
    """Every day at an hour or half hour."""
    return Rule(Every.DAY, at, on_closed=on_closed)


def weekly(weekday: int, at: time, on_closed: OnClosedDay = OnClosedDay.RUN) -> Rule:
    """Once a week, on a day from 1 (Monday) to 7."""
    return Rule(Every.WEEK, at, weekday, on_closed)


def monthly(day: int, at: time, on_closed: OnClosedDay = OnClosedDay.RUN) -> Rule:
    """Once a month, on a day from 1 to 31."""
    return Rule(Every.MONTH, at, day, on_closed)


def first_of_month(at: time, on_closed: OnClosedDay = OnClosedDay.RUN) -> Rule:
    """On the first of each month."""
    return monthly(1, at, on_closed)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One run: the moment at which it is due, and the local date and hour it was planned for, which name it."""

    due_at: datetime
    on: date
    at: time


def moment(on: date, at: time, zone: str) -> datetime:
    """The moment of a local date and hour, in UTC."""
    return datetime.combine(on, at, ZoneInfo(zone)).astimezone(UTC)


def is_skipped(on: date, at: time, zone: str) -> bool:
    """Whether the clocks skip that hour on that day."""
    there = moment(on, at, zone).astimezone(ZoneInfo(zone))
    return there.replace(tzinfo=None) != datetime.combine(on, at)


def is_repeated(on: date, at: time, zone: str) -> bool:
    """Whether the clocks show that hour twice on that day."""
    both = [datetime.combine(on, at.replace(fold=fold), ZoneInfo(zone)).utcoffset() for fold in (0, 1)]
    return both[0] != both[1] and not is_skipped(on, at, zone)


def due(rule: Rule, zone: str, after: datetime, until: datetime, calendar: Calendar = ALWAYS_OPEN) -> list[Slot]:
    """The runs due after one moment and up to another, which is among them, in the order of time."""
    last = until.astimezone(ZoneInfo(zone)).date() + _DAY
    return [slot for slot in _slots(rule, zone, after, last, calendar) if slot.due_at <= until]


def upcoming(rule: Rule, zone: str, after: datetime, number: int, calendar: Calendar = ALWAYS_OPEN) -> list[Slot]:
    """The next runs, as far as two years show them."""
    last = after.date() + _LONGEST_LOOK
    return list(islice(_slots(rule, zone, after, last, calendar), number))


def _slots(rule: Rule, zone: str, after: datetime, last: date, calendar: Calendar) -> Iterator[Slot]:
    back = _LONGEST_MOVE if rule.on_closed is OnClosedDay.MOVE else _DAY
    day = after.astimezone(ZoneInfo(zone)).date() - back
    while day <= last:
        if rule.is_on(day):
            yield from (slot for slot in _of_day(rule, zone, day, calendar) if slot.due_at > after)
        day += _DAY


def _of_day(rule: Rule, zone: str, day: date, calendar: Calendar) -> Iterator[Slot]:
    runs_on = calendar.day_of_run(day, rule.on_closed)
    if runs_on is None or _comes_anyhow(rule, day, runs_on):
        return
    for at in rule.times():
        if rule.every is not Every.HOUR or not is_skipped(runs_on, at, zone):
            yield Slot(moment(runs_on, at, zone), day, at)


def _comes_anyhow(rule: Rule, day: date, runs_on: date) -> bool:
    """Whether a moved run meets the next run of its rule, which then is the run for both."""
    return any(rule.is_on(day + _DAY * days) for days in range(1, (runs_on - day).days + 1))
