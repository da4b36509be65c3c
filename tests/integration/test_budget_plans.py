"""Changing a library's budget codes: seen before it is saved, and written into the audit log."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from gateway import clock
from gateway.accounts import audit
from gateway.money import Cents
from gateway.orders import budget_plans
from gateway.orders.budget_plans import Outlook, Plan
from gateway.orders.budgets import BudgetMapping
from gateway.orders.model import Kind
from gateway.orders.store import codes
from tests import databases
from tests.builders import a_mutation, copies
from tests.stage import Stage, a_stage


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        yield stage


def outlook(stage: Stage, plan: Plan, **asked: object) -> Outlook:
    library = stage.gateway.libraries["I202"]
    return budget_plans.outlook(stage.gateway.database, library, plan, **asked)  # type: ignore[arg-type]


def shifts(found: Outlook) -> list[tuple[str, str, int, int, Cents]]:
    return [(str(s.was), str(s.becomes), s.lines, s.copies, s.amount) for s in found.comparison.shifts]


def audited(stage: Stage) -> list[str]:
    entries = audit.entries(stage.gateway.database, datetime(2020, 1, 1, tzinfo=UTC), account="I202")
    return [f"{entry.what}: {entry.detail}" for entry in entries]


def test_what_a_mapping_would_have_done_is_seen_and_nothing_is_saved(stage: Stage) -> None:
    stage.push(
        a_mutation(order_number="B1", net_price=Cents(1000)),
        a_mutation(order_number="B2", quantity=3, copies=copies("01", "01", "02"), net_price=Cents(500)),
        a_mutation(order_number="B3", budget_code="VOLW"),
    )
    stage.process()
    found = outlook(stage, budget_plans.mapped(BudgetMapping("JEUGD", "VR", valid_from=date(2026, 1, 1))))
    assert shifts(found) == [("JF 2026", "VR 2026", 2, 5, 3500)]
    assert (found.comparison.lines, found.comparison.shifted) == (3, 2)
    assert {row.library_code for row in stage.rows("select * from budget_mappings where supplier_code = 'JEUGD'")} == {
        "JF"
    }
    assert audited(stage) == []


def test_lines_that_wait_and_lines_that_a_shipment_made_are_looked_at_too(stage: Stage) -> None:
    stage.push(
        a_mutation(mutation_id="WAITS", order_number="B1", budget_code="JEUGT"),
        a_mutation(Kind.SHIPPED, mutation_id="SHOP", order_number="B2", branch="01", budget_code="JEUGD", quantity=1),
        a_mutation(mutation_id="ORDER", order_number="B3"),
        a_mutation(Kind.CHANGED, mutation_id="CHANGE", order_number="B3", hour=1, budget_code="VOLW"),
        a_mutation(Kind.SHIPPED, mutation_id="SHIP", order_number="B3", hour=2, quantity=2),
    )
    stage.process()
    stage.push(a_mutation(mutation_id="AGAIN", order_number="B3", title="Iets anders", hour=3))
    stage.process()
    found = outlook(stage, budget_plans.mapped(BudgetMapping("JEUGT", "JF")))
    assert found.comparison.lines == 4
    assert [each[:3] for each in shifts(found)] == [("waits: unknown-budget-code", "JF 2026", 1)]
    found = outlook(stage, budget_plans.mapped(BudgetMapping("VOLW", "JF", valid_from=date(2026, 1, 1))))
    assert [each[:3] for each in shifts(found)] == [("VR 2026", "JF 2026", 1)]


def test_lines_from_before_the_days_that_are_looked_back_are_left_alone(stage: Stage) -> None:
    stage.push(a_mutation())
    stage.process()
    plan = budget_plans.mapped(BudgetMapping("JEUGD", "VR", valid_from=date(2026, 1, 1)))
    with clock.pretending(clock.now() + timedelta(days=29)):
        assert outlook(stage, plan).comparison.lines == 1
        assert outlook(stage, plan, days=28).comparison.lines == 0
    with clock.pretending(clock.now() + timedelta(days=31)):
        assert outlook(stage, plan).comparison.lines == 0


def test_budget_that_would_be_overspent_is_named_with_what_is_left(stage: Stage) -> None:
    stage.push(a_mutation(order_number="B1", quantity=7, net_price=Cents(10_000)))
    stage.push(a_mutation(order_number="B2", quantity=7, net_price=Cents(10_000), budget_code="VOLW"))
    stage.process()
    found = outlook(stage, budget_plans.mapped(BudgetMapping("JEUGD", "VR", valid_from=date(2026, 1, 1))))
    assert [(each.budget, each.available, each.code) for each in found.strains] == [
        (("VR", 2026), -40_000, "over-budget")
    ]


def test_waiting_line_follows_once_its_code_is_mapped(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M", budget_code="JEUGT"))
    stage.process()
    assert stage.outcomes() == {"M": "WAITING unknown-budget-code"}
    budget_plans.save(
        stage.gateway.database, "I202", budget_plans.mapped(BudgetMapping("JEUGT", "JF")), stage.gateway.release, "anna"
    )
    stage.release()
    assert stage.outcomes() == {"M": "APPLIED"}
    assert audited(stage) == ["budget-codes-changed: mapping JEUGT added: library_code JF"]


def test_planned_mapping_takes_over_on_its_day_and_the_old_one_holds_until_then(stage: Stage) -> None:
    plan = budget_plans.mapped(BudgetMapping("JEUGD", "VR", valid_from=date(2026, 3, 11)))
    budget_plans.save(stage.gateway.database, "I202", plan)
    stage.push(
        a_mutation(order_number="B1", order_date=date(2026, 3, 10)),
        a_mutation(order_number="B2", order_date=date(2026, 3, 11)),
    )
    stage.process()
    booked = stage.rows(
        "select order_number, effects.budget_code from effects join order_lines on order_lines.pk = line_pk"
    )
    assert {tuple(row) for row in booked} == {("B1", "JF"), ("B2", "VR")}
    assert len(audited(stage)) == 2


def test_planned_list_blocks_a_budget_from_its_day_on(stage: Stage) -> None:
    file = stage.folder / "codes.csv"
    file.write_text("code;year;blocked;supplier_code\nJF;2026;ja;JEUGD\nVR;2026;;VOLW\n")
    plan = budget_plans.from_day(budget_plans.from_file(stage.gateway.database, "I202", file).plan, date(2026, 3, 11))
    budget_plans.save(stage.gateway.database, "I202", plan)
    stage.push(
        a_mutation(mutation_id="BEFORE", order_number="B1", order_date=date(2026, 3, 10)),
        a_mutation(mutation_id="AFTER", order_number="B2", order_date=date(2026, 3, 11)),
    )
    stage.process()
    assert stage.outcomes() == {"BEFORE": "APPLIED", "AFTER": "WAITING locked-budget"}


def test_mapping_to_a_code_that_is_not_listed_is_refused(stage: Stage) -> None:
    with pytest.raises(budget_plans.NoSuchCode, match="XX"):
        budget_plans.save(stage.gateway.database, "I202", budget_plans.mapped(BudgetMapping("JEUGT", "XX")))


def test_code_that_stands_for_another_is_not_mapped_anew_without_a_day(stage: Stage) -> None:
    with pytest.raises(budget_plans.StandsForAnother, match="JEUGD stands for JF already"):
        outlook(stage, budget_plans.mapped(BudgetMapping("JEUGD", "VR")))


def test_mapping_is_ended_or_taken_away(stage: Stage) -> None:
    database = stage.gateway.database
    ends = budget_plans.unmapped(BudgetMapping("JEUGD", "JF"), date(2026, 3, 9))
    assert [str(each) for each in budget_plans.save(database, "I202", ends)] == [
        "mapping JEUGD changed: valid_until nothing -> 2026-03-09"
    ]
    away = budget_plans.unmapped(BudgetMapping("VOLW", "VR"), None)
    assert [str(each) for each in budget_plans.save(database, "I202", away)] == ["mapping VOLW removed"]
    with pytest.raises(budget_plans.NoSuchMapping):
        budget_plans.save(database, "I202", away)


def test_saving_what_there_is_changes_nothing_and_leaves_no_line(stage: Stage) -> None:
    assert budget_plans.save(stage.gateway.database, "I202", lambda before: before) == ()
    assert audited(stage) == []


def test_what_was_committed_released_and_shipped_stands_with_each_budget(stage: Stage) -> None:
    stage.push(
        a_mutation(order_number="B1", quantity=5, net_price=Cents(1000)),
        a_mutation(Kind.CANCELLED, order_number="B1", hour=1, quantity=1),
        a_mutation(Kind.SHIPPED, order_number="B1", hour=2, quantity=2),
    )
    stage.process()
    with stage.gateway.database.connect() as connection:
        balance = codes.balances(connection, "I202")["JF", 2026]
    assert (balance.committed, balance.shipped, balance.released) == (2000, 2000, 1000)
