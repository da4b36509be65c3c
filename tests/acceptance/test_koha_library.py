"""A library with Koha, from the push to the report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.orders.model import Copy, Kind
from tests.builders import a_mutation
from tests.simulators.koha import Behaviour, KohaSimulator
from tests.stage import Stage, a_stage


@pytest.fixture
def koha(tmp_path: Path) -> Iterator[KohaSimulator]:
    (tmp_path / "edi").mkdir()
    koha = KohaSimulator(tmp_path / "edi", funds={1: ("JF", 1), 2: ("VR", 1)})
    with koha.running():
        yield koha


@pytest.fixture
def stage(tmp_path: Path, koha: KohaSimulator) -> Iterator[Stage]:
    (tmp_path / "koha-password").write_text(koha.password)
    with a_stage(tmp_path) as stage:
        stage.restart_with(
            "I202", "koha", address=koha.address, user=koha.user, password_file=tmp_path / "koha-password",
            basket_id=7, folder=koha.folder, timeout_seconds=5,
        )  # fmt: skip
        yield stage


def attention(stage: Stage) -> str:
    return " ".join(stage.reports("I202")[-1].partition("VRAAGT AANDACHT")[2].split())


def test_a_day_goes_into_koha_per_fund_and_the_cancellation_is_confirmed_later(
    stage: Stage, koha: KohaSimulator
) -> None:
    divided = (Copy(branch="01", budget_code="JEUGD"), Copy(branch="02", budget_code="VOLW"))
    stage.push(
        a_mutation(copies=divided),
        a_mutation(Kind.DELAYED, hour=1),
        a_mutation(Kind.CANCELLED, hour=2, quantity=1, copies=divided[1:]),
        a_mutation(Kind.SHIPPED, hour=3, quantity=1, copies=divided[:1]),
    )
    stage.process()
    assert set(stage.outcomes().values()) == {"APPLIED"}
    assert [(each["fund_id"], each["quantity"]) for each in koha.orders.values()] == [(1, 1), (2, 1)]
    states = [state for (state,) in stage.rows("select state from deliveries order by place")]
    assert states == ["confirmed", "confirmed", "handed over", "confirmed"]
    koha.run_edi_cron()
    stage.release()
    assert [each["status"] for each in koha.orders.values()] == ["new", "cancelled"]
    assert {state for (state,) in stage.rows("select state from deliveries")} == {"confirmed"}
    [report] = stage.reports("I202")
    assert report.count("INA") and "De vuurtoren van Nergenshu" in report


def test_what_koha_refuses_stands_under_what_needs_attention(stage: Stage, koha: KohaSimulator) -> None:
    del koha.funds[1]
    stage.push(a_mutation(), a_mutation(order_number="B2", budget_code="VOLW"))
    stage.process()
    assert sorted(stage.outcomes().values()) == ["APPLIED", "APPLIED_WITH_WARNING system-refused"]
    assert "Koha heeft geen fonds met code JF" in attention(stage)


def test_koha_that_is_busy_gets_all_in_order_when_it_is_back(stage: Stage, koha: KohaSimulator) -> None:
    koha.behaviour = Behaviour.BUSY
    stage.push(a_mutation(), a_mutation(Kind.SHIPPED, hour=1))
    stage.process()
    assert set(stage.outcomes().values()) == {"WAITING system-unavailable"}
    koha.behaviour = Behaviour.NORMAL
    stage.release()
    assert [(kind, copies) for _, kind, copies in koha.told()] == [("ORDERED", 2), ("SHIPPED", 2)]
    assert set(stage.outcomes().values()) == {"APPLIED"}
