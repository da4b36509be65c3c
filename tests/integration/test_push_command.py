"""`gateway push` and `gateway wsdl`, as a supplier's programmer types them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from click.testing import Result
from lxml import etree
from typer.testing import CliRunner

import schemas
from gateway.cli import contract, push
from tests.simulators.soap_door import CONTRACT, SOAP_11, Answer, SoapDoor, envelope, fault, soap_door

SECRET = {"GATEWAY_PUSH_SECRET": "geheim"}
SAMPLE = ("--sample", "12", "--seed", "7", "--institution", "I202", "--on", "2026-03-10")


@pytest.fixture
def door() -> Iterator[SoapDoor]:
    with soap_door() as opened:
        yield opened


def typed(*words: object, env: dict[str, str] | None = None) -> Result:
    app = typer.Typer()
    push.register(app)
    contract.register(app)
    return CliRunner().invoke(app, [str(word) for word in words], env=SECRET if env is None else env)


def pushed(door: SoapDoor, *words: object, env: dict[str, str] | None = None) -> Result:
    return typed("push", "--to", door.address, "--account", "acme", *words, env=env)


def test_a_sample_shows_its_receipt(door: SoapDoor) -> None:
    result = pushed(door, *SAMPLE, "--budget-code", "JEUGD")
    assert result.exit_code == 0, result.output
    assert "receipt R-1" in result.stdout
    assert "12: 12 new, 0 known" in result.stdout
    assert "JEUGD-OUD" in result.stdout
    assert len(door.asked) == 1


def test_a_sample_uses_the_codes_that_the_library_gave(door: SoapDoor) -> None:
    assert pushed(door, *SAMPLE).exit_code == 0
    asked, sent = door.asked
    assert etree.QName(asked.request).localname == "getBudgetCodes"
    assert {each.text for each in sent.request.iter("{*}budgetCode")} <= {"JEUGD", "FICTIE"}


def test_a_sample_typed_twice_is_the_same_message(door: SoapDoor) -> None:
    for _ in range(2):
        pushed(door, *SAMPLE, "--budget-code", "JEUGD")
    assert door.asked[0].content == door.asked[1].content


def test_programs_get_one_json_document(door: SoapDoor) -> None:
    told = json.loads(pushed(door, *SAMPLE, "--json").stdout)
    assert told["accepted"] is True
    assert told["receipt"]["receipt_id"] == "R-1"
    assert told["receipt"]["received_at"] == "2026-03-11T03:00:00+01:00"


def test_waiting_tells_what_became_of_it(door: SoapDoor) -> None:
    result = pushed(door, *SAMPLE, "--wait")
    assert result.exit_code == 0, result.output
    assert "PROCESSED: 1 APPLIED, 1 WAITING" in result.stdout
    assert "m-2  WAITING  unknown-order" in result.stdout
    assert "INA-I202-000002-260311-0200-1.txt" in result.stdout


def many_waiting(count: int) -> Answer:
    lines = "".join(
        f"<mutation><mutationId>w-{number}</mutationId><outcome>WAITING</outcome><code>unknown-order</code>"
        "<sentence>Its order is not known yet.</sentence></mutation>"
        for number in range(count)
    )
    counted = f"<mutationCount>{count}</mutationCount><newCount>{count}</newCount><knownCount>0</knownCount>"
    status = (
        f"<status><messageId>M</messageId><state>PROCESSED</state>{counted}"
        f'<outcomes><count outcome="WAITING">{count}</count></outcomes>{lines}<truncated>false</truncated></status>'
    )
    body = f'<getProcessingStatusResponse xmlns="{CONTRACT}">{status}</getProcessingStatusResponse>'
    return Answer(body=envelope(SOAP_11, body))


def test_of_many_troubled_lines_the_first_are_shown_and_all_told_to_programs(door: SoapDoor) -> None:
    door.answers.extend([Answer(), many_waiting(500)])
    shown = pushed(door, *SAMPLE, "--budget-code", "JEUGD", "--wait").stdout
    assert shown.count("Its order is not known yet.") == 20
    assert "… and 480 more (--json gives all)" in shown
    door.answers.extend([Answer(), many_waiting(500)])
    told = json.loads(pushed(door, *SAMPLE, "--budget-code", "JEUGD", "--wait", "--json").stdout)
    assert len(told["lines"]) == 500


def test_a_trial_shows_its_plan(door: SoapDoor) -> None:
    result = pushed(door, *SAMPLE, "--test")
    assert "nothing was kept" in result.stdout
    assert "m-1  WAITING  unknown-order" in result.stdout


def test_a_fault_is_shown_with_its_place_and_ends_with_1(door: SoapDoor, tmp_path: Path) -> None:
    path = tmp_path / "day.xml"
    path.write_bytes(b'<submitMutations xmlns="urn:bestelsync:orders:1"/>')
    place = "<hint>Add the header.</hint><line>1</line><element>header</element>"
    door.answers.append(Answer(500, fault("invalid-message", "There is no header.", place)))
    result = pushed(door, path, "--unchecked")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "invalid-message): There is no header." in result.stderr
    assert "line 1, element header" in result.stderr
    assert "Add the header." in result.stderr


def test_a_fault_for_a_program_is_json_too(door: SoapDoor) -> None:
    door.answers.append(Answer(401, fault("authentication", "No.", "<hint>Ask the library.</hint>")))
    result = pushed(door, *SAMPLE, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "accepted": False,
        "error": "No.",
        "remedy": "Ask the library.",
        "code": "authentication",
        "next": "ask",
    }


def test_the_secret_can_lie_in_a_file(door: SoapDoor, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("geheim\n")
    assert pushed(door, *SAMPLE, "--secret-file", path, env={}).exit_code == 0
    by_file = door.asked[-1].headers["authorization"]
    pushed(door, *SAMPLE)
    assert door.asked[-1].headers["authorization"] == by_file


@pytest.mark.parametrize(
    ("words", "env", "says"),
    [
        ((), SECRET, "Give one of"),
        (("day.xml", "--sample", "3"), SECRET, "Give one of"),
        (("--status", "M-1", "--ping"), SECRET, "Give one of"),
        (("--ping", "--account", ""), SECRET, "--account is missing"),
        (("--sample", "3"), SECRET, "--institution"),
        ((*SAMPLE, "--on", "10-3-2026"), SECRET, "not a day"),
        (SAMPLE, {}, "There is no secret"),
        ((*SAMPLE, "--secret-file", "/nowhere"), {}, "cannot be read"),
        (("/nowhere/day.xml",), SECRET, "No such file"),
    ],
)
def test_wrong_use_ends_with_2_and_sends_nothing(
    door: SoapDoor, words: tuple[str, ...], env: dict[str, str], says: str
) -> None:
    result = pushed(door, *words, env=env)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not door.asked


def test_a_closed_door_ends_with_3_and_shows_no_trace() -> None:
    result = typed("push", "--to", "http://127.0.0.1:1/soap/orders", "--account", "acme", "--tries", "1", *SAMPLE)
    assert result.exit_code == 3
    assert "Connection refused" in result.stderr
    assert "Traceback" not in result.output


def test_the_contract_is_written_into_a_folder(tmp_path: Path) -> None:
    assert typed("wsdl", "--to", tmp_path / "contract").exit_code == 0
    for name in ("orders.wsdl", "orders.xsd"):
        assert (tmp_path / "contract" / name).read_bytes() == schemas.read(f"orders/v1/{name}")


def test_the_contract_is_shown_without_a_folder() -> None:
    assert typed("wsdl").stdout_bytes == schemas.read("orders/v1/orders.wsdl")
