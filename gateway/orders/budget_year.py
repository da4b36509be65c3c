"""When the budget year changes: open copies move to the same code of the new year, what is on transport stays."""

from collections.abc import Iterator, Set
from dataclasses import replace

from gateway.orders.budgets import Budget
from gateway.orders.ledger import Effect, Holding, OrderLine
from gateway.orders.movements import commit, release


def into_year(line: OrderLine, year: int, listed: Set[Budget]) -> tuple[OrderLine, tuple[Effect, ...]]:
    """The line with its open copies of earlier years on this one, and what that does to the budgets.

    Args:
        listed: the library's codes with their years; copies on a code that the new year does not have stay.
    """
    holdings: list[Holding] = []
    effects: list[Effect] = []
    for holding in line.holdings:
        if not may_move(holding, year) or (holding.share.budget_code or "", year) not in listed:
            holdings.append(holding)
            continue
        gone = holding.shipped + holding.cancelled
        moved = Holding(holding.share._replace(copies=holding.open, budget_year=year))
        holdings += [replace(holding, share=holding.share._replace(copies=gone))] if gone else []
        holdings.append(moved)
        effects.append(replace(release(holding, holding.open, line.net_price), is_taken_back=True))
        effects.append(commit(moved, line.net_price))
    if not effects:
        return line, ()
    return replace(line, holdings=tuple(holdings), budget_year=line.budget_year and max(line.budget_year, year)), tuple(
        effects
    )


def may_move(holding: Holding, year: int) -> bool:
    """Whether copies are still to come on a budget of an earlier year."""
    share = holding.share
    return bool(holding.open and share.budget_code and share.budget_year and share.budget_year < year)


def left_behind(line: OrderLine, year: int) -> Iterator[Holding]:
    """The copies that would move, were their code listed for the year."""
    return (holding for holding in line.holdings if may_move(holding, year))
