"""The days on which a library is open, and what a routine does that falls on another."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_LONGEST_CLOSED_DAYS = 62


class OnClosedDay(StrEnum):
    """What becomes of a run whose day is a holiday or another closed day."""

    RUN = "run"
    """It runs as on any day."""
    SKIP = "skip"
    """There is no such run."""
    MOVE = "move"
    """It runs on the next open day, unless the run of its rule for that day comes by then anyhow."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The closed days of one library: days of the week (1 is Monday) and single dates, holidays among them."""

    closed_weekdays: frozenset[int] = frozenset()
    closed_dates: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """Whether the library is open."""
        return day.isoweekday() not in self.closed_weekdays and day not in self.closed_dates

    def day_of_run(self, day: date, on_closed: OnClosedDay) -> date | None:
        """The day on which a run planned for `day` comes; none when it does not, or all is closed for two months."""
        if on_closed is OnClosedDay.RUN or self.is_open(day):
            return day
        if on_closed is OnClosedDay.SKIP:
            return None
        later = (day + timedelta(days=days) for days in range(1, _LONGEST_CLOSED_DAYS + 1))
        return next(filter(self.is_open, later), None)


ALWAYS_OPEN = Calendar()
