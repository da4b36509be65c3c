"""Try a test message out: plan it on the ledger as it stands, with what waits on its lines, and keep nothing."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from gateway.db import Connection
from gateway.library import Library
from gateway.orders.decision import Decision
from gateway.orders.explanations import sentences
from gateway.orders.ledger import LineKey
from gateway.orders.model import MessageHeader, Outcome, PlanLine
from gateway.orders.planning import Planner
from gateway.orders.store import codes, lines, spools
from gateway.orders.store.progress import Candidate

_AT_ONCE = 500


def plan(
    connection: Connection, library: Library, fall_back: str | None, header: MessageHeader, most: int
) -> list[PlanLine]:
    """What would become of the first mutations of the spooled message, in their order of time.

    Args:
        connection: the spool's own, which alone can see its tables.
        most: how many are told. Of those after them only what may release one that waits is looked at.
    """
    planner = Planner(library, codes.load(connection, library.institution, fall_back))
    planner.balances = codes.balances(connection, library.institution)
    trial = _Trial(connection, header, planner, most)
    with closing(spools.to_try(connection, header.sender, library.institution)) as candidates:
        while not trial.is_told and (some := list(islice(candidates, _AT_ONCE))):
            trial.decide(some)
    trial.decide_again()
    return trial.told


@dataclass
class _Trial:
    """A run that writes nothing: the same two rounds as `planning.plan`, with the lines it changes kept in memory."""

    connection: Connection
    header: MessageHeader
    planner: Planner
    most: int
    told: list[PlanLine] = field(default_factory=list)
    held: list[tuple[int | None, Candidate]] = field(default_factory=list)
    touched: set[LineKey] = field(default_factory=set)
    awaited: set[LineKey] = field(default_factory=set)

    @property
    def is_full(self) -> bool:
        """Whether no more mutations will be told."""
        return len(self.told) >= self.most

    @property
    def is_told(self) -> bool:
        """Whether nothing that follows can change what is told."""
        return self.is_full and not self.awaited - self.planner.held_up

    def decide(self, some: Iterable[Candidate]) -> None:
        """Decide the next candidates."""
        if self.is_full:
            some = [candidate for candidate in some if candidate.key in self.awaited]
        self._find({candidate.key for candidate in some})
        for candidate in some:
            self._decide(candidate)
        self.planner.lines = {key: line for key, line in self.planner.lines.items() if key in self.touched}

    def decide_again(self) -> None:
        """Decide once more what waited for an order that only came later in this message."""
        self.planner.held_up.clear()
        for place, candidate in self.held:
            if candidate.key in self.touched:
                _, decision = self.planner.decide(candidate)
                if place is not None:
                    self.told[place] = _line(candidate, decision)

    def _find(self, keys: set[LineKey]) -> None:
        missing = keys - self.planner.lines.keys()
        found = lines.find(self.connection, self.header.sender, self.header.institution, missing)
        self.planner.lines.update({key: line for key, (_, line) in found.items()})

    def _decide(self, candidate: Candidate) -> None:
        _, decision = self.planner.decide(candidate)
        if decision.is_applied:
            self.touched.add(candidate.key)
        if self.is_full:
            return
        waits = decision.outcome is Outcome.WAITING
        if waits:
            self.held.append((None if candidate.is_waiting else len(self.told), candidate))
        if not candidate.is_waiting:
            self.told.append(_line(candidate, decision))
            self.awaited |= {candidate.key} if waits else set()


def _line(candidate: Candidate, decision: Decision) -> PlanLine:
    budget_codes = {effect.share.budget_code for effect in decision.effects if effect.share.budget_code}
    return PlanLine(
        mutation_id=candidate.mutation.mutation_id,
        outcome=decision.outcome,
        code=decision.code,
        sentence=sentences(decision.findings),
        budget_code=" ".join(sorted(budget_codes)) or None,
    )
