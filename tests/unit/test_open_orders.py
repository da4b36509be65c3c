"""Open orders at the start: whole order lines or nothing."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.money import Cents
from gateway.orders import open_orders
from gateway.orders.cells import Row
from gateway.orders.open_orders import Lists, OpenOrders

LISTS = Lists(frozenset({"2011", "2012", "2013"}), {"JF": frozenset({2026}), "VR": frozenset({None})})
BREAKS = (
    {"sender": "2"},
    {"order_number": ""},
    {"order_line": ""},
    {"copies": "x"},
    {"branch": "9999"},
    {"budget_code": "NOPE"},
    {"net_price": "1.250"},
    {"net_price": "-5"},
)


def _read(rows: Sequence[dict[str, str]]) -> OpenOrders:
    return open_orders.read([Row(line, cells) for line, cells in enumerate(rows, 2)], "I202", LISTS)


def _cells(line: int, branch: str, copies: int) -> dict[str, str]:
    return {
        "sender": "000002", "order_number": f"B{line // 3}", "order_line": str(line % 3), "branch": branch,
        "budget_code": "JF", "copies": str(copies), "net_price": f"{line + 10},00",
    }  # fmt: skip


@st.composite
def _lists(draw: st.DrawFn) -> list[dict[str, str]]:
    """Order lines, each with its rows together as a library writes them."""
    branches = st.lists(st.sampled_from(["2011", "2012", "2013"]), min_size=1, max_size=3)
    numbers = draw(st.lists(st.integers(0, 8), min_size=1, max_size=6, unique=True))
    return [_cells(line, branch, draw(st.integers(1, 4))) for line in numbers for branch in draw(branches)]


@settings(max_examples=300)
@given(_lists(), st.data())
def test_list_with_mistakes_and_then_mended_gives_what_the_mended_list_gives(
    mended: list[dict[str, str]], data: st.DataObject
) -> None:
    broken = [dict(row) for row in mended]
    for place in data.draw(st.sets(st.integers(0, len(mended) - 1), max_size=3)):
        broken[place] |= data.draw(st.sampled_from(BREAKS))
    first, then = _read(broken), _read(mended)
    assert then.refused == []
    assert then.lines | first.lines == then.lines
    assert len(first.refused) + sum(first.rows.values()) == len(mended)


def test_rows_of_one_line_for_the_same_branch_add_up() -> None:
    rows = [_cells(0, "2011", 1), _cells(0, "2012", 1), _cells(0, "2011", 3)]
    [line] = _read(rows).lines.values()
    assert [(each.share.branch, each.share.copies) for each in line.holdings] == [("2011", 4), ("2012", 1)]


def test_facts_of_a_line_may_stand_on_one_of_its_rows_only() -> None:
    about = {"title": "Alleen hier", "order_date": "2026-02-03"}
    rows = [_cells(0, "2011", 1) | {"net_price": ""}, _cells(0, "2012", 1) | about]
    [line] = _read(rows).lines.values()
    assert (line.net_price, line.title, line.ordered_on) == (Cents(1000), "Alleen hier", date(2026, 2, 3))


def test_rows_with_different_prices_are_refused_with_both_lines() -> None:
    found = _read([_cells(0, "2011", 1), _cells(0, "2012", 1) | {"net_price": "25,00"}, _cells(1, "2011", 1)])
    assert found.refused == [
        "line 2: net_price is '10,00' here and '25,00' on line 3",
        "line 3: net_price is '25,00' here and '10,00' on line 2",
    ]
    assert [key[1] for key in found.lines] == [("B0", "1")]


def test_sender_that_lost_its_zeros_is_refused_with_the_likely_cause() -> None:
    found = _read([_cells(0, "2011", 1) | {"sender": "2"}])
    assert found.refused == [
        "line 2: sender must be six digits such as 000002, not '2'; a spreadsheet may drop zeros in front"
    ]


def test_codes_that_the_library_did_not_list_are_refused_with_the_remedy() -> None:
    found = _read([_cells(0, "9999", 1), _cells(1, "2011", 1) | {"budget_code": "NOPE"}])
    assert not found.lines
    assert "branch '9999' is not among the library's branches: import those first" in found.refused[0]
    assert "budget_code 'NOPE' is not among the library's budget codes: import those first" in found.refused[1]


def test_library_without_lists_may_hand_in_any_code() -> None:
    found = open_orders.read([Row(2, _cells(0, "9999", 1) | {"budget_code": "NOPE"})], "I202", Lists())
    assert len(found.lines) == 1


def test_commitment_stands_against_the_year_that_the_code_is_listed_for() -> None:
    lists = Lists(budget_codes={"JF": frozenset({2026}), "VR": frozenset({2025, 2026}), "IN": frozenset({None})})
    rows = [_cells(line, "2011", 1) | {"budget_code": code} for line, code in enumerate(("JF", "VR", "IN"))]
    found = open_orders.read([Row(line, cells) for line, cells in enumerate(rows, 2)], "I202", lists)
    assert [line.holdings[0].share.budget_year for line in found.lines.values()] == [2026, None]
    assert found.refused == ["line 3: budget_year must be one that VR is listed for (2025, 2026), not ''"]
    [line] = open_orders.read([Row(2, rows[1] | {"budget_year": "2025"})], "I202", lists).lines.values()
    assert line.holdings[0].share.budget_year == 2025


def test_commitment_on_a_code_without_years_has_no_year_either() -> None:
    [line] = _read([_cells(0, "2011", 1) | {"budget_code": "VR", "budget_year": "2026"}]).lines.values()
    assert line.holdings[0].share.budget_year is None


def test_ean_that_a_spreadsheet_rounded_off_is_refused() -> None:
    found = _read([_cells(0, "2011", 1) | {"ean": "9,78903E+12"}])
    assert found.refused == ["line 2: ean must be 13 digits, not '9,78903E+12'; a spreadsheet may round it off"]
