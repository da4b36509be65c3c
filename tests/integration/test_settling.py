"""Lines of which nobody knows whether they arrived: a person looks, and what is not there is delivered again, once."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from gateway import app, clock
from gateway.accounts import audit
from gateway.config import MailSettings
from gateway.db import reading
from gateway.orders import overdue, processing
from gateway.orders.model import Kind
from gateway.orders.settling import DeliveryDesk, NotUncertain
from gateway.orders.store import enquiries
from gateway.orders.system import Acknowledgement, OrderSystem
from gateway.orders.waiting import Line
from tests import databases
from tests.builders import a_mutation
from tests.commands import commands_of
from tests.simulators.mail_server import mail_server
from tests.simulators.wise import Behaviour
from tests.stage import Stage, a_stage

SHIPMENT = {"quantity": 2, "packing_slip": "P1"}


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path, timeout_seconds=2) as stage:
        yield stage


@pytest.fixture
def desk(stage: Stage) -> DeliveryDesk:
    return DeliveryDesk(stage.gateway.database, stage.gateway.release, by="anna")


def line(mutation: str) -> Line:
    return Line("I201", mutation)


def order_whose_answer_is_lost(stage: Stage, *, done: bool, mutation: str = "O") -> None:
    """The work is done, or nothing is, and Wise says nothing that can be understood."""
    stage.wise.once.append(Behaviour.LOSE if done else Behaviour.FAIL)
    push(stage, a_mutation(mutation_id=mutation))


def push(stage: Stage, *mutations: object) -> None:
    stage.push(*mutations, institution="I201")
    stage.process()


def states(stage: Stage) -> dict[str, str]:
    with reading(stage.gateway.database) as connection:
        return {row.mutation_id: row.state for row in enquiries.deliveries_of(connection, "I201")}


def story(stage: Stage) -> list[tuple[str, int]]:
    return [(row.message_type, row.amount) for row in stage.wise.rows]


def newest_report(stage: Stage) -> str:
    return " ".join(stage.reports("I201")[-1].split())


def test_line_that_a_person_found_is_confirmed_and_told_and_never_goes_again(stage: Stage, desk: DeliveryDesk) -> None:
    order_whose_answer_is_lost(stage, done=True)
    assert states(stage) == {"O": "uncertain"}
    desk.settle(line("O"), arrived=True)
    stage.release("I201")
    assert states(stage) == {"O": "confirmed"}
    assert "anna vond het daar." in newest_report(stage)
    assert story(stage) == [("ORDER", 2)]
    stage.release("I201")
    assert len(stage.reports("I201")) == 2


def test_line_that_a_person_did_not_find_is_delivered_again_once_and_told(stage: Stage, desk: DeliveryDesk) -> None:
    order_whose_answer_is_lost(stage, done=False)
    desk.settle(line("O"), arrived=False)
    assert states(stage) == {"O": "to deliver"}
    for _ in range(3):
        stage.release("I201")
    assert states(stage) == {"O": "handed over"}
    assert story(stage) == [("ORDER", 2)]
    assert len(stage.reports("I201")) == 2
    assert "anna vond het daar niet, en het is opnieuw aangeboden." in newest_report(stage)


def test_mutations_behind_an_uncertain_one_wait_for_the_person_and_follow_in_order(
    stage: Stage, desk: DeliveryDesk
) -> None:
    order_whose_answer_is_lost(stage, done=False)
    push(stage, a_mutation(mutation_id="OTHER", order_line="2"))
    stage.release("I201")
    push(stage, a_mutation(Kind.SHIPPED, hour=1, mutation_id="S", **SHIPMENT))
    assert stage.outcomes()["S"] == "WAITING behind-uncertain"
    assert states(stage) == {"O": "uncertain", "OTHER": "handed over", "S": "to deliver"}
    assert "Van een eerdere mutatie van deze bestelregel" in newest_report(stage)
    desk.settle(line("O"), arrived=False)
    stage.release("I201")
    assert [(row.message_type, row.row) for row in stage.wise.rows] == [
        ("ORDER", "2"), ("ORDER", "1"), ("SHIPPING", "1")
    ]  # fmt: skip
    assert stage.outcomes()["S"] == "APPLIED"


def test_offered_before_a_crash_and_new_ones_do_not_share_a_batch(stage: Stage, desk: DeliveryDesk) -> None:
    stage.push(a_mutation(mutation_id="O"), institution="I201")
    stage.wise.behaviour = Behaviour.BUSY
    stage.process()
    with stage.gateway.database.begin() as connection:
        connection.exec_driver_sql("update deliveries set state = 'offered'")
    stage.wise.behaviour = Behaviour.NORMAL
    stage.push(a_mutation(Kind.SHIPPED, hour=1, mutation_id="S", **SHIPMENT), institution="I201")
    stage.release("I201")
    stage.release("I201")
    assert states(stage) == {"O": "uncertain", "S": "to deliver"}
    assert story(stage) == []


def test_books_of_every_report_close_whatever_a_person_finds(stage: Stage, desk: DeliveryDesk) -> None:
    order_whose_answer_is_lost(stage, done=False)
    stage.release("I201")
    push(stage, a_mutation(Kind.SHIPPED, hour=1, mutation_id="S", **SHIPMENT))
    desk.settle(line("O"), arrived=False)
    stage.wise.behaviour = Behaviour.BUSY
    push(stage, a_mutation(mutation_id="N", order_line="3"))
    stage.wise.behaviour = Behaviour.NORMAL
    stage.release("I201")
    assert set(states(stage).values()) == {"handed over"}
    assert len(stage.reports("I201")) >= 4
    assert not [report for report in stage.reports("I201") if "sluiten niet" in report]


class LooksMeanwhile:
    """A library system; a person settles a line between its last delivery and the end of the run's."""

    def __init__(self, system: OrderSystem, settle: Callable[[], None]) -> None:
        self._system, self._settle, self._asked = system, settle, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def acknowledgements(self) -> Sequence[Acknowledgement]:
        """Asked when a run begins, and after what it could deliver."""
        self._asked += 1
        if self._asked == 2:
            self._settle()
        return self._system.acknowledgements()


def test_books_close_when_a_person_settles_while_a_run_ends(stage: Stage, desk: DeliveryDesk) -> None:
    order_whose_answer_is_lost(stage, done=True)
    stage.push(a_mutation(Kind.SHIPPED, hour=1, mutation_id="S", **SHIPMENT), institution="I201")
    workshop = app.workshop(stage.gateway)
    served = workshop.served["I201"]
    looked_at = LooksMeanwhile(served.system, lambda: desk.settle(line("O"), arrived=True))
    watched = replace(workshop, served={"I201": replace(served, system=cast(OrderSystem, looked_at))})
    [(pk,)] = stage.rows("select max(pk) from messages")
    processing.run(watched, "I201", pk)
    stage.release("I201")
    assert set(states(stage).values()) == {"confirmed", "handed over"}
    assert not [report for report in stage.reports("I201") if "sluiten niet" in report]


def test_what_is_refused_or_uncertain_when_it_goes_again_is_told_with_what_to_do(
    stage: Stage, desk: DeliveryDesk
) -> None:
    order_whose_answer_is_lost(stage, done=False)
    desk.settle(line("O"), arrived=False)
    stage.wise.once.append(Behaviour.FAIL)
    stage.release("I201")
    assert states(stage) == {"O": "uncertain"}
    assert "opnieuw aangeboden. Onzeker of" in newest_report(stage)
    desk.settle(line("O"), arrived=False)
    stage.wise.refused_rows["1"] = "Onbekende vestiging"
    stage.release("I201")
    assert states(stage) == {"O": "refused"}
    assert "weigerde: Onbekende vestiging" in newest_report(stage)
    assert "Voer het met de hand" in newest_report(stage)


def test_earlier_report_keeps_saying_what_it_knew(stage: Stage, desk: DeliveryDesk) -> None:
    order_whose_answer_is_lost(stage, done=True)
    desk.settle(line("O"), arrived=True)
    stage.release("I201")
    with reading(stage.gateway.database) as connection:
        [first, *_] = enquiries.mentions(connection, 1)
    copy = app.suppliers_copy(stage.gateway, first, "XML").content.decode()
    assert "uncertain" in copy and "confirmed" not in copy


def test_only_what_is_uncertain_can_be_settled_and_only_once(stage: Stage, desk: DeliveryDesk) -> None:
    push(stage, a_mutation(mutation_id="SURE", order_line="9"))
    order_whose_answer_is_lost(stage, done=True)
    for known in ("SURE", "NOBODY"):
        with pytest.raises(NotUncertain):
            desk.settle(line(known), arrived=False)
    desk.settle(line("O"), arrived=True)
    with pytest.raises(NotUncertain):
        desk.settle(line("O"), arrived=False)
    stage.release("I201")
    assert story(stage) == [("ORDER", 2), ("ORDER", 2)]


def test_commands_show_and_settle_what_is_uncertain_and_say_who_did(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = commands_of(stage, monkeypatch, capsys)
    order_whose_answer_is_lost(stage, done=False)
    status, said, _ = run("deliveries", "list", "--state", "uncertain", "--json")
    [found] = json.loads(said)
    assert (status, found["mutation"], found["state"], found["order"]) == (0, "O", "uncertain", "B1/1")
    assert run("deliveries", "list", "--state", "perhaps")[0] == 2
    status, _, said = run("deliveries", "settle", "O", "-l", "I201")
    assert status == 2 and "--arrived or --not-arrived" in said
    assert run("deliveries", "settle", "X", "-l", "I201", "--arrived")[0] == 1
    assert run("deliveries", "settle", "O", "-l", "I201", "--not-arrived")[0] == 0
    assert json.loads(run("deliveries", "list", "--json", "-l", "I201")[1])[0]["state"] == "to deliver"
    assert json.loads(run("orders", "show", "B1", "-l", "I201", "--json")[1])[0]["delivery"] == "to deliver"
    entries = audit.entries(stage.gateway.database, datetime(2020, 1, 1, tzinfo=UTC), account="I201")
    [entry] = [each for each in entries if each.what == "delivery-settled"]
    assert entry.detail == "O (B1/1): not arrived, delivered again" and entry.by == audit.operator()


def test_line_that_stays_uncertain_is_told_to_staff_by_mail(stage: Stage) -> None:
    order_whose_answer_is_lost(stage, done=True)
    with mail_server() as post, clock.pretending(clock.now() + timedelta(days=4)):
        server = MailSettings(host="127.0.0.1", port=post.port, tls="none", sender="gateway@library.example")
        library = stage.gateway.libraries["I201"]
        assert overdue.warn(stage.gateway.database, library, 3, "staff@library.example", server) == 1
    assert "nog niemand heeft gezegd" in " ".join(post.sent[0].get_content().split())


def test_line_held_behind_an_uncertain_one_is_told_as_that_by_mail_and_command(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order_whose_answer_is_lost(stage, done=False)
    push(stage, a_mutation(Kind.SHIPPED, hour=1, mutation_id="S", **SHIPMENT))
    with mail_server() as post, clock.pretending(clock.now() + timedelta(days=4)):
        server = MailSettings(host="127.0.0.1", port=post.port, tls="none", sender="gateway@library.example")
        overdue.warn(stage.gateway.database, stage.gateway.libraries["I201"], 3, "staff@library.example", server)
    told = " ".join(post.sent[0].get_content().split())
    assert "Van een eerdere mutatie van deze bestelregel weet nog niemand" in told and "niet bereikbaar" not in told
    [shown] = json.loads(commands_of(stage, monkeypatch, capsys)("--json", "waiting", "list", "-l", "I201")[1])
    assert (shown["mutation"], shown["waits_for"]) == ("S", "the library system")
    assert "nobody knows yet" in shown["why"] and "Say of the earlier one" in shown["remedy"]


def test_line_that_may_go_again_waits_for_its_run_and_says_so(
    stage: Stage, desk: DeliveryDesk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order_whose_answer_is_lost(stage, done=False)
    desk.settle(line("O"), arrived=False)
    [shown] = json.loads(commands_of(stage, monkeypatch, capsys)("--json", "waiting", "list", "-l", "I201")[1])
    assert shown["why"] == "It is decided and will be handed over by its run."
