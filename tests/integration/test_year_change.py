"""Open orders go along into the new budget year."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway import clock, clockwork
from gateway.accounts import audit
from gateway.db import reading
from gateway.money import Cents
from gateway.orders import budget_plans, year_change
from gateway.orders.budget_changes import CodeList
from gateway.orders.model import Kind
from gateway.orders.store import codes
from tests import databases
from tests.builders import a_mutation
from tests.commands import commands_of
from tests.stage import BUDGETS, MAPPINGS, Stage, a_stage

NEW_YEAR = datetime(2027, 1, 1, 3, tzinfo=UTC)


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        stage.push(
            a_mutation(order_number="B1", quantity=5, net_price=Cents(1000), budget_year=2026),
            a_mutation(Kind.SHIPPED, order_number="B1", hour=1, quantity=2),
            a_mutation(order_number="B2", quantity=1, net_price=Cents(700), budget_code="VOLW"),
        )
        stage.process()
        yield stage


def list_for_2027(stage: Stage) -> None:
    both = (*BUDGETS, replace(BUDGETS[0], year=2027, valid_from=date(2027, 1, 1)))
    budget_plans.save(stage.gateway.database, "I202", lambda _: CodeList(both, MAPPINGS))


def balances(stage: Stage) -> dict[str, tuple[int, int]]:
    with reading(stage.gateway.database) as connection:
        found = codes.balances(connection, "I202")
    return {f"{code} {year}": (each.committed, each.shipped) for (code, year), each in found.items()}


def test_open_orders_move_by_themselves_once_the_new_year_is_there_and_listed(stage: Stage) -> None:
    list_for_2027(stage)
    clockwork.change_year(stage.gateway)
    assert balances(stage) == {"JF 2026": (3000, 2000), "VR 2026": (700, 0)}
    with clock.pretending(NEW_YEAR):
        clockwork.change_year(stage.gateway)
        clockwork.change_year(stage.gateway)
    assert balances(stage) == {"JF 2026": (0, 2000), "JF 2027": (3000, 0), "VR 2026": (700, 0)}
    entries = audit.entries(stage.gateway.database, datetime(2020, 1, 1, tzinfo=UTC), account="I202")
    told = [(entry.detail, entry.by) for entry in entries if entry.what == "budget-year-changed"]
    assert told == [("JF 2026 -> 2027: 1 lines, 3 copies", "the gateway")]


def test_what_comes_after_is_booked_on_the_year_that_its_copies_are_on(stage: Stage) -> None:
    list_for_2027(stage)
    year_change.change(stage.gateway.database, "I202", 2027)
    stage.push(
        a_mutation(Kind.SHIPPED, order_number="B1", hour=2, quantity=1),
        a_mutation(Kind.CANCELLED, order_number="B1", hour=3, quantity=1),
    )
    stage.process()
    assert balances(stage)["JF 2027"] == (1000, 1000)
    assert balances(stage)["JF 2026"] == (0, 2000)


def test_library_that_chose_so_keeps_its_open_orders_where_they_are(stage: Stage) -> None:
    list_for_2027(stage)
    libraries = tuple(each.model_copy(update={"move_open_orders": False}) for each in stage.settings.library)
    staying = replace(stage.gateway, settings=stage.settings.model_copy(update={"library": libraries}))
    with clock.pretending(NEW_YEAR):
        clockwork.change_year(staying)
    assert "JF 2027" not in balances(stage)


def test_change_is_looked_at_before_it_is_made(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = commands_of(stage, monkeypatch, capsys)
    list_for_2027(stage)
    arguments = ("--json", "budgets", "year-change", "-l", "I202", "--to", "2027")
    seen = json.loads(command(*arguments, "--preview")[1])
    assert [(each["code"], each["to"], each["copies"], each["amount"]) for each in seen] == [
        ("JF", 2027, 3, "30.00"),
        ("VR", None, 1, "7.00"),
    ]
    assert seen[1]["why"] == "VR is not listed for 2027"
    assert "JF 2027" not in balances(stage)
    assert json.loads(command(*arguments)[1]) == seen
    assert balances(stage)["JF 2027"] == (3000, 0)
