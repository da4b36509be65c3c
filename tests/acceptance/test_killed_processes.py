"""A gateway in processes of its own, killed at the worst moments: nothing is lost and nothing is doubled."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from gateway.money import Cents
from gateway.orders.model import Kind, Receipt
from tests import databases
from tests.builders import a_mutation
from tests.serving import a_stage_to_serve, command, finished, pushed, pushed_in_spite_of_all, serving, until
from tests.simulators.wise import Behaviour
from tests.stage import Stage

KILLED_WHEN = (
    "select count(*) from messages",
    "select count(*) from runs where planned_at is null",
    "select count(*) from deliveries where state = 'offered'",
    "select count(*) from outcomes",
    "select count(*) from runs where number is not null",
)
"""Each is the first thing that is seen of a stage of the flow; the process dies at that moment or a little later."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage_to_serve(tmp_path) as stage:
        yield stage


def test_gateway_killed_while_messages_come_in_and_are_processed_loses_and_doubles_nothing(stage: Stage) -> None:
    messages = {
        f"DAY-{number}": [
            a_mutation(
                mutation_id=f"M-{number}-{line}", order_number=f"B{number}", order_line=str(line), net_price=Cents(1)
            )
            for line in range(40)
        ]
        for number in range(8)
    }
    receipts: dict[str, Receipt] = {}

    def supplier() -> None:
        for message_id, mutations in messages.items():
            receipts[message_id] = pushed_in_spite_of_all(stage, message_id, *mutations)

    sending = Thread(target=supplier)
    sending.start()
    for moment in KILLED_WHEN:
        with serving(stage) as process:
            # A quick machine may have done everything before the moment was seen; then it dies doing nothing.
            until(lambda moment=moment: stage.rows(moment)[0][0] > 0 or finished(stage, len(messages))())  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
    with serving(stage):
        sending.join()
        until(finished(stage, len(messages)))
        again = {message_id: pushed(stage, message_id, *mutations) for message_id, mutations in messages.items()}
    assert set(receipts) == set(messages)
    assert again == receipts
    everything = sorted(mutation.mutation_id for mutations in messages.values() for mutation in mutations)
    outcomes = stage.rows("select mutation_id, outcome from outcomes join mutations on pk = mutation_pk")
    assert sorted(mutation for mutation, _ in outcomes) == everything
    assert {outcome for _, outcome in outcomes} == {"APPLIED"}
    stage.vsmart.step()
    assert sorted((entry.order, entry.line) for entry in stage.vsmart.entered) == sorted(
        (mutation.order_number, mutation.order_line) for mutations in messages.values() for mutation in mutations
    )
    assert len(stage.reports("I202")) == len(messages)


def test_many_copies_of_one_message_at_once_have_one_effect_and_one_receipt(stage: Stage) -> None:
    mutations = [a_mutation(mutation_id=f"M-{line}", order_line=str(line)) for line in range(20)]
    receipts: list[Receipt] = []
    with serving(stage):
        copies = [
            Thread(target=lambda: receipts.append(pushed_in_spite_of_all(stage, "DAY-1", *mutations)))
            for _ in range(12)
        ]
        for copy in copies:
            copy.start()
        for copy in copies:
            copy.join()
        until(finished(stage, 1))
    assert len(receipts) == 12 and len(set(receipts)) == 1
    stage.vsmart.step()
    assert len(stage.vsmart.entered) == 20


def test_delivery_resumes_by_itself_when_the_system_is_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_RETRY__FIRST_SECONDS", "1")
    stage.wise.down()
    with serving(stage):
        pushed(stage, "DAY-1", a_mutation(Kind.ORDERED, mutation_id="M-1"), institution="I201")
        until(finished(stage, 1))
        assert stage.outcomes() == {"M-1": "WAITING system-unavailable"}
        stage.wise.up()
        until(finished(stage, 2))
    assert stage.outcomes() == {"M-1": "APPLIED"}
    assert [row.amount for row in stage.wise.rows] == [2]


@contextmanager
def _worker(stage: Stage, node: str) -> Iterator[subprocess.Popen[str]]:
    """`gateway worker` as a process, killed at the end of the block."""
    command_line = command(stage.settings_file(), "worker", "--node", node)
    with subprocess.Popen(command_line, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_two_processes_never_work_under_one_name_and_a_killed_one_leaves_its_name_free(stage: Stage) -> None:
    with serving(stage), _worker(stage, "main") as refused:
        said = refused.communicate(timeout=60)[1]
        assert refused.returncode == 2
    assert "works under the name main" in said and "--node" in said
    assert "Traceback" not in said
    with _worker(stage, "main") as second:
        assert second.stderr is not None
        assert any("working" in line for line in iter(second.stderr.readline, ""))


def test_two_workers_share_the_work_and_double_nothing(stage: Stage) -> None:
    with serving(stage), _worker(stage, "other"):
        for number in range(6):
            lines = [
                a_mutation(order_number=f"B{number}", order_line=str(line), net_price=Cents(1)) for line in range(30)
            ]
            pushed(stage, f"DAY-{number}", *lines)
        until(finished(stage, 2))
    with serving(stage), _worker(stage, "other"):
        until(finished(stage, 6))
    assert set(stage.outcomes().values()) == {"APPLIED"}
    stage.vsmart.step()
    assert len(stage.vsmart.entered) == 6 * 30
    assert len({(entry.order, entry.line) for entry in stage.vsmart.entered}) == 6 * 30
    assert len(stage.reports("I202")) == 6


@pytest.mark.parametrize("kind", databases.KINDS)
def test_worker_that_never_comes_back_is_followed_by_another(kind: str, tmp_path: Path) -> None:
    with databases.stages_on(kind), a_stage_to_serve(tmp_path) as stage:
        stage.wise.once.append(Behaviour.LATE)
        with serving(stage, options=["--no-worker"]):
            with _worker(stage, "lost"):
                pushed(stage, "DAY-1", a_mutation(mutation_id="M-1", order_line="1"), institution="I201")
                until(lambda: len(stage.wise.rows) == 1)
            pushed(stage, "DAY-2", a_mutation(mutation_id="M-2", order_line="2"), institution="I201")
            with _worker(stage, "other"):
                until(finished(stage, 2))
        assert stage.outcomes() == {"M-1": "APPLIED_WITH_WARNING delivery-uncertain", "M-2": "APPLIED"}
        assert [row.row for row in stage.wise.rows] == ["1", "2"]
