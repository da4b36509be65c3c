"""Push messages as a supplier does: send, be patient when the gateway is busy, and read the receipt.

Up to 5,000 mutations zeep writes the request, as most suppliers' own SOAP libraries would. A larger day is
written to a temporary file first and sent from there, with its length: memory stays flat, and a second
attempt sends the same bytes. A file of the supplier's own always goes as written.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.errors import ConfigurationError
from gateway.orders.model import Outcome, PlanLine, Receipt
from gateway.supplier.message import OPERATION, Day, envelope_xml, values
from gateway.supplier.upload import Message, message
from gateway.transport.soap_client import ENVELOPES, Credentials, SoapClient, SoapVersion
from gateway.transport.soap_faults import ServiceBusy

CONTRACT = "orders/v1/orders.wsdl"
WRITTEN_BY_ZEEP = 5_000
_ATTEMPTS = 6
_LONGEST_WAIT_SECONDS = 60
_POLL_SECONDS = 0.25

Told = Callable[[int], None]
"""Hears how many bytes, or mutations, were done since it was last called."""


class NotAPush(ConfigurationError):
    """The file asks something, but does not push."""

    code = "not-a-push"
    message = "{path} holds {operation}, which pushes nothing."
    hint = "Give a submitMutations request."


@dataclass(frozen=True, slots=True)
class Patience:
    """What to do when the gateway is busy: how often to try, how to wait, and whom to tell."""

    attempts: int = _ATTEMPTS
    sleep: Callable[[float], None] = time.sleep
    told: Callable[[ServiceBusy, float], None] = lambda _busy, _seconds: None


def client(
    address: str,
    credentials: Credentials | None,
    version: SoapVersion = SoapVersion.V1_1,
    *,
    timeout_seconds: float = 600,
) -> SoapClient:
    """A client that speaks the frozen contract to the gateway at `address`."""
    return SoapClient(
        CONTRACT, address=address, credentials=credentials, version=version, timeout_seconds=timeout_seconds
    )


def push_day(to: SoapClient, day: Day, patience: Patience | None = None, told: Told = lambda _done: None) -> Receipt:
    """Push a day; raises what `SoapClient.call` raises, `ServiceBusy` only after the last attempt."""
    if day.header.control.mutation_count <= WRITTEN_BY_ZEEP:
        request = values(day)
        return receipt(_patiently(lambda: to.call(OPERATION, **request), patience or Patience()))
    with written(day, to.version) as path:
        return push_message(to, message(path), patience, told)


def push_message(
    to: SoapClient, what: Message, patience: Patience | None = None, told: Told = lambda _done: None
) -> Receipt:
    """Push a file; raises as `push_day`, and NotAPush when it asks for something else."""
    if what.operation != OPERATION:
        raise NotAPush(path=what.path, operation=what.operation)
    return receipt(
        _patiently(lambda: to.send(OPERATION, what.open(told), charset=what.charset), patience or Patience())
    )


@contextmanager
def written(day: Day, version: SoapVersion) -> Iterator[Path]:
    """The day as an envelope in a file that is gone after the block."""
    with TemporaryDirectory(prefix="push-") as folder:
        path = Path(folder) / "message.xml"
        with path.open("wb") as file:
            file.writelines(envelope_xml(day, ENVELOPES[version]))
        yield path


def status(to: SoapClient, message_id: str) -> dict[str, Any]:
    """How far a message is, and what became of its mutations, under the names of the contract."""
    found: dict[str, Any] = to.call("getProcessingStatus", messageId=message_id)["status"]
    return found


def outcomes(found: dict[str, Any]) -> dict[str, int]:
    """How many mutations had which outcome, from what `status` gave."""
    return {each["outcome"]: int(each["_value_1"]) for each in _many(found["outcomes"] or {}, "count")}


def processed(
    to: SoapClient, message_id: str, *, within_seconds: float, told: Callable[[dict[str, Any]], None] = lambda _s: None
) -> dict[str, Any]:
    """Ask until a message is processed, or the time is over; the last answer.

    The longer it takes the more seldom it asks: counting a day of 100,000 for an answer is work too.
    """
    began = time.monotonic()
    until = began + within_seconds
    while True:
        now = status(to, message_id)
        told(now)
        if now["state"] == "PROCESSED" or time.monotonic() > until:
            return now
        time.sleep(max(_POLL_SECONDS, (time.monotonic() - began) / 20))


def budget_codes(to: SoapClient, institution: str) -> list[str]:
    """The codes that a library gave the gateway and that are not blocked."""
    answer = to.call("getBudgetCodes", institutionCode=institution)
    return [each["code"] for each in _many(answer["budgetCodes"], "budgetCode") if not each["blocked"]]


def receipt(answer: dict[str, Any]) -> Receipt:
    """The receipt in an answer."""
    given = answer["receipt"]
    plan = given.get("plan")
    return Receipt(
        receipt_id=given["receiptId"],
        message_id=given["messageId"],
        received_at=given["receivedAt"],
        mutation_count=given["mutationCount"],
        new_count=given["newCount"],
        known_count=given["knownCount"],
        test=bool(given.get("test")),
        unknown_budget_codes=tuple(given.get("unknownBudgetCode") or ()),
        plan=tuple(map(_plan_line, _many(plan, "line"))) if plan else None,
        plan_truncated=bool(plan and plan.get("truncated")),
    )


def _plan_line(line: dict[str, Any]) -> PlanLine:
    return PlanLine(
        line["mutationId"],
        Outcome(line["outcome"]),
        line.get("code") or "",
        line.get("sentence") or "",
        line.get("budgetCode"),
    )


def _many(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = holder.get(name) or []
    return found if isinstance(found, list) else [found]


def _patiently(ask: Callable[[], dict[str, Any]], patience: Patience) -> dict[str, Any]:
    for attempt in range(1, patience.attempts):
        try:
            return ask()
        except ServiceBusy as busy:
            seconds = min(busy.retry_after_seconds or 2**attempt, _LONGEST_WAIT_SECONDS)
            patience.told(busy, seconds)
            patience.sleep(seconds)
    return ask()
