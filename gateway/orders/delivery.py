"""Hand decided mutations over to the library system, in order; what it cannot take now waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway import clock
from gateway.db import Engine, reading, writing
from gateway.errors import Busy, SystemUnavailable
from gateway.log import logger
from gateway.orders.explanations import Finding
from gateway.orders.model import Outcome
from gateway.orders.reading import stamp
from gateway.orders.store import deliveries, progress
from gateway.orders.store.progress import Run
from gateway.orders.system import Acknowledgement, LineResult, LineStatus, OrderSystem, SystemLine

BATCH = 500
"""Acknowledgements noted in one transaction."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a system that was down is left alone: at first, and, doubling each time, at most."""

    first_seconds: int = 30
    longest_seconds: int = 900

    def after(self, tries: int) -> timedelta:
        """The pause after so many tries in a row."""
        return timedelta(seconds=min(self.first_seconds * 2 ** min(tries - 1, 20), self.longest_seconds))


def deliver(database: Engine, run: Run, system: OrderSystem, pauses: Pauses) -> Finding | None:
    """Offer everything that waits for this library and sender; what keeps the rest from it, or none.

    A system that was down is left alone until its next try is due, whatever comes in meanwhile.
    Lines are marked as offered before the system sees them. After a crash they are offered again, and the
    adapter is told that it is not for the first time.
    """
    with reading(database) as connection:
        if deliveries.is_left_alone(connection, run.institution, stamp(clock.now())):
            return _obstacle(system)
    while True:
        with writing(database) as connection:
            offered = deliveries.offer(connection, run, system.most_lines)
        if not offered:
            return None
        try:
            results = system.apply([line for _, line in offered])
        except SystemUnavailable as error:
            _note_failure(database, run, error, offered, pauses)
            return _obstacle(system)
        _settle(database, run, offered, results)


def _obstacle(system: OrderSystem) -> Finding:
    return Finding("system-unavailable") if system.arranged else Finding("not-arranged", {"system": system.label})


def read_back(database: Engine, system: OrderSystem, institution: str) -> None:
    """Take in what the system said of lines handed over earlier; a system that is down is asked again next time."""
    try:
        acknowledgements = system.acknowledgements()
        if noted := _noted(database, acknowledgements):
            system.forget(noted)
    except Busy:
        raise
    except SystemUnavailable as error:
        logger.warning("orders.acknowledgements_unavailable", institution=institution, reason=str(error))


def _noted(database: Engine, acknowledgements: Sequence[Acknowledgement]) -> list[Acknowledgement]:
    """Keep them, a batch at a time; returns those that need not be given again."""
    noted: list[Acknowledgement] = []
    for start in range(0, len(acknowledgements), BATCH):
        with writing(database) as connection:
            noted += deliveries.acknowledge(connection, acknowledgements[start : start + BATCH])
    return noted


def _note_failure(
    database: Engine,
    run: Run,
    error: SystemUnavailable,
    offered: Sequence[tuple[int, SystemLine]],
    pauses: Pauses,
) -> None:
    now = clock.now()
    with writing(database) as connection:
        # A line that was offered before may have arrived then: that does not become untrue now.
        deliveries.withdraw(connection, [pk for pk, line in offered if line.first_offer])
        tries = deliveries.failures(connection, run.institution) + 1
        deliveries.note_failure(connection, run.institution, tries, str(error), now, now + pauses.after(tries))
    logger.warning("orders.system_unavailable", institution=run.institution, tries=tries, reason=str(error))


def _settle(
    database: Engine, run: Run, offered: Sequence[tuple[int, SystemLine]], results: Sequence[LineResult]
) -> None:
    if [line.key for _, line in offered] != [result.key for result in results]:
        raise RuntimeError(f"the adapter of {run.institution} did not answer line by line, in order")
    with writing(database) as connection:
        planned = deliveries.planned(connection, [pk for pk, _ in offered])
        rows = []
        for (pk, _), result in zip(offered, results, strict=True):
            outcome, findings = planned[pk]
            rows.append((pk, result, *_outcome(result, outcome, findings)))
        deliveries.settle(connection, run, rows)
        if deliveries.note_recovery(connection, run.institution):
            logger.info("orders.system_recovered", institution=run.institution)


_FINDINGS = {
    LineStatus.REFUSED: "system-refused",
    LineStatus.UNCERTAIN: "delivery-uncertain",
    LineStatus.NOT_CARRIED: "not-carried",
}
"""What the system says of a line that staff must look at. The ledger keeps it: the supplier did do it."""


def _outcome(result: LineResult, outcome: str, findings: str) -> tuple[str, str]:
    code = _FINDINGS.get(result.status)
    if code is None:
        return outcome, findings
    finding = Finding(code, {"reason": result.reason} if result.reason or code != "not-carried" else {})
    return Outcome.APPLIED_WITH_WARNING.value, progress.pack([finding, *progress.unpack(findings)])
