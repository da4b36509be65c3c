"""`gateway push` with folders, questions instead of messages, and answers that automation can act on."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from gateway.cli.push import failures
from gateway.supplier.next_step import NextStep, next_step
from gateway.transport.soap_faults import Fault, ServiceBusy, ServiceRefused, ServiceTooSlow
from tests.integration.test_push_command import SAMPLE, pushed
from tests.simulators.soap_door import Answer, SoapDoor, fault, soap_door

DOCS = Path(__file__).parents[2] / "docs" / "supplier.md"


@pytest.fixture
def door() -> Iterator[SoapDoor]:
    with soap_door() as opened:
        yield opened


@pytest.fixture
def folder(door: SoapDoor, tmp_path: Path) -> Path:
    """Three messages, written so that the order of their names is not that of their making."""
    pushed(door, *SAMPLE, "--budget-code", "JEUGD")
    request = etree.tostring(door.asked[-1].request)
    for name in ("c", "a", "b"):
        (tmp_path / f"{name}.xml").write_bytes(request.replace(b"I202-S", f"{name}-S".encode()))
    (tmp_path / "notes.txt").write_text("not a message")
    door.asked.clear()
    return tmp_path


def sent(door: SoapDoor) -> list[str]:
    return [asked.request.findtext("{*}header/{*}messageId") for asked in door.asked]


def test_folder_is_pushed_in_the_order_of_its_names(door: SoapDoor, folder: Path) -> None:
    result = pushed(door, folder)
    assert result.exit_code == 0, result.output
    assert len(door.asked) == 3
    assert [line for line in result.stdout.splitlines() if line.endswith(".xml")] == [
        str(folder / f"{name}.xml") for name in "abc"
    ]
    assert "3 messages, all accepted" in result.stdout


def test_first_message_that_is_not_accepted_ends_it_and_the_rest_is_named(door: SoapDoor, folder: Path) -> None:
    door.answers += [Answer(), Answer(500, fault("control-totals", "Count again."))]
    result = pushed(door, folder)
    assert result.exit_code == 1
    assert len(door.asked) == 2
    assert f"1 accepted, 1 not; not sent: {folder / 'c.xml'}" in result.stderr


def test_programs_hear_of_every_message_of_a_folder_in_one_document(door: SoapDoor, folder: Path) -> None:
    door.answers += [Answer(), Answer(500, fault("control-totals", "Count again."))]
    told = json.loads(pushed(door, folder, "--json").stdout)
    assert [each["accepted"] for each in told["messages"]] == [True, False]
    assert (told["accepted"], told["messages"][1]["next"]) == (False, "mend")
    assert told["notSent"] == [str(folder / "c.xml")]


def test_folder_with_one_file_that_breaks_the_contract_sends_nothing(door: SoapDoor, folder: Path) -> None:
    broken = (folder / "c.xml").read_text().replace("<kind>", "<kind>?", 1)
    (folder / "c.xml").write_text(re.sub(r"(:kind>)", r"\1?", broken, count=1))
    assert pushed(door, folder).exit_code == 1
    assert not door.asked


def test_what_pushes_nothing_is_passed_over_in_a_folder_and_refused_by_name(door: SoapDoor, folder: Path) -> None:
    (folder / "a.xml").write_bytes(b'<ping xmlns="urn:bestelsync:orders:1"/>')
    result = pushed(door, folder)
    assert result.exit_code == 0 and len(door.asked) == 2
    assert "a.xml: passed over, it holds ping" in result.stderr
    assert pushed(door, folder / "a.xml").exit_code == 2


def test_empty_folder_is_told_so(door: SoapDoor, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = pushed(door, tmp_path / "empty")
    assert (result.exit_code, "nothing to push" in result.stderr) == (2, True)


def test_ping_tells_who_is_there(door: SoapDoor) -> None:
    result = pushed(door, "--ping")
    assert "Address and account are right." in result.stdout and "9.9" in result.stdout
    assert "None" not in result.stdout
    assert json.loads(pushed(door, "--ping", "--json").stdout)["contractVersion"] == "1.0"


def test_status_can_be_asked_without_pushing(door: SoapDoor) -> None:
    result = pushed(door, "--status", "DAY-1")
    assert "PROCESSED: 1 APPLIED, 1 WAITING" in result.stdout and "m-2  WAITING  unknown-order" in result.stdout
    assert etree.QName(door.asked[0].request).localname == "getProcessingStatus"
    assert json.loads(pushed(door, "--status", "DAY-1", "--json").stdout)["outcomes"] == {"APPLIED": 1, "WAITING": 1}


def test_report_is_fetched_into_the_folder_whatever_name_the_other_side_gives(door: SoapDoor, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    result = pushed(door, "--report", "DAY-1", "--format", "pdf", "--into", tmp_path / "in")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "in" / "INA-I202-000002-260311-0200-1.pdf").read_text() == "A report in PDF"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_report_that_cannot_be_written_is_wrong_use(door: SoapDoor, tmp_path: Path) -> None:
    result = pushed(door, "--report", "DAY-1", "--into", tmp_path / "nowhere")
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("answer", "status", "next_one"),
    [
        (Answer(500, fault("invalid-message", "No.")), 1, "mend"),
        (Answer(500, fault("message-conflict", "No.")), 1, "rename"),
        (Answer(413, fault("too-large", "No.")), 1, "divide"),
        (Answer(401, fault("authentication", "No.")), 1, "ask"),
        (Answer(503, fault("busy", "No.")), 3, "retry"),
        (Answer(500, fault("internal", "No.")), 3, "retry"),
        (Answer(drops=True), 3, "retry"),
        (Answer(404, "no", {"Content-Type": "text/plain"}), 2, "check"),
    ],
)
def test_exit_status_and_next_step_tell_mending_from_trying_again(
    door: SoapDoor, answer: Answer, status: int, next_one: str
) -> None:
    door.answers.append(answer)
    result = pushed(door, *SAMPLE, "--budget-code", "JEUGD", "--tries", "1", "--json")
    assert (result.exit_code, json.loads(result.stdout)["next"]) == (status, next_one)


def test_pauses_between_tries_are_told(door: SoapDoor) -> None:
    door.answers += [Answer(503, fault("busy", "Not now."), {"Retry-After": "0"})] * 2
    result = pushed(door, *SAMPLE, "--budget-code", "JEUGD")
    assert result.exit_code == 0
    assert [int(each) for each in re.findall(r"Try (\d) of 6 in \d s\.", result.stderr)] == [2, 3]


def test_every_documented_code_has_the_next_step_that_the_manual_names() -> None:
    codes = re.findall(r"^\| `([a-z-]+)` \| \d", DOCS.read_text(), re.MULTILINE)
    assert len(codes) == 12
    retried = {code for code in codes if _next(code) is NextStep.RETRY}
    assert retried == {"busy", "internal", "report-not-ready"}


def _next(code: str) -> NextStep:
    told = Fault(code, "No.")
    return next_step(ServiceBusy(told, "", None) if code == "busy" else ServiceRefused(told))


def test_manual_names_every_exit_status() -> None:
    told = re.findall(r"^\| ([0-9]) \| (.*) \|$", DOCS.read_text(), re.MULTILINE)
    assert [int(number) for number, _ in told] == [0, failures.REFUSED, failures.WRONG_USE, failures.LATER]
    assert failures.exit_status(ServiceTooSlow(address="x")) == failures.LATER
