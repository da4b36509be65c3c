"""A gateway in processes of its own, killed at the worst moments: nothing is lost and nothing is doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from threading import Thread

import pytest

from gateway.errors import GatewayError
from gateway.money import Cents
from gateway.orders.model import Kind, Mutation, Receipt
from gateway.supplier import push
from gateway.transport.soap_client import Credentials
from tests.builders import a_mutation
from tests.stage import Stage, a_stage

SECONDS = 60
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
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with a_stage(tmp_path, listen=f"127.0.0.1:{port}") as stage:
        yield stage


@contextmanager
def serving(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """`gateway serve` as a process, from the moment that it listens."""
    log = stage.folder / f"serve-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "gateway", "--config", str(stage.settings_file()), "serve"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=dict(os.environ))
    try:
        until(lambda: b"listening on" in log.read_bytes() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.kill()
        process.wait()


def until(is_true: Callable[[], bool]) -> None:
    """Look until it is so; fail when it takes too long."""
    end = time.monotonic() + SECONDS
    while not is_true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def pushed(stage: Stage, message_id: str, *mutations: Mutation, institution: str = "I202") -> Receipt:
    client = push.client(
        f"http://{stage.settings.listen}/soap/orders", Credentials("supplier", stage.secret), timeout_seconds=20
    )
    return push.push_day(client, stage.day(*mutations, institution=institution, message_id=message_id))


def pushed_in_spite_of_all(stage: Stage, message_id: str, *mutations: Mutation) -> Receipt:
    """As a supplier does: again and again, under the same id, until there is a receipt."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return pushed(stage, message_id, *mutations)
        except GatewayError:
            assert time.monotonic() < end
            time.sleep(0.1)


def finished(stage: Stage, messages: int) -> Callable[[], bool]:
    return lambda: stage.rows("select count(*) from runs where report is not null")[0][0] >= messages


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
            until(lambda moment=moment: stage.rows(moment)[0][0] > 0)  # type: ignore[misc]
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
