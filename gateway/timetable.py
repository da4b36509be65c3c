"""What wakes the gateway by itself, as one table. The only user of APScheduler: it wakes, our own tables decide."""

import logging
from collections.abc import Callable, Mapping

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from gateway.errors import SystemUnavailable
from gateway.log import logger

Routine = Callable[[], None]


class Timetable:
    """Runs routines at their interval, in threads of this process; none runs twice at once."""

    def __init__(self, every_seconds: Mapping[str, tuple[int, Routine]]) -> None:
        # That a routine still runs when it is due again is no news: it is left out then.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, (seconds, routine) in every_seconds.items():
            trigger = IntervalTrigger(seconds=seconds, timezone="UTC")
            self._scheduler.add_job(_logged(name, routine), trigger, id=name)

    def start(self) -> None:
        """Begin to wake."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wake no more; a routine under way is not waited for."""
        self._scheduler.shutdown(wait=False)


def _logged(name: str, routine: Routine) -> Routine:
    """The routine, whose failure is written down; it is due again anyhow."""

    def run() -> None:
        try:
            routine()
        except SystemUnavailable as error:
            logger.warning("timetable.put_off", routine=name, reason=str(error.__cause__ or error))
        except Exception:
            logger.exception("timetable.failed", routine=name)

    return run
