"""Two lists of budget codes beside each other, and a list that becomes another on a day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.money import Cents
from gateway.orders.budget_changes import Change, CodeList, Done, changes, planned
from gateway.orders.budgets import BudgetMapping, resolve
from gateway.orders.explanations import Finding
from gateway.orders.model import BudgetCode, Channel
from tests.builders import a_mutation

NEW_YEAR = date(2027, 1, 1)

days = st.none() | st.dates(NEW_YEAR - timedelta(days=3), NEW_YEAR + timedelta(days=3))
codes = st.builds(
    BudgetCode,
    code=st.sampled_from(["JF", "VR"]),
    year=st.sampled_from([None, 2026, 2027]),
    valid_from=days,
    valid_until=days,
    initial=st.none() | st.sampled_from([Cents(1), Cents(2)]),
    blocked=st.booleans(),
)
mappings = st.builds(
    BudgetMapping,
    supplier_code=st.sampled_from(["JEUGD", "JF", ""]),
    library_code=st.sampled_from(["JF", "VR", "GONE"]),
    channel=st.none() | st.just("SHOP"),
    valid_from=days,
    valid_until=days,
)
lists = st.builds(
    CodeList,
    codes=st.lists(codes, max_size=3, unique_by=lambda each: (each.code, each.year)).map(tuple),
    mappings=st.lists(mappings, max_size=3).map(tuple),
)


def told(before: CodeList, after: CodeList) -> list[str]:
    return [str(change) for change in changes(before, after)]


def test_each_change_is_one_line_with_what_was_and_what_becomes() -> None:
    before = CodeList((BudgetCode("JF", year=2026, initial=Cents(2500000)), BudgetCode("OUD")), ())
    after = CodeList(
        (BudgetCode("JF", year=2026, initial=Cents(2500000), blocked=True), BudgetCode("VR", description="Romans")),
        (BudgetMapping("JEUGD", "JF", channel="SHOP", branch="2011"),),
    )
    assert told(before, after) == [
        "code JF 2026 changed: blocked no -> yes",
        "code OUD removed",
        "code VR added: description Romans",
        "mapping JEUGD (SHOP, branch 2011) added: library_code JF",
    ]


def test_amount_is_told_in_euros() -> None:
    before = CodeList((BudgetCode("JF", initial=Cents(100)),))
    after = CodeList((BudgetCode("JF", initial=Cents(2500050)),))
    assert told(before, after) == ["code JF changed: initial 1.00 -> 25000.50"]


def test_mapping_of_mutations_without_a_code_is_called_so() -> None:
    assert changes(CodeList(mappings=(BudgetMapping("", "JF"),)), CodeList()) == (Change("mapping", "-", Done.REMOVED),)


@given(lists, lists)
def test_nothing_is_told_exactly_when_the_lists_say_the_same(before: CodeList, after: CodeList) -> None:
    found = changes(before, after)
    same = [sorted(map(repr, each.codes + each.mappings)) for each in (before, after)]
    assert (not found) == (same[0] == same[1])
    entries = [len(each.codes) + len(each.mappings) for each in (before, after)]
    assert entries[0] + _number(found, Done.ADDED) - _number(found, Done.REMOVED) == entries[1]


def _number(found: tuple[Change, ...], done: Done) -> int:
    return sum(change.done is done for change in found)


@given(
    lists,
    lists,
    st.sampled_from(["JEUGD", "JF", "VR", None]),
    st.sampled_from([Channel.SHOP, Channel.PHONE]),
    st.sampled_from([None, 2026, 2027]),
    st.integers(-4, 4),
)
def test_planned_list_says_the_old_until_the_day_and_the_new_from_it_on(
    before: CodeList, after: CodeList, code: str | None, channel: Channel, year: int | None, distance: int
) -> None:
    on = NEW_YEAR + timedelta(days=distance)
    order = a_mutation(channel=channel, budget_year=year)

    def books_on(said: CodeList) -> object:
        found = resolve(order, code, "2011", on, said.budgets)
        locked_or_unclear = isinstance(found, Finding) and found.code in ("locked-budget", "ambiguous-budget-code")
        if isinstance(found, Finding):
            return found.code if locked_or_unclear else None
        return found.code, found.year, found.initial, found.blocked

    assert books_on(planned(before, after, NEW_YEAR)) == books_on(before if on < NEW_YEAR else after)


def test_planning_the_list_that_there_is_changes_nothing() -> None:
    there = CodeList((BudgetCode("JF"), BudgetCode("VR", valid_until=NEW_YEAR)), (BudgetMapping("JEUGD", "JF"),))
    assert planned(there, there, NEW_YEAR) == there
