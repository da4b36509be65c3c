"""What has its hour in a whole gateway, and the command that shows it."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gateway import clock, clockwork, db
from gateway.routines import store
from tests.commands import commands_of
from tests.stage import Stage, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


def _woken_at(stage: Stage, *moments: str) -> list[tuple[str, str]]:
    for moment in moments:
        with clock.pretending(datetime.fromisoformat(moment)):
            clockwork.wake_routines(stage.gateway)
    with db.reading(stage.gateway.database) as connection:
        runs = store.listing(connection, "look at waiting", "I202")
    return [(f"{run.slot.at:%H:%M}", run.state.value) for run in runs]


def test_what_waits_is_looked_at_once_an_hour_however_often_the_gateway_wakes(stage: Stage) -> None:
    minutes = [f"2026-03-10T{hour}:{minute}+01:00" for hour in ("08", "09", "10") for minute in ("01", "30", "59")]
    assert _woken_at(stage, *minutes) == [("09:00", "done"), ("10:00", "done")]


def test_next_runs_are_shown_in_the_time_of_the_library(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = commands_of(stage, monkeypatch, capsys)
    with clock.pretending(datetime.fromisoformat("2026-03-29T01:30+01:00")):
        status, said, _ = run("notices", "due", "--number", "2", "--json")
    of_one = [each for each in json.loads(said) if each["library"] == "I202"]
    assert status == 0
    assert {each["routine"] for each in of_one} == {"look at waiting"}
    assert [each["due_at"] for each in of_one] == ["2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"]


def test_help_promises_no_runs_that_there_are_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = commands_of(stage, monkeypatch, capsys)
    of_group, of_command = (" ".join(run("notices", *asked, "--help")[1].split()) for asked in ([], ["due"]))
    assert {each.name for each in clockwork.routines(stage.gateway)} == {"look at waiting"}
    assert "Notices to patrons are not among it yet." in of_group
    assert "the look at orders that wait" in of_command
