"""When to ask again, and how long to wait: pauses grow and hold some chance, so that not all come back at once."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from gateway.errors import GatewayError
from gateway.supplier.next_step import NextStep, next_step

TRIES = 6
_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 60.0
_LONGEST_ASKED_SECONDS = 900.0

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try, how to wait, and whom to tell: of the failure, the seconds, and which try comes next.

    A gateway that names a time is never asked before it; one that names more than a quarter of an hour is not waited
    for. Without a time the pauses double, from one second to a minute.
    """

    tries: int = TRIES
    sleep: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.random
    told: Callable[[GatewayError, float, int], None] = lambda _error, _seconds, _next: None


def patiently(ask: Callable[[], Answer], patience: Patience) -> Answer:
    """Ask until there is an answer, a failure that asking again does not mend, or no try left; that is raised."""
    for attempt in range(1, patience.tries):
        try:
            return ask()
        except GatewayError as error:
            seconds = _pause(error, attempt, patience)
            if seconds is None:
                raise
            patience.told(error, seconds, attempt + 1)
            patience.sleep(seconds)
    return ask()


def _pause(error: GatewayError, attempt: int, patience: Patience) -> float | None:
    """The seconds until the next try; none when there is to be none."""
    if next_step(error) is not NextStep.RETRY:
        return None
    asked = getattr(error, "retry_after_seconds", None)
    if asked is None:
        longest = min(_FIRST_SECONDS * 2 ** (attempt - 1), _LONGEST_SECONDS)
        return float(longest * (1 + patience.dice()) / 2)
    if asked > _LONGEST_ASKED_SECONDS:
        return None
    return float(asked + max(1.0, asked / 4) * patience.dice())
