"""Try a test message out: plan it on the ledger as it stands, and keep nothing."""

from collections.abc import Sequence

from gateway.db import Engine, reading
from gateway.library import Library
from gateway.orders.explanations import sentences
from gateway.orders.model import MessageHeader, PlanLine, WireRow
from gateway.orders.planning import Planner
from gateway.orders.reading import in_order_of_time
from gateway.orders.store import codes, lines
from gateway.orders.store.progress import Candidate

_AT_ONCE = 500


def plan(
    database: Engine, library: Library, fall_back: str | None, header: MessageHeader, rows: Sequence[WireRow]
) -> list[PlanLine]:
    """What would become of each mutation, in their order of time."""
    candidates = [Candidate(place, "NEW", row, False) for place, row in enumerate(rows)]
    candidates.sort(key=lambda candidate: in_order_of_time(candidate.row))
    planned: list[PlanLine] = []
    with reading(database) as connection:
        planner = Planner(library, codes.load(connection, library.institution, fall_back))
        planner.balances = codes.balances(connection, library.institution)
        for start in range(0, len(candidates), _AT_ONCE):
            some = candidates[start : start + _AT_ONCE]
            keys = {candidate.key for candidate in some} - planner.lines.keys()
            found = lines.find(connection, header.sender, library.institution, keys)
            planner.lines.update({key: line for key, (_, line) in found.items()})
            planned += [_line(planner, candidate) for candidate in some]
    return planned


def _line(planner: Planner, candidate: Candidate) -> PlanLine:
    mutation, decision = planner.decide(candidate)
    budget_codes = {effect.share.budget_code for effect in decision.effects if effect.share.budget_code}
    return PlanLine(
        mutation_id=mutation.mutation_id,
        outcome=decision.outcome,
        code=decision.code,
        sentence=sentences(decision.findings),
        budget_code=" ".join(sorted(budget_codes)) or None,
    )
