"""The list of budget codes: rows of one code are put together, and what contradicts is refused."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gateway.money import Cents
from gateway.orders import budget_list
from gateway.orders.budget_list import BudgetList
from gateway.orders.budgets import BudgetMapping
from gateway.orders.cells import Row
from gateway.orders.model import BudgetCode

BREAKS = ({"year": "x"}, {"initial": "1.250"}, {"valid_from": "01-02-2026"}, {"blocked": "misschien"})
CODES = ("JF", "VR", "IN", "ST")


def _read(*rows: dict[str, str], branches: Sequence[str] = ()) -> BudgetList:
    return budget_list.read([Row(line, cells) for line, cells in enumerate(rows, 2)], frozenset(branches))


def _codes(found: BudgetList) -> list[BudgetCode]:
    return [code for entries in found.codes.values() for code in entries]


def test_code_keeps_the_days_of_its_own_row_wherever_its_mapping_stands() -> None:
    own = {"code": "JF", "year": "2026", "valid_until": "2026-02-28", "initial": "500,00"}
    mapping = {"code": "JF", "supplier_code": "JEUGD", "valid_until": "2026-06-30"}
    for year in ("2026", "", "2026"):
        for rows in ((own, mapping | {"year": year}), (mapping | {"year": year}, own)):
            found = _read(*rows)
            assert _codes(found) == [
                BudgetCode("JF", year=2026, valid_until=date(2026, 2, 28), initial=Cents(50_000))
            ], rows
            assert found.mappings == [BudgetMapping("JEUGD", "JF", valid_until=date(2026, 6, 30))]
    without = {"code": "JF", "valid_until": "2026-02-28"}
    assert [code.year for code in _codes(_read(mapping | {"year": "2026"}, without))] == [None]


def test_code_that_stands_in_mapping_rows_only_has_no_days_of_its_own() -> None:
    found = _read({"code": "JF", "year": "2026", "supplier_code": "JEUGD", "valid_from": "2026-02-01", "initial": "10"})
    assert _codes(found) == [BudgetCode("JF", year=2026, initial=Cents(1000))]


def test_code_may_stand_there_once_for_every_year() -> None:
    found = _read({"code": "JF", "year": "2025", "initial": "1"}, {"code": "JF", "year": "2026", "initial": "2"})
    assert [(code.year, code.initial) for code in _codes(found)] == [(2025, 100), (2026, 200)]


def test_rows_that_contradict_each_other_are_refused_with_both_lines() -> None:
    found = _read(
        {"code": "JF", "initial": "100,00", "supplier_code": "JEUGD"},
        {"code": "VR"},
        {"code": "JF", "initial": "500,00"},
        {"code": "JF", "description": "Jeugd"},
    )
    assert list(found.codes) == ["VR"] and found.rows == 1 and found.mappings == []
    assert found.groups.sentences() == [
        "line 2: initial is '100,00' here and '500,00' on line 4",
        "line 4: initial is '500,00' here and '100,00' on line 2",
        "line 5: not taken, because it belongs with line 2, which is refused",
    ]


def test_code_with_and_without_a_year_is_refused() -> None:
    found = _read({"code": "JF", "year": "2026", "valid_until": "2026-02-28"}, {"code": "JF"})
    assert not found.codes
    assert found.groups.sentences()[1] == "line 3: year must be there, as line 2 gives it for this code"


def test_supplier_code_that_stands_for_two_codes_at_once_is_refused_with_both_lines() -> None:
    one = {"code": "JF", "supplier_code": "JEUGD", "valid_until": "2026-06-30"}
    found = _read(one, {"code": "VR", "supplier_code": "JEUGD", "valid_from": "2026-06-30"})
    assert not found.codes
    assert "stands for JF here and for VR on line 3" in found.groups.sentences()[0]
    later = {"code": "VR", "supplier_code": "JEUGD", "valid_from": "2026-07-01"}
    more_precise = {"code": "IN", "supplier_code": "JEUGD", "channel": "SHOP"}
    assert _read(one, later, more_precise).groups.sentences() == []


def test_conditions_without_a_supplier_code_and_unknown_branches_are_refused() -> None:
    found = _read(
        {"code": "JF", "channel": "SHOP"},
        {"code": "VR", "supplier_code": "VOLW", "branch": "01"},
        {"code": "IN", "supplier_code": "INFO", "branch": "2011"},
        branches=["2011"],
    )
    assert list(found.codes) == ["IN"]
    assert found.groups.sentences() == [
        "line 2: channel says for what a supplier_code holds, and there is none",
        "line 3: branch '01' is not among the library's branches: import those first, or mend it",
    ]


def test_old_mapping_of_a_refused_code_gives_way_to_what_the_file_says() -> None:
    found = _read({"code": "VR", "year": "x"}, {"code": "JF", "supplier_code": "JEUGD"})
    codes, mappings = found.beside([BudgetCode("VR")], [BudgetMapping("JEUGD", "VR"), BudgetMapping("VOLW", "VR")])
    assert [code.code for code in codes] == ["VR", "JF"]
    assert mappings == [BudgetMapping("VOLW", "VR"), BudgetMapping("JEUGD", "JF")]


def test_supplier_code_of_a_refused_row_still_stands_for_what_it_stood_for() -> None:
    found = _read({"code": "VR", "supplier_code": "-", "year": "x"}, {"code": "JF"})
    _, mappings = found.beside([BudgetCode("JF"), BudgetCode("VR")], [BudgetMapping("", "JF")])
    assert mappings == [BudgetMapping("", "JF")]


def _rows(codes: dict[str, int]) -> list[dict[str, str]]:
    return [
        {"code": code, "year": "2026", "initial": f"{amount},00", "supplier_code": supplier}
        for code, amount in codes.items()
        for supplier in ("", f"OUR-{code}")
    ]


LISTS = st.dictionaries(st.sampled_from(CODES), st.integers(1, 9), min_size=1)


@given(LISTS, LISTS, st.data())
def test_every_code_is_as_the_file_says_or_as_it_was(
    before: dict[str, int], after: dict[str, int], data: st.DataObject
) -> None:
    old_codes, old_mappings = _read(*_rows(before)).beside([], [])
    rows = _rows(after)
    broken = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    for place in broken:
        rows[place] = rows[place] | data.draw(st.sampled_from(BREAKS))
    refused = {rows[place]["code"] for place in broken}
    codes, mappings = _read(*rows).beside(old_codes, old_mappings)
    expected = {code: amount for code, amount in after.items() if code not in refused}
    expected |= {code: amount for code, amount in before.items() if code in refused}
    assert {code.code: code.initial for code in codes} == {code: amount * 100 for code, amount in expected.items()}
    assert {each.supplier_code: each.library_code for each in mappings} == {f"OUR-{code}": code for code in expected}
    assert len(codes) == len(mappings) == len(expected)


def test_old_mapping_stays_once_and_only_to_a_code_that_is_listed() -> None:
    found = _read(
        {"code": "VR", "supplier_code": "JEUGD", "year": "x"},
        {"code": "VR", "supplier_code": "STRIP", "year": "x"},
        {"code": "JF", "supplier_code": "JEUGD"},
    )
    before = [BudgetMapping("JEUGD", "JF"), BudgetMapping("STRIP", "ST")]
    codes, mappings = found.beside([BudgetCode("JF"), BudgetCode("ST")], before)
    assert [code.code for code in codes] == ["JF"]
    assert mappings == [BudgetMapping("JEUGD", "JF")]


def test_mapping_row_without_a_year_speaks_of_the_code_in_each_of_its_years() -> None:
    years = ({"code": "JF", "year": "2025"}, {"code": "JF", "year": "2026"})
    found = _read({"code": "JF", "description": "Jeugd", "supplier_code": "JEUGD"}, *years)
    assert [(code.year, code.description) for code in _codes(found)] == [(2025, "Jeugd"), (2026, "Jeugd")]


def test_days_that_cross_over_two_rows_are_refused() -> None:
    found = _read({"code": "JF", "valid_from": "2026-07-01"}, {"code": "JF", "valid_until": "2026-06-30"})
    assert not found.codes
    assert found.groups.sentences()[0] == "line 2: valid_from of JF lies after its valid_until, by its rows together"


def test_row_that_stands_there_twice_gives_one_mapping() -> None:
    row = {"code": "JF", "supplier_code": "JEUGD"}
    assert len(_read(row, dict(row)).mappings) == 1


def test_mapping_that_ends_before_it_begins_is_refused() -> None:
    row = {"code": "JF", "supplier_code": "JEUGD", "valid_from": "2026-07-01", "valid_until": "2026-06-30"}
    assert _read(row).groups.sentences() == ["line 2: valid_from lies after valid_until"]
