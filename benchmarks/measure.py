"""One measurement: a message of some size into a fresh gateway, and its bound, taken in turns."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import service
from gateway.supplier import push, sample, upload
from gateway.supplier.message import Day, envelope_xml
from gateway.transport.soap_client import ENVELOPES, SoapVersion

ON = date(2026, 3, 10)
_REPEATS = {1_000: 7, 10_000: 3}
_REPORT_WITHIN_SECONDS = 900


@dataclass(frozen=True)
class Figures:
    """What was measured for one size; medians where it was measured more than once."""

    mutations: int
    megabytes: float
    intake_seconds: float
    bound_seconds: float
    report_seconds: float
    idle_megabytes: float
    above_idle_intake_megabytes: float
    above_idle_megabytes: float
    state: str

    @property
    def ratio(self) -> float:
        """How many times its bound the intake took."""
        return self.intake_seconds / self.bound_seconds


def a_day(size: int, seed: int) -> Day:
    """The day that is measured; another seed for every repeat, so that nothing is known from before."""
    return sample.day(
        size,
        seed,
        institution=service.INSTITUTION,
        sender=service.SENDER,
        branches=service.BRANCHES,
        budget_codes=service.BUDGET_CODES,
        on=ON,
    )


def measure(size: int, *, intake_only: bool = False) -> Figures:
    """Measure one size in a gateway of its own, that took in one small message before."""
    intakes, bounds, reports, megabytes, state = [], [], [], 0.0, ""
    peaks: list[float] = []
    with service.running() as gateway:
        idle = gateway.idle_megabytes
        _push(gateway, a_day(10, 0))
        gateway.watch.forget()
        for seed in range(1, _REPEATS.get(size, 1) + 1):
            with written(a_day(size, seed)) as path:
                megabytes = path.stat().st_size / 1e6
                bounds.append(bound(path))
                began = time.perf_counter()
                message_id = push.push_message(gateway.client, upload.message(path)).message_id
                intakes.append(time.perf_counter() - began)
                peaks.append(gateway.watch.peak_megabytes() - idle)
                if not intake_only:
                    state = push.processed(gateway.client, message_id, within_seconds=_REPORT_WITHIN_SECONDS)["state"]
                reports.append(time.perf_counter() - began)
                bounds.append(bound(path))
        return Figures(
            mutations=size,
            megabytes=megabytes,
            intake_seconds=statistics.median(intakes),
            bound_seconds=statistics.median(bounds),
            report_seconds=statistics.median(reports),
            idle_megabytes=idle,
            above_idle_intake_megabytes=peaks[0],
            above_idle_megabytes=gateway.watch.peak_megabytes() - idle,
            state=state,
        )


def _push(gateway: service.Service, day: Day) -> None:
    message_id = push.push_day(gateway.client, day).message_id
    push.processed(gateway.client, message_id, within_seconds=_REPORT_WITHIN_SECONDS)


def bound(message: Path) -> float:
    """Seconds that the bound takes for a message, in a process and a database of its own."""
    with TemporaryDirectory(prefix="bound-") as folder:
        words = (sys.executable, "-m", "benchmarks.bound", str(message), str(Path(folder) / "bound.sqlite"))
        told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return float(json.loads(told)["seconds"])


@contextmanager
def written(day: Day) -> Iterator[Path]:
    """The day as an envelope in a file that is gone after the block."""
    with TemporaryDirectory(prefix="day-") as folder:
        path = Path(folder) / "message.xml"
        with path.open("wb") as file:
            file.writelines(envelope_xml(day, ENVELOPES[SoapVersion.V1_1]))
        yield path
