"""The only source of the present moment, so that a day can be rehearsed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_offset = timedelta()


def now() -> datetime:
    """The present moment in UTC; shifted while a day is rehearsed."""
    return datetime.now(UTC) + _offset


def today(zone: str) -> date:
    """The calendar day it is now in a library's time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def pretend(moment: datetime) -> None:
    """Let the clock run on from `moment` (aware) for the rest of this process; for `--at`."""
    global _offset
    _offset = moment - datetime.now(UTC)


@contextmanager
def pretending(moment: datetime) -> Iterator[None]:
    """As `pretend`, until the block ends."""
    global _offset
    before = _offset
    pretend(moment)
    try:
        yield
    finally:
        _offset = before


def local(moment: datetime, zone: str) -> datetime:
    """A moment as people write it, taken as the local time of a zone when it names none."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
