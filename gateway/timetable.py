"""What wakes the gateway by itself, as one table. The only user of APScheduler: it wakes, our own tables decide."""

from collections.abc import Callable, Mapping

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

Routine = Callable[[], None]


class Timetable:
    """Runs routines at their interval, in threads of this process; none runs twice at once."""

    def __init__(self, every_seconds: Mapping[str, tuple[int, Routine]]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, (seconds, routine) in every_seconds.items():
            self._scheduler.add_job(routine, IntervalTrigger(seconds=seconds, timezone="UTC"), id=name)

    def start(self) -> None:
        """Begin to wake."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wake no more; a routine under way is not waited for."""
        self._scheduler.shutdown(wait=False)
