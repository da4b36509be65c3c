"""The ledger of routines on real databases: each run once, among threads and processes, also killed in the middle."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway import clock, db, locks
from gateway.routines import rule, store
from gateway.routines.calendar import Calendar, OnClosedDay
from gateway.routines.rule import Slot
from gateway.routines.store import State
from gateway.routines.waking import Routine, wake
from tests import databases

MORNING = rule.daily(time(6))
_SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[db.Engine]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield engine


def _routine(work: Callable[[Slot], None], each: rule.Rule = MORNING, **more: object) -> Routine:
    return Routine("morning", "I201", each, "Europe/Amsterdam", work, **more)  # type: ignore[arg-type]


def _wake(database: db.Engine, folder: Path, routine: Routine, at: str) -> Slot | None:
    alone = partial(locks.alone, database, folder / "locks", wait_seconds=0)
    with clock.pretending(datetime.fromisoformat(at)):
        return wake(database, alone, routine)


def _ledger(database: db.Engine) -> list[tuple[date, State, int]]:
    with db.reading(database) as connection:
        return [(run.slot.on, run.state, run.times_begun) for run in store.listing(connection, "morning", "I201")]


def _reasons(database: db.Engine) -> list[str | None]:
    with db.reading(database) as connection:
        return [run.reason for run in store.listing(connection, "morning", "I201")]


def test_new_routine_catches_up_nothing_from_before_it_was_known(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []
    assert _wake(database, tmp_path, _routine(done.append), "2026-03-10T12:00+01:00") is None
    assert _ledger(database) == []
    assert _wake(database, tmp_path, _routine(done.append), "2026-03-11T06:00+01:00") is not None
    assert [slot.on for slot in done] == [date(2026, 3, 11)]


def test_second_start_is_the_same_run(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []
    for at in ("2026-03-10T05:59", "2026-03-10T06:00", "2026-03-10T06:00", "2026-03-10T23:00"):
        _wake(database, tmp_path, _routine(done.append), f"{at}+01:00")
    assert len(done) == 1
    assert _ledger(database) == [(date(2026, 3, 10), State.DONE, 1)]


def test_only_the_newest_of_missed_runs_is_caught_up_and_the_others_say_why_not(
    database: db.Engine, tmp_path: Path
) -> None:
    done: list[Slot] = []
    _wake(database, tmp_path, _routine(done.append), "2026-03-10T05:00+01:00")
    _wake(database, tmp_path, _routine(done.append), "2026-03-12T09:00+01:00")
    assert [slot.on for slot in done] == [date(2026, 3, 12)]
    states = [state for _, state, _ in _ledger(database)]
    assert states == [State.MISSED, State.MISSED, State.DONE]
    assert _reasons(database) == [*["overtaken by the run of 2026-03-12 06:00"] * 2, None]


def test_run_that_is_too_late_to_make_sense_is_missed(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []
    routine = _routine(done.append, caught_up_within=timedelta(hours=3))
    _wake(database, tmp_path, routine, "2026-03-10T05:00+01:00")
    assert _wake(database, tmp_path, routine, "2026-03-10T09:01+01:00") is None
    assert (done, _reasons(database)) == ([], ["found at 2026-03-10 08:01 UTC, too late to make sense"])


def test_failed_run_is_tried_again_at_the_next_look_and_is_the_same_run(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []

    def work(slot: Slot) -> None:
        done.append(slot)
        if len(done) == 1:
            raise OSError("the printer is out of paper")

    _wake(database, tmp_path, _routine(work), "2026-03-10T05:00+01:00")
    with pytest.raises(OSError, match="printer"):
        _wake(database, tmp_path, _routine(work), "2026-03-10T06:00+01:00")
    assert _reasons(database) == ["OSError: the printer is out of paper"]
    _wake(database, tmp_path, _routine(work), "2026-03-10T06:01+01:00")
    assert done[0] == done[1]
    assert _ledger(database) == [(date(2026, 3, 10), State.DONE, 2)]
    assert _reasons(database) == [None]


def test_clocks_that_repeat_an_hour_make_no_second_run(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []
    routine = _routine(done.append, rule.daily(time(2, 30)))
    for minute in range(0, 6 * 60, 10):
        at = datetime.fromisoformat("2026-10-25T00:00+02:00") + timedelta(minutes=minute)
        _wake(database, tmp_path, routine, at.isoformat())
    assert [slot.due_at.isoformat() for slot in done] == ["2026-10-25T00:30:00+00:00"]


def test_zone_that_moves_west_does_no_run_twice_and_stops_none(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []
    routine = _routine(done.append, rule.hourly())
    for at in ("09:30", "10:00"):
        _wake(database, tmp_path, routine, f"2026-03-10T{at}+01:00")
    moved = replace(routine, time_zone="Europe/London")
    for at in ("10:00", "10:01", "11:00", "12:30"):
        _wake(database, tmp_path, moved, f"2026-03-10T{at}+00:00")
    assert [f"{slot.at:%H:%M}" for slot in done] == ["10:00", "11:00", "12:00"]


def test_zone_that_moves_west_misses_no_run_that_was_done(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []
    routine = _routine(done.append, rule.hourly())
    for at in ("09:30", "10:00"):
        _wake(database, tmp_path, routine, f"2026-03-10T{at}+01:00")
    _wake(database, tmp_path, replace(routine, time_zone="Europe/London"), "2026-03-10T12:00+00:00")
    assert [f"{slot.at:%H:%M}" for slot in done] == ["10:00", "12:00"]
    assert _reasons(database) == [None, "overtaken by the run of 2026-03-10 12:00", None]


def test_calendar_that_changes_after_a_moved_run_makes_no_second_run_of_it(database: db.Engine, tmp_path: Path) -> None:
    done: list[Slot] = []
    saturdays = rule.weekly(6, time(6), OnClosedDay.MOVE)
    routine = _routine(done.append, saturdays, calendar=Calendar(closed_dates=frozenset({date(2026, 3, 14)})))
    for at in ("2026-03-13T12:00", "2026-03-15T06:00"):
        _wake(database, tmp_path, routine, f"{at}+01:00")
    changed = replace(routine, calendar=Calendar(closed_dates=frozenset({date(2026, 3, 14), date(2026, 3, 15)})))
    for at in ("2026-03-16T06:00", "2026-03-16T06:01", "2026-03-21T06:00"):
        _wake(database, tmp_path, changed, f"{at}+01:00")
    assert [slot.on for slot in done] == [date(2026, 3, 14), date(2026, 3, 21)]


def test_run_that_failed_is_tried_again_under_its_name_when_the_zone_moves_west(
    database: db.Engine, tmp_path: Path
) -> None:
    tried: list[Slot] = []

    def work(slot: Slot) -> None:
        tried.append(slot)
        if len(tried) == 1:
            raise OSError("the printer is out of paper")

    _wake(database, tmp_path, _routine(work), "2026-03-10T05:00+01:00")
    with pytest.raises(OSError, match="printer"):
        _wake(database, tmp_path, _routine(work), "2026-03-10T06:00+01:00")
    _wake(database, tmp_path, replace(_routine(work), time_zone="Europe/London"), "2026-03-10T06:30+00:00")
    assert _ledger(database) == [(date(2026, 3, 10), State.DONE, 2)]


def test_ledger_keeps_a_bounded_past(database: db.Engine, tmp_path: Path) -> None:
    _wake(database, tmp_path, _routine(lambda _: None), "2026-01-01T05:00+01:00")
    _wake(database, tmp_path, _routine(lambda _: None), "2026-01-01T06:00+01:00")
    _wake(database, tmp_path, _routine(lambda _: None), "2026-07-01T06:00+02:00")
    kept = [on for on, _, _ in _ledger(database)]
    assert (kept[0], kept[-1]) == (date(2026, 7, 1) - store.KEPT_FOR, date(2026, 7, 1))


def test_what_is_asked_every_minute_is_found_by_an_index(tmp_path: Path) -> None:
    asked: list[str] = []
    with databases.an_engine("sqlite", tmp_path) as engine, db.reading(engine) as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        store.settled_until(connection, "morning", "I201")
        store.unfinished(connection, "morning", "I201")
        plans = [
            str(connection.exec_driver_sql(f"explain query plan {each}", ("",) * each.count("?")).all())
            for each in [each for each in asked if "routine_runs" in each]
        ]
    assert len(plans) == 2
    assert all("routine_runs_by_moment" in plan for plan in plans)
    assert "USING TEMP B-TREE FOR ORDER BY" not in "".join(plans)


def _in_a_process(address: str, folder: str, at: str, kill: bool, begun: Event | None, go_on: Event | None) -> None:
    """One process: writes a line before its work and one after; may be killed between the two, or be held there."""

    def work(slot: Slot) -> None:
        with Path(folder, "done").open("a") as file:
            file.write(f"begun {slot.on}\n")
        if kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if begun and go_on:
            begun.set()
            go_on.wait()
        with Path(folder, "done").open("a") as file:
            file.write(f"ended {slot.on}\n")

    engine = db.engine(address)
    _wake(engine, Path(folder), _routine(work), at)
    engine.dispose()


def _start(
    database: db.Engine, folder: Path, at: str, *, kill: bool = False, held: tuple[Event, Event] | None = None
) -> SpawnProcess:
    address = database.url.render_as_string(hide_password=False)
    started = _SPAWN.Process(target=_in_a_process, args=(address, str(folder), at, kill, *(held or (None, None))))
    started.start()
    return started


def _process(database: db.Engine, folder: Path, at: str, *, kill: bool = False) -> int | None:
    started = _start(database, folder, at, kill=kill)
    started.join()
    return started.exitcode


def _while_one_is_at_it(database: db.Engine, folder: Path, at: str) -> list[int | None]:
    """Wake three processes while another is in the middle of its work; all their exit statuses."""
    begun, go_on = _SPAWN.Event(), _SPAWN.Event()
    first = _start(database, folder, at, held=(begun, go_on))
    begun.wait()
    others = [_start(database, folder, at) for _ in range(3)]
    for each in others:
        each.join()
    go_on.set()
    first.join()
    return [each.exitcode for each in (first, *others)]


def _written(folder: Path) -> list[str]:
    return (folder / "done").read_text().splitlines()


def test_run_that_several_processes_are_woken_for_is_done_once(database: db.Engine, tmp_path: Path) -> None:
    _wake(database, tmp_path, _routine(lambda _: None), "2026-03-10T05:00+01:00")
    assert _while_one_is_at_it(database, tmp_path, "2026-03-10T06:00+01:00") == [0] * 4
    assert _written(tmp_path) == ["begun 2026-03-10", "ended 2026-03-10"]
    assert _ledger(database) == [(date(2026, 3, 10), State.DONE, 1)]


def test_run_whose_process_was_killed_is_taken_over_once(database: db.Engine, tmp_path: Path) -> None:
    _wake(database, tmp_path, _routine(lambda _: None), "2026-03-10T05:00+01:00")
    assert _process(database, tmp_path, "2026-03-10T06:00+01:00", kill=True) == -signal.SIGKILL
    assert _ledger(database) == [(date(2026, 3, 10), State.BEGUN, 1)]
    assert _while_one_is_at_it(database, tmp_path, "2026-03-10T06:01+01:00") == [0] * 4
    assert _written(tmp_path) == ["begun 2026-03-10", "begun 2026-03-10", "ended 2026-03-10"]
    assert _ledger(database) == [(date(2026, 3, 10), State.DONE, 2)]


def test_run_that_was_cut_off_gives_way_to_the_next(database: db.Engine, tmp_path: Path) -> None:
    _wake(database, tmp_path, _routine(lambda _: None), "2026-03-10T05:00+01:00")
    _process(database, tmp_path, "2026-03-10T06:00+01:00", kill=True)
    _process(database, tmp_path, "2026-03-11T06:30+01:00")
    assert _written(tmp_path) == ["begun 2026-03-10", "begun 2026-03-11", "ended 2026-03-11"]
    assert [state for _, state, _ in _ledger(database)] == [State.MISSED, State.DONE]
