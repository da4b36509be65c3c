"""A push when things go wrong on the way: what is tried again, when, how often, and that nothing is doubled by it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway import clock
from gateway.supplier import message, push, sample, upload
from gateway.supplier.patience import Patience
from gateway.transport import soap_faults
from gateway.transport.soap_client import Credentials, SoapClient
from tests.builders import a_mutation
from tests.serving import a_stage_to_serve, serving
from tests.simulators.soap_door import Answer, SoapDoor, fault, soap_door
from tests.stage import Stage

ON = date(2026, 3, 10)


@pytest.fixture
def door() -> Iterator[SoapDoor]:
    with soap_door() as opened:
        yield opened


def a_day(n: int = 20) -> message.Day:
    return sample.day(n, 1, institution="I202", sender="000002", branches=["2021"], budget_codes=["JEUGD"], on=ON)


def a_client(address: str, **other: float) -> SoapClient:
    return push.client(address, Credentials("supplier", "geheim"), **other)


class Waiting:
    """Remembers pauses instead of making them."""

    def __init__(self, dice: float = 0.0, tries: int = 6) -> None:
        self.pauses: list[float] = []
        self.patience = Patience(tries, self.pauses.append, lambda: dice)


def busy(**headers: str) -> Answer:
    return Answer(503, fault("busy", "Not now."), headers)


@pytest.mark.parametrize("answer", [Answer(drops=True), Answer(503, "<h1>Front", {"Content-Type": "text/html"})])
def test_lost_answer_is_asked_for_again_with_the_same_message(door: SoapDoor, tmp_path: Path, answer: Answer) -> None:
    path = tmp_path / "day.xml"
    path.write_bytes(b"".join(message.request_xml(a_day())))
    for pushed in (
        lambda: push.push_day(a_client(door.address), a_day(), Waiting().patience),
        lambda: push.push_message(a_client(door.address), upload.message(path), Waiting().patience),
    ):
        door.asked.clear()
        door.answers += [answer, answer]
        assert pushed().receipt_id == "R-1"
        assert len(door.asked) == 3
        assert len({each.content for each in door.asked}) == 1


def test_time_out_is_tried_again(door: SoapDoor) -> None:
    over = threading.Event()
    door.answers.append(Answer(seconds=over))
    assert push.push_day(a_client(door.address, timeout_seconds=0.3), a_day(), Waiting().patience).receipt_id == "R-1"
    over.set()
    assert len(door.asked) == 2


@pytest.mark.parametrize(("dice", "expected"), [(0.0, [0.5, 1, 2, 4, 8]), (1.0, [1, 2, 4, 8, 16])])
def test_pauses_double_and_hold_some_chance(door: SoapDoor, dice: float, expected: list[float]) -> None:
    door.answers += [Answer(drops=True)] * 5
    waiting = Waiting(dice)
    push.push_day(a_client(door.address), a_day(), waiting.patience)
    assert waiting.pauses == expected


def test_pause_without_a_time_is_never_over_a_minute(door: SoapDoor) -> None:
    door.answers += [Answer(drops=True)] * 9
    waiting = Waiting(1.0, tries=10)
    push.push_day(a_client(door.address), a_day(), waiting.patience)
    assert max(waiting.pauses) == 60


@pytest.mark.parametrize("dice", [0.0, 1.0])
def test_busy_gateway_is_never_asked_before_the_time_that_it_named(door: SoapDoor, dice: float) -> None:
    door.answers += [busy(**{"Retry-After": "120"})] * 2
    waiting = Waiting(dice)
    push.push_day(a_client(door.address), a_day(), waiting.patience)
    assert all(120 <= pause <= 150 for pause in waiting.pauses) and len(waiting.pauses) == 2


def test_time_to_come_back_may_be_named_as_a_moment(door: SoapDoor) -> None:
    door.answers.append(busy(**{"Retry-After": "Tue, 10 Mar 2026 08:00:40 GMT"}))
    waiting = Waiting()
    with clock.pretending(datetime(2026, 3, 10, 8, tzinfo=UTC)):
        push.push_day(a_client(door.address), a_day(), waiting.patience)
    assert len(waiting.pauses) == 1 and 30 < waiting.pauses[0] <= 40


def test_time_that_a_front_names_is_kept_to_too(door: SoapDoor) -> None:
    door.answers.append(Answer(503, "<h1>Full", {"Content-Type": "text/html", "Retry-After": "90"}))
    waiting = Waiting()
    push.push_day(a_client(door.address), a_day(), waiting.patience)
    assert waiting.pauses == [90]


def test_gateway_that_names_too_long_a_time_is_not_waited_for(door: SoapDoor) -> None:
    door.answers.append(busy(**{"Retry-After": "86400"}))
    waiting = Waiting()
    with pytest.raises(soap_faults.ServiceBusy):
        push.push_day(a_client(door.address), a_day(), waiting.patience)
    assert waiting.pauses == []


def test_tries_have_a_ceiling(door: SoapDoor) -> None:
    door.answers += [Answer(drops=True)] * 9
    waiting = Waiting(tries=3)
    with pytest.raises(soap_faults.ServiceUnreachable):
        push.push_day(a_client(door.address), a_day(), waiting.patience)
    assert (len(door.asked), len(waiting.pauses)) == (3, 2)


@pytest.mark.parametrize("code", ["invalid-message", "control-totals", "message-conflict", "not-allowed", "too-large"])
def test_what_must_be_mended_is_not_tried_again(door: SoapDoor, code: str) -> None:
    door.answers.append(Answer(500, fault(code, "No.")))
    with pytest.raises(soap_faults.ServiceRefused):
        push.push_day(a_client(door.address), a_day(), Waiting().patience)
    assert len(door.asked) == 1


@pytest.mark.parametrize("code", ["internal", "a-code-of-next-year"])
def test_mistake_of_the_gateway_and_an_unknown_code_are_tried_again(door: SoapDoor, code: str) -> None:
    door.answers.append(Answer(500, fault(code, "Oops.")))
    assert push.push_day(a_client(door.address), a_day(), Waiting().patience).receipt_id == "R-1"


def test_questions_are_tried_again_as_well(door: SoapDoor) -> None:
    for asked in (push.status, lambda *given: push.report(given[0], given[1], push.Format.TXT, given[2])):
        door.answers.append(Answer(drops=True))
        asked(a_client(door.address), "M-1", Waiting().patience)
    door.answers.append(Answer(drops=True))
    push.ping(a_client(door.address), Waiting().patience)
    assert len(door.asked) == 6


@contextmanager
def losing_the_first_answer(address: tuple[str, int]) -> Iterator[str]:
    """A way to the gateway on which the first answer is lost, once the gateway has given it."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def carry() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with client, socket.create_connection(address) as gateway:
                threading.Thread(target=_copy, args=(client, gateway), daemon=True).start()
                answer = gateway.recv(1 << 16)
                seen.append(answer)
                if len(seen) > 1:
                    client.sendall(answer)
                    _copy(gateway, client)
                # Closing alone is not seen by the other side while a thread still reads.
                client.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=carry, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/soap/orders"
    finally:
        listening.close()
        assert seen[0].startswith(b"HTTP/1.1 200")


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while part := source.recv(1 << 16):
            target.sendall(part)
    except OSError:
        pass


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage_to_serve(tmp_path) as stage:
        yield stage


def test_message_whose_receipt_was_lost_on_the_way_is_kept_once(stage: Stage) -> None:
    with serving(stage):
        host, _, port = stage.settings.listen.partition(":")
        with losing_the_first_answer((host, int(port))) as address:
            client = push.client(address, Credentials("supplier", stage.secret))
            waiting = Waiting()
            began = time.monotonic()
            receipt = push.push_day(client, stage.day(a_mutation(), message_id="DAY"), waiting.patience)
    assert (receipt.new_count, receipt.known_count) == (1, 0)  # the receipt of the first time
    assert len(waiting.pauses) == 1
    assert stage.rows("select count(*) from messages") == [(1,)]
    assert time.monotonic() - began < 30
