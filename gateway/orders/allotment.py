"""Which copies of an order line a shipment or cancellation concerns, and the line's copies afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.orders.explanations import Finding
from gateway.orders.ledger import Holding, OrderLine
from gateway.orders.model import Mutation, Share

Parts = tuple[tuple[Holding, int], ...]


@dataclass(frozen=True, slots=True)
class Allotment:
    """Holdings with the number of copies taken from each; `is_a_choice` when the mutation left it open which."""

    parts: Parts
    is_a_choice: bool = False


def taken(holdings: Sequence[Holding], mutation: Mutation) -> Allotment | Finding:
    """Find the copies: by copy number, else by the supplier's branch, else all of them, else the first ones.

    The caller has made sure that the line has enough open copies.
    """
    numbers = [copy.copy_id for copy in mutation.copies if copy.copy_id]
    if numbers and any(holding.share.copy_id for holding in holdings):
        return _by_number(holdings, numbers, mutation)
    open_ones = [holding for holding in holdings if holding.open]
    of_branch = [holding for holding in open_ones if holding.share.supplier_branch == mutation.branch]
    for candidates in (of_branch, open_ones):
        if sum(holding.open for holding in candidates) == mutation.quantity:
            return Allotment(tuple((holding, holding.open) for holding in candidates))
    enough = sum(holding.open for holding in of_branch) >= mutation.quantity
    candidates = of_branch if enough else open_ones
    return Allotment(_first(candidates, mutation.quantity), is_a_choice=len(candidates) > 1)


def _by_number(holdings: Sequence[Holding], numbers: Sequence[str], mutation: Mutation) -> Allotment | Finding:
    by_number = {holding.share.copy_id: holding for holding in holdings if holding.open}
    for number in numbers:
        if number not in by_number:
            order = f"{mutation.order_number}/{mutation.order_line}"
            return Finding("unknown-copy", {"copy": number, "order": order})
    return Allotment(tuple((by_number[number], 1) for number in dict.fromkeys(numbers)))


def _first(candidates: Sequence[Holding], copies: int) -> Parts:
    parts: list[tuple[Holding, int]] = []
    for holding in candidates:
        number = min(copies, holding.open)
        if number:
            parts.append((holding, number))
            copies -= number
    return tuple(parts)


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


def _part(holding: Holding, parts: Parts) -> int:
    return sum(copies for part, copies in parts if part is holding)


def redivided(line: OrderLine, division: Sequence[Share]) -> tuple[Holding, ...] | None:
    """The holdings of a new division; what is on transport stays where it went, and counts in the new total."""
    if not line.shipped:
        return tuple(Holding(share) for share in division)
    gone = tuple(_only_shipped(each) for each in line.holdings if each.shipped)
    left: list[Holding] = []
    by_place: dict[tuple[str, str | None], int] = {}
    for each in gone:
        by_place[_place(each)] = by_place.get(_place(each), 0) + each.shipped
    for share in division:
        already = min(share.copies, by_place.get((share.branch, share.copy_id), 0))
        by_place[(share.branch, share.copy_id)] = by_place.get((share.branch, share.copy_id), 0) - already
        if share.copies > already:
            left.append(Holding(replace(share, copies=share.copies - already)))
    return None if any(count > 0 for count in by_place.values()) else (*gone, *left)


def _only_shipped(holding: Holding) -> Holding:
    return replace(holding, share=replace(holding.share, copies=holding.shipped), cancelled=0)


def _place(holding: Holding) -> tuple[str, str | None]:
    return holding.share.branch, holding.share.copy_id


def resized(line: OrderLine, still_open: int) -> tuple[Holding, ...] | None:
    """The holdings when only the total changes; none when it is not said for which branch."""
    if still_open == line.open:
        return line.holdings
    if len(line.holdings) != 1:
        return None
    [only] = line.holdings
    return (replace(only, share=replace(only.share, copies=only.shipped + only.cancelled + still_open)),)
