"""Decide the mutations of a run, chunk by chunk: what each does to its line, and what must go to the library system."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from gateway import clock
from gateway.db import Connection, Engine, reading, writing
from gateway.library import Library
from gateway.orders import checks, lifecycle
from gateway.orders.budgets import Balance, Budget, strain
from gateway.orders.decision import Decision, Said, known, refuse, wait
from gateway.orders.explanations import Finding
from gateway.orders.ledger import LineKey, OrderLine
from gateway.orders.mapping import Codes, Placement, place, place_change, unknown_branch
from gateway.orders.model import Kind, Mutation, Outcome
from gateway.orders.reading import order_content, stamp
from gateway.orders.store import codes as codes_store
from gateway.orders.store import deliveries, lines, message_log, progress
from gateway.orders.store.progress import Candidate, Run
from gateway.orders.verdicts import Verdict

CHUNK = 500
"""Mutations decided in one transaction: the write lock is held for tens of milliseconds."""

_REFUSING = frozenset({"division-needed"})
"""What no list of the library can mend."""

_HELD_BACK = frozenset({"unknown-order", "waits-behind"})
"""Reasons to wait that do not make others wait: they wait for the line, the line does not wait for them."""


@dataclass
class Planner:
    """Decides mutations in their order of time, on a picture of the ledger that grows with every decision."""

    library: Library
    codes: Codes
    balances: dict[Budget, Balance] = field(default_factory=dict)
    lines: dict[LineKey, OrderLine] = field(default_factory=dict)
    held_up: set[LineKey] = field(default_factory=set)

    def decide(self, candidate: Candidate) -> tuple[Mutation, Decision]:
        """Decide one mutation and remember what it did."""
        mutation = candidate.mutation
        decision = self._decision(candidate, mutation)
        key = (mutation.order_number, mutation.order_line)
        if decision.line is not None:
            self.lines[key] = decision.line
            decision = self._with_warnings(mutation, decision)
        elif decision.outcome is Outcome.WAITING and self._holds_up(key, mutation, decision):
            self.held_up.add(key)
        return mutation, decision

    def _holds_up(self, key: LineKey, mutation: Mutation, decision: Decision) -> bool:
        """Whether later mutations of the line wait behind this one; never an order behind a shipment of it."""
        is_early_shipment = mutation.kind is Kind.SHIPPED and key not in self.lines
        return decision.code not in _HELD_BACK and not is_early_shipment

    def _decision(self, candidate: Candidate, mutation: Mutation) -> Decision:
        if candidate.standing == "KNOWN":
            return known("same-mutation")
        if candidate.standing == "CONFLICT":
            return refuse("mutation-conflict", mutation=mutation.mutation_id)
        if wrong := tuple(checks.refusals(mutation)):
            return Decision(Outcome.REFUSED, wrong)
        verdict = candidate.verdict
        if verdict and verdict.refusal:
            return refuse("refused-by-hand", reason=verdict.refusal, by=verdict.by)
        key = (mutation.order_number, mutation.order_line)
        if key in self.held_up:
            return wait(Finding("waits-behind", {"order": "/".join(key)}))
        line = self.lines.get(key)
        placement, branches = self._placement(line, mutation, verdict)
        if isinstance(placement, Finding):
            return Decision(Outcome.REFUSED if placement.code in _REFUSING else Outcome.WAITING, (placement,))
        content = _content(candidate) if mutation.kind is Kind.ORDERED else ""
        return lifecycle.decide(line, Said(mutation, placement, content, branches))

    def _placement(
        self, line: OrderLine | None, mutation: Mutation, verdict: Verdict | None
    ) -> tuple[Placement | Finding | None, Mapping[str, str]]:
        """Where the copies go, where that must be known, or why the line waits; and the branches that this goes by."""
        said = _of_its_line(mutation, line) if line is not None and mutation.kind is Kind.CHANGED else mutation
        ordered_on = mutation.order_date or (line.ordered_on if line else None) or self._ordered_on(mutation)
        on, codes = ordered_on, self.codes
        if verdict:
            said, on, codes = verdict.applied(said, ordered_on, codes)
        return self._placed(line, said, ordered_on, on, codes), codes.branches

    def _placed(
        self, line: OrderLine | None, mutation: Mutation, ordered_on: date, on: date, codes: Codes
    ) -> Placement | Finding | None:
        if not lifecycle.needs_placement(line, mutation):
            return unknown_branch(mutation, codes) if mutation.kind in (Kind.SHIPPED, Kind.CANCELLED) else None
        if line is not None and mutation.kind is Kind.CHANGED:
            return place_change(mutation, line, on, codes)
        start = self.library.start_date
        if line is None and mutation.kind is Kind.SHIPPED and start and ordered_on < start:
            name = f"{mutation.order_number}/{mutation.order_line}"
            return Finding("before-start", {"order": name, "start": start.isoformat()})
        return place(mutation, on, codes)

    def _ordered_on(self, mutation: Mutation) -> date:
        # A supplier need not repeat the order's day; then the day of the event stands for it.
        return mutation.order_date or mutation.occurred_at.astimezone(ZoneInfo(self.library.time_zone)).date()

    def _with_warnings(self, mutation: Mutation, decision: Decision) -> Decision:
        """Add what should be looked at: codes outside the lists, and budgets that this strains."""
        warnings = [*decision.findings, *checks.warnings(mutation)]
        for budget, committed, shipped in _moved(decision):
            self.balances[budget] = self.balances.get(budget, Balance()).plus(committed, shipped)
            if committed > 0:
                warnings += self._strains(budget)
        if len(warnings) == len(decision.findings):
            return decision
        return replace(decision, outcome=Outcome.APPLIED_WITH_WARNING, findings=tuple(warnings))

    def _strains(self, budget: Budget) -> list[Finding]:
        entry = self.codes.budgets.in_force(*budget, clock.today(self.library.time_zone))
        warning = strain(entry, self.balances[budget]) if entry else None
        return [warning] if warning else []


def _content(candidate: Candidate) -> str:
    return blake2b(order_content(candidate.row).encode(), digest_size=16).hexdigest()


def _of_its_line(mutation: Mutation, line: OrderLine) -> Mutation:
    """A change with what its order said and what decides between mappings: channel, medium and budget year."""
    return replace(
        mutation,
        channel=mutation.channel or line.channel,
        medium=mutation.medium or line.medium,
        budget_year=mutation.budget_year or line.budget_year,
    )


def _moved(decision: Decision) -> Iterator[tuple[Budget, int, int]]:
    """Per budget what was committed and shipped."""
    totals: dict[Budget, tuple[int, int]] = {}
    for effect in decision.effects:
        if effect.share.budget_code is not None:
            budget = (effect.share.budget_code, effect.share.budget_year)
            committed, shipped = totals.get(budget, (0, 0))
            totals[budget] = (committed + effect.committed, shipped + effect.shipped)
    for budget, (committed, shipped) in totals.items():
        yield budget, committed, shipped


def plan(database: Engine, run: Run, library: Library, fall_back: str | None) -> None:
    """Decide everything that a run has before it; may be called again after a crash and goes on where it was."""
    with writing(database) as connection:
        to_decide = progress.to_decide(connection, run)
        planner = Planner(library, codes_store.load(connection, run.institution, fall_back))
        planner.balances = codes_store.balances(connection, run.institution)
        place_from = deliveries.next_place(connection, run)
    touched: set[LineKey] = set()
    for start in range(0, len(to_decide), CHUNK):
        with writing(database) as connection:
            touched |= _chunk(connection, run, planner, to_decide[start : start + CHUNK], place_from + start)
    with reading(database) as connection:
        # What waited for an order that only came later in this very run.
        held_back = progress.waiting_of(connection, run, touched)
    planner.held_up.clear()
    for start in range(0, len(held_back), CHUNK):
        with writing(database) as connection:
            _chunk(connection, run, planner, held_back[start : start + CHUNK], place_from + len(to_decide) + start)
    with writing(database) as connection:
        progress.note_waiting(connection, run)
        progress.mark(connection, run, planned_at=stamp(clock.now()))


def _chunk(connection: Connection, run: Run, planner: Planner, pks: Sequence[int], place_from: int) -> set[LineKey]:
    """Decide these mutations and write all that follows; returns the lines that changed."""
    candidates = progress.candidates(connection, pks)
    keys = {candidate.key for candidate in candidates}
    known = lines.find(connection, run.sender, run.institution, keys)
    planner.lines = {key: line for key, (_, line) in known.items()}
    decided = [(candidate, *planner.decide(candidate)) for candidate in candidates]
    changed = {
        key: planner.lines[key] for key in (candidate.key for candidate, _, decision in decided if decision.is_applied)
    }
    pks_known = {key: pk for key, (pk, _) in known.items()}
    pks_of = lines.save(connection, run.sender, run.institution, pks_known, changed)
    _write_applied(connection, run, decided, pks_of, place_from)
    _write_others(connection, run, decided)
    message_log.note(connection, pks)
    return set(changed)


Decided = list[tuple[Candidate, Mutation, Decision]]


def _write_applied(
    connection: Connection, run: Run, decided: Decided, pks_of: dict[LineKey, int], place_from: int
) -> None:
    effects: list[tuple[Any, ...]] = []
    handed: list[tuple[Any, ...]] = []
    for offset, (candidate, mutation, decision) in enumerate(decided):
        if decision.line is None:
            continue
        line_pk = pks_of[candidate.key]
        effects += [
            lines.effect_row(line_pk, candidate.pk, run.institution, mutation.kind, effect)
            for effect in decision.effects
        ]
        before = decision.state_before.value if decision.state_before else None
        states = (before, decision.line.state.value, decision.line.is_partly)
        verdict = (decision.outcome.value, progress.pack(decision.findings))
        place_of = (candidate.pk, run.institution, run.sender, place_from + offset, "to deliver")
        handed.append((*place_of, *states, *verdict))
    lines.add_effects(connection, effects)
    deliveries.add(connection, handed)


def _write_others(connection: Connection, run: Run, decided: Decided) -> None:
    final, waiting, released = [], [], []
    for candidate, mutation, decision in decided:
        findings = progress.pack(decision.findings)
        if decision.outcome is Outcome.WAITING:
            if candidate.is_waiting:
                progress.update_waiting(connection, candidate.pk, findings)
            else:
                since = stamp(clock.now())
                key = (mutation.order_number, mutation.order_line)
                waiting.append((candidate.pk, run.institution, run.sender, *key, findings, since))
            continue
        if candidate.is_waiting:
            released.append(candidate.pk)
        if decision.line is None:
            final.append((candidate.pk, run.pk, decision.outcome.value, findings))
    progress.add_outcomes(connection, final)
    progress.set_waiting(connection, waiting)
    progress.release(connection, released)
