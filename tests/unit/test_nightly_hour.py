"""The hour of the night at which a library's mutations are taken up: once a night, also when the clocks change."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway import clock
from gateway.library import Library
from gateway.orders import processing

A_NIGHT = [
    pytest.param("03:00", "2026-03-10T18:00+01:00", "2026-03-11T03:00+01:00", id="the same evening"),
    pytest.param("03:00", "2026-03-11T02:59+01:00", "2026-03-11T03:00+01:00", id="a minute before"),
    pytest.param("03:00", "2026-03-11T03:01+01:00", "2026-03-12T03:00+01:00", id="a minute after"),
    pytest.param("03:17", "2026-03-10T18:00+01:00", "2026-03-11T03:17+01:00", id="at any minute"),
    pytest.param("04:00", "2026-03-28T22:00+01:00", "2026-03-29T04:00+02:00", id="a night without its third hour"),
    pytest.param("04:00", "2026-10-24T22:00+02:00", "2026-10-25T04:00+01:00", id="a night with its third hour twice"),
    pytest.param("02:30", "2026-03-28T22:00+01:00", "2026-03-29T03:30+02:00", id="at an hour that is skipped"),
    pytest.param("02:30", "2026-03-29T03:31+02:00", "2026-03-30T02:30+02:00", id="after an hour that was skipped"),
    pytest.param("02:30", "2026-10-24T22:00+02:00", "2026-10-25T02:30+02:00", id="at the first of an hour repeated"),
    pytest.param("02:30", "2026-10-25T02:45+02:00", "2026-10-26T02:30+01:00", id="between the two of an hour repeated"),
]


def _delay(library: Library, received_at: str) -> float:
    queued: list[float] = []

    def enqueue(*_values: Any, delay: float) -> None:
        queued.append(delay)

    with clock.pretending(datetime.fromisoformat(received_at)):
        processing.queue_message(enqueue, None, 1, library)  # type: ignore[arg-type]
    return queued[0]


@pytest.mark.parametrize(("hour", "received_at", "taken_up_at"), A_NIGHT)
def test_message_is_taken_up_at_the_next_hour_of_the_library(hour: str, received_at: str, taken_up_at: str) -> None:
    delay = _delay(Library("I201", "Voorbeeldstad", "wise", nightly_at=hour), received_at)
    taken_up = datetime.fromisoformat(received_at) + timedelta(seconds=delay)
    assert abs(taken_up - datetime.fromisoformat(taken_up_at)) < timedelta(seconds=5)


def test_library_without_such_an_hour_waits_for_nothing() -> None:
    assert _delay(Library("I201", "Voorbeeldstad", "wise"), "2026-03-10T18:00+01:00") == 0
