"""The operators' log of messages as commands: found, told in full, and exported to try elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gateway.cli import push
from tests import databases
from tests.builders import a_mutation
from tests.commands import Command, commands_of
from tests.staff_stage import serving
from tests.stage import Stage, a_stage


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def command(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return commands_of(stage, monkeypatch, capsys)


@pytest.fixture
def day(stage: Stage) -> None:
    """A message of which one mutation was done, one waits and one is refused; and another library's."""
    stage.push(
        a_mutation(mutation_id="GOED", order_number="B1"),
        a_mutation(mutation_id="WACHT", order_number="B2", branch="09", title="Klein, maar EEN"),
        a_mutation(mutation_id="FOUT", order_number="B3", ean="9789000000013", title="Één klein_één"),
        message_id="DAY-1",
    )
    stage.push(
        a_mutation(mutation_id="GOED-201", order_number="B1", title="Klein"), institution="I201", message_id="DAY-1b"
    )
    stage.process()


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (("--order", "B1"), ["GOED"]),
        (("--mutation", "WACHT"), ["WACHT"]),
        (("--ean", "9789000000013"), ["FOUT"]),
        (("--order", "B1", "--mutation", "WACHT"), []),
        (("--order", "B"), []),
        (("--title", "KLEIN één"), ["FOUT", "WACHT"]),
        (("--title", "klein"), ["FOUT", "WACHT"]),
        (("--title", "klein", "--order", "B2"), ["WACHT"]),
        (("--title", "klein groot"), []),
        (("--title", "klei"), []),
        (("--title", '" OR *'), []),
    ],
)
def test_mutations_are_found_exactly_and_only_in_their_own_library(
    command: Command, sought: tuple[str, ...], found: list[str]
) -> None:
    status, out, _ = command("--json", "messages", "find", "-l", "I202", *sought)
    assert [each["mutation_id"] for each in json.loads(out)] == found
    assert status == (0 if found else 1)


@pytest.mark.usefixtures("day")
def test_search_for_nothing_says_what_can_be_looked_for(command: Command) -> None:
    status, _, err = command("messages", "find", "-l", "I202")
    assert status == 2 and "--order" in err


@pytest.mark.usefixtures("day")
def test_message_is_told_with_outcome_ledger_delivery_and_report_of_each_mutation(command: Command) -> None:
    told = json.loads(command("--json", "messages", "show", "DAY-1", "-l", "I202")[1])
    assert (told["message_id"], told["mutation_count"], told["account"]) == ("DAY-1", 3, "supplier")
    good, waits, wrong = told["mutations"]
    [effect] = good["effects"]
    assert (good["outcome"], good["delivery"], effect["copies"]) == ("APPLIED", "handed over", 2)
    assert (waits["outcome"], waits["effects"], waits["delivery"]) == ("WAITING", [], None)
    assert "09" in waits["why"]
    assert wrong["outcome"] == "REFUSED" and wrong["report"] == good["report"] is not None


@pytest.mark.usefixtures("day")
def test_message_is_shown_to_people_as_lines(command: Command) -> None:
    status, out, _ = command("messages", "show", "DAY-1", "-l", "I202")
    assert status == 0, out
    assert "message id: DAY-1" in out and "+2 at 2011 on JF" in out


def test_unknown_message_ends_with_one_and_where_to_look(command: Command) -> None:
    status, _, err = command("messages", "show", "NIETS", "-l", "I202")
    assert status == 1 and "messages list" in err


@pytest.mark.usefixtures("day")
def test_exported_message_is_what_came_and_never_goes_over_a_file(
    command: Command, stage: Stage, tmp_path: Path
) -> None:
    file = tmp_path / "day.xml"
    assert command("messages", "export", "DAY-1", "-l", "I202", "--to", str(file))[0] == 0
    assert b"<mutationId>GOED</mutationId>" in file.read_bytes()
    assert stage.post(file.read_bytes()).text("newCount") == "3", "the same message gets its first answer"
    status, _, err = command("messages", "export", "DAY-1", "-l", "I202", "--to", str(file))
    assert status == 2 and str(file) in err


@pytest.mark.usefixtures("day")
def test_exported_message_can_be_pushed_to_a_test_gateway(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "day.xml"
    command("messages", "export", "DAY-1", "-l", "I202", "--to", str(file))
    (tmp_path / "test").mkdir()
    app = typer.Typer()
    push.register(app)
    app.command("nothing")(lambda: None)
    with a_stage(tmp_path / "test") as other, serving(other.doors) as address:
        words = ["push", "--to", f"{address}/soap/orders", "--account", "supplier", str(file)]
        result = CliRunner().invoke(app, words, env={"GATEWAY_PUSH_SECRET": other.secret})
        assert result.exit_code == 0, result.output
        assert "3: 3 new, 0 known" in result.stdout
        other.process()
        assert other.rows("select message_id from messages") == [("DAY-1",)]
