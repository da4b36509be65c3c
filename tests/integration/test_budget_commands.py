"""The commands about budget codes, as an operator meets them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_mutation
from tests.commands import Command, commands_of
from tests.simulators.budget_receiver import budget_receiver
from tests.stage import Stage, a_stage

LIST = "code;year;description;initial;supplier_code\nJF;2026;Jeugd fictie;1000,00;JEUGD\nNW;2026;Nieuw;500,00;VOLW\n"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def command(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return commands_of(stage, monkeypatch, capsys)


@pytest.fixture
def file(stage: Stage) -> str:
    path = stage.folder / "codes.csv"
    path.write_text(LIST)
    return str(path)


def listed(command: Command) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in json.loads(command("--json", "budgets", "list", "-l", "I202")[1])}


def test_list_is_looked_at_before_it_is_saved(command: Command, stage: Stage, file: str) -> None:
    stage.push(a_mutation(order_number="B7", budget_code="VOLW"))
    stage.process()
    status, out, _ = command("budgets", "import", file, "-l", "I202", "--preview")
    assert status == 0
    assert "code VR 2026 removed" in out and "code NW 2026 added: description Nieuw, initial 500.00" in out
    assert "of the 1 lines of the last 30 days 1 would have gone otherwise" in out
    assert "VR 2026" in out and "NW 2026" in out and "B7/1" in out
    assert set(listed(command)) == {"JF", "VR"}
    told = json.loads(command("--json", "budgets", "what-if", file, "-l", "I202", "--days", "7")[1])
    assert (told["saved"], told["days"], told["lines"], told["shifted"]) == (False, 7, 1, 1)
    assert [(each["was"], each["becomes"], each["amount"]) for each in told["shifts"]] == [
        ("VR 2026", "NW 2026", "31.98")
    ]
    assert command("budgets", "import", file, "-l", "I202")[0] == 0
    assert set(listed(command)) == {"JF", "NW"}


def test_refused_rows_are_listed_and_the_rest_is_kept(command: Command, stage: Stage) -> None:
    path = stage.folder / "codes.csv"
    path.write_bytes("code,year,description\nJF,2026,Café\nVR,tweeduizend,x\n".encode("cp1252"))
    status, out, err = command("budgets", "import", str(path), "-l", "I202")
    assert status == 1 and out.startswith("1 rows taken, 1 refused\n")
    assert err == "  line 3: year must be a whole number from 1900 to 2999, not 'tweeduizend'\n"
    assert (listed(command)["JF"]["description"], listed(command)["VR"]["initial"]) == ("Café", "1000.00")


def test_supplier_code_is_mapped_from_a_day_and_each_change_stands_in_the_audit_log(command: Command) -> None:
    assert command("budgets", "map", "JEUGD", "VR", "-l", "I202")[0] == 2
    told = json.loads(command("--json", "budgets", "map", "JEUGD", "VR", "-l", "I202", "--from", "2027-01-01")[1])
    assert [(each["name"], each["done"]) for each in told["changes"]] == [("JEUGD", "changed"), ("JEUGD", "added")]
    assert command("budgets", "map", "-", "JF", "-l", "I202", "--channel", "SHOP")[0] == 0
    assert command("budgets", "map", "VOLW", "VR", "-l", "I202", "--remove")[0] == 0
    shown = command("budgets", "list", "-l", "I202")[1]
    assert "JEUGD (until 2026-12-31), - (SHOP)" in shown and "JEUGD (from 2027-01-01)" in shown
    log = json.loads(command("--json", "audit", "--account", "I202")[1])
    assert [each["detail"] for each in log][::-1][-2:] == [
        "mapping - (SHOP) added: library_code JF",
        "mapping VOLW removed",
    ]
    assert {each["what"] for each in log} == {"budget-codes-changed"} and all(each["by"] for each in log)


def test_amounts_of_each_budget_stand_beside_it(command: Command, stage: Stage) -> None:
    stage.push(a_mutation(quantity=5))
    stage.process()
    found = listed(command)["JF"]
    assert (found["committed"], found["released"], found["shipped"], found["available"], found["attention"]) == (
        "79.95", "0.00", "0.00", "920.05", ""
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("JEUGD", "VR", "--from", "gisteren"), "'gisteren' is not a day"),
        (("NIEUW", "JF", "--channel", "WINKEL"), "'WINKEL' is not a channel"),
        (("NIEUW", "XX"), "Budget code XX is not in the library's list."),
        (("JEUGD", "VR"), "JEUGD stands for JF already."),
        (("WEG", "VR", "--remove"), "There is no such mapping of WEG."),
    ],
)
def test_mapping_that_cannot_be_is_one_sentence(command: Command, arguments: tuple[str, ...], sentence: str) -> None:
    status, out, err = command("budgets", "map", "-l", "I202", *arguments)
    assert (status, out) == (2, "") and sentence in err


def test_budget_that_is_blocked_expired_planned_or_nearly_spent_says_so(command: Command, stage: Stage) -> None:
    path = stage.folder / "codes.csv"
    path.write_text(
        "code;year;initial;warning_percent;blocked;valid_from;valid_until;supplier_code\n"
        "JF;2026;40;50;;;;\nJF;;;;;;;JEUGD\nDICHT;2026;;;ja;;;\nOUD;2020;;;;;2020-12-31;\nNOG;2999;;;;2999-01-01;;\n"
    )
    command("budgets", "import", str(path), "-l", "I202")
    stage.push(a_mutation(quantity=2))
    stage.process()
    assert {code: each["attention"] for code, each in listed(command).items()} == {
        "JF": "budget-warning",
        "DICHT": "locked-budget",
        "OUD": "expired-budget-code",
        "NOG": "budget-code-not-yet-valid",
    }


def test_supplier_is_told_and_what_it_lacks_is_shown(command: Command, stage: Stage) -> None:
    assert command("budgets", "announce", "-l", "I202")[0] == 2
    with budget_receiver() as receiver:
        with (stage.folder / "gateway.toml").open("a") as settings:
            settings.write(f'\n[suppliers.000002]\nsoap_address = "{receiver.address}"\n')
        shown = json.loads(command("--json", "budgets", "announce", "-l", "I202", "--preview")[1])
        assert [(each["code"], each["lag"]) for each in shown] == [("JF", "not-told"), ("VR", "not-told")]
        assert receiver.lists == []
        status, out, _ = command("--json", "budgets", "announce", "-l", "I202")
        assert (status, [each["told"] for each in json.loads(out)]) == (0, [True])
        assert json.loads(command("--json", "budgets", "drift", "-l", "I202")[1]) == []
        stage.push(a_mutation(budget_code="JEUGT"))
        [lagging] = json.loads(command("--json", "budgets", "drift", "-l", "I202")[1])
        assert (lagging["code"], lagging["lag"], lagging["lines"], lagging["suggestions"]) == (
            "JEUGT", "never-given", 1, ["JEUGD"],
        )  # fmt: skip
        receiver.fault = "Closed"
        status, out, _ = command("--json", "budgets", "announce", "-l", "I202")
        assert (status, json.loads(out)[0]["problem"]) == (1, "Closed")
        assert command("budgets", "announce", "-l", "I202", "--by", "mail")[0] == 2
        assert command("budgets", "announce", "-l", "I202", "--sender", "000009")[0] == 2


def test_contract_of_the_suppliers_address_is_given_as_files(command: Command, tmp_path: Path) -> None:
    written = json.loads(command("--json", "wsdl", "--budget-codes", "--to", str(tmp_path / "contract"))[1])["written"]
    assert {Path(each).name for each in written} == {"budgets.wsdl", "budgets.xsd", "example-announcement.xml"}
    assert "BudgetCodeReceiver" in json.loads(command("--json", "wsdl", "--budget-codes")[1])["wsdl"]
