"""Suppliers are told which budget codes hold, and what they do not know yet can be seen."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.accounts import audit
from gateway.accounts.model import SupplierAccount
from gateway.config import MailSettings, SupplierSettings
from gateway.orders import announcements, answers, budget_plans
from gateway.orders.announcements import Announced, NobodyToTell, NoMailServer, Way
from gateway.orders.budget_changes import CodeList
from gateway.orders.model import BudgetCode
from tests import databases
from tests.builders import a_mutation
from tests.simulators.budget_receiver import BudgetReceiver, budget_receiver
from tests.simulators.mail_server import MailServer, mail_server
from tests.stage import SENDER, Stage, a_stage

ANYBODY = SupplierAccount(name="supplier", sender=SENDER, institutions=frozenset({"I202"}))


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def receiver() -> Iterator[BudgetReceiver]:
    with budget_receiver() as receiver:
        yield receiver


def announce(stage: Stage, supplier: SupplierSettings, server: MailServer | None = None) -> list[Announced]:
    settings = None
    if server:
        settings = MailSettings(host="127.0.0.1", port=server.port, sender="gateway@library.example", tls="none")
    library = stage.gateway.libraries["I202"]
    return announcements.announce(stage.gateway.database, library, {SENDER: supplier}, settings, by="anna")


def drift(stage: Stage) -> list[tuple[str, str, int | None, int]]:
    found = announcements.drift(stage.gateway.database, stage.gateway.libraries["I202"], [SENDER])
    return [(each.lag, each.code, each.year, each.lines) for each in found[SENDER]]


def change(stage: Stage, **codes: BudgetCode | None) -> None:
    """Put codes in the place of those of that name, or take them away."""

    def plan(before: CodeList) -> CodeList:
        kept = [code for code in before.codes if code.code not in codes]
        return CodeList((*kept, *filter(None, codes.values())), before.mappings)

    budget_plans.save(stage.gateway.database, "I202", plan)


def test_supplier_is_told_over_its_own_soap_address_by_the_contract(stage: Stage, receiver: BudgetReceiver) -> None:
    change(stage, VR=BudgetCode("VR", "Romans & méér", 2026, valid_from=date(2026, 1, 1), blocked=True))
    [done] = announce(stage, SupplierSettings(soap_address=receiver.address))
    assert (done.way, done.problem) == (Way.SOAP, "")
    assert receiver.codes() == [
        ("JF", "Jeugd fictie", "2026", None, None, "false"),
        ("VR", "Romans & méér", "2026", "2026-01-01", None, "true"),
    ]
    [told] = receiver.lists
    assert told.findtext("{*}institutionCode") == "I202" and told.findtext("{*}senderCode") == SENDER
    given = answers.budget_codes(stage.gateway.database, lambda _: True, ANYBODY, "I202", None)
    assert told.findtext("{*}version") == done.version == given.version
    assert drift(stage) == []
    [line] = audit.entries(stage.gateway.database, datetime(2020, 1, 1, tzinfo=UTC), what=None, account="I202")[:1]
    assert (line.what, line.by) == ("budget-codes-announced", "anna")
    assert line.detail == f"000002 by soap to {receiver.address}, version {done.version}"


def test_supplier_is_told_by_mail_what_is_new_and_never_an_amount(stage: Stage) -> None:
    with mail_server() as server:
        announce(stage, SupplierSettings(mail="orders@supplier.example"), server)
        change(stage, VR=None, NIEUW=BudgetCode("NIEUW", "Nieuw", 2027, valid_from=date(2027, 1, 1)))
        announce(stage, SupplierSettings(mail="orders@supplier.example"), server)
    first, second = (each.get_content().replace("\r\n", "\n") for each in server.sent)
    assert server.sent[0]["Subject"] == "Budgetcodes van Bibliotheek Proefdorp (I202)"
    assert "- JF 2026 is nieuw" in first
    assert "- NIEUW 2027 is nieuw\n- VR 2026 geldt niet meer\n" in second and "JF 2026 is nieuw" not in second
    assert "NIEUW  2027  Nieuw         vanaf 01-01-2027" in second
    assert "1000" not in first


def test_what_the_supplier_asked_for_it_knows(stage: Stage) -> None:
    assert drift(stage) == [("not-told", "JF", 2026, 0), ("not-told", "VR", 2026, 0)]
    answers.budget_codes(stage.gateway.database, lambda _: True, ANYBODY, "I202", 2025)
    assert len(drift(stage)) == 2
    answers.budget_codes(stage.gateway.database, lambda _: True, ANYBODY, "I202", None)
    assert drift(stage) == []
    change(stage, JF=BudgetCode("JF", "Een andere naam", 2026, valid_until=date(2026, 6, 30)), VR=None)
    assert drift(stage) == [("changed-since-told", "JF", 2026, 0), ("gone-and-not-told", "VR", 2026, 0)]


def test_codes_that_the_supplier_still_uses_after_their_end_are_drift(stage: Stage) -> None:
    answers.budget_codes(stage.gateway.database, lambda _: True, ANYBODY, "I202", None)
    change(stage, JF=BudgetCode("JF", year=2026, valid_until=date(2026, 3, 9)))
    stage.push(
        a_mutation(order_number="B1"),
        a_mutation(order_number="B2", budget_code="JF"),
        a_mutation(order_number="B3", budget_code="JEUGT"),
        a_mutation(order_number="B4", budget_code="JEUGT"),
        a_mutation(order_number="B5", budget_code="JEUGD", order_date=date(2026, 3, 9)),
    )
    assert drift(stage) == [
        ("changed-since-told", "JF", 2026, 0),
        ("never-given", "JEUGT", None, 2),
        ("used-after-its-end", "JEUGD", None, 1),
        ("used-after-its-end", "JF", None, 1),
    ]
    found = announcements.drift(stage.gateway.database, stage.gateway.libraries["I202"])[SENDER]
    assert [each.suggestions for each in found if each.code == "JEUGT"] == [("JEUGD",)]


def test_supplier_that_refuses_was_not_told(stage: Stage, receiver: BudgetReceiver) -> None:
    supplier = SupplierSettings(soap_address=receiver.address)
    receiver.fault = "We are closed"
    assert [each.problem for each in announce(stage, supplier)] == ["We are closed"]
    receiver.fault, receiver.holds = "", "an-old-one"
    [done] = announce(stage, supplier)
    assert "holds version an-old-one" in done.problem
    assert len(drift(stage)) == 2
    assert audit.entries(stage.gateway.database, datetime(2020, 1, 1, tzinfo=UTC), account="I202") == []


def test_account_goes_along_and_a_wrong_one_is_told(
    stage: Stage, receiver: BudgetReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.account = ("library", "geheim")
    supplier = SupplierSettings(
        soap_address=receiver.address, soap_account="library", soap_password_env="BUDGETS_PASSWORD"
    )
    monkeypatch.setenv("BUDGETS_PASSWORD", "geheim")
    assert [each.problem for each in announce(stage, supplier)] == [""]
    monkeypatch.setenv("BUDGETS_PASSWORD", "een ander")
    [done] = announce(stage, supplier)
    assert "401" in done.problem
    monkeypatch.delenv("BUDGETS_PASSWORD")
    assert "There is no password in BUDGETS_PASSWORD" in announce(stage, supplier)[0].problem


def test_one_way_that_fails_stops_no_other(stage: Stage, receiver: BudgetReceiver) -> None:
    with ExitStack() as parts:
        server = parts.enter_context(mail_server())
        server.refused = {"weg@supplier.example": "550 no such user"}
        both = SupplierSettings(mail="weg@supplier.example", soap_address=receiver.address)
        done = announce(stage, both, server)
    assert [(each.way, bool(each.problem)) for each in done] == [(Way.MAIL, True), (Way.SOAP, False)]


def test_nobody_to_tell_is_told_to_the_installer(stage: Stage) -> None:
    with pytest.raises(NobodyToTell):
        announce(stage, SupplierSettings())
    with pytest.raises(NoMailServer):
        announce(stage, SupplierSettings(mail="orders@supplier.example"))


def test_another_librarys_codes_are_of_no_concern(stage: Stage) -> None:
    answers.budget_codes(
        stage.gateway.database, lambda _: True, replace(ANYBODY, institutions=frozenset({"I201"})), "I201", None
    )
    assert len(drift(stage)) == 2
