"""Which copies of an order line a shipment or cancellation concerns, and the line's copies afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.orders.explanations import Finding
from gateway.orders.ledger import Holding
from gateway.orders.model import Mutation

Parts = tuple[tuple[Holding, int], ...]


@dataclass(frozen=True, slots=True)
class Allotment:
    """Holdings with the number of copies taken from each; `is_a_choice` when the mutation left it open which."""

    parts: Parts
    is_a_choice: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Some copies as the mutation names them; `branch` is the library's."""

    copies: int
    copy_id: str | None = None
    branch: str | None = None


def taken(holdings: Sequence[Holding], mutation: Mutation, branches: Mapping[str, str]) -> Allotment | Finding:
    """Find the copies: by copy number, else by branch, else whichever are open.

    Args:
        holdings: of a line that has at least `mutation.quantity` open copies.
        branches: the library's branch for each of the supplier's.

    Returns:
        Exactly `mutation.quantity` copies; or that a copy it numbers is not an open one.
    """
    left = {place: holding.open for place, holding in enumerate(holdings) if holding.open}
    took: dict[int, int] = {}
    is_a_choice = False
    for wanted in _wanted(holdings, mutation, branches):
        candidates = _candidates(holdings, left, wanted)
        if not candidates:
            order = f"{mutation.order_number}/{mutation.order_line}"
            return Finding("unknown-copy", {"copy": wanted.copy_id or "-", "order": order})
        is_a_choice |= len(candidates) > 1 and sum(left[place] for place in candidates) > wanted.copies
        for place, number in _first(candidates, left, wanted.copies):
            took[place] = took.get(place, 0) + number
            left[place] -= number
    return Allotment(tuple((holdings[place], number) for place, number in sorted(took.items())), is_a_choice)


def _wanted(holdings: Sequence[Holding], mutation: Mutation, branches: Mapping[str, str]) -> Iterator[_Wanted]:
    """The copies as they are named, those with a number of their own first: nobody else may take them."""
    of_line = branches.get(mutation.branch or "")
    if not mutation.copies:
        yield _Wanted(mutation.quantity, branch=of_line)
        return
    numbered = any(holding.share.copy_id for holding in holdings)
    wanted = [
        _Wanted(1, copy.copy_id if numbered else None, branches.get(copy.branch or "") or of_line)
        for copy in mutation.copies
    ]
    yield from sorted(wanted, key=lambda each: each.copy_id is None)


def _candidates(holdings: Sequence[Holding], left: Mapping[int, int], wanted: _Wanted) -> list[int]:
    """The places where these copies may come from; none when they are numbered and that number is not open."""
    open_ones = [place for place, number in left.items() if number]
    if wanted.copy_id is not None:
        return [place for place in open_ones if holdings[place].share.copy_id == wanted.copy_id]
    of_branch = [place for place in open_ones if holdings[place].share.branch == wanted.branch]
    enough = sum(left[place] for place in of_branch) >= wanted.copies
    return of_branch if enough else open_ones


def _first(candidates: Sequence[int], left: Mapping[int, int], copies: int) -> Iterator[tuple[int, int]]:
    for place in candidates:
        number = min(copies, left[place])
        if number:
            yield place, number
            copies -= number


def shipped_out(holdings: Sequence[Holding], parts: Parts) -> tuple[Holding, ...]:
    """The holdings after these copies went on transport."""
    return tuple(
        replace(each, shipped=each.shipped + part) if (part := _part(each, parts)) else each for each in holdings
    )


def released(holdings: Sequence[Holding], parts: Parts) -> tuple[Holding, ...]:
    """The holdings after these copies were cancelled."""
    return tuple(
        replace(each, cancelled=each.cancelled + part) if (part := _part(each, parts)) else each for each in holdings
    )


def gone(holdings: Sequence[Holding]) -> tuple[Holding, ...]:
    """The copies that are on transport, and nothing else."""
    return tuple(
        replace(each, share=each.share._replace(copies=each.shipped), cancelled=0) for each in holdings if each.shipped
    )


def _part(holding: Holding, parts: Parts) -> int:
    return sum(copies for part, copies in parts if part is holding)
