"""What a person decides about a line that waits: a code for this once, or that it is not to be done."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from gateway.orders.budgets import BudgetMapping, Budgets, resolve
from gateway.orders.explanations import Finding
from gateway.orders.mapping import Codes
from gateway.orders.model import Mutation


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision about one mutation, for this once.

    `budget_code` (with its year, where it has one) and `branch` are the library's own, and stand for every code of the
    mutation that cannot be used; they hold on the day of the decision, not on that of the order. With a `refusal`
    nothing is done.
    """

    on: date
    by: str
    budget_code: str | None = None
    budget_year: int | None = None
    branch: str | None = None
    refusal: str | None = None

    def applied(self, mutation: Mutation, on: date, codes: Codes) -> tuple[Mutation, date, Codes]:
        """The mutation, the day and the codes by which its copies are placed."""
        branches = codes.branches
        if self.branch:
            branches = {**dict.fromkeys(unknown_branches(mutation, codes), self.branch), **branches}
        chosen = replace(codes, branches=branches)
        if not self.budget_code:
            return mutation, on, chosen
        rows = {code: [BudgetMapping(code, self.budget_code)] for code in unusable(mutation, on, chosen)}
        budgets = Budgets(codes.budgets.codes, {**codes.budgets.mappings, **rows})
        return replace(mutation, budget_year=self.budget_year), self.on, replace(chosen, budgets=budgets)


def unknown_branches(mutation: Mutation, codes: Codes) -> list[str]:
    """The supplier's branches of a mutation that the library did not give us; empty text where it names none."""
    named = [copy.branch or mutation.branch or "" for copy in mutation.copies] or [mutation.branch or ""]
    return [branch for branch in dict.fromkeys(named) if branch not in codes.branches]


def unusable(mutation: Mutation, on: date, codes: Codes) -> list[str]:
    """The supplier's budget codes of a mutation that cannot be used; empty text where it names none."""
    return list(dict.fromkeys(code for code, branch in _places(mutation) if _fails(mutation, code, branch, on, codes)))


def _places(mutation: Mutation) -> Iterator[tuple[str, str]]:
    for copy in mutation.copies:
        yield copy.budget_code or mutation.budget_code or "", copy.branch or mutation.branch or ""
    if not mutation.copies:
        yield mutation.budget_code or "", mutation.branch or ""


def _fails(mutation: Mutation, code: str, branch: str, on: date, codes: Codes) -> bool:
    found = resolve(mutation, code or None, codes.branches.get(branch, ""), on, codes.budgets)
    return isinstance(found, Finding)
