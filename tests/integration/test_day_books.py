"""The books of days: they close by themselves, and what was lost or doubled is named."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway import clock
from gateway.db import writing
from gateway.orders import day_books
from gateway.orders.day_books import DayBooks
from gateway.orders.model import Kind
from tests.builders import a_mutation
from tests.stage import Stage, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


def _days(stage: Stage) -> list[DayBooks]:
    library = stage.gateway.libraries["I202"]
    today = clock.today(library.time_zone)
    return day_books.days(stage.gateway.database, library, today, today + timedelta(days=2))


def _two_days(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"), a_mutation(mutation_id="M-2", order_number="B2", branch="09"))
    stage.process()
    with clock.pretending(clock.now() + timedelta(days=1)):
        stage.push(a_mutation(mutation_id="M-1"), a_mutation(Kind.CANCELLED, hour=1, mutation_id="M-3"))
        stage.process()


def _change(stage: Stage, statement: str) -> None:
    with writing(stage.gateway.database) as connection:
        connection.exec_driver_sql(statement)


def test_what_one_day_leaves_waiting_the_next_begins_with(stage: Stage) -> None:
    _two_days(stage)
    first, second = _days(stage)
    assert second.day - first.day == timedelta(days=1)
    assert [(each.opening, each.total("received"), each.closing) for each in (first, second)] == [(0, 2, 1), (1, 2, 1)]
    assert [(each.total("applied"), each.total("known")) for each in (first, second)] == [(1, 0), (1, 1)]
    assert first.flaws == second.flaws == ()


def test_copies_and_amounts_are_told_per_budget_code_and_kind(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", quantity=2), a_mutation(Kind.CANCELLED, hour=1, mutation_id="M-2"))
    stage.process()
    (day,) = _days(stage)
    expected = stage.rows("select budget_code, budget_year, kind, sum(copies), sum(amount) from effects group by 1,2,3")
    assert {(*place, day.copies()[place], day.cents(place)) for place in day.copies()} == {tuple(r) for r in expected}


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        ("delete from outcomes where outcome = 'APPLIED'", "2 mutations came in or waited, and 1 are accounted for"),
        ("update runs set opening_waiting = 5", "it began with 5 that waited, which is not what the run before left"),
        ("update messages set declared_copies = 99", "the supplier declared"),
    ],
)
def test_what_does_not_close_is_named(stage: Stage, statement: str, flaw: str) -> None:
    stage.push(a_mutation(mutation_id="M-1"), a_mutation(mutation_id="M-2", order_number="B2", branch="09"))
    stage.process()
    _change(stage, statement)
    assert any(flaw in each for each in _days(stage)[0].flaws)


def test_run_under_way_is_not_judged(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"))
    stage.process()
    _change(stage, "update runs set finished_at = null, opening_waiting = 5")
    (day,) = _days(stage)
    assert day.under_way and day.flaws == ()


def _books(stage: Stage, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", "--config", str(stage.settings_file()), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_command_shows_the_days_and_ends_with_1_when_one_does_not_close(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"))
    stage.process()
    closing = _books(stage, "--json", "books")
    (day,) = json.loads(closing.stdout)
    assert (closing.returncode, day["institution"], day["closes"], day["received"]) == (0, "I202", True, 1)
    assert date.fromisoformat(day["day"]) == clock.today("Europe/Amsterdam")
    _change(stage, "delete from outcomes")
    broken = _books(stage, "books", "--library", "I202")
    assert broken.returncode == 1
    assert "1 mutations came in or waited, and 0 are accounted for" in broken.stderr
