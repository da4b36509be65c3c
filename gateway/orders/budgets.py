"""Budget codes with their dates: which of the library's codes a supplier's code stands for on a day, and why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gateway.money import NOTHING, Cents
from gateway.orders.explanations import Finding
from gateway.orders.model import BudgetCode, Mutation


@dataclass(frozen=True, slots=True)
class BudgetMapping:
    """A supplier's code and the library's code it stands for, perhaps only for a channel, branch or medium.

    An empty `supplier_code` holds for mutations that carry none. Both days are inclusive.
    """

    supplier_code: str
    library_code: str
    channel: str | None = None
    branch: str | None = None
    medium: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, mutation: Mutation, branch: str, on: date) -> bool:
        """Whether this row speaks of such a mutation on that day."""
        return (
            (self.channel is None or self.channel == mutation.channel)
            and (self.branch is None or self.branch == branch)
            and (self.medium is None or self.medium == mutation.medium)
            and (self.valid_from is None or self.valid_from <= on)
            and (self.valid_until is None or on <= self.valid_until)
        )

    @property
    def precision(self) -> int:
        """How many conditions the row sets; the most precise row that holds is taken."""
        return sum(condition is not None for condition in (self.channel, self.branch, self.medium))


def contradict(one: BudgetMapping, other: BudgetMapping) -> bool:
    """Whether two mappings say something else of the same copies on the same day; a more precise one may differ."""
    same = ("supplier_code", "channel", "branch", "medium")
    return (
        one.library_code != other.library_code
        and all(getattr(one, name) == getattr(other, name) for name in same)
        and not (one.valid_until and other.valid_from and one.valid_until < other.valid_from)
        and not (other.valid_until and one.valid_from and other.valid_until < one.valid_from)
    )


@dataclass(frozen=True)
class Budgets:
    """All codes and mappings of one library, found by code."""

    codes: Mapping[str, Sequence[BudgetCode]] = field(default_factory=dict)
    mappings: Mapping[str, Sequence[BudgetMapping]] = field(default_factory=dict)

    @classmethod
    def of(cls, codes: Iterable[BudgetCode], mappings: Iterable[BudgetMapping]) -> "Budgets":
        """Sort a library's codes and mappings by their code."""
        by_code: dict[str, list[BudgetCode]] = {}
        for code in codes:
            by_code.setdefault(code.code, []).append(code)
        by_supplier: dict[str, list[BudgetMapping]] = {}
        for mapping in mappings:
            by_supplier.setdefault(mapping.supplier_code, []).append(mapping)
        return cls(by_code, by_supplier)

    def in_force(self, code: str, year: int | None, on: date) -> BudgetCode | None:
        """What is listed for a code in a year; of entries that follow each other, the one that holds on the day."""
        entries = [entry for entry in self.codes.get(code, ()) if entry.year == year]
        return next((entry for entry in entries if entry.holds(on)), entries[-1] if entries else None)

    def knows(self, supplier_code: str) -> bool:
        """Whether the library gave us this code, as its own or as a supplier's."""
        return supplier_code in self.codes or supplier_code in self.mappings


def resolve(
    mutation: Mutation, supplier_code: str | None, branch: str, on: date, budgets: Budgets
) -> BudgetCode | Finding:
    """Find the library's budget code for copies of one mutation.

    Args:
        mutation: its channel, medium and budget year may decide between rows.
        supplier_code: the code the supplier gave for these copies, if any.
        branch: the library's branch of these copies.
        on: the order day, in the library's zone; both ends of a code's dates are inclusive.
        budgets: the codes of this library only.

    Returns:
        The code as the library wrote it, never guessed; or the finding that says why there is none.

    Source: bestelsynchronisatie, "Mutaties ophalen in V-Smart systemen".
    """
    rows = [row for row in budgets.mappings.get(supplier_code or "", ()) if row.holds(mutation, branch, on)]
    best = max((row.precision for row in rows), default=0)
    targets = {row.library_code for row in rows if row.precision == best}
    if len(targets) > 1:
        return Finding("ambiguous-budget-code", {"budget_code": supplier_code or ""})
    if targets:
        return _usable(targets.pop(), mutation.budget_year, on, budgets)
    if not supplier_code:
        return Finding("missing-budget-code", {"channel": mutation.channel or "OTHER"})
    if supplier_code in budgets.mappings and supplier_code not in budgets.codes:
        return Finding("no-mapping-holds", {"budget_code": supplier_code, "on": on.isoformat()})
    return _usable(supplier_code, mutation.budget_year, on, budgets)


def problem_of(code: str, on: date, budgets: Budgets) -> Finding | None:
    """Why one of the library's own codes cannot be used on a day; a code that it did not list is its own affair."""
    entries = budgets.codes.get(code, ())
    found = _one_of(entries, on) if entries else None
    return found if isinstance(found, Finding) else None


def _usable(code: str, year: int | None, on: date, budgets: Budgets) -> BudgetCode | Finding:
    entries = budgets.codes.get(code, ())
    if not entries:
        return Finding(
            "unknown-budget-code", {"budget_code": code, "on": on.isoformat(), "suggestion": _suggestion(code, budgets)}
        )
    of_year = [entry for entry in entries if year is None or entry.year in (None, year)]
    if not of_year:
        return Finding("wrong-budget-year", {"budget_code": code, "year": str(year)})
    return _one_of(of_year, on)


def _one_of(entries: Sequence[BudgetCode], on: date) -> BudgetCode | Finding:
    """The entry of a code that can be used on a day; else what stands in the way of the one that holds then."""
    holding = [entry for entry in entries if entry.holds(on)] or entries
    usable = next((entry for entry in holding if _problem(entry, on) is None), None)
    return usable or _problem(holding[0], on) or holding[0]


def _problem(entry: BudgetCode, on: date) -> Finding | None:
    if entry.valid_from and on < entry.valid_from:
        return Finding(
            "budget-code-not-yet-valid", {"budget_code": entry.code, "valid_from": entry.valid_from.isoformat()}
        )
    if entry.valid_until and on > entry.valid_until:
        return Finding("expired-budget-code", {"budget_code": entry.code, "until": entry.valid_until.isoformat()})
    if entry.blocked:
        return Finding("locked-budget", {"budget_code": entry.code})
    return None


def _suggestion(code: str, budgets: Budgets) -> str:
    """A near miss in words, or nothing; suggested only, never taken."""
    near = near_misses(code, [*budgets.codes, *budgets.mappings])
    return f" ({', '.join(near)}?)" if near else ""


_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def near_misses(code: str, known: Iterable[str]) -> list[str]:
    """The known codes that differ only in case, spaces, punctuation, O/0, I/1, or by one edit; at most three."""
    plain = _plain(code)
    others = [each for each in known if each and each != code]
    near = {each for each in others if (_plain(each) == plain or _one_edit(_plain(each), plain))}
    return sorted(near, key=lambda each: (_plain(each) != plain, each))[:3]


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum()).translate(_LOOKALIKES)


def _one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion or replacement turns the one into the other; short codes differ too easily."""
    if abs(len(one) - len(other)) > 1 or max(len(one), len(other)) < 4:
        return False
    short, long = sorted((one, other), key=len)
    start = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    rest = short[start + 1 :] if len(short) == len(long) else short[start:]
    return rest == long[start + 1 :]


Budget = tuple[str, int | None]
"""One of the library's codes in one budget year; no year where the code has none."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands against one budget code: committed and not yet shipped, and shipped; and what was released of it."""

    committed: Cents = NOTHING
    shipped: Cents = NOTHING
    released: Cents = NOTHING

    def plus(self, committed: int, shipped: int) -> "Balance":
        """The balance after more commitments, of which some are shipped at once."""
        return replace(
            self, committed=Cents(self.committed + committed - shipped), shipped=Cents(self.shipped + shipped)
        )

    @property
    def spoken_for(self) -> Cents:
        """All that is no longer available."""
        return Cents(self.committed + self.shipped)


def available(code: BudgetCode, balance: Balance) -> Cents | None:
    """What is left of a budget; none where the library gave no amount."""
    return None if code.initial is None else Cents(code.initial - balance.spoken_for)


def strain(code: BudgetCode, balance: Balance) -> Finding | None:
    """A warning when this budget is overspent or nearly spent; none without control or without an amount."""
    left = available(code, balance)
    if code.no_control or code.initial is None or left is None:
        return None
    if left < 0:
        return Finding("over-budget", {"budget_code": code.code})
    if code.warning_percent is not None and left * 100 < code.initial * code.warning_percent:
        return Finding("budget-warning", {"budget_code": code.code})
    return None
