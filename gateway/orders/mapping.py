"""From the supplier's codes to the library's: which copies of a mutation go to which branch on which budget code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.orders.budgets import Budgets, resolve
from gateway.orders.explanations import Finding
from gateway.orders.model import BudgetCode, Copy, Mutation, Share


@dataclass(frozen=True)
class Codes:
    """One library's map of codes.

    `branches` goes from the supplier's code to the library's; `fall_back` is the budget for codes that
    cannot be used, and none where the library system must have the right one.
    """

    branches: Mapping[str, str] = field(default_factory=dict)
    budgets: Budgets = field(default_factory=Budgets)
    fall_back: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the copies of a mutation go; `codes` are the budget codes met, by code, for their balance."""

    shares: tuple[Share, ...]
    warnings: tuple[Finding, ...] = ()
    codes: tuple[BudgetCode, ...] = ()


def place(mutation: Mutation, on: date, codes: Codes) -> Placement | Finding:
    """Map every copy of one mutation; the first copy that cannot be placed makes the whole line wait.

    Source: bestelsynchronisatie, "Informeer ons dan zo snel mogelijk": codes decide, amounts do not.
    """
    shares: list[Share] = []
    warnings: list[Finding] = []
    met: dict[BudgetCode, None] = {}
    for copy, quantity in _copies(mutation):
        branch = codes.branches.get(copy.branch or "")
        if branch is None:
            return Finding("unknown-branch", {"branch": copy.branch or "-"})
        found = resolve(mutation, copy.budget_code, branch, on, codes.budgets)
        if isinstance(found, Finding):
            if codes.fall_back is None or found.code == "locked-budget":
                return found
            if found.code != "missing-budget-code" and found not in warnings:
                warnings += [found, Finding("fall-back-budget", {"fall_back": codes.fall_back})]
            budget = codes.fall_back
        else:
            met.setdefault(found)
            budget = found.code
        shares.append(_share(copy, branch, budget, quantity))
    return Placement(tuple(shares), tuple(warnings), tuple(met))


def _copies(mutation: Mutation) -> Iterator[tuple[Copy, int]]:
    """The copies with their number; a copy that names no branch or budget takes the line's."""
    if not mutation.copies:
        yield Copy(branch=mutation.branch, budget_code=mutation.budget_code), mutation.quantity
    for copy in mutation.copies:
        yield (
            Copy(
                copy_id=copy.copy_id,
                branch=copy.branch or mutation.branch,
                budget_code=copy.budget_code or mutation.budget_code,
                note=copy.note,
                barcode=copy.barcode,
            ),
            1,
        )


def _share(copy: Copy, branch: str, budget: str, quantity: int) -> Share:
    return Share(
        branch=branch,
        budget_code=budget,
        copies=quantity,
        copy_id=copy.copy_id,
        note=copy.note,
        barcode=copy.barcode,
        supplier_branch=copy.branch,
        supplier_budget_code=copy.budget_code,
    )
