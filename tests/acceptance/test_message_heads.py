"""The head of a message: who sent it, what identifies it, and the supplier's own numbers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import app
from gateway.orders import processing
from gateway.orders.model import Kind
from tests.builders import a_mutation
from tests.stage import Stage, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


def test_header_that_differs_under_the_same_message_id_is_named_as_on_the_wire(stage: Stage) -> None:
    mutation = a_mutation()
    stage.push(mutation, message_id="DAY-1")
    for change, difference in (
        ({"institution": "I201"}, "header/institutionCode: I202 then, I201 now"),
        ({"message_number": 7}, "header/messageNumber: absent then, 7 now"),
        (
            {"created_at": datetime(2026, 3, 10, 19, tzinfo=UTC)},
            "header/createdAt: 2026-03-10T18:00:00Z then, 2026-03-10T19:00:00Z now",
        ),
    ):
        answer = stage.push(mutation, message_id="DAY-1", **change)
        assert difference in (answer.text("message") or "")


def test_gap_and_step_back_are_told_beside_the_previous_number(stage: Stage) -> None:
    for place, number in enumerate((1, 2, 10, None, 3, 4)):
        stage.push(a_mutation(order_number=f"B{place}"), message_number=number)
        stage.push(a_mutation(order_number=f"B{place}"), message_number=7 * place + 50, institution="I201")
        stage.process()
    told = [" ".join(report.split()) for report in stage.reports("I202")]
    assert [[number for number in ("nummer 2, dit", "nummer 10, dit") if number in text] for text in told] == [
        [], [], ["nummer 2, dit"], [], ["nummer 10, dit"], []
    ]  # fmt: skip
    assert "ontbreekt mogelijk" in told[2] and "teruggegaan" in told[4]


def test_library_system_is_told_the_name_of_the_supplier_that_sent_it(stage: Stage) -> None:
    names = {"000001": "Eerste Leverancier", "000002": "Tweede Leverancier"}
    named = replace(stage.gateway, settings=stage.settings.model_copy(update={"sender_names": names}))
    stage.push(a_mutation(), a_mutation(Kind.SHIPPED, hour=1))
    processing.run(app.workshop(named), "I202", 1)
    [notice] = (stage.folder / "vsmart" / "in").glob("*-ship-*.xml")
    assert "Tweede Leverancier" in notice.read_text() and "Eerste" not in notice.read_text()
