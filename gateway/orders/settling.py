"""Settle what nobody can be asked about: a person looked in the library system and says whether a line is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway import clock
from gateway.accounts import audit
from gateway.accounts.events import What
from gateway.db import Connection, Engine, reading, writing
from gateway.errors import SystemRefused
from gateway.orders.budget_plans import Release
from gateway.orders.reading import stamp
from gateway.orders.store import enquiries, settlements
from gateway.orders.store.settlements import Doubtful
from gateway.orders.waiting import Line, SeveralWait


class NotUncertain(SystemRefused):
    """It is known of that line what became of it, or there is no such line."""

    code = "not-uncertain"
    message = "Of mutation {mutation} it is not uncertain in {institution} whether it arrived."
    hint = "`gateway deliveries list --state uncertain` shows of which it is."


@dataclass(frozen=True)
class DeliveryDesk:
    """What settling deliveries needs: how a look at what waits is queued, and who settles.

    Without `by` it is the system user of the command.
    """

    database: Engine
    release: Release = lambda *_: None
    by: str | None = None

    def deliveries(self, institution: str, state: str | None = None, most: int | None = None) -> Sequence[Any]:
        """The lines of a library by the state of their delivery, newest first; with a state, only those."""
        with reading(self.database) as connection:
            return enquiries.deliveries_of(connection, institution, state, most)

    def settle(self, line: Line, *, arrived: bool) -> None:
        """Say whether a line stands in the library system.

        One that does is confirmed. One that does not is delivered again, once, before what waits behind it. The
        report of the run that follows tells the one and the other.

        Raises:
            NotUncertain: nothing of it is uncertain, perhaps because somebody else was first.
            SeveralWait: it cannot be told which line is meant.
        """
        with writing(self.database) as connection:
            found = _found(connection, line)
            by = self.by or audit.operator()
            if not settlements.settle(connection, found.pk, stamp(clock.now()), by, arrived=arrived):
                raise NotUncertain(mutation=line.mutation_id, institution=line.institution)
            said = "arrived" if arrived else "not arrived, delivered again"
            detail = f"{found.mutation_id} ({found.order}): {said}"
            audit.changed(connection, What.DELIVERY_SETTLED, line.institution, detail, self.by)
            self.release(connection, line.institution)


def _found(connection: Connection, line: Line) -> Doubtful:
    uncertain = settlements.uncertain(connection, line.institution, line.mutation_id)
    found = [each for each in uncertain if line.sender in (None, each.sender)]
    if not found:
        raise NotUncertain(mutation=line.mutation_id, institution=line.institution)
    if len(found) > 1:
        raise SeveralWait(mutation=line.mutation_id, senders=", ".join(each.sender for each in found))
    return found[0]
