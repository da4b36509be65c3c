"""A new budget year: what is still to come moves, what is on transport stays where it was booked."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.money import Cents
from gateway.orders.budget_year import into_year
from gateway.orders.ledger import Effect, Holding, OrderLine
from gateway.orders.model import LineState, Share
from tests.builders import MORNING

LISTED = {("JF", 2026), ("JF", 2027), ("VR", 2026)}


def a_line(*holdings: Holding) -> OrderLine:
    return OrderLine("B1", "1", LineState.IN_ORDER, holdings, Cents(100), MORNING, budget_year=2026)


def on(code: str | None, year: int | None, copies: int, shipped: int = 0, cancelled: int = 0) -> Holding:
    return Holding(Share("2011", code, copies, budget_year=year), shipped, cancelled)


def test_open_copies_move_and_those_on_transport_stay() -> None:
    line, effects = into_year(a_line(on("JF", 2026, 5, shipped=2)), 2027, LISTED)
    assert line.holdings == (on("JF", 2026, 2, shipped=2), on("JF", 2027, 3))
    assert (line.budget_year, line.open, line.shipped) == (2027, 3, 2)
    assert [(e.share.budget_year, e.share.copies, e.committed, e.is_taken_back) for e in effects] == [
        (2026, 3, -300, True),
        (2027, 3, 300, False),
    ]


def test_code_that_the_new_year_does_not_have_stays_where_it_is() -> None:
    before = a_line(on("VR", 2026, 5), on("JF", None, 1), on(None, None, 1))
    assert into_year(before, 2027, LISTED) == (before, ())


def test_nothing_moves_back_in_time() -> None:
    before = a_line(on("JF", 2027, 5))
    assert into_year(before, 2026, LISTED) == (before, ())


holdings = st.builds(
    lambda code, year, copies, shipped, cancelled: on(
        code, year, copies, min(shipped, copies), min(cancelled, copies - min(shipped, copies))
    ),
    st.sampled_from(["JF", "VR", None]),
    st.sampled_from([None, 2025, 2026, 2027, 2028]),
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)


def committed(holdings: tuple[Holding, ...]) -> dict[tuple[str | None, int | None], int]:
    totals: dict[tuple[str | None, int | None], int] = {}
    for each in holdings:
        budget = each.share.budget_code, each.share.budget_year
        totals[budget] = totals.get(budget, 0) + each.open * 100
    return {budget: amount for budget, amount in totals.items() if amount}


@given(st.lists(holdings, min_size=1, max_size=4).map(tuple))
def test_no_copy_and_no_cent_is_lost_and_doing_it_twice_does_nothing(some: tuple[Holding, ...]) -> None:
    before = a_line(*some)
    after, effects = into_year(before, 2027, LISTED)
    counted = [(line.open, line.shipped, sum(h.share.copies for h in line.holdings)) for line in (before, after)]
    assert counted[0] == counted[1]
    assert _after(committed(before.holdings), effects) == committed(after.holdings)
    assert into_year(after, 2027, LISTED) == (after, ())


def _after(
    totals: dict[tuple[str | None, int | None], int], effects: tuple[Effect, ...]
) -> dict[tuple[str | None, int | None], int]:
    for each in effects:
        budget = each.share.budget_code, each.share.budget_year
        totals[budget] = totals.get(budget, 0) + each.committed
    return {budget: amount for budget, amount in totals.items() if amount}
