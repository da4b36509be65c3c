"""What a list of codes does to lines that came before it: the same lines, booked by the one and by the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from gateway.money import NOTHING, Cents
from gateway.orders.budgets import Budget
from gateway.orders.explanations import Finding
from gateway.orders.mapping import Codes, place
from gateway.orders.model import Mutation

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Fate:
    """The budget on which copies are booked, or the code of why they wait."""

    budget: Budget | None = None
    waits: str = ""

    def __str__(self) -> str:
        code, year = self.budget or (f"waits: {self.waits}", None)
        return f"{code} {year}" if year else code


@dataclass(slots=True)
class Shift:
    """Lines that would go otherwise in the same way: how many, their copies and amount, and the first few by name."""

    was: Fate
    becomes: Fate
    lines: int = 0
    copies: int = 0
    amount: Cents = NOTHING
    examples: list[str] = field(default_factory=list)


@dataclass
class Comparison:
    """The lines that were looked at, and those that another list would book otherwise."""

    lines: int = 0
    shifted: int = 0
    _shifts: dict[tuple[Fate, Fate], Shift] = field(default_factory=dict)

    @property
    def shifts(self) -> list[Shift]:
        """Those that concern most lines first."""
        return sorted(self._shifts.values(), key=lambda shift: -shift.lines)

    def add(self, mutation: Mutation, on: date, before: Codes, after: Codes, begins: date | None = None) -> None:
        """Look at one line.

        Args:
            on: the day it was ordered, in the library's zone.
            begins: the day on which `after` begins; an older line is taken as if it were ordered then.
        """
        later = max(on, begins or on)
        turned = _in_year(mutation, later.year - on.year)
        fates = zip(_fates(mutation, on, before), _fates(turned, later, after), strict=True)
        moved: dict[tuple[Fate, Fate], int] = {}
        for (was, copies), (becomes, _) in fates:
            if was != becomes:
                moved[was, becomes] = moved.get((was, becomes), 0) + copies
        self.lines += 1
        self.shifted += bool(moved)
        for (was, becomes), copies in moved.items():
            self._count(self._shifts.setdefault((was, becomes), Shift(was, becomes)), mutation, copies)

    def _count(self, shift: Shift, mutation: Mutation, copies: int) -> None:
        shift.lines += 1
        shift.copies += copies
        shift.amount = Cents(shift.amount + copies * (mutation.net_price or NOTHING))
        if len(shift.examples) < _EXAMPLES:
            shift.examples.append(f"{mutation.order_number}/{mutation.order_line}")

    def moved(self) -> dict[Budget, Cents]:
        """Per budget how much more it would carry, below nothing where less."""
        amounts: dict[Budget, Cents] = {}
        for shift in self._shifts.values():
            for fate, amount in ((shift.was, -shift.amount), (shift.becomes, shift.amount)):
                if fate.budget:
                    amounts[fate.budget] = Cents(amounts.get(fate.budget, NOTHING) + amount)
        return amounts


def _in_year(mutation: Mutation, years: int) -> Mutation:
    """The mutation as it would be so many years later."""
    if not years or mutation.budget_year is None:
        return mutation
    return replace(mutation, budget_year=mutation.budget_year + years)


def _fates(mutation: Mutation, on: date, codes: Codes) -> Iterator[tuple[Fate, int]]:
    """What becomes of each listed copy, or of all together; a line waits as a whole."""
    placed = place(mutation, on, codes)
    if isinstance(placed, Finding):
        for copies in [1] * len(mutation.copies) or [mutation.quantity]:
            yield Fate(waits=placed.code), copies
        return
    for share in placed.shares:
        yield Fate((share.budget_code or "", share.budget_year)), share.copies
