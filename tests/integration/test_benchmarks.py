"""What the benchmarks show was measured, or they say why not."""

import os
from collections.abc import Iterator

import pytest

from benchmarks import small
from benchmarks.memory import Watch
from benchmarks.target import Target
from tests.simulators.soap_door import Answer, SoapDoor, fault, soap_door

ENOUGH_SECONDS = 60
"""Nobody waits for them: the first failure ends it."""


@pytest.fixture
def door() -> Iterator[SoapDoor]:
    with soap_door() as opened:
        yield opened


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(503, fault("busy", "Not now.")), "a door answered 503.*Not now"),
        (Answer(drops=True), "RemoteDisconnected"),
    ],
    ids=["refused", "cut off"],
)
def test_one_sender_that_fails_fails_the_whole_measurement_with_its_reason(
    door: SoapDoor, answer: Answer, reason: str
) -> None:
    door.answers.extend([Answer(), answer])
    watch = Watch(os.getpid())
    with pytest.raises(SystemExit, match=f"(?s)Of 2 senders 1 failed; the first: .*{reason}"):
        small.push(Target("a door", door.address, None, watch, 0), 2, ENOUGH_SECONDS)
    watch.stop()
