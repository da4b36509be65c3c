"""Push messages as a supplier does: send, be patient when the gateway is busy, and read the receipt.

Up to 5,000 mutations zeep writes the request, as most suppliers' own SOAP libraries would. A larger day is
written to a temporary file first and sent from there, with its length: memory stays flat, and a second
attempt sends the same bytes. A file of the supplier's own always goes as written.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.errors import ConfigurationError
from gateway.orders.model import Outcome, PlanLine, Receipt
from gateway.reports.model import Format, ReportFile
from gateway.supplier.message import OPERATION, Day, envelope_xml, values
from gateway.supplier.patience import Patience, patiently
from gateway.supplier.upload import Message, message
from gateway.transport.soap_client import ENVELOPES, Credentials, SoapClient, SoapVersion, Watcher

CONTRACT = "orders/v1/orders.wsdl"
WRITTEN_BY_ZEEP = 5_000
_POLL_SECONDS = 0.25

Told = Callable[[int], None]
"""Hears how many bytes, or mutations, were done since it was last called."""


class NotAPush(ConfigurationError):
    """The file asks something, but does not push."""

    code = "not-a-push"
    message = "{path} holds {operation}, which pushes nothing."
    hint = "Give a submitMutations request."


def client(
    address: str,
    credentials: Credentials | None,
    version: SoapVersion = SoapVersion.V1_1,
    *,
    timeout_seconds: float = 600,
    watcher: Watcher | None = None,
) -> SoapClient:
    """A client that speaks the frozen contract to the gateway at `address`."""
    return SoapClient(
        CONTRACT,
        address=address,
        credentials=credentials,
        version=version,
        timeout_seconds=timeout_seconds,
        watcher=watcher,
    )


def push_day(to: SoapClient, day: Day, patience: Patience | None = None, told: Told = lambda _done: None) -> Receipt:
    """Push a day; raises what `SoapClient.call` raises, and what may pass only after the last try."""
    if day.header.control.mutation_count <= WRITTEN_BY_ZEEP:
        request = values(day)
        return receipt(patiently(lambda: to.call(OPERATION, **request), patience or Patience()))
    with written(day, to.version, to.soap_header) as path:
        return push_message(to, message(path), patience, told)


def push_message(
    to: SoapClient, what: Message, patience: Patience | None = None, told: Told = lambda _done: None
) -> Receipt:
    """Push a file; raises as `push_day`, and NotAPush when it asks for something else."""
    if what.operation != OPERATION:
        raise NotAPush(path=what.path, operation=what.operation)
    return receipt(patiently(lambda: to.send(OPERATION, what.open(told), charset=what.charset), patience or Patience()))


@contextmanager
def written(day: Day, version: SoapVersion, soap_header: bytes = b"") -> Iterator[Path]:
    """The day as an envelope in a file that is gone after the block."""
    with TemporaryDirectory(prefix="push-") as folder:
        path = Path(folder) / "message.xml"
        with path.open("wb") as file:
            file.writelines(envelope_xml(day, ENVELOPES[version], soap_header))
        yield path


def ping(to: SoapClient, patience: Patience | None = None) -> dict[str, Any]:
    """Who is there, and what time it is there, under the names of the contract."""
    answer = patiently(lambda: to.call("ping"), patience or Patience())
    # What is left is the place where version 1 may grow, which zeep gives a name of its own.
    return {name: value for name, value in answer.items() if not name.startswith("_")}


def status(to: SoapClient, message_id: str, patience: Patience | None = None) -> dict[str, Any]:
    """How far a message is, and what became of its mutations, under the names of the contract."""
    answer = patiently(lambda: to.call("getProcessingStatus", messageId=message_id), patience or Patience())
    found: dict[str, Any] = answer["status"]
    return found


def report(to: SoapClient, message_id: str, form: Format, patience: Patience | None = None) -> ReportFile:
    """The newest report that mentions a message, in the supplier's copy."""
    asked = {"messageId": message_id, "format": form.value}
    given = patiently(lambda: to.call("getProcessingReport", **asked), patience or Patience())["report"]
    return ReportFile(given["fileName"], given["mediaType"], given["content"])


def outcomes(found: dict[str, Any]) -> dict[str, int]:
    """How many mutations had which outcome, from what `status` gave."""
    return {each["outcome"]: int(each["_value_1"]) for each in _many(found["outcomes"] or {}, "count")}


def processed(
    to: SoapClient,
    message_id: str,
    *,
    within_seconds: float,
    told: Callable[[dict[str, Any]], None] = lambda _s: None,
    patience: Patience | None = None,
) -> dict[str, Any]:
    """Ask until a message is processed, or the time is over; the last answer.

    The longer it takes the more seldom it asks: counting a day of 100,000 for an answer is work too.
    """
    began = time.monotonic()
    until = began + within_seconds
    while True:
        now = status(to, message_id, patience)
        told(now)
        if now["state"] == "PROCESSED" or time.monotonic() > until:
            return now
        time.sleep(max(_POLL_SECONDS, (time.monotonic() - began) / 20))


def budget_codes(to: SoapClient, institution: str, patience: Patience | None = None) -> list[str]:
    """The codes that a library gave the gateway and that are not blocked."""
    answer = patiently(lambda: to.call("getBudgetCodes", institutionCode=institution), patience or Patience())
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
