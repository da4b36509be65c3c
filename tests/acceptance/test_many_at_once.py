"""Many senders at the same moment, each a process of its own, at two gateway processes over one database."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.orders.model import Mutation
from gateway.supplier.message import envelope_xml
from tests.acceptance import sending_copies
from tests.builders import a_mutation
from tests.serving import a_stage_to_serve, finished, free_port, serving, until
from tests.stage import SOAP11, Stage

COPIES = 50


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage_to_serve(tmp_path) as stage:
        yield stage


def sent_at_once(stage: Stage, messages: Sequence[bytes]) -> list[tuple[int, str]]:
    """Status and receipt (or fault) for each message; all are sent at the same moment."""
    second = f"127.0.0.1:{free_port()}"
    twin = replace(stage, settings=stage.settings.model_copy(update={"listen": second}))
    with ExitStack() as running:
        running.enter_context(serving(stage, options=("--no-worker",)))
        running.enter_context(serving(twin, options=("--no-worker",)))
        senders = []
        for place, message in enumerate(messages):
            path = stage.folder / f"message-{place}.xml"
            path.write_bytes(message)
            address = (stage.settings.listen, second)[place % 2]
            command = [sys.executable, sending_copies.__file__, address, stage.secret, str(path)]
            sender = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            senders.append(running.enter_context(sender))
        for each in senders:
            assert each.stdout and each.stdout.readline() == "ready\n"
        for each in senders:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        said = [each.communicate()[0].split(" ", 1) for each in senders]
    return [(int(status), text) for status, text in said]


def processed(stage: Stage, reports: int) -> None:
    """Let a gateway with its worker do what was accepted."""
    with serving(stage):
        until(finished(stage, reports))


def message(stage: Stage, message_id: str, *mutations: Mutation) -> bytes:
    return b"".join(envelope_xml(stage.day(*mutations, message_id=message_id), SOAP11))


def entered(stage: Stage) -> list[tuple[str, str]]:
    """What the library system has, by order and line."""
    stage.vsmart.step()
    return sorted((entry.order, entry.line) for entry in stage.vsmart.entered)


def test_fifty_copies_of_a_message_at_once_have_one_effect_and_fifty_identical_receipts(stage: Stage) -> None:
    mutations = [a_mutation(mutation_id=f"M-{line}", order_line=str(line)) for line in range(20)]
    answers = sent_at_once(stage, [message(stage, "DAY-1", *mutations)] * COPIES)
    assert len(answers) == COPIES
    assert {status for status, _ in answers} == {200}
    [receipt] = {text for _, text in answers}
    assert "<newCount>20</newCount><knownCount>0</knownCount>" in receipt
    assert stage.rows("select count(*) from messages")[0][0] == 1
    assert stage.rows("select count(*) from mutations")[0][0] == 20
    processed(stage, 1)
    assert entered(stage) == sorted((each.order_number, each.order_line) for each in mutations)
    assert len(stage.reports("I202")) == 1


def test_of_two_contents_under_one_id_at_once_one_is_kept_and_the_other_told_what_differs(stage: Stage) -> None:
    mutations = [a_mutation(mutation_id=f"M-{line}", order_line=str(line)) for line in range(5)]
    other = [*mutations[:3], replace(mutations[3], title="Iets anders"), mutations[4]]
    contents = [message(stage, "DAY-1", *mutations), message(stage, "DAY-1", *other)]
    answers = sent_at_once(stage, [contents[place // 2 % 2] for place in range(20)])
    kept, refused = ([text for status, text in answers if status == wanted] for wanted in (200, 500))
    assert (len(kept), len(refused), len(set(kept))) == (10, 10, 1)
    assert all("message-conflict" in each and "the first difference is mutation M-3" in each for each in refused)
    assert stage.rows("select count(*) from mutations")[0][0] == 5


def test_one_mutation_in_ten_messages_at_once_is_done_once(stage: Stage) -> None:
    mutation = a_mutation(mutation_id="M-1")
    answers = sent_at_once(stage, [message(stage, f"DAY-{number}", mutation) for number in range(10)])
    counts = sorted("<newCount>1</newCount><knownCount>0</knownCount>" in text for _, text in answers)
    assert counts == [False] * 9 + [True]
    assert {status for status, _ in answers} == {200}
    processed(stage, 10)
    assert entered(stage) == [(mutation.order_number, mutation.order_line)]
    assert list(stage.outcomes().values()) == ["APPLIED"]
