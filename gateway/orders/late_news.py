"""What a report tells of lines that stood in an earlier one, because that one did not know it yet."""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.db import Connection
from gateway.orders.explanations import Finding
from gateway.orders.model import Outcome
from gateway.orders.store import accounting, settlements
from gateway.orders.store.progress import Run

_SAID_AGAIN = {
    "refused": (Outcome.REFUSED, "system-refused"),
    "uncertain": (Outcome.APPLIED_WITH_WARNING, "delivery-uncertain"),
}
"""What the library system said of a line that was delivered again, where that needs a hand once more."""


def of_run(connection: Connection, run: Run) -> Iterator[tuple[Any, Outcome, Sequence[Finding]]]:
    """Its late lines, each with an outcome and findings, of which the last one says what to do.

    First what the library system refused after it was handed over, then what people looked for.
    """
    for row in accounting.refused_later(connection, run):
        yield row, Outcome.REFUSED, (Finding("refused-later", {"reason": row.reason}),)
    told = settlements.of_run(connection, run)
    for row in accounting.settled(connection, run):
        yield row, *_settled(told[row.pk])


def _settled(settlement: Any) -> tuple[Outcome, Sequence[Finding]]:
    by = {"by": settlement.settled_by}
    if settlement.arrived:
        return Outcome.APPLIED, (Finding("settled-arrived", by),)
    again = Finding("delivered-again", by)
    if settlement.result not in _SAID_AGAIN:
        return Outcome.APPLIED, (again,)
    outcome, code = _SAID_AGAIN[settlement.result]
    return outcome, (again, Finding(code, {"reason": settlement.reason}))
