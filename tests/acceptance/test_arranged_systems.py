"""Brocade, Concerto and Clientrix: off until it is arranged, and end to end once it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import app
from gateway.install.checks import outside
from gateway.install.checks.finding import Finding, Health, Patient
from gateway.money import Cents
from gateway.orders.model import Copy, Kind
from tests.builders import a_mutation
from tests.simulators.arranged import ArrangedSimulator
from tests.stage import Stage, a_stage

SYSTEMS = {
    "Brocade": ("brocade", {}),
    "Brocade with CSV": ("brocade", {"format": "csv"}),
    "Concerto": ("concerto", {}),
    "Clientrix": ("clientrix", {}),
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


def switched_on(stage: Stage, which: str, **more: Any) -> ArrangedSimulator:
    """The system as it runs once it was arranged, and its simulator."""
    system, section = SYSTEMS[which]
    simulated = ArrangedSimulator(stage.folder / "vsmart" / "in", stage.folder / "vsmart" / "out")
    folders = {"folder": simulated.folder, "answers": simulated.acknowledgements}
    stage.restart_with("I202", system, arranged=True, **folders, **section, **more)
    return simulated


def looked_over(stage: Stage) -> list[Finding]:
    """What `gateway check` finds of the library."""
    patient = Patient(stage.folder / "gateway.toml", stage.settings, app.fittings())
    library = stage.settings.of("I202")
    return list(outside.library_check(library)(patient))


@pytest.mark.parametrize("which", SYSTEMS)
def test_first_push_to_a_system_that_is_off_waits_with_one_sentence_and_follows_once_it_is_on(
    stage: Stage, which: str
) -> None:
    name = which.split()[0]
    stage.restart_with("I202", SYSTEMS[which][0])
    assert stage.push(a_mutation(), a_mutation(Kind.SHIPPED, hour=1)).status == 200
    stage.process()
    stage.push(a_mutation(Kind.ORDERED, order_number="B2"))
    stage.process()
    assert set(stage.outcomes().values()) == {"WAITING not-arranged"}
    for report in stage.reports("I202"):
        told = " ".join(report.partition("VRAAGT AANDACHT")[2].split())
        assert f"Bestelsynchronisatie met {name} is nog niet geregeld" in told
        assert "laat de installateur het aanzetten" in told

    simulated = switched_on(stage, which)
    stage.release()
    simulated.step()
    assert [(each.order, each.action, each.copies) for each in simulated.entered] == [
        ("B1", "ORDERED", 2), ("B1", "SHIPPED", 2), ("B2", "ORDERED", 2)
    ]  # fmt: skip
    assert {each.split()[0] for each in stage.outcomes().values()} == {"APPLIED"}


@pytest.mark.parametrize("which", SYSTEMS)
def test_nothing_is_written_before_it_is_arranged_even_where_the_folders_are_named(stage: Stage, which: str) -> None:
    simulated = switched_on(stage, which)
    folders = {"folder": simulated.folder, "answers": simulated.acknowledgements}
    stage.restart_with("I202", SYSTEMS[which][0], **folders)
    stage.push(a_mutation())
    stage.process()
    assert list(stage.outcomes().values()) == ["WAITING not-arranged"]
    assert list(simulated.folder.iterdir()) == []


@pytest.mark.parametrize("which", SYSTEMS)
def test_check_says_that_it_is_off_and_what_to_do_and_is_satisfied_once_it_is_on(stage: Stage, which: str) -> None:
    name, system = which.split()[0], SYSTEMS[which][0]
    stage.restart_with("I202", system)
    [off] = looked_over(stage)
    assert off.health is Health.DOUBTFUL
    assert off.sentence == f"Order synchronisation with {name} is not arranged yet; lines for it wait here."
    assert f"arranged = true in [library.{system}]" in off.remedy

    switched_on(stage, which)
    assert [each.health for each in looked_over(stage)] == [Health.GOOD]


@pytest.mark.parametrize("which", SYSTEMS)
def test_every_kind_goes_in_per_branch_and_what_is_refused_stands_in_the_next_report(stage: Stage, which: str) -> None:
    simulated = switched_on(stage, which)
    divided = (Copy(branch="01", budget_code="JEUGD"), Copy(branch="02", budget_code="VOLW"))
    stage.push(
        a_mutation(copies=divided),
        a_mutation(Kind.DELAYED, hour=1),
        a_mutation(Kind.CHANGED, hour=2, quantity=3, copies=(*divided, Copy(branch="02", budget_code="VOLW"))),
        a_mutation(Kind.SHIPPED, hour=3, quantity=1, copies=divided[:1]),
        a_mutation(Kind.CANCELLED, hour=4, quantity=2, copies=(divided[1],) * 2),
        a_mutation(order_number="B2", order_line="7"),
    )  # fmt: skip
    stage.process()
    simulated.refused["7"] = "Titel niet gevonden"
    simulated.step()
    assert simulated.copies == {
        "1 ORDERED": 2, "1 DELAYED": 2, "1 CHANGED": 3, "1 SHIPPED": 1, "1 CANCELLED": 2
    }  # fmt: skip
    received = b"".join(simulated.files.values())
    assert b"2011" in received and b"2012" in received and b"JF" in received and b"VR" in received
    stage.release()
    states = sorted(state for (state,) in stage.rows("select state from deliveries"))
    assert states == ["confirmed"] * 5 + ["refused later"]
    told = " ".join(stage.reports("I202")[-1].partition("VRAAGT AANDACHT")[2].split())
    assert "B2" in told and "Titel niet gevonden" in told
    assert "INA" in stage.reports("I202")[-1]


def test_budget_code_is_needed_where_the_library_says_so_and_falls_back_where_it_does_not(stage: Stage) -> None:
    unknown = {"budget_code": "WEG", "net_price": Cents(1000)}
    switched_on(stage, "Concerto", needs_budget_code=True)
    stage.push(a_mutation(**unknown))
    stage.process()
    assert list(stage.outcomes().values()) == ["WAITING unknown-budget-code"]
    switched_on(stage, "Concerto")
    stage.push(a_mutation(order_number="B2", **unknown))
    stage.process()
    assert "APPLIED_WITH_WARNING unknown-budget-code" in stage.outcomes().values()
