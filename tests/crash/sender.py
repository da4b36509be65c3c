"""One supplier's program: pushes its messages, again and again until there is a receipt, and writes down what it saw.

A process of its own. Its diary is a file with one JSON object a line; the last line says that it is done.
"""

import argparse
import http.client
import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any, TextIO

from gateway.orders.model import MessageHeader
from gateway.supplier.message import Day, control, envelope_xml
from tests.crash.days import Message, Storm
from tests.stage import SENDER, SOAP11

AHEAD = 3
"""Messages that may be unprocessed when the next one is pushed, so that reports keep up with pushes."""
PATIENCE_SECONDS = 900
"""How long a push or an answer may be refused before it is called a breach."""
TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, if anything whole did."""

    status: int
    body: bytes

    def part(self, name: str) -> bytes:
        """The first element of that name, as sent."""
        start = self.body.find(b"<%s" % name.encode())
        end = self.body.find(b"</%s>" % name.encode())
        return self.body[start : end + len(name) + 3] if start >= 0 <= end else b""


@dataclass
class Counts:
    """What one sender met."""

    pushes: int = 0
    receipts: int = 0
    again: int = 0
    broken_off: int = 0
    busy: int = 0
    breaches: list[str] = field(default_factory=list)


class Door:
    """The gateway as a supplier knows it: addresses and an account."""

    def __init__(self, addresses: list[str], secret: str, chance: Random) -> None:
        self._addresses = addresses
        self._chance = chance
        credentials = b64encode(f"supplier:{secret}".encode()).decode()
        self._headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}"}

    def post(self, body: bytes) -> Answer | None:
        """Ask once, at any of the addresses; none when the answer did not come whole."""
        connection = http.client.HTTPConnection(self._chance.choice(self._addresses), timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", "/soap/orders", body, self._headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def request(message: Message) -> bytes:
    """The message as it is sent, always the same bytes."""
    mutations = [told.mutation for told in message.told]
    header = MessageHeader(
        message_id=message.message_id,
        message_number=None,
        test=False,
        sender=SENDER,
        customer_number="100200",
        institution=message.institution,
        created_at=datetime(2026, 3, 10, 18, tzinfo=UTC),
        period_from=None,
        period_to=None,
        control=control(mutations),
    )
    return b"".join(envelope_xml(Day(header, lambda: iter(mutations)), SOAP11))


def status_request(message_id: str) -> bytes:
    """Ask how far a message is."""
    asked = f'<getProcessingStatus xmlns="urn:bestelsync:orders:1"><messageId>{message_id}</messageId>'
    return f'<e:Envelope xmlns:e="{SOAP11}"><e:Body>{asked}</getProcessingStatus></e:Body></e:Envelope>'.encode()


class Sender:
    """Pushes the messages of one sender, round by round."""

    def __init__(self, storm: Storm, number: int, door: Door, diary: TextIO) -> None:
        self._storm, self._number, self._door, self._diary = storm, number, door, diary
        self._chance = Random(f"{storm.seed} {number} sender")
        self._receipts: dict[int, bytes] = {}
        self.counts = Counts()

    def round(self, number: int) -> None:
        """Push the message of a round, now and then twice at once, and an older one once more."""
        message = self._storm.message(self._number, number)
        body = request(message)
        seen: list[bytes] = []
        pushes = [Thread(target=lambda: seen.append(self._pushed(message, body)))
                  for _ in range(2 if self._chance.random() < 0.15 else 1)]  # fmt: skip
        for each in pushes:
            each.start()
        for each in pushes:
            each.join()
        self._must_be_one(message.message_id, [each for each in seen if each])
        self._receipts[number] = seen[0]
        self._write(message=message.message_id, round=number, receipt=seen[0].decode())
        self._retry_an_older_one(number)
        if number >= AHEAD:
            self._wait_until_processed(self._storm.message(self._number, number - AHEAD).message_id)

    def retry_all(self) -> None:
        """Push every message once more: each must get its first answer."""
        for number in self._receipts:
            self._retry(number)

    def _retry_an_older_one(self, newest: int) -> None:
        if self._chance.random() < 0.5:
            self._retry(self._chance.randint(max(0, newest - 20), newest))

    def _retry(self, number: int) -> None:
        message = self._storm.message(self._number, number)
        answer = self._pushed(message, request(message))
        self.counts.again += 1
        self._must_be_one(message.message_id, [each for each in (self._receipts[number], answer) if each])

    def _pushed(self, message: Message, body: bytes) -> bytes:
        """The receipt, after as many tries as it takes; nothing when none came."""
        receipt = b""

        def has_receipt() -> bool:
            nonlocal receipt
            self.counts.pushes += 1
            receipt = self._answer(message.message_id, body, "receipt")
            return bool(receipt)

        self._patiently(has_receipt, f"{message.message_id} got no receipt")
        self.counts.receipts += bool(receipt)
        return receipt

    def _wait_until_processed(self, message_id: str) -> None:
        def is_processed() -> bool:
            return b"PROCESSED" in self._answer(message_id, status_request(message_id), "state")

        self._patiently(is_processed, f"{message_id} was not processed")

    def _answer(self, message_id: str, body: bytes, element: str) -> bytes:
        """The element that is hoped for; anything but that, `busy` and silence is a breach."""
        answer = self._door.post(body)
        if answer is None:
            self.counts.broken_off += 1
            return b""
        if answer.status == 200 and answer.part(element):
            return answer.part(element)
        if answer.status == 503 and b"busy" in answer.part("code"):
            self.counts.busy += 1
            return b""
        self._breach(f"{message_id} was answered {answer.status}: {answer.body[:600].decode(errors='replace')}")
        return b""

    def _patiently(self, is_done: Callable[[], bool], otherwise: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_done():
            if time.monotonic() > end:
                self._breach(f"{otherwise} within {PATIENCE_SECONDS} s")
                return
            time.sleep(self._chance.uniform(0.05, 0.4))

    def _must_be_one(self, message_id: str, receipts: list[bytes]) -> None:
        if len(set(receipts)) > 1:
            self._breach(f"{message_id} got different receipts: {receipts}")

    def _breach(self, words: str) -> None:
        self.counts.breaches.append(words)
        self._write(breach=words)

    def _write(self, **entry: Any) -> None:
        self._diary.write(json.dumps(entry) + "\n")
        self._diary.flush()


def rounds(asked: Path) -> Iterator[int]:
    """The rounds to push, until a file says which is the last."""
    number = 0
    while not asked.exists() or number <= int(asked.read_text() or 0):
        yield number
        number += 1


def main() -> None:
    """Push until told which round is the last, then everything once more."""
    options = argparse.ArgumentParser()
    for name in ("seed", "senders", "number"):
        options.add_argument(name, type=int)
    options.add_argument("secret")
    options.add_argument("folder", type=Path)
    options.add_argument("addresses", nargs="+")
    given = options.parse_args()
    door = Door(given.addresses, given.secret, Random(f"{given.seed} {given.number} door"))
    with (given.folder / f"sender-{given.number}.jsonl").open("w") as diary:
        sender = Sender(Storm(given.seed, given.senders), given.number, door, diary)
        for number in rounds(given.folder / "last-round"):
            sender.round(number)
        sender.retry_all()
        diary.write(json.dumps({"done": vars(sender.counts)}) + "\n")


if __name__ == "__main__":
    main()
