"""Budget codes with dates: money never goes to a budget by a guess."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.money import Cents
from gateway.orders.budgets import Balance, BudgetMapping, Budgets, near_misses, resolve, strain
from gateway.orders.explanations import Finding
from gateway.orders.mapping import Codes, Placement, place
from gateway.orders.model import BudgetCode, Channel
from tests.builders import a_mutation, copies

ON = date(2026, 3, 10)


def found(code: str | None, codes: list[BudgetCode], *mappings: BudgetMapping, **mutation: Any) -> str:
    """The library's code, or the reason why there is none."""
    result = resolve(a_mutation(**mutation), code, "2011", ON, Budgets.of(codes, mappings))
    return result.code


def test_code_of_the_library_itself_needs_no_mapping() -> None:
    assert found("JF", [BudgetCode("JF")]) == "JF"


def test_budget_code_holds_through_its_first_and_last_day() -> None:
    assert found("JF", [BudgetCode("JF", valid_from=ON, valid_until=ON)]) == "JF"
    assert found("JF", [BudgetCode("JF", valid_until=date(2026, 3, 9))]) == "expired-budget-code"
    assert found("JF", [BudgetCode("JF", valid_from=date(2026, 3, 11))]) == "budget-code-not-yet-valid"


def test_mapping_holds_through_its_last_day() -> None:
    mapping = BudgetMapping("JEUGD", "JF", valid_until=ON)
    assert found("JEUGD", [BudgetCode("JF")], mapping) == "JF"
    over = BudgetMapping("JEUGD", "JF", valid_until=date(2026, 3, 9))
    assert found("JEUGD", [BudgetCode("JF")], over) == "no-mapping-holds"


def test_near_miss_is_suggested_and_never_taken() -> None:
    result = resolve(a_mutation(), "jeugd-fictie", "2011", ON, Budgets.of([BudgetCode("JEUGDFICTIE")], []))
    assert isinstance(result, Finding) and result.code == "unknown-budget-code"
    assert "JEUGDFICTIE" in result.facts["suggestion"]


@pytest.mark.parametrize("typed", ["JO001", "j o o o 1", "J-0001", "JOOO1", "JOOOI", "J00001"])
def test_near_misses_of_case_space_punctuation_lookalikes_and_one_edit_are_found(typed: str) -> None:
    assert near_misses(typed, ["J0001", "XX999"]) == ["J0001"]


def test_short_codes_are_not_near_just_because_they_are_short() -> None:
    assert near_misses("AB", ["AC", "A", "ABC"]) == []


def test_channel_decides_where_the_supplier_gave_no_code() -> None:
    shop = BudgetMapping("", "WINKEL", channel="SHOP")
    assert found(None, [BudgetCode("WINKEL")], shop, channel=Channel.SHOP) == "WINKEL"
    assert found(None, [BudgetCode("WINKEL")], shop, channel=Channel.PHONE) == "missing-budget-code"


def test_more_precise_mapping_wins_over_a_general_one() -> None:
    codes = [BudgetCode("A"), BudgetCode("B")]
    general, precise = BudgetMapping("JEUGD", "A"), BudgetMapping("JEUGD", "B", channel="SHOP", branch="2011")
    assert found("JEUGD", codes, general, precise, channel=Channel.SHOP) == "B"
    assert found("JEUGD", codes, general, precise, channel=Channel.PHONE) == "A"


def test_two_mappings_that_hold_alike_are_not_chosen_between() -> None:
    codes = [BudgetCode("A"), BudgetCode("B")]
    assert found("JEUGD", codes, BudgetMapping("JEUGD", "A"), BudgetMapping("JEUGD", "B")) == "ambiguous-budget-code"


def test_code_of_another_budget_year_cannot_be_used() -> None:
    codes = [BudgetCode("JF", year=2026)]
    assert found("JF", codes, budget_year=2027) == "wrong-budget-year"
    assert found("JF", [*codes, BudgetCode("JF", year=2027)], budget_year=2027) == "JF"


def test_locked_budget_makes_the_line_wait_even_with_a_fall_back() -> None:
    codes = Codes({"01": "2011"}, Budgets.of([BudgetCode("JEUGD", blocked=True)], []), fall_back="01")
    result = place(a_mutation(), ON, codes)
    assert isinstance(result, Finding) and result.code == "locked-budget"


def test_unknown_code_goes_to_the_fall_back_with_both_sentences_where_the_library_has_one() -> None:
    result = place(a_mutation(), ON, Codes({"01": "2011"}, Budgets(), fall_back="01"))
    assert isinstance(result, Placement)
    assert [share.budget_code for share in result.shares] == ["01"]
    assert [warning.code for warning in result.warnings] == ["unknown-budget-code", "fall-back-budget"]


def test_unknown_code_makes_the_line_wait_where_the_right_one_is_needed() -> None:
    result = place(a_mutation(), ON, Codes({"01": "2011"}, Budgets(), fall_back=None))
    assert isinstance(result, Finding) and result.code == "unknown-budget-code"


def test_copy_without_branch_or_budget_takes_those_of_its_line() -> None:
    codes = Codes({"01": "2011", "02": "2012"}, Budgets.of([BudgetCode("JEUGD"), BudgetCode("VOLW")], []))
    given_copies = (*copies("02", budget_code="VOLW"), *copies("01")[:1])
    result = place(a_mutation(copies=given_copies), ON, codes)
    assert isinstance(result, Placement)
    assert [(share.branch, share.budget_code) for share in result.shares] == [("2012", "VOLW"), ("2011", "JEUGD")]


def test_one_copy_for_an_unknown_branch_makes_the_whole_line_wait() -> None:
    codes = Codes({"01": "2011"}, Budgets.of([BudgetCode("JEUGD")], []))
    result = place(a_mutation(copies=copies("01", "09")), ON, codes)
    assert isinstance(result, Finding) and (result.code, result.facts["branch"]) == ("unknown-branch", "09")


@pytest.mark.parametrize(
    ("committed", "expected"),
    [(9000, None), (9001, "budget-warning"), (10000, "budget-warning"), (10001, "over-budget")],
)
def test_budget_warns_below_its_level_and_when_overspent(committed: int, expected: str | None) -> None:
    code = BudgetCode("JF", initial=Cents(10000), warning_percent=10)
    warning = strain(code, Balance().plus(committed, 4000))
    assert (warning and warning.code) == expected


def test_budget_without_control_or_amount_never_warns() -> None:
    spent = Balance().plus(99999, 0)
    assert strain(BudgetCode("JF"), spent) is None
    assert strain(BudgetCode("JF", initial=Cents(1), no_control=True), spent) is None


@given(st.text(min_size=1, max_size=8), st.lists(st.text(min_size=1, max_size=8), max_size=5))
def test_code_is_never_resolved_to_another_than_the_one_that_was_written(code: str, others: list[str]) -> None:
    result = resolve(a_mutation(), code, "2011", ON, Budgets.of([BudgetCode(other) for other in others], []))
    assert isinstance(result, Finding) or result.code == code


def test_fall_back_that_is_locked_itself_makes_the_line_wait() -> None:
    codes = Codes({"01": "2011"}, Budgets.of([BudgetCode("01", blocked=True)], []), fall_back="01")
    result = place(a_mutation(), ON, codes)
    assert isinstance(result, Finding) and (result.code, result.facts["budget_code"]) == ("locked-budget", "01")


def test_code_is_no_near_miss_of_itself() -> None:
    assert near_misses("JEUGD", ["JEUGD", "JEUGT"]) == ["JEUGT"]


def test_share_keeps_the_budget_year_of_the_code_that_was_found() -> None:
    codes = Codes({"01": "2011"}, Budgets.of([BudgetCode("JEUGD", year=2025), BudgetCode("JEUGD", year=2026)], []))
    result = place(a_mutation(budget_year=2026), ON, codes)
    assert isinstance(result, Placement) and result.shares[0].budget_year == 2026
