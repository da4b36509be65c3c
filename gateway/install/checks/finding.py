"""What the doctor says of one thing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gateway.config import Settings
from gateway.install.fittings import Fittings


class Health(StrEnum):
    """How a thing is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """It works, but somebody should look."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, how it is, and what to do when it is not good."""

    subject: str
    health: Health
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """The gateway that is looked over."""

    config: Path
    settings: Settings
    fittings: Fittings


Check = Callable[[Patient], Iterator[Finding]]


def good(subject: str, sentence: str) -> Finding:
    """It is as it should be."""
    return Finding(subject, Health.GOOD, sentence)


def doubtful(subject: str, sentence: str, remedy: str) -> Finding:
    """It works, but somebody should look."""
    return Finding(subject, Health.DOUBTFUL, sentence, remedy)


def wrong(subject: str, sentence: str, remedy: str) -> Finding:
    """It must be mended."""
    return Finding(subject, Health.WRONG, sentence, remedy)
