"""From the supplier's codes to the library's: which copies of a mutation go to which branch on which budget code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gateway.orders.budgets import Budgets, problem_of, resolve
from gateway.orders.explanations import Finding
from gateway.orders.ledger import Holding, OrderLine
from gateway.orders.model import Copy, Mutation, Share


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
    """Where copies go, in the library's own codes, and what should be looked at."""

    shares: tuple[Share, ...]
    warnings: tuple[Finding, ...] = ()


class _Unplaced(Exception):
    """One copy cannot be placed; carries why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def place(mutation: Mutation, on: date, codes: Codes) -> Placement | Finding:
    """Map every copy of an order, or of a shipment whose order is not known.

    Args:
        on: the order day, in the library's zone.

    Returns:
        All copies placed; or why the first that cannot be placed makes the whole line wait.

    Source: bestelsynchronisatie, "Informeer ons dan zo snel mogelijk": codes decide, amounts do not.
    """
    desk = _Desk(mutation, on, codes)
    try:
        return desk.placed([desk.mapped(copy, quantity) for copy, quantity in _copies(mutation)])
    except _Unplaced as unplaced:
        return unplaced.finding


def place_change(mutation: Mutation, line: OrderLine, on: date, codes: Codes) -> Placement | Finding:
    """Place the copies that a changed line still expects. What the change does not name stays as the line has it.

    Args:
        mutation: its `quantity` is the new total, with what is on transport.
        on: the day of the order, not of the change.

    Returns:
        The copies still to come; or why the line waits; or `division-needed`, when nobody can say where they go.
    """
    desk = _Desk(mutation, on, codes)
    try:
        if mutation.copies:
            return desk.placed([share for copy in mutation.copies for share in desk.listed(copy, line)], line)
        return desk.placed([desk.moved(share) for share in _still_expected(mutation, line)])
    except _Unplaced as unplaced:
        return unplaced.finding


def unknown_branch(mutation: Mutation, codes: Codes) -> Finding | None:
    """Why a shipment or cancellation of a known line waits: it names a branch that the library did not give us."""
    for branch in (mutation.branch, *(copy.branch for copy in mutation.copies)):
        if branch and branch not in codes.branches:
            return Finding("unknown-branch", {"branch": branch})
    return None


class _Desk:
    """Places the copies of one mutation, and gathers what should be looked at."""

    def __init__(self, mutation: Mutation, on: date, codes: Codes) -> None:
        self._mutation = mutation
        self._on = on
        self._codes = codes
        self._warnings: list[Finding] = []

    def placed(self, shares: Sequence[Share], line: OrderLine | None = None) -> Placement:
        """The placement of these copies, less what already went on transport of a line divided anew."""
        return Placement(_without_gone(shares, line) if line else tuple(shares), tuple(self._warnings))

    def mapped(self, copy: Copy, quantity: int) -> Share:
        """Copies of which everything follows from the supplier's codes."""
        branch = self._branch(copy.branch)
        return self._budgeted(_share(copy, branch, quantity), copy.budget_code)

    def moved(self, share: Share) -> Share:
        """Copies of a line, with the branch or budget that a change names for all of them."""
        mutation = self._mutation
        if mutation.branch:
            share = share._replace(branch=self._branch(mutation.branch), supplier_branch=mutation.branch)
        return self._budgeted(share, mutation.budget_code) if mutation.budget_code else share

    def listed(self, copy: Copy, line: OrderLine) -> Iterator[Share]:
        """One copy of a change that lists them; none when it already went on transport."""
        known = next((each for each in line.holdings if copy.copy_id and each.share.copy_id == copy.copy_id), None)
        if known and known.shipped:
            return
        named_branch = copy.branch or self._mutation.branch
        share = known.share if known else _like(line, copy)
        share = share._replace(copies=1, copy_id=copy.copy_id, note=copy.note, barcode=copy.barcode)
        if named_branch or not share.branch:
            share = share._replace(branch=self._branch(named_branch), supplier_branch=named_branch)
        budget_code = copy.budget_code or self._mutation.budget_code
        yield self._budgeted(share, budget_code) if budget_code or share.budget_code is None else share

    def _branch(self, code: str | None) -> str:
        branch = self._codes.branches.get(code or "")
        if branch is None:
            raise _Unplaced(Finding("unknown-branch", {"branch": code or "-"}))
        return branch

    def _budgeted(self, share: Share, supplier_code: str | None) -> Share:
        """The share on the library's budget for the supplier's code, or on the fall-back where there is one."""
        found = resolve(self._mutation, supplier_code, share.branch, self._on, self._codes.budgets)
        if not isinstance(found, Finding):
            return share._replace(budget_code=found.code, budget_year=found.year, supplier_budget_code=supplier_code)
        fall_back = self._codes.fall_back
        if fall_back is None or found.code == "locked-budget":
            raise _Unplaced(found)
        if problem := problem_of(fall_back, self._on, self._codes.budgets):
            raise _Unplaced(problem)
        if found.code != "missing-budget-code" and found not in self._warnings:
            self._warnings += [found, Finding("fall-back-budget", {"fall_back": fall_back})]
        return share._replace(budget_code=fall_back, budget_year=None, supplier_budget_code=supplier_code)


def _copies(mutation: Mutation) -> Iterator[tuple[Copy, int]]:
    """The copies with their number; a copy that names no branch or budget takes the mutation's."""
    if not mutation.copies:
        yield Copy(branch=mutation.branch, budget_code=mutation.budget_code), mutation.quantity
    for copy in mutation.copies:
        if not (copy.branch and copy.budget_code):
            branch, budget_code = copy.branch or mutation.branch, copy.budget_code or mutation.budget_code
            copy = replace(copy, branch=branch, budget_code=budget_code)
        yield copy, 1


def _share(copy: Copy, branch: str, quantity: int) -> Share:
    return Share(
        branch=branch,
        budget_code=None,
        copies=quantity,
        copy_id=copy.copy_id,
        note=copy.note,
        barcode=copy.barcode,
        supplier_branch=copy.branch,
    )


def _like(line: OrderLine, copy: Copy) -> Share:
    """What a copy that the line did not list before has in common with the line: a branch or budget if there is one."""
    shares = [holding.share for holding in line.holdings]
    branches, budgets = {share.branch for share in shares}, {(share.budget_code, share.budget_year) for share in shares}
    budget_code, budget_year = budgets.pop() if len(budgets) == 1 else (None, None)
    return Share(
        branch=branches.pop() if len(branches) == 1 else "",
        budget_code=budget_code,
        budget_year=budget_year,
        copies=1,
        copy_id=copy.copy_id,
    )


def _still_expected(mutation: Mutation, line: OrderLine) -> list[Share]:
    """The copies still to come after a change of the total, where the line has them."""
    wanted = mutation.quantity - line.shipped
    expected = [each.share._replace(copies=each.open) for each in line.holdings if each.open]
    if sum(share.copies for share in expected) == wanted:
        return expected
    places = {(share.branch, share.budget_code) for share in (expected or [each.share for each in line.holdings])}
    one_place = len(places) == 1 or bool(mutation.branch and mutation.budget_code)
    if not one_place:
        order = f"{mutation.order_number}/{mutation.order_line}"
        raise _Unplaced(Finding("division-needed", {"order": order}))
    template = (expected or [line.holdings[0].share])[0]
    return [template._replace(copies=wanted, copy_id=None)] if wanted > 0 else []


def _without_gone(shares: Sequence[Share], line: OrderLine) -> tuple[Share, ...]:
    """A new division less the copies that went on transport without a number of their own, by their branch."""
    gone: dict[str, int] = {}
    for holding in line.holdings:
        if holding.share.copy_id is None:
            gone[holding.share.branch] = gone.get(holding.share.branch, 0) + holding.shipped
    left: list[Share] = []
    for share in shares:
        if gone.get(share.branch, 0) >= share.copies:
            gone[share.branch] -= share.copies
        else:
            left.append(share)
    return tuple(left)


def holdings_of(shares: Sequence[Share]) -> tuple[Holding, ...]:
    """Copies that nothing happened to yet."""
    return tuple(Holding(share) for share in shares)
