"""Reports by mail: sent to staff of libraries that ask for it, once, with what needs somebody in the body."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway import app, clock
from gateway.app import Gateway
from gateway.config import LibrarySettings, MailSettings
from gateway.orders.model import Kind
from tests import databases
from tests.builders import a_mutation
from tests.simulators.mail_server import MailServer, mail_server
from tests.stage import Stage, a_stage

STAFF = "orders@library.example"


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as opened:
        yield opened


def asking(stage: Stage, server: MailServer) -> Gateway:
    """The gateway where only I202 asks for its reports."""
    mail = MailSettings(host="127.0.0.1", port=server.port, sender="gateway@library.example", tls="none")
    asked = {"staff_mail": STAFF, "mail_reports": True}
    libraries = tuple(
        each.model_copy(update=asked if each.institution == "I202" else {"staff_mail": STAFF})
        for each in stage.settings.library
    )
    return replace(stage.gateway, settings=stage.settings.model_copy(update={"library": libraries, "mail": mail}))


def a_day(stage: Stage) -> None:
    stage.push(
        a_mutation(mutation_id="M-1", order_number="B1", title="De vuurtoren"),
        a_mutation(Kind.CANCELLED, hour=1, mutation_id="M-2", order_number="B1", title="De vuurtoren"),
        a_mutation(mutation_id="M-3", order_number="B2", branch="09"),
        a_mutation(mutation_id="M-4", order_number="B3"),
    )
    stage.push(a_mutation(mutation_id="M-5"), institution="I201")
    stage.process()


def test_report_goes_to_staff_with_cancelled_titles_and_attention_in_the_body(stage: Stage, server: MailServer) -> None:
    a_day(stage)
    app.mail_reports(asking(stage, server))
    [mail] = server.sent
    assert (mail["To"], mail["Subject"]) == (STAFF, "AFO291-I202-1: 1 afgemeld, 1 vragen aandacht")
    cancelled, attention = mail.get_content().split("Vraagt aandacht")
    assert "B1/1 De vuurtoren" in cancelled and "Afgemelde titels" in cancelled
    assert "B2/1" in attention and "staat niet in de vestigingenlijst" in attention
    assert "B3/1" not in mail.get_content(), "what went well is not in the mail"


def test_each_report_is_mailed_once_and_the_next_one_too(stage: Stage, server: MailServer) -> None:
    gateway = asking(stage, server)
    for number in (1, 2):
        a_day(stage) if number == 1 else stage.push(a_mutation(mutation_id="M-9", order_number="B9"))
        stage.process()
        for _ in range(2):
            app.mail_reports(gateway)
        assert len(server.sent) == number


def test_report_that_could_not_be_mailed_is_mailed_the_next_time(stage: Stage, server: MailServer) -> None:
    a_day(stage)
    server.refused = {STAFF: "451 later"}
    app.mail_reports(asking(stage, server))
    assert server.sent == []
    server.refused = {}
    app.mail_reports(asking(stage, server))
    assert len(server.sent) == 1


def test_report_that_is_refused_for_good_holds_up_no_other(stage: Stage, server: MailServer) -> None:
    a_day(stage)
    stage.push(a_mutation(mutation_id="M-9", order_number="B9"))
    stage.process()
    folder = stage.gateway.reports_folder
    first, second = sorted(each for each in folder.rglob("*.xml") if each.name.startswith("AFO291"))
    first.chmod(0o640)
    first.write_bytes(b"<other/>")
    app.mail_reports(asking(stage, server))
    assert [second.stem in mail["Subject"] for mail in server.sent] == [True]


def test_runs_go_on_while_a_mail_is_on_its_way(stage: Stage, server: MailServer) -> None:
    a_day(stage)
    with app.alone(stage.gateway, "I202"):
        app.mail_reports(asking(stage, server))
    assert len(server.sent) == 1


def test_library_that_begins_to_ask_gets_no_old_reports(stage: Stage, server: MailServer) -> None:
    a_day(stage)
    with clock.pretending(clock.now() + timedelta(days=3)):
        app.mail_reports(asking(stage, server))
    assert server.sent == []


def test_asking_for_mails_without_an_address_is_told_with_both_keys() -> None:
    with pytest.raises(ValidationError, match="mail_reports needs staff_mail"):
        LibrarySettings(institution="I202", name="Havenstad", system="vsmart", mail_reports=True)
