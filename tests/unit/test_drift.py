"""What a supplier was told of budget codes, beside what the list says."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.budgets import BudgetMapping, Budgets
from gateway.orders.drift import Lag, Uses, saying, untold
from gateway.orders.model import BudgetCode, Channel
from tests.builders import a_mutation, copies

ON = date(2026, 3, 10)
ENDED = date(2026, 3, 9)

codes = st.builds(
    BudgetCode,
    code=st.sampled_from(["JF", "VR", "IN"]),
    year=st.sampled_from([None, 2026]),
    valid_from=st.none() | st.just(ENDED),
    valid_until=st.none() | st.sampled_from([ENDED, ON]),
    blocked=st.booleans(),
)


@given(st.lists(codes, max_size=4))
def test_supplier_that_was_told_the_list_lacks_nothing(listed: list[BudgetCode]) -> None:
    assert list(untold(listed, saying(listed), ON)) == []


@given(st.lists(codes, max_size=4), st.lists(codes, max_size=4))
def test_whatever_the_supplier_lacks_is_gone_once_it_is_told(before: list[BudgetCode], now: list[BudgetCode]) -> None:
    lacking = {(each.code, each.year): each.lag for each in untold(now, saying(before), ON)}
    said, told = saying(now), saying(before)
    for budget, lag in lacking.items():
        assert (lag is Lag.GONE) == (budget not in said)
        assert (lag is Lag.NOT_TOLD) == (budget not in told)
        assert (lag is Lag.CHANGED) == (budget in told and budget in said and told[budget] != said[budget])
    assert {budget for budget in told if budget in said and told[budget] != said[budget]} <= set(lacking)


def test_code_that_ended_before_anybody_was_told_is_no_news() -> None:
    assert list(untold([BudgetCode("JF", valid_until=ENDED)], {}, ON)) == []
    assert [each.lag for each in untold([BudgetCode("JF", valid_until=ON)], {}, ON)] == [Lag.NOT_TOLD]


def used(budgets: Budgets, *lines: str | None, told: tuple[str, ...] = ()) -> list[tuple[str, str, int]]:
    uses = Uses(budgets, {"01": "2011", "02": "2012"}, {(code, None): "/" for code in told})
    for code in lines:
        uses.add(a_mutation(budget_code=code), ON)
    return [(each.lag, each.code, each.lines) for each in uses.drifts()]


def test_ended_code_ended_mapping_and_code_that_was_taken_away_are_used_after_their_end() -> None:
    budgets = Budgets.of(
        [BudgetCode("JF", valid_until=ENDED), BudgetCode("VR")], [BudgetMapping("VOLW", "VR", valid_until=ENDED)]
    )
    assert used(budgets, "JF", "VOLW", "OUD", "OUD", told=("OUD",)) == [
        ("used-after-its-end", "OUD", 2),
        ("used-after-its-end", "JF", 1),
        ("used-after-its-end", "VOLW", 1),
    ]


def test_code_that_holds_or_was_left_out_is_no_drift() -> None:
    shop = BudgetMapping("WINKEL", "JF", channel=Channel.SHOP)
    assert used(Budgets.of([BudgetCode("JF")], [shop]), "JF", None, "WINKEL") == []


def test_line_whose_copies_carry_codes_of_their_own_counts_once_for_each() -> None:
    uses = Uses(Budgets(), {}, {})
    uses.add(a_mutation(quantity=3, copies=copies("01", "01", "02", budget_code="JEUGT")), ON)
    assert [(each.code, each.lines, each.last_on) for each in uses.drifts()] == [("JEUGT", 1, ON)]
