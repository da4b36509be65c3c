"""The command line as an operator meets it: real commands on a real database."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway import cli
from tests.builders import a_mutation
from tests.stage import Stage, a_stage

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def command(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs one command in this process; gives its exit status, stdout and stderr."""
    monkeypatch.setenv("GATEWAY_CONFIG", str(stage.settings_file()))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["gateway", *arguments])
        capsys.readouterr()
        try:
            cli.main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


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


def test_secret_of_a_supplier_is_shown_once_and_can_be_rotated_without_a_gap(command: Command, stage: Stage) -> None:
    first = json.loads(command("--json", "suppliers", "add", "tweede", "--sender", "000003", "-l", "I201")[1])
    second = json.loads(command("--json", "suppliers", "rotate", "tweede")[1])
    assert first["secret"] != second["secret"]
    listed = {each["name"]: each for each in json.loads(command("--json", "suppliers", "list")[1])}
    assert listed["tweede"]["secrets"] == 2 and "secret" not in listed["tweede"]
    assert command("suppliers", "retire", "tweede")[0] == 0
    assert command("suppliers", "retire", "tweede")[0] != 0
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
        (("reports", "show", "niets"), 2, "There is no report niets"),
        (("--at", "gisteren", "version"), 2, "is not a moment"),
        (("--at", "2026-03-10T06:00", "version"), 2, "does real work"),
        (("--config", "/nergens.toml", "serve"), 2, "does not exist"),
        (("orders", "import", "/nergens.csv", "-l", "I201"), 2, "cannot be read"),
    ],
)
def test_wrong_use_is_one_clear_sentence_with_a_remedy(
    command: Command, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    found, out, err = command(*arguments)
    assert (found, out) == (status, "")
    assert sentence in err and "Traceback" not in err
