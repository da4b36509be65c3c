"""The cost of one mutation, whatever the size of its message and however much is stored already."""

import sqlite3
import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass

from benchmarks import measure, rounds, service, target
from benchmarks.rounds import Tell
from benchmarks.sheet import Sheet
from benchmarks.target import Target
from gateway.orders.store import tables

NAME = "stored"
_COLUMNS = ("mutations", "stored before", "a mutation", "to the cheapest")
_SEED_SIZE = 100_000
_ROUNDS = {1_000: 5, 10_000: 3}


@dataclass(frozen=True)
class Cost:
    """What a mutation cost in messages of one size."""

    mutations: int
    stored: int
    microseconds: float


def sheet(sizes: Sequence[int], stored: int, tell: Tell) -> Sheet:
    """Measure every size in an empty database, then in one that holds `stored` mutations."""
    found: list[Cost] = []
    for before in (0, stored):
        with _gateway(before, tell) as to:
            for size in sizes:
                found.append(_cost(to, size, before))
                tell(f"{size:,} mutations on {before:,}: {found[-1].microseconds:.0f} µs each")
    cheapest = min(each.microseconds for each in found)
    rows: list[tuple[str, ...]] = [
        (
            f"{each.mutations:,}",
            f"{each.stored:,}",
            f"{each.microseconds:.0f} µs",
            f"{each.microseconds / cheapest:.2f}x",
        )
        for each in found
    ]
    notes = ["Stored before: a message of 100,000 pushed, and then copied with ids of its own through the same tables."]
    return Sheet(NAME, "What one mutation costs", _COLUMNS, rows, [asdict(each) for each in found], notes)


def _cost(to: Target, size: int, before: int) -> Cost:
    seconds = []
    for seed in range(1, _ROUNDS.get(size, 2) + 1):
        with measure.written(measure.a_day(size, seed)) as message:
            seconds.append(target.post(to, message))
    return Cost(size, before, statistics.median(seconds) / size * 1e6)


@contextmanager
def _gateway(stored: int, tell: Tell) -> Iterator[Target]:
    with service.running(with_worker=False) as gateway:
        to = Target(rounds.OURS, gateway.address, gateway.credentials, gateway.watch, gateway.idle_megabytes)
        with measure.written(measure.a_day(_SEED_SIZE if stored else 1_000, 0)) as message:
            target.post(to, message)
        if stored:
            tell(f"storing {stored:,} mutations …")
            _multiply(gateway.database.removeprefix("sqlite:///"), stored // _SEED_SIZE)
        yield to


def _multiply(path: str, times: int) -> None:
    """Copy the one message that is there, with its mutations, until there are so many."""
    of_message = ",".join(each.name for each in tables.messages.c if each.name not in ("pk", "message_id"))
    of_mutation = ",".join(
        each.name for each in tables.mutations.c if each.name not in ("pk", "message_pk", "mutation_id")
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("pragma synchronous=full")
        for copy in range(2, times + 1):
            database.execute("begin immediate")
            pk = database.execute(
                f"insert into messages (message_id, {of_message})"
                f" select message_id || ?, {of_message} from messages order by pk limit 1",
                (f"-{copy}",),
            ).lastrowid
            database.execute(
                f"insert into mutations (message_pk, mutation_id, {of_mutation})"
                f" select ?, ? || mutation_id, {of_mutation} from mutations where message_pk ="
                " (select min(pk) from messages) order by position",
                (pk, f"{copy}-"),
            )
            database.execute("commit")
