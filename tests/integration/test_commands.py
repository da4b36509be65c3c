"""The command line as an operator meets it: real commands on a real database."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.builders import a_mutation
from tests.commands import Command, commands_of
from tests.stage import Stage, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def command(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return commands_of(stage, monkeypatch, capsys)


def test_lists_with_mistakes_keep_their_good_rows_and_name_the_bad_ones(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "branches.csv"
    file.write_bytes("supplier_branch,branch,name\n01,2011,Café\n02,,Leeg\n03,2013\n".encode("cp1252"))
    status, out, err = command("branches", "import", str(file), "-l", "I201")
    assert (status, out) == (1, "2 rows taken, 1 refused\n")
    assert err == "  line 3: branch must be there\n"
    _, out, _ = command("--json", "branches", "list", "-l", "I201")
    assert json.loads(out) == [
        {"supplier_branch": "01", "branch": "2011", "name": "Café"},
        {"supplier_branch": "02", "branch": "2012", "name": ""},
        {"supplier_branch": "03", "branch": "2013", "name": ""},
    ]


def test_list_without_a_required_column_changes_nothing(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "branches.csv"
    file.write_text("vestiging;branch\n01;2011\n")
    status, _, err = command("branches", "import", str(file), "-l", "I201")
    assert status == 2 and "supplier_branch" in err
    _, out, _ = command("--json", "branches", "list", "-l", "I201")
    assert len(json.loads(out)) == 2


def test_budget_codes_with_dates_and_mapping_are_read_from_xml(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "budgets.xml"
    file.write_text(
        "<budgets><budget><code>JF</code><year>2026</year><initial>1.250,50</initial><supplier-code>JEUGD"
        "</supplier-code><channel>SHOP</channel><valid-from>2026-02-01</valid-from></budget></budgets>"
    )
    assert command("budgets", "import", str(file), "-l", "I202")[0] == 0
    [code] = json.loads(command("--json", "budgets", "list", "-l", "I202")[1])
    assert (code["code"], code["year"], code["initial"], code["committed"]) == ("JF", 2026, "1250.50", "0.00")


def test_open_orders_commit_their_price_once_however_often_they_are_imported(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "open.csv"
    file.write_text(
        "sender;order_number;order_line;branch;budget_code;copies;net_price\n"
        "000002;OUD-1;1;2011;JF;2;10,00\n000002;OUD-1;1;2012;JF;1;10,00\n000002;OUD-1;2;2011;JF;x;10,00\n"
    )
    assert command("orders", "import", str(file), "-l", "I202")[:2] == (1, "2 rows taken, 1 refused\n")
    assert command("orders", "import", str(file), "-l", "I202")[:2] == (1, "0 rows taken, 2 known already, 1 refused\n")
    again = json.loads(command("--json", "orders", "import", str(file), "-l", "I202")[1])
    assert (again["taken"], again["known"], len(again["refused"])) == (0, 2, 1)
    codes = {each["code"]: each for each in json.loads(command("--json", "budgets", "list", "-l", "I202")[1])}
    assert codes["JF"]["committed"] == "30.00"
    history = json.loads(command("--json", "orders", "show", "OUD-1", "-l", "I202")[1])
    assert [(each["branch"], each["copies"]) for each in history] == [("2011", 2), ("2012", 1)]


def test_reports_waiting_lines_and_messages_can_be_looked_at(command: Command, stage: Stage, tmp_path: Path) -> None:
    stage.push(a_mutation(), a_mutation(mutation_id="WACHT", order_number="B2", branch="09"), message_id="DAY-1")
    stage.process()
    [report] = json.loads(command("--json", "reports", "list")[1])
    assert (report["mutations"], report["waiting"]) == (2, 1)
    assert "AFO291-VERWERKINGSVERSLAG" in command("reports", "show", report["name"])[1]
    assert command("reports", "export", report["name"], "--format", "csv", "--to", str(tmp_path))[0] == 0
    assert (tmp_path / f"{report['name']}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    [waiting] = json.loads(command("--json", "waiting", "list", "-l", "I202")[1])
    assert waiting["mutation"] == "WACHT" and "09" in waiting["why"]
    [message] = json.loads(command("--json", "messages", "list", "-l", "I202")[1])
    assert (message["message_id"], message["report"]) == ("DAY-1", report["name"])


def test_lines_that_wait_for_the_library_system_are_listed_with_the_reason(command: Command, stage: Stage) -> None:
    stage.wise.down()
    stage.push(a_mutation(mutation_id="M-1"), institution="I201")
    stage.push(a_mutation(mutation_id="M-2", order_number="B2", branch="09"), institution="I201")
    stage.process()
    undecided, undelivered = json.loads(command("--json", "waiting", "list", "-l", "I201")[1])
    assert (undecided["mutation"], undecided["waits_for"]) == ("M-2", "a decision")
    assert (undelivered["mutation"], undelivered["waits_for"]) == ("M-1", "the library system")
    assert stage.wise.address in undelivered["why"] and "tried again at" in undelivered["why"]
    assert json.loads(command("--json", "waiting", "list", "-l", "I202")[1]) == []
    stage.wise.up()


def test_secret_of_a_supplier_is_shown_once_and_can_be_rotated_without_a_gap(command: Command, stage: Stage) -> None:
    first = json.loads(command("--json", "suppliers", "add", "tweede", "--sender", "000003", "-l", "I201")[1])
    second = json.loads(command("--json", "suppliers", "rotate", "tweede")[1])
    assert first["secret"] != second["secret"]
    listed = {each["name"]: each for each in json.loads(command("--json", "suppliers", "list")[1])}
    assert [each["last_used_at"] for each in listed["tweede"]["secrets"]] == [None, None]
    assert not {first["secret"], second["secret"]} & set(str(listed).split("'"))
    assert command("suppliers", "retire", "tweede")[0] == 1
    assert command("suppliers", "retire", "tweede", "--even-when-unused")[0] == 0
    assert command("suppliers", "retire", "tweede", "--even-when-unused")[0] == 1
    assert command("suppliers", "disable", "tweede")[0] == 0


def test_person_is_added_for_a_named_library_only(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PASSWORD", "een heel lang wachtwoord")
    assert command("users", "add", "medewerker")[0] == 2
    assert command("users", "add", "medewerker", "-l", "I999")[0] == 2
    assert command("users", "add", "medewerker", "-l", "I202")[0] == 0
    [person] = json.loads(command("--json", "users", "list")[1])
    assert (person["name"], person["libraries"], person["role"]) == ("medewerker", ["I202"], "staff")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("branches", "list", "-l", "I999"), 2, "There is no library I999"),
        (("reports", "show", "niets"), 1, "There is no report niets"),
        (("orders", "show", "GEEN", "-l", "I202"), 1, "There is no order GEEN in I202."),
        (("--at", "gisteren", "version"), 2, "is not a moment"),
        (("--at", "2026-03-10T06:00", "version"), 2, "does real work"),
        (("--config", "/nergens.toml", "serve"), 2, "does not exist"),
        (("orders", "import", "/nergens.csv", "-l", "I201"), 2, "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_clear_sentence_with_a_remedy(
    command: Command, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    found, out, err = command(*arguments)
    assert (found, out) == (status, "")
    assert sentence in err and "Traceback" not in err


def test_mappings_are_shown_with_the_codes_they_stand_for(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "budgets.csv"
    file.write_text("code;supplier_code;channel;branch\nJF;JEUGD;SHOP;2011\nJF;-;;\nVR;;;\n")
    assert command("budgets", "import", str(file), "-l", "I202")[0] == 0
    shown = command("budgets", "list", "-l", "I202")[1].splitlines()
    assert "JEUGD (SHOP, branch 2011), -" in shown[1]
    codes = {each["code"]: each for each in json.loads(command("--json", "budgets", "list", "-l", "I202")[1])}
    assert [each["supplier_code"] for each in codes["JF"]["mappings"]] == ["JEUGD", ""]
    assert codes["VR"]["mappings"] == []


def test_table_in_a_pipe_is_never_cut_and_has_words_above_it(command: Command, tmp_path: Path) -> None:
    name = "Vestiging met een naam van meer dan tachtig tekens, [met] haken en :smile: aan het eind van de straat"
    file = tmp_path / "branches.csv"
    file.write_text(f"supplier_branch;branch;name\n01;2011;{name}\n")
    command("branches", "import", str(file), "-l", "I202")
    heading, line = command("branches", "list", "-l", "I202")[1].splitlines()
    assert heading.split("  ")[0] == "supplier branch"
    assert line.rstrip().endswith(name)


def test_amounts_are_decimals_and_moments_are_of_the_library(command: Command, stage: Stage) -> None:
    stage.push(a_mutation(occurred_at=datetime(2026, 3, 10, 11, tzinfo=UTC)), message_id="DAY-1")
    stage.process()
    [message] = json.loads(command("--json", "messages", "list", "-l", "I202")[1])
    [report] = json.loads(command("--json", "reports", "list")[1])
    order = a_mutation().order_number
    [effect] = json.loads(command("--json", "orders", "show", order, "-l", "I202")[1])
    assert effect["at"] == "2026-03-10T12:00:00+01:00"
    amsterdam = ZoneInfo("Europe/Amsterdam")
    for moment in (message["received_at"], report["written_at"]):
        told = datetime.fromisoformat(moment)
        assert told.utcoffset() == told.astimezone(amsterdam).utcoffset() != timedelta()
    assert re.fullmatch(r"\d+\.\d\d", effect["committed"])
    assert report["written_at"].replace("T", " ") in command("reports", "list")[1]


def test_every_command_answers_a_program_with_one_document(command: Command, stage: Stage, tmp_path: Path) -> None:
    stage.push(a_mutation())
    stage.process()
    name = json.loads(command("reports", "list", "--json")[1])[0]["name"]
    assert "AFO291" in json.loads(command("--json", "reports", "show", name)[1])["text"]
    exported = json.loads(command("--json", "reports", "export", name, "--to", str(tmp_path))[1])
    assert exported == {"written": [str(tmp_path / f"{name}.pdf")]}
    assert "definitions" in json.loads(command("--json", "wsdl")[1])["wsdl"]
    assert len(json.loads(command("--json", "wsdl", "--to", str(tmp_path))[1])["written"]) > 3
    assert "this version" in json.loads(command("--json", "db", "upgrade")[1])["done"]
    assert "ExecStart" in json.loads(command("--json", "service-unit", "--user", "daemon")[1])["unit"]
    assert json.loads(command("suppliers", "disable", "supplier", "--json")[1])["name"] == "supplier"


@pytest.mark.parametrize(
    ("arguments", "status", "error", "remedy"),
    [
        (("reports", "show", "niets"), 1, "There is no report niets.", "reports list"),
        (("branches", "list", "-l", "I999"), 2, "There is no library I999", "Name one of these"),
        (("branches", "lst"), 2, "lst", "--help"),
    ],
)
def test_what_goes_wrong_is_a_document_too(
    command: Command, arguments: tuple[str, ...], status: int, error: str, remedy: str
) -> None:
    found, out, err = command("--json", *arguments)
    told = json.loads(out)
    assert (found, err) == (status, "")
    assert error in told["error"] and remedy in told["remedy"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("budgets", "list", "-l", "I201"),
        ("reports", "list"),
        ("users", "list"),
        ("suppliers", "list"),
        ("hand-over",),
        ("serve",),
        ("--at", "2026-03-10T06:00", "systems"),
        ("check",),
    ],
)
def test_database_that_is_gone_is_told_and_not_made_anew(
    command: Command, stage: Stage, arguments: tuple[str, ...]
) -> None:
    stage.gateway.database.dispose()
    path = stage.folder / "gateway.db"
    for file in stage.folder.glob("gateway.db*"):
        file.rename(file.with_suffix(".kept"))
    status, out, err = command(*arguments)
    assert status != 0
    assert f"{path} does not exist." in out + err
    assert "Put it back from the backup; `gateway init` makes a new, empty one." in out + err
    assert list(stage.folder.glob("gateway.db*")) == []
