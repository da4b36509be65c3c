"""What the gateway takes up again by itself: deliveries to a system that was down, lines whose cause may be gone."""

from datetime import timedelta

from gateway import clock
from gateway.db import Engine, writing
from gateway.orders.processing import Enqueue, queue_release
from gateway.orders.reading import stamp
from gateway.orders.store import deliveries, progress

_GIVE_IT_TIME = timedelta(minutes=10)
"""How long a queued run may take before another is queued in its place."""


def recover(database: Engine, enqueue: Enqueue) -> None:
    """Queue a run for each library whose system could not be reached and is to be tried again now."""
    now = stamp(clock.now())
    with writing(database) as connection:
        for institution in deliveries.due(connection, now):
            deliveries.postpone(connection, institution, stamp(clock.now() + _GIVE_IT_TIME))
            queue_release(enqueue, connection, institution)


def look_at_waiting(database: Engine, enqueue: Enqueue) -> None:
    """Queue a run for each library where something waits: a code may have become valid by now."""
    with writing(database) as connection:
        for institution in progress.institutions_waiting(connection):
            queue_release(enqueue, connection, institution)
