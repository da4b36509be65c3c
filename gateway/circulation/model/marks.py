"""What was said already: which notice, of what, on which occasion, and when it took effect."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.circulation.model.preferences import Channel


class Master(StrEnum):
    """Who sends a kind of notice; exactly one of the two for each kind and library."""

    HOST = "HOST"
    GATEWAY = "GATEWAY"


class Subject(StrEnum):
    """What a notice was about."""

    LOAN = "LOAN"
    HOLD = "HOLD"
    CHARGE = "CHARGE"
    MEMBERSHIP = "MEMBERSHIP"
    PATRON = "PATRON"
    ISSUE = "ISSUE"


@dataclass(frozen=True, slots=True)
class Mark:
    """One notice that was made.

    `occasion` is the day that the notice is about, so that a later occasion is told anew: the due date of the loan
    (a renewed loan begins its ladder again), the day a hold became ready, the last day of a membership.
    `effective_on` is the day it was handed over as mail or printed as a letter; none while it was not, and then the
    next step waits (D2, D34).
    """

    kind: str
    occasion: date | None
    made_on: date
    effective_on: date | None = None
    channel: Channel | None = None
    by: Master = Master.GATEWAY
    notice: str = ""
    """The id of the notice; empty for what the library system sent."""


def effective(marks: tuple[Mark, ...], kind: str, occasion: date | None) -> date | None:
    """When a kind took effect on an occasion; none when it did not, or not yet."""
    days = [each.effective_on for each in marks if each.kind == kind and each.occasion == occasion]
    return max((day for day in days if day), default=None)


def made(marks: tuple[Mark, ...], kind: str, occasion: date | None) -> bool:
    """Whether a kind was made on an occasion, effective already or not."""
    return any(each.kind == kind and each.occasion == occasion for each in marks)
