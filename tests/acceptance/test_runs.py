"""Runs that are broken off, overtaken, doubled or held up: the order stays, and nothing is lost or told twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from gateway import app, clock
from gateway.app import Gateway
from gateway.db import reading
from gateway.errors import SystemUnavailable
from gateway.money import Cents
from gateway.orders import processing, recovery
from gateway.orders.model import Kind
from gateway.orders.store import progress
from gateway.reports import archive
from tests.builders import a_mutation
from tests.simulators.wise import Behaviour
from tests.stage import SENDER, Stage, a_stage

NOTED_AS_PLANNED = "UPDATE runs SET planned_at"
MARKED_AS_OFFERED = "UPDATE deliveries SET state"
FAILURE_NOTED = "SELECT system_health.tries"
SETTLED = "update deliveries set state = "


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path, timeout_seconds=2) as stage:
        yield stage


@contextmanager
def killed_at(stage: Stage, begins: str) -> Iterator[None]:
    """The process is killed before it gives the database a statement that begins so."""

    def die(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(begins):
            raise Killed

    sa.event.listen(stage.gateway.database, "before_cursor_execute", die)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        sa.event.remove(stage.gateway.database, "before_cursor_execute", die)


@contextmanager
def later(**by: float) -> Iterator[None]:
    """The clock is that much further."""
    with clock.pretending(clock.now() + timedelta(**by)):
        yield


def _tries(stage: Stage) -> int:
    return sum(tries for (tries,) in stage.rows("select tries from system_health"))


@pytest.mark.parametrize("institution", ["I201", "I202"])
def test_run_that_two_workers_begin_at_once_is_done_once(stage: Stage, institution: str) -> None:
    lines = [a_mutation(mutation_id=f"M{line}", order_line=str(line), net_price=Cents(1)) for line in range(700)]
    stage.push(*lines, institution=institution)
    wrong: list[BaseException] = []

    def work() -> None:
        while True:
            try:
                return processing.run(app.workshop(stage.gateway), institution, 1)
            except SystemUnavailable:
                continue
            except BaseException as error:
                wrong.append(error)
                return None

    workers = [Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert wrong == []
    assert Counter(stage.outcomes().values()) == {"APPLIED": 700}
    stage.vsmart.step()
    entered = [entry.line for entry in stage.vsmart.entered] if institution == "I202" else [
        row.row for row in stage.wise.rows
    ]  # fmt: skip
    assert len(entered) == len(set(entered)) == 700
    assert len(stage.reports(institution)) == 1


def test_libraries_do_not_wait_for_each_other(stage: Stage) -> None:
    stage.push(a_mutation(), institution="I202")
    with app.alone(stage.gateway, "I201"):
        stage.process()
    assert list(stage.outcomes().values()) == ["APPLIED"]


def test_message_whose_job_failed_goes_before_the_next_one(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="O", quantity=2))
    bought = {"branch": "01", "budget_code": "JEUGD", "net_price": Cents(1599), "currency": "EUR"}
    stage.push(a_mutation(Kind.SHIPPED, hour=1, quantity=1, mutation_id="S", **bought))
    processing.run(app.workshop(stage.gateway), "I202", 2)
    assert stage.outcomes() == {"O": "APPLIED", "S": "APPLIED"}
    stage.vsmart.step()
    assert [(entry.action, entry.copies) for entry in stage.vsmart.entered] == [("ORDERED", 2), ("SHIPPED", 1)]
    processing.run(app.workshop(stage.gateway), "I202", 1)
    assert len(stage.reports("I202")) == 2


def test_look_at_what_waits_takes_up_a_message_whose_job_failed(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="O"))
    stage.release()
    assert stage.outcomes() == {"O": "APPLIED"}


def test_look_at_what_waits_leaves_what_waits_for_the_night(stage: Stage) -> None:
    hour = (datetime.now(UTC) - timedelta(hours=2)).astimezone().time()  # noqa: TID251
    libraries = [each.model_copy(update={"nightly_at": hour, "time_zone": "UTC"}) for each in stage.settings.library]
    gateway = Gateway(stage.settings.model_copy(update={"library": tuple(libraries)}), stage.gateway.database)
    stage.push(a_mutation(mutation_id="W", order_number="B2", branch="09"))
    stage.process()
    stage.push(a_mutation(mutation_id="O"))
    for hours, so_many in ((1, 1), (23, 2)):
        with later(hours=hours):
            processing.run(app.workshop(gateway), "I202", None)
        assert len(stage.outcomes()) == so_many


def test_look_at_what_waits_finishes_a_run_that_was_broken_off(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="O"))
    with killed_at(stage, "INSERT INTO reports"):
        stage.process()
    stage.release()
    assert len(stage.reports("I202")) == 1


def test_what_was_planned_and_not_yet_offered_does_not_count_as_waiting(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="O"), a_mutation(order_number="B2", branch="09"))
    with killed_at(stage, MARKED_AS_OFFERED):
        stage.process()
    with reading(stage.gateway.database) as connection:
        assert progress.waiting_count(connection, "I202", SENDER) == 1


def test_mutations_of_one_moment_follow_their_sequence(stage: Stage) -> None:
    price = {"net_price": Cents(1), "currency": "EUR"}
    stage.push(
        a_mutation(mutation_id="O", sequence=1),
        a_mutation(Kind.CHANGED, sequence=10, mutation_id="LAST", quantity=5, **price),
        a_mutation(Kind.CHANGED, sequence=9, mutation_id="FIRST", quantity=3, **price),
    )
    stage.process()
    assert stage.outcomes() == dict.fromkeys(("O", "LAST", "FIRST"), "APPLIED")
    order = stage.rows("select mutation_id from deliveries join mutations on pk = mutation_pk order by place")
    assert [mutation for (mutation,) in order] == ["O", "FIRST", "LAST"]


@pytest.mark.parametrize(
    ("numbers", "remark"),
    [
        ((1, 2), None),
        ((1, 3), "Het vorige bericht van de leverancier had nummer 1, dit heeft 3"),
        ((2, 1), "Het vorige bericht van de leverancier had nummer 2, dit heeft 1"),
    ],
)
def test_numbers_that_skip_or_go_back_are_told(stage: Stage, numbers: tuple[int, int], remark: str | None) -> None:
    for number in numbers:
        stage.push(a_mutation(order_number=f"B{number}"), message_number=number)
    stage.process()
    first, second = (" ".join(report.split()) for report in stage.reports("I202"))
    assert "had nummer" not in first
    assert remark in second if remark else "had nummer" not in second


def test_refusal_that_comes_before_its_line_was_noted_is_told(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M", order_line="7"))
    with killed_at(stage, SETTLED):
        stage.process()
    stage.vsmart.refused["7"] = "Titel niet gevonden"
    stage.vsmart.step()
    stage.process()
    assert stage.rows("select state, reason from deliveries") == [("refused later", "Titel niet gevonden")]
    assert "Titel niet gevonden" in " ".join(stage.reports("I202")[0].split())
    assert list((stage.folder / "vsmart" / "out").glob("*.ack")) == []


def test_answer_to_a_line_that_we_do_not_know_is_not_let_go(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M"))
    stage.process()
    stage.vsmart.step()
    _change(stage, "delete from deliveries", "delete from outcomes")
    stage.release()
    assert len(list((stage.folder / "vsmart" / "out").glob("*.ack"))) == 1


def test_answers_are_taken_in_many_at_once(stage: Stage) -> None:
    stage.push(*(a_mutation(mutation_id=f"M{line}", order_line=str(line), net_price=Cents(1)) for line in range(600)))
    stage.process()
    stage.vsmart.refused = {"7": "Titel niet gevonden", "599": "Titel niet gevonden"}
    stage.vsmart.step()
    given: list[str] = []
    sa.event.listen(stage.gateway.database, "before_cursor_execute", lambda *said: given.append(said[2]))
    stage.release()
    states = stage.rows("select state, count(*) from deliveries group by state order by state")
    assert states == [("confirmed", 598), ("refused later", 2)]
    assert len(given) < 120


def test_only_lines_that_never_were_offered_before_are_known_not_to_have_arrived(stage: Stage) -> None:
    away = stage.vsmart.folder.rename(stage.folder / "away")
    stage.push(a_mutation(mutation_id="O"))
    with killed_at(stage, FAILURE_NOTED):
        stage.process()
    stage.process()
    stage.push(a_mutation(Kind.CHANGED, hour=1, mutation_id="C", quantity=3))
    with later(minutes=1):
        stage.process()
    assert stage.rows(
        "select mutation_id, state from deliveries join mutations on pk = mutation_pk order by place"
    ) == [
        ("O", "offered"),
        ("C", "to deliver"),
    ]
    away.rename(stage.vsmart.folder)
    stage.release()
    stage.vsmart.step()
    assert [(entry.action, entry.copies) for entry in stage.vsmart.entered] == [("ORDERED", 2), ("CHANGED", 3)]


def test_system_that_is_down_is_left_alone_until_its_next_try(stage: Stage) -> None:
    stage.wise.behaviour = Behaviour.BUSY
    for number in range(4):
        stage.push(a_mutation(mutation_id=f"O{number}", order_number=f"B{number}"), institution="I201")
        stage.process()
    assert (stage.wise.upload_calls, _tries(stage)) == (1, 1)
    assert set(stage.outcomes().values()) == {"WAITING system-unavailable"}
    assert len(stage.reports("I201")) == 4
    stage.wise.behaviour = Behaviour.NORMAL
    stage.release("I201")
    assert set(stage.outcomes().values()) == {"APPLIED"}
    assert _tries(stage) == 0


def test_system_that_was_down_is_tried_by_one_job_when_it_is_due(stage: Stage) -> None:
    jobs: list[tuple[Any, ...]] = []

    def recover() -> list[tuple[Any, ...]]:
        jobs.clear()
        recovery.recover(stage.gateway.database, lambda _connection, job, _key, *values: jobs.append((job, *values)))
        return [values for _, _, *values in jobs]

    stage.wise.behaviour = Behaviour.BUSY
    stage.push(a_mutation(mutation_id="O"), institution="I201")
    stage.process()
    assert recover() == []
    with later(seconds=31):
        [job] = recover()
        assert recover() == []
        stage.process()
        for _ in range(2):
            # A job that comes late finds that another tried meanwhile.
            processing.run(app.workshop(stage.gateway), *job)
            assert (stage.wise.upload_calls, _tries(stage)) == (2, 2)
    stage.wise.behaviour = Behaviour.NORMAL
    with later(seconds=95):
        [_lost] = recover()
    with later(minutes=13):
        [job] = recover()
        processing.run(app.workshop(stage.gateway), *job)
    assert stage.outcomes() == {"O": "APPLIED"}
    assert recover() == [] and _tries(stage) == 0


def test_every_library_is_looked_at_for_what_waits(stage: Stage) -> None:
    looked: list[str] = []
    recovery.look_at_waiting(
        stage.gateway.database, lambda _connection, _job, _key, library, *_: looked.append(library), ("I201", "I202")
    )
    assert looked == ["I201", "I202"]


def test_folder_of_a_library_system_that_cannot_be_used_holds_nothing_up(stage: Stage) -> None:
    folder = stage.folder / "out" / "I202"
    folder.rmdir()
    for number in range(2):
        stage.push(a_mutation(mutation_id=f"M{number}", order_number=f"B{number}"))
        stage.process()
    assert stage.outcomes() == {"M0": "APPLIED", "M1": "APPLIED"}
    assert len(archive.listing(stage.gateway.database, ["I202"])) == 2
    app.offer_reports(stage.gateway)
    folder.mkdir()
    app.offer_reports(stage.gateway)
    assert len(stage.reports("I202")) == 2
    for report in folder.iterdir():
        report.unlink()
    app.offer_reports(stage.gateway)
    assert stage.reports("I202") == []


def _change(stage: Stage, *statements: str) -> None:
    with stage.gateway.database.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)
