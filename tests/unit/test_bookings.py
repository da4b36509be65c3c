"""The same line, booked by one list of codes and by another."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gateway.money import Cents
from gateway.orders.bookings import Comparison
from gateway.orders.budgets import BudgetMapping, Budgets
from gateway.orders.mapping import Codes
from gateway.orders.model import BudgetCode
from tests.builders import a_mutation, copies

BRANCHES = {"01": "2011", "02": "2012"}
ON = date(2026, 3, 10)


def a_list(*codes: BudgetCode, mappings: tuple[BudgetMapping, ...] = ()) -> Codes:
    return Codes(BRANCHES, Budgets.of(codes, mappings))


def shifts(compared: Comparison) -> list[tuple[str, str, int, int, int]]:
    return [(str(each.was), str(each.becomes), each.lines, each.copies, each.amount) for each in compared.shifts]


def test_line_that_would_go_to_another_budget_is_counted_with_its_copies_and_amount() -> None:
    compared = Comparison()
    before = a_list(BudgetCode("JF", year=2026), mappings=(BudgetMapping("JEUGD", "JF"),))
    after = a_list(BudgetCode("JN", year=2026), mappings=(BudgetMapping("JEUGD", "JN"),))
    compared.add(a_mutation(quantity=3, net_price=Cents(100)), ON, before, after)
    assert shifts(compared) == [("JF 2026", "JN 2026", 1, 3, 300)]
    assert compared.moved() == {("JF", 2026): -300, ("JN", 2026): 300}


def test_line_that_would_wait_says_why() -> None:
    compared = Comparison()
    compared.add(a_mutation(), ON, a_list(BudgetCode("JEUGD")), a_list(BudgetCode("JEUGD", blocked=True)))
    compared.add(a_mutation(), ON, a_list(), a_list(BudgetCode("JEUGD")))
    assert [each[:2] for each in shifts(compared)] == [
        ("JEUGD", "waits: locked-budget"),
        ("waits: unknown-budget-code", "JEUGD"),
    ]


def test_copies_of_a_line_are_compared_one_by_one() -> None:
    compared = Comparison()
    one = a_list(BudgetCode("JEUGD"), BudgetCode("JN"))
    for_one_branch = a_list(
        BudgetCode("JEUGD"), BudgetCode("JN"), mappings=(BudgetMapping("JEUGD", "JN", branch="2012"),)
    )
    line = a_mutation(quantity=3, copies=copies("01", "02", "02"), net_price=Cents(100))
    compared.add(line, ON, one, a_list(*one.budgets.codes["JEUGD"]))
    assert compared.shifts == []
    both = Codes(BRANCHES, Budgets.of([BudgetCode("JEUGD"), BudgetCode("JN")], [BudgetMapping("JEUGD", "JEUGD")]))
    split = Budgets.of(
        [BudgetCode("JEUGD"), BudgetCode("JN")],
        [BudgetMapping("JEUGD", "JEUGD"), *for_one_branch.budgets.mappings["JEUGD"]],
    )
    compared.add(line, ON, both, Codes(BRANCHES, split))
    assert shifts(compared) == [("JEUGD", "JN", 1, 2, 200)]


def test_line_is_taken_as_ordered_on_the_day_on_which_the_change_begins() -> None:
    compared = Comparison()
    new_year = date(2027, 1, 1)
    before = a_list(BudgetCode("JEUGD", year=2026))
    after = a_list(BudgetCode("JEUGD", year=2026, valid_until=ON), BudgetCode("JEUGD", year=2027, valid_from=new_year))
    compared.add(a_mutation(budget_year=2026), ON, before, after, begins=new_year)
    assert [each[:2] for each in shifts(compared)] == [("JEUGD 2026", "JEUGD 2027")]


@given(st.lists(st.sampled_from(["JEUGD", "VOLW", "JF", "WEG"]), max_size=6))
def test_same_list_books_every_line_the_same(codes: list[str]) -> None:
    compared = Comparison()
    same = a_list(BudgetCode("JF"), BudgetCode("VOLW"), mappings=(BudgetMapping("JEUGD", "JF"),))
    for code in codes:
        compared.add(a_mutation(budget_code=code), ON, same, same)
    assert (compared.lines, compared.shifted, compared.shifts) == (len(codes), 0, [])
