"""Where a supplier's picture of a library's budget codes lags behind: not told yet, or used after their end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gateway.orders.budgets import Budget, Budgets, near_misses, resolve
from gateway.orders.explanations import Finding
from gateway.orders.model import BudgetCode, Copy, Mutation


class Lag(StrEnum):
    """In which way a code lags."""

    NOT_TOLD = "not-told"
    """Listed, and the supplier was never told of it."""
    CHANGED = "changed-since-told"
    """Its days changed, or it was blocked or freed."""
    GONE = "gone-and-not-told"
    """No longer listed, and the supplier was told that it is."""
    USED_AFTER_ITS_END = "used-after-its-end"
    """The supplier sends it with orders from after its last day."""
    NEVER_GIVEN = "never-given"
    """The supplier sends it, and the library never listed or mapped it."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One code that lags; of one that the supplier uses, in how many lines and on which order day last."""

    lag: Lag
    code: str
    year: int | None = None
    lines: int = 0
    last_on: date | None = None
    suggestions: tuple[str, ...] = ()


Told = Mapping[Budget, str]
"""What a supplier was told of each code, as `saying` writes it."""


def saying(codes: Iterable[BudgetCode]) -> dict[Budget, str]:
    """What a list says of each code, for comparing: the days on which it can be used."""
    said: dict[Budget, str] = {}
    for code in codes:
        days = f"{code.valid_from or ''}/{code.valid_until or ''}{' blocked' if code.blocked else ''}"
        before = said.get((code.code, code.year))
        said[code.code, code.year] = days if before is None else f"{before} {days}"
    return said


def untold(codes: Sequence[BudgetCode], told: Told, on: date) -> Iterator[Drift]:
    """The codes of which the supplier does not know what the list says; one that ended untold is no news."""
    going = {(code.code, code.year) for code in codes if not (code.valid_until and code.valid_until < on)}
    for budget, said in saying(codes).items():
        if budget not in told and budget in going:
            yield Drift(Lag.NOT_TOLD, *budget)
        elif budget in told and told[budget] != said:
            yield Drift(Lag.CHANGED, *budget)
    listed = {(code.code, code.year) for code in codes}
    yield from (Drift(Lag.GONE, *budget) for budget in sorted(told, key=str) if budget not in listed)


@dataclass
class _Use:
    lag: Lag
    lines: int = 0
    last_on: date = date.min


@dataclass
class Uses:
    """The codes that a supplier sent and that do not hold, gathered line by line."""

    budgets: Budgets
    branches: Mapping[str, str]
    told: Told
    _found: dict[str, _Use] = field(default_factory=dict)

    def add(self, mutation: Mutation, on: date) -> None:
        """Look at one line and the day of its order."""
        copies = mutation.copies or (Copy(),)
        for code in {copy.budget_code or mutation.budget_code for copy in copies}:
            branch = next((c.branch for c in copies if (c.budget_code or mutation.budget_code) == code), None)
            lag = code and self._lag(mutation, code, self.branches.get(branch or mutation.branch or "", ""), on)
            if code and lag:
                use = self._found.setdefault(code, _Use(lag))
                use.lines += 1
                use.last_on = max(use.last_on, on)

    def _lag(self, mutation: Mutation, code: str, branch: str, on: date) -> Lag | None:
        found = resolve(mutation, code, branch, on, self.budgets)
        if not isinstance(found, Finding):
            return None
        if found.code == "expired-budget-code" or (found.code == "no-mapping-holds" and self._has_ended(code, on)):
            return Lag.USED_AFTER_ITS_END
        if found.code == "unknown-budget-code":
            was_listed = any(code == told for told, _ in self.told)
            return Lag.USED_AFTER_ITS_END if was_listed else Lag.NEVER_GIVEN
        return None

    def _has_ended(self, code: str, on: date) -> bool:
        rows = self.budgets.mappings.get(code, ())
        return any(row.valid_until and row.valid_until < on for row in rows)

    def drifts(self) -> Iterator[Drift]:
        """What was found, the code that most lines carry first."""
        known = [*self.budgets.codes, *self.budgets.mappings]
        for code, use in sorted(self._found.items(), key=lambda found: (-found[1].lines, found[0])):
            near = tuple(near_misses(code, known)) if use.lag is Lag.NEVER_GIVEN else ()
            yield Drift(use.lag, code, None, use.lines, use.last_on, near)
