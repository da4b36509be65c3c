"""What the gateway takes up again by itself: deliveries to a system that was down, lines whose cause may be gone."""

from collections.abc import Iterable
from datetime import timedelta

from gateway import clock
from gateway.db import Engine, writing
from gateway.orders.processing import Enqueue, queue_release
from gateway.orders.reading import stamp
from gateway.orders.store import deliveries

_GIVE_IT_TIME = timedelta(minutes=10)
"""How long a queued run may take before another is queued in its place."""


def recover(database: Engine, enqueue: Enqueue) -> None:
    """Queue a run for each library whose system could not be reached and is to be tried again now."""
    now = stamp(clock.now())
    with writing(database) as connection:
        for institution in deliveries.due(connection, now):
            until = stamp(clock.now() + _GIVE_IT_TIME)
            deliveries.postpone(connection, institution, until)
            queue_release(enqueue, connection, institution, until)


def look_at_waiting(database: Engine, enqueue: Enqueue, institutions: Iterable[str]) -> None:
    """Queue a run for each library: a code may have become valid by now, and its system may have answered."""
    with writing(database) as connection:
        for institution in institutions:
            queue_release(enqueue, connection, institution)
