"""Lines that wait: helped once or for good, refused with a reason, and never forgotten in silence."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway import clock, clockwork
from gateway.accounts import audit
from gateway.config import MailSettings
from gateway.orders import budget_plans
from gateway.orders.budget_changes import CodeList
from gateway.orders.budget_plans import NoSuchCode
from gateway.orders.model import BudgetCode, Kind
from gateway.orders.waiting import Choice, Desk, Line, NoSuchBranch, NotWaiting, StillWaits
from tests import databases
from tests.builders import a_mutation, copies
from tests.commands import commands_of
from tests.simulators.mail_server import mail_server
from tests.stage import BUDGETS, MAPPINGS, Stage, a_stage


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage.gateway.database, stage.gateway.libraries["I202"], stage.gateway.release, by="anna")


def line(mutation: str) -> Line:
    return Line("I202", mutation)


def booked(stage: Stage) -> set[tuple[str, str, str, int | None]]:
    rows = stage.rows(
        "select order_number, effects.branch, effects.budget_code, effects.budget_year from effects"
        " join order_lines on order_lines.pk = line_pk"
    )
    return {tuple(row) for row in rows}


def audited(stage: Stage) -> list[str]:
    entries = audit.entries(stage.gateway.database, datetime(2020, 1, 1, tzinfo=UTC), account="I202")
    return [f"{entry.what}: {entry.detail} ({entry.by})" for entry in entries][::-1]


def set_codes(stage: Stage, *codes: BudgetCode) -> None:
    budget_plans.save(stage.gateway.database, "I202", lambda _: CodeList(codes, MAPPINGS), by="setup")


def push(stage: Stage, *mutations: Any) -> None:
    stage.push(*mutations)
    stage.process()


def test_code_chosen_once_holds_for_that_line_only(stage: Stage, desk: Desk) -> None:
    push(
        stage,
        a_mutation(mutation_id="ONE", order_number="B1", budget_code="JEUGT"),
        a_mutation(Kind.SHIPPED, mutation_id="BEHIND", order_number="B1", hour=1),
        a_mutation(mutation_id="TWO", order_number="B2", budget_code="JEUGT"),
    )
    assert stage.outcomes()["ONE"] == "WAITING unknown-budget-code"
    desk.choose(line("ONE"), Choice(budget_code="VR"))
    before = len(stage.reports("I202"))
    stage.release()
    outcomes = stage.outcomes()
    assert (outcomes["ONE"], outcomes["BEHIND"]) == ("APPLIED", "APPLIED")
    assert outcomes["TWO"] == "WAITING unknown-budget-code"
    assert booked(stage) == {("B1", "2011", "VR", 2026)}
    [*_, report] = stage.reports("I202")
    assert len(stage.reports("I202")) == before + 1 and "B1" in report
    assert audited(stage) == ["line-chosen: ONE (B1/1): on VR 2026 (anna)"]


def test_choice_for_all_like_it_is_a_mapping_and_helps_the_next_lines_too(stage: Stage, desk: Desk) -> None:
    push(
        stage,
        a_mutation(mutation_id="ONE", order_number="B1", budget_code="JEUGT"),
        a_mutation(mutation_id="TWO", order_number="B2", budget_code="JEUGT"),
    )
    desk.choose_for_all(line("ONE"), Choice(budget_code="JF"))
    stage.release()
    push(stage, a_mutation(mutation_id="LATER", order_number="B3", budget_code="JEUGT"))
    assert {stage.outcomes()[each] for each in ("ONE", "TWO", "LATER")} == {"APPLIED"}
    assert audited(stage) == ["budget-codes-changed: mapping JEUGT added: library_code JF (anna)"]


def test_code_that_ended_is_followed_by_the_chosen_one_from_the_order_day_on(stage: Stage, desk: Desk) -> None:
    set_codes(stage, replace(BUDGETS[0], valid_until=date(2026, 3, 9)), BUDGETS[1])
    push(
        stage,
        a_mutation(mutation_id="AFTER", order_number="B1"),
        a_mutation(mutation_id="BEFORE", order_number="B2", order_date=date(2026, 3, 9)),
    )
    assert stage.outcomes()["AFTER"] == "WAITING expired-budget-code"
    desk.choose_for_all(line("AFTER"), Choice(budget_code="VR"))
    stage.release()
    assert booked(stage) == {("B1", "2011", "VR", 2026), ("B2", "2011", "JF", 2026)}


@pytest.mark.parametrize(
    ("code", "mutation", "why"),
    [
        (replace(BUDGETS[0], blocked=True), {}, "locked-budget"),
        (replace(BUDGETS[0], valid_from=date(2026, 3, 11)), {}, "budget-code-not-yet-valid"),
        (BUDGETS[0], {"budget_year": 2025}, "wrong-budget-year"),
        (BUDGETS[0], {"budget_code": None}, "missing-budget-code"),
    ],
)
def test_line_that_waits_for_its_code_in_any_way_goes_on_the_chosen_one(
    stage: Stage, desk: Desk, code: BudgetCode, mutation: dict[str, Any], why: str
) -> None:
    set_codes(stage, code, BUDGETS[1])
    push(stage, a_mutation(mutation_id="M", **mutation))
    assert stage.outcomes() == {"M": f"WAITING {why}"}
    desk.choose(line("M"), Choice(budget_code="VR"))
    stage.release()
    assert stage.outcomes() == {"M": "APPLIED"}
    assert booked(stage) == {("B1", "2011", "VR", 2026)}


def test_only_the_copies_that_cannot_be_placed_go_on_the_chosen_code(stage: Stage, desk: Desk) -> None:
    split = (*copies("01", budget_code="JEUGD"), *(replace(each, copy_id="X") for each in copies("09")))
    push(stage, a_mutation(mutation_id="M", quantity=2, copies=split, budget_code="WAT"))
    assert stage.outcomes() == {"M": "WAITING unknown-branch"}
    with pytest.raises(StillWaits, match="Budget code WAT is not known"):
        desk.choose(line("M"), Choice(branch="2012"))
    desk.choose(line("M"), Choice(branch="2012", budget_code="VR"))
    stage.release()
    assert booked(stage) == {("B1", "2011", "JF", 2026), ("B1", "2012", "VR", 2026)}


def test_change_of_a_known_line_goes_on_the_chosen_code_too(stage: Stage, desk: Desk) -> None:
    push(
        stage,
        a_mutation(mutation_id="ORDER"),
        a_mutation(Kind.CHANGED, mutation_id="M", hour=1, budget_code="JEUGT", quantity=3),
    )
    assert stage.outcomes()["M"] == "WAITING unknown-budget-code"
    desk.choose(line("M"), Choice(budget_code="VR"))
    stage.release()
    assert stage.outcomes()["M"] == "APPLIED"
    assert ("B1", "2011", "VR", 2026) in booked(stage)


def test_shipment_to_a_branch_that_is_not_known_goes_to_the_chosen_one(stage: Stage, desk: Desk) -> None:
    push(
        stage,
        a_mutation(mutation_id="ORDER", branch="02"),
        a_mutation(Kind.SHIPPED, mutation_id="M", hour=1, branch="09"),
    )
    assert stage.outcomes()["M"] == "WAITING unknown-branch"
    desk.choose(line("M"), Choice(branch="2012"))
    stage.release()
    assert stage.outcomes()["M"] == "APPLIED"


def test_branch_chosen_for_all_is_added_to_the_list(stage: Stage, desk: Desk) -> None:
    push(stage, a_mutation(mutation_id="M", branch="09"))
    desk.choose_for_all(line("M"), Choice(branch="2012"))
    stage.release()
    push(stage, a_mutation(mutation_id="N", order_number="B2", branch="09"))
    assert stage.outcomes() == {"M": "APPLIED", "N": "APPLIED"}
    assert audited(stage) == ["branches-changed: branch 09 added: 2012 (anna)"]


def test_refused_line_stands_in_the_next_report_with_its_reason_and_stays_refused(stage: Stage, desk: Desk) -> None:
    push(stage, a_mutation(mutation_id="M", budget_code="JEUGT"))
    desk.refuse(line("M"), "dubbel besteld")
    stage.release()
    assert stage.outcomes() == {"M": "REFUSED refused-by-hand"}
    assert "Geweigerd door anna: dubbel besteld" in " ".join(stage.reports("I202")[-1].split())
    assert audited(stage) == ["line-refused: M (B1/1): dubbel besteld (anna)"]
    with pytest.raises(NotWaiting):
        desk.refuse(line("M"), "nog eens")
    assert booked(stage) == set()


def test_choice_that_does_not_help_is_refused_and_nothing_of_it_is_kept(stage: Stage, desk: Desk) -> None:
    set_codes(stage, *BUDGETS, BudgetCode("DICHT", blocked=True))
    push(
        stage,
        a_mutation(mutation_id="M", budget_code="JEUGT"),
        a_mutation(Kind.CANCELLED, mutation_id="LOOSE", order_number="B9"),
    )
    seen = audited(stage)
    for choice, error in (
        (Choice(budget_code="XX"), NoSuchCode),
        (Choice(branch="9999"), NoSuchBranch),
        (Choice(budget_code="DICHT"), StillWaits),
    ):
        for decide in (desk.choose, desk.choose_for_all):
            with pytest.raises(error):
                decide(line("M"), choice)
    with pytest.raises(StillWaits, match="is not known here yet"):
        desk.choose(line("LOOSE"), Choice(budget_code="JF"))
    with pytest.raises(NotWaiting):
        desk.choose(line("NIETS"), Choice(budget_code="JF"))
    assert audited(stage) == seen
    assert stage.rows("select * from verdicts") == []


def test_staff_are_mailed_what_waits_too_long_and_not_every_hour(stage: Stage) -> None:
    push(stage, a_mutation(mutation_id="M", order_number="B7", budget_code="JEUGT"))
    with mail_server() as server:
        told = _with_mail(stage, server.port)
        for hours in (1, 71, 73, 74, 120, 146):
            with clock.pretending(clock.now() + timedelta(hours=hours)):
                clockwork.warn_of_waiting(told)
    assert len(server.sent) == 2
    mail = server.sent[0]
    assert (mail["To"], mail["Subject"]) == ("orders@library.example", "1 bestelregels wachten (I202)")
    text = mail.get_content()
    assert "B7/1, sinds " in text and "Budgetcode JEUGT is op 10-03-2026 niet bekend" in text


def test_line_for_a_system_that_is_down_is_told_too_and_nothing_once_it_is_done(stage: Stage) -> None:
    stage.wise.down()
    stage.push(a_mutation(mutation_id="M", order_number="B8"), institution="I201")
    stage.process()
    with mail_server() as server:
        told = _with_mail(stage, server.port)
        with clock.pretending(clock.now() + timedelta(days=4)):
            clockwork.warn_of_waiting(told)
    assert ["B8/1, sinds" in each.get_content() for each in server.sent] == [True]
    stage.wise.up()


def test_warning_that_could_not_be_sent_is_sent_the_next_time(stage: Stage) -> None:
    push(stage, a_mutation(mutation_id="M", budget_code="JEUGT"))
    with mail_server() as server, clock.pretending(clock.now() + timedelta(days=4)):
        server.refused = {"orders@library.example": "451 later"}
        clockwork.warn_of_waiting(_with_mail(stage, server.port))
        server.refused = {}
        clockwork.warn_of_waiting(_with_mail(stage, server.port))
    assert len(server.sent) == 1


def _with_mail(stage: Stage, port: int) -> Any:
    mail = MailSettings(host="127.0.0.1", port=port, sender="gateway@library.example", tls="none")
    libraries = tuple(
        each.model_copy(update={"staff_mail": "orders@library.example"}) for each in stage.settings.library
    )
    return replace(stage.gateway, settings=stage.settings.model_copy(update={"library": libraries, "mail": mail}))


def test_commands_show_why_choose_and_refuse(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = commands_of(stage, monkeypatch, capsys)
    push(
        stage,
        a_mutation(mutation_id="ONE", order_number="B1", budget_code="JEUGT"),
        a_mutation(mutation_id="TWO", order_number="B2", budget_code="WEG"),
        a_mutation(mutation_id="THREE", order_number="B3", budget_code="JEUGT"),
    )
    first, *_ = json.loads(command("--json", "waiting", "list", "-l", "I202")[1])
    assert "JEUGT is not known" in first["why"] and "(JEUGD?)" in first["why"] and "Add the code" in first["remedy"]
    assert command("waiting", "release", "ONE", "-l", "I202")[0] == 2
    assert command("waiting", "release", "ONE", "-l", "I202", "--budget", "JF")[0] == 0
    assert command("waiting", "refuse", "TWO", "-l", "I202", "--reason", "fout")[0] == 0
    assert command("waiting", "release", "THREE", "-l", "I202", "--budget", "JF", "--all-like-it")[0] == 0
    assert command("waiting", "release", "-l", "I202")[0] == 0
    assert command("waiting", "release", "GEEN", "-l", "I202", "--budget", "JF")[0] == 1
    stage.release()
    assert json.loads(command("--json", "waiting", "list", "-l", "I202")[1]) == []
    assert stage.outcomes() == {"ONE": "APPLIED", "TWO": "REFUSED refused-by-hand", "THREE": "APPLIED"}
