"""Ours and the peers in turns: in every round the same message goes to each, A B A B, beside the bound."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from benchmarks import measure, service, target
from benchmarks.peers.catalogue import PEERS
from benchmarks.sheet import Sheet
from benchmarks.target import Target

OURS, BOUND = "ours", "bound"
NAME = "peers"
_COLUMNS = ("mutations", "service", "median", "to ours", "to the bound", "peak", "above idle")
_WARM_UP_MUTATIONS = 1_000
Tell = Callable[[str], None]
"""Hears how far it is."""


@dataclass
class Turns:
    """What one of them took in every round of one size."""

    label: str
    mutations: int
    seconds: list[float] = field(default_factory=list)
    idle_megabytes: float | None = None
    peak_megabytes: float | None = None

    @property
    def median(self) -> float:
        """The middle of its rounds."""
        return statistics.median(self.seconds)


def missing() -> dict[str, str]:
    """The peers that cannot run here, and how to get each."""
    return {peer.label: why for peer in PEERS if (why := peer.missing())}


def compare(size: int, rounds: int, tell: Tell) -> list[Turns]:
    """Measure one size: the bound first, then ours, then every peer that can run here."""
    with ExitStack() as running:
        targets = [running.enter_context(start()) for start in _starts()]
        tell(f"{size:,} mutations: {', '.join(each.label for each in targets)}")
        found = [Turns(BOUND, size), *(Turns(each.label, size, idle_megabytes=each.idle_megabytes) for each in targets)]
        _warm_up(targets)
        for seed in range(1, rounds + 1):
            _round(size, seed, targets, found)
            tell(f"{size:,} mutations, round {seed} of {rounds}: {_told(found)}")
        for each, turns in zip(targets, found[1:], strict=True):
            turns.peak_megabytes = each.watch.peak_megabytes()
    return found


@contextmanager
def ours(database: str = "", label: str = OURS) -> Iterator[Target]:
    """A gateway that takes messages in and leaves them unprocessed, as the peers do."""
    with service.running(with_worker=False, database=database) as gateway:
        yield Target(label, gateway.address, gateway.credentials, gateway.watch, gateway.idle_megabytes)


def _starts() -> Sequence[Callable[[], AbstractContextManager[Target]]]:
    return [ours, *(partial(target.peer, peer) for peer in PEERS if not peer.missing())]


def _warm_up(targets: Sequence[Target]) -> None:
    """One message for each, so that nobody is measured while compiling itself."""
    with measure.written(measure.a_day(_WARM_UP_MUTATIONS, 0)) as message:
        for each in targets:
            target.post(each, message)


def _round(size: int, seed: int, targets: Sequence[Target], found: Sequence[Turns]) -> None:
    with measure.written(measure.a_day(size, seed)) as message:
        found[0].seconds.append(measure.bound(message))
        for each, turns in zip(targets, found[1:], strict=True):
            turns.seconds.append(target.post(each, message))


def _told(found: Sequence[Turns]) -> str:
    return ", ".join(f"{each.label} {each.seconds[-1]:.2f} s" for each in found)


def sheet(sizes: Sequence[int], rounds: int, tell: Tell) -> Sheet:
    """Measure every size, and say which peers could not take part."""
    absent = missing()
    for label, why in absent.items():
        tell(f"{label} is left out: it {why}")
    found = [compare(size, rounds, tell) for size in sizes]
    rows = [row for turns in found for row in _rows(turns)]
    figures = [figure for turns in found for figure in _figures(turns)]
    notes = [
        f"{rounds} rounds; in each the same new message goes to everyone in turn. Ours without its worker.",
        *(f"{each.label} checks: {each.checks}." for each in PEERS if each.label not in absent),
        *(f"{label} is missing: it {why}." for label, why in absent.items()),
    ]
    return Sheet(NAME, "The same message to ours and to peers", _COLUMNS, rows, figures, notes)


def _rows(turns: Sequence[Turns]) -> Iterator[tuple[str, ...]]:
    bound, mine = turns[0], turns[1]
    for each in sorted(turns, key=lambda one: one.median):
        peak, idle = each.peak_megabytes, each.idle_megabytes
        yield (
            f"{each.mutations:,}",
            f"**{each.label}**" if each is mine else each.label,
            f"{each.median:.3f} s",
            f"{each.median / mine.median:.2f}x",
            f"{each.median / bound.median:.2f}x",
            "–" if peak is None else f"{peak:.0f} MB",
            "–" if peak is None or idle is None else f"{peak - idle:.0f} MB",
        )


def _figures(turns: Sequence[Turns]) -> Iterator[dict[str, Any]]:
    for each in turns:
        medians = {"median": each.median, "to_ours": each.median / turns[1].median}
        yield {**asdict(each), **medians, "to_bound": each.median / turns[0].median}
