"""One day with everything in it, through each library system to its report: a golden file for each system."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import adapters
from gateway import clock
from gateway.money import Cents
from gateway.orders.model import Channel, Copy, Kind, Mutation
from tests.builders import a_mutation
from tests.conftest import Golden
from tests.simulators.koha import KohaSimulator
from tests.stage import Stage, a_stage

NIGHT = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
DIVIDED = (Copy(branch="01", budget_code="JEUGD"), Copy(branch="02", budget_code="VOLW"))
OTHER_TITLE = {"title": "Het geheim van de dijk", "author": "Voorbeeld, Anna", "ean": "9789025870379"}
DAY = (
    a_mutation(mutation_id="M-01", copies=DIVIDED, author="Jansen, Piet"),
    a_mutation(mutation_id="M-02", order_number="B2", channel=Channel.PHONE, **OTHER_TITLE),
    a_mutation(Kind.CHANGED, mutation_id="M-03", order_number="B2", hour=1, quantity=3),
    a_mutation(Kind.DELAYED, mutation_id="M-04", order_number="B2", hour=2, quantity=3, expected_date=date(2026, 6, 1)),
    a_mutation(Kind.CANCELLED, mutation_id="M-05", hour=3, quantity=1, copies=DIVIDED[1:]),
    a_mutation(Kind.SHIPPED, mutation_id="M-06", hour=4, quantity=1, copies=DIVIDED[:1]),
    a_mutation(
        Kind.SHIPPED, mutation_id="M-07", order_number="WINKEL-9", hour=5, quantity=1, channel=Channel.SHOP,
        branch="02", budget_code="VOLW", title="Los gekocht", ean="9789044622355", net_price=Cents(1250),
        currency="EUR",
    ),
    a_mutation(mutation_id="M-08", order_number="B3", budget_code="ONBEKEND", **OTHER_TITLE),
)  # fmt: skip


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


@contextmanager
def in_folders(stage: Stage, system: str) -> Iterator[None]:
    """A system that takes files, switched on."""
    folders = {"folder": stage.folder / "vsmart" / "in", "answers": stage.folder / "vsmart" / "out"}
    stage.restart_with("I202", system, arranged=True, **folders)
    yield


@contextmanager
def on_koha(stage: Stage, system: str) -> Iterator[None]:
    (stage.folder / "edi").mkdir()
    (stage.folder / "secret").write_text("geheim")
    with KohaSimulator(stage.folder / "edi", funds={1: ("JF", 1), 2: ("VR", 1)}).running() as koha:
        stage.restart_with(
            "I202", system, address=koha.address, user=koha.user, password_file=stage.folder / "secret", basket_id=7,
            folder=koha.folder,
        )  # fmt: skip
        yield


@contextmanager
def on_wise(stage: Stage, system: str) -> Iterator[None]:
    stage.restart_with("I202", system, **stage.settings.of("I201").settings.model_dump(exclude_none=True))
    yield


@contextmanager
def as_it_is(stage: Stage, system: str) -> Iterator[None]:
    assert stage.settings.of("I202").system == system
    yield


RUNNING = {
    "brocade": in_folders, "clientrix": in_folders, "concerto": in_folders, "koha": on_koha, "vsmart": as_it_is,
    "wise": on_wise,
}  # fmt: skip
"""How library I202 comes to run on each system."""


@pytest.mark.parametrize("system", adapters.names())
def test_a_day_becomes_the_report_that_staff_of_each_system_get(stage: Stage, golden: Golden, system: str) -> None:
    with RUNNING[system](stage, system):
        golden.agrees(f"reports/systems/{system}.txt", reported(stage, *DAY))


@pytest.mark.parametrize("system", ["brocade", "clientrix", "concerto"])
def test_a_day_for_a_system_that_is_off_is_a_report_of_what_waits(stage: Stage, golden: Golden, system: str) -> None:
    stage.restart_with("I202", system)
    golden.agrees(f"reports/systems/{system}-off.txt", reported(stage, *DAY[:2]))


def reported(stage: Stage, *day: Mutation) -> bytes:
    """Push a day, process it, and give its report as text."""
    with clock.pretending(NIGHT):
        assert stage.push(*day).status == 200
        stage.process()
    [report] = stage.reports("I202")
    return report.encode()
