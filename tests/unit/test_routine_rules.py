"""When routines are due: over 22 years each local date and hour once, in zones whose clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.routines import rule
from gateway.routines.calendar import ALWAYS_OPEN, Calendar, OnClosedDay

ZONES = ("Europe/Amsterdam", "Europe/Brussels")
FIRST, BEYOND = date(2015, 1, 1), date(2037, 1, 1)
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]


@cache
def _shown(zone: str) -> dict[tuple[date, time], list[datetime]]:
    """What a clock on the wall shows at each half hour that passes, and when: 22 years, counted in UTC."""
    found: dict[tuple[date, time], list[datetime]] = {}
    there, half_hour = ZoneInfo(zone), timedelta(minutes=30)
    now, end = datetime(2014, 12, 30, tzinfo=UTC), datetime(2037, 1, 3, tzinfo=UTC)
    while now < end:
        wall = now.astimezone(there)
        found.setdefault((wall.date(), wall.time()), []).append(now)
        now += half_hour
    return found


def _expected(zone: str, day: date, at: time) -> datetime:
    """The first moment at which the wall shows that hour; one that is skipped is an hour later on the wall."""
    shown = _shown(zone)
    if (day, at) in shown:
        return shown[day, at][0]
    return shown[day, at.replace(hour=at.hour + 1)][0]


@cache
def _days() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range((BEYOND - FIRST).days)]


def _runs(each: rule.Rule, zone: str, calendar: Calendar = ALWAYS_OPEN) -> list[rule.Slot]:
    start, end = (_shown(zone)[day, time(0)][0] for day in (FIRST, BEYOND))
    tick = timedelta(microseconds=1)
    return rule.due(each, zone, start - tick, end - tick, calendar)


def _planned(zone: str, at: time, days: list[date]) -> list[tuple[datetime, date, time]]:
    return [(_expected(zone, day, at), day, at) for day in days]


def _as_tuples(slots: list[rule.Slot]) -> list[tuple[datetime, date, time]]:
    return [(slot.due_at, slot.on, slot.at) for slot in slots]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", HALF_HOURS, ids=str)
def test_every_day_has_its_run_once_at_any_half_hour(zone: str, at: time) -> None:
    assert _as_tuples(_runs(rule.daily(at), zone)) == _planned(zone, at, _days())


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", HALF_HOURS, ids=str)
def test_every_week_and_month_has_its_run_once_at_any_half_hour(zone: str, at: time) -> None:
    days = _days()
    for weekday in (1, 7):  # Sundays are the days on which the clocks change.
        wanted = [day for day in days if day.weekday() == weekday - 1]
        assert _as_tuples(_runs(rule.weekly(weekday, at), zone)) == _planned(zone, at, wanted)
    firsts = [day for day in days if day.day == 1]
    assert _as_tuples(_runs(rule.first_of_month(at), zone)) == _planned(zone, at, firsts)
    lasts = [day for day in days if (day + timedelta(days=1)).day == 1]
    assert _as_tuples(_runs(rule.monthly(31, at), zone)) == _planned(zone, at, lasts)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("minute", [0, 30])
def test_every_hour_that_the_wall_shows_has_its_run_once(zone: str, minute: int) -> None:
    wanted = [
        (moments[0], day, at)
        for (day, at), moments in _shown(zone).items()
        if at.minute == minute and FIRST <= day < BEYOND
    ]
    assert _as_tuples(_runs(rule.hourly(minute), zone)) == sorted(wanted)
    per_day = Counter(day for _, day, _ in wanted)
    assert Counter(per_day.values()) == {24: len(_days()) - 22, 23: 22}


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_asked_for_in_pieces_is_what_is_asked_for_at_once(zone: str) -> None:
    for each in (rule.daily(time(2, 30)), rule.hourly(), rule.weekly(7, time(2)), rule.first_of_month(time(0))):
        whole, pieces = _runs(each, zone), list[rule.Slot]()
        at, end = _shown(zone)[FIRST, time(0)][0] - timedelta(microseconds=1), _shown(zone)[BEYOND, time(0)][0]
        while at < end:
            until = min(at + timedelta(hours=91), end - timedelta(microseconds=1))
            pieces += rule.due(each, zone, at, until)
            at = until if until < end - timedelta(microseconds=1) else end
        assert pieces == whole


def test_run_is_due_at_its_moment_and_not_once_more_after_it() -> None:
    six, tick = datetime(2026, 3, 10, 5, tzinfo=UTC), timedelta(microseconds=1)
    each = rule.daily(time(6))
    assert rule.due(each, "Europe/Amsterdam", six - tick, six) == [rule.Slot(six, date(2026, 3, 10), time(6))]
    assert rule.due(each, "Europe/Amsterdam", six, six + tick) == []


@pytest.mark.parametrize("zone", ZONES)
def test_hours_that_are_skipped_and_repeated_are_known(zone: str) -> None:
    shown = _shown(zone)
    for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1)):
        for at in HALF_HOURS:
            assert rule.is_skipped(day, at, zone) == ((day, at) not in shown)
            assert rule.is_repeated(day, at, zone) == (len(shown.get((day, at), [])) == 2)


NEW_YEAR, SUNDAYS = frozenset({date(2027, 1, 1)}), frozenset({7})
CALENDAR = Calendar(SUNDAYS, NEW_YEAR | {date(2027, 1, 2)})


@pytest.mark.parametrize(
    ("on_closed", "wanted"),
    [
        (OnClosedDay.RUN, "2027-01-01T05:00+00:00"),
        (OnClosedDay.SKIP, "2027-02-01T05:00+00:00"),
        (OnClosedDay.MOVE, "2027-01-04T05:00+00:00"),
    ],
)
def test_first_of_the_month_on_a_closed_day_runs_is_left_out_or_moves(on_closed: OnClosedDay, wanted: str) -> None:
    new_year = datetime(2026, 12, 31, 12, tzinfo=UTC)
    [slot] = rule.upcoming(rule.first_of_month(time(6), on_closed), "Europe/Amsterdam", new_year, 1, CALENDAR)
    assert slot.due_at == datetime.fromisoformat(wanted)
    # A run that is under way when the calendar changes keeps its name.
    assert slot.on == (date(2027, 2, 1) if on_closed is OnClosedDay.SKIP else date(2027, 1, 1))


def test_run_that_moves_is_found_from_the_day_it_moved_to() -> None:
    monday = datetime(2027, 1, 4, 4, tzinfo=UTC)
    moving = rule.first_of_month(time(6), OnClosedDay.MOVE)
    assert rule.upcoming(moving, "Europe/Amsterdam", monday, 1, CALENDAR)[0].on == date(2027, 1, 1)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("each", [rule.daily(time(6)), rule.weekly(7, time(6)), rule.monthly(15, time(2, 30))])
def test_moved_runs_come_on_open_days_and_never_two_at_once(zone: str, each: rule.Rule) -> None:
    moving = rule.Rule(each.every, each.at, each.day, OnClosedDay.MOVE)
    slots = _runs(moving, zone, CALENDAR)
    there = ZoneInfo(zone)
    assert all(CALENDAR.is_open(slot.due_at.astimezone(there).date()) for slot in slots)
    assert len({slot.due_at for slot in slots}) == len(slots) == len({slot.on for slot in slots})


def test_library_that_never_opens_has_no_moved_runs() -> None:
    closed = Calendar(frozenset(range(1, 8)))
    year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert rule.due(rule.monthly(1, time(6), OnClosedDay.MOVE), "Europe/Brussels", *year, closed) == []


@pytest.mark.parametrize(
    "made",
    [
        lambda: rule.daily(time(6, 15)),
        lambda: rule.weekly(0, time(6)),
        lambda: rule.weekly(8, time(6)),
        lambda: rule.monthly(0, time(6)),
        lambda: rule.monthly(32, time(6)),
        lambda: rule.hourly(20),
    ],
)
def test_rule_that_makes_no_sense_is_refused(made) -> None:
    with pytest.raises(ValueError, match=r"not an hour|no day"):
        made()
