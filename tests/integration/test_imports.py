"""A library's lists, read from files into a real database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.orders import imports
from gateway.orders.imports import Imported
from gateway.orders.model import Kind
from gateway.orders.tables_in import UnreadableList
from tests.builders import a_mutation
from tests.stage import Stage, a_stage

ORDERS = "sender;order_number;order_line;branch;budget_code;copies;net_price\n"
GOOD_HALF = "000002;B1;1;2011;JF;1;10,00\n"
Hand = Callable[..., Imported]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def hand_in(stage: Stage) -> Hand:
    """Hand in a list for I202, as a file."""

    def hand_in(read: Callable[..., Imported], content: str | bytes) -> Imported:
        file = stage.folder / "list"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(stage.gateway.database, "I202", file, stage.gateway.release)

    return hand_in


def _branches(stage: Stage) -> dict[str, str]:
    rows = stage.rows("select supplier_branch, branch from branches where institution = 'I202'")
    return {row.supplier_branch: row.branch for row in rows}


def _budgets(stage: Stage) -> dict[str, int]:
    return {row.code: row.initial_cents for row in stage.rows("select * from budget_codes where institution = 'I202'")}


def _mappings(stage: Stage) -> dict[str, str]:
    rows = stage.rows("select supplier_code, library_code from budget_mappings where institution = 'I202'")
    return {row.supplier_code: row.library_code for row in rows}


def _committed(stage: Stage) -> list[tuple[str, str, str, int]]:
    rows = stage.rows(
        "select order_number, branch, effects.budget_code, committed from effects"
        " join order_lines on order_lines.pk = line_pk order by effects.pk"
    )
    return [tuple(row) for row in rows]


def test_order_line_with_one_bad_row_comes_whole_once_it_is_mended(stage: Stage, hand_in: Hand) -> None:
    first = hand_in(imports.import_open_orders, f"{ORDERS}{GOOD_HALF}000002;B1;1;2012;VR;x;10,00\n")
    assert (first.taken, first.known) == (0, 0)
    assert first.refused == [
        "line 2: not taken, because it belongs with line 3, which is refused",
        "line 3: copies must be a whole number from 1 to 9999, not 'x'",
    ]
    assert _committed(stage) == []
    mended = hand_in(imports.import_open_orders, f"{ORDERS}{GOOD_HALF}000002;B1;1;2012;VR;1;10,00\n")
    assert mended == Imported(taken=2)
    assert _committed(stage) == [("B1", "2011", "JF", 1000), ("B1", "2012", "VR", 1000)]


def test_known_order_line_stays_as_it_is_and_is_counted_apart(stage: Stage, hand_in: Hand) -> None:
    hand_in(imports.import_open_orders, ORDERS + GOOD_HALF)
    again = hand_in(
        imports.import_open_orders, f"{ORDERS}{GOOD_HALF}000002;B1;1;2012;JF;9;10,00\n000002;B2;1;2012;;1;\n"
    )
    assert again == Imported(taken=1, known=2)
    assert _committed(stage) == [("B1", "2011", "JF", 1000), ("B2", "2012", None, 0)]


def test_shipment_of_an_imported_order_is_no_second_order(stage: Stage, hand_in: Hand) -> None:
    shipment = a_mutation(Kind.SHIPPED, branch="01", budget_code="JEUGD", quantity=1, mutation_id="S")
    row = f"{shipment.order_number};{shipment.order_line};2011;JF;1;10,00\n"
    assert "six digits" in hand_in(imports.import_open_orders, f"{ORDERS}2;{row}").refused[0]
    assert hand_in(imports.import_open_orders, f"{ORDERS}000002;{row}").taken == 1
    stage.push(shipment)
    stage.process()
    assert stage.outcomes() == {"S": "APPLIED"}
    assert [tuple(row) for row in stage.rows("select sender, state from order_lines")] == [("000002", "SHIPPED")]


def test_open_orders_go_by_the_lists_of_their_library(stage: Stage, hand_in: Hand) -> None:
    done = hand_in(
        imports.import_open_orders, f"{ORDERS}000002;B1;1;9999;JF;1;1\n000002;B2;1;2011;NOPE;1;1\n{GOOD_HALF}"
    )
    assert (done.taken, len(done.refused)) == (0, 3)
    hand_in(imports.import_branches, "supplier_branch;branch\n01;2011\n99;9999\n")
    hand_in(imports.import_budget_codes, "code;year\nJF;2026\nNOPE;2026\n")
    done = hand_in(imports.import_open_orders, f"{ORDERS}000002;B1;1;9999;JF;1;1\n000002;B2;1;2011;NOPE;1;1\n")
    assert done == Imported(taken=2)
    assert {row.budget_year for row in stage.rows("select budget_year from effects")} == {2026}


def test_order_in_xml_that_lacks_an_element_is_refused_with_its_line(stage: Stage, hand_in: Hand) -> None:
    line = "<order_number>B{0}</order_number><branch>2011</branch><copies>1</copies><sender>000002</sender>"
    content = (
        f"<orders>\n<order>{line.format(1)}<order-line>1</order-line></order>\n<order>{line.format(2)}</order></orders>"
    )
    done = hand_in(imports.import_open_orders, content)
    assert done == Imported(taken=1, refused=["line 3: order_line must be there"])


def test_branch_whose_row_is_refused_keeps_its_old_entry(stage: Stage, hand_in: Hand) -> None:
    done = hand_in(imports.import_branches, "supplier_branch;branch\n01;\n03;2013\n")
    assert done == Imported(taken=1, refused=["line 2: branch must be there"])
    assert _branches(stage) == {"01": "2011", "03": "2013"}


def test_branch_that_stands_there_twice_keeps_its_old_entry_unless_both_rows_agree(stage: Stage, hand_in: Hand) -> None:
    done = hand_in(imports.import_branches, "supplier_branch;branch\n01;2019\n02;2012\n01;2018\n02;2012\n")
    assert (done.taken, done.refused) == (
        2,
        ["line 2: branch is '2019' here and '2018' on line 4", "line 4: branch is '2018' here and '2019' on line 2"],
    )
    assert _branches(stage) == {"01": "2011", "02": "2012"}


def test_row_without_its_code_takes_nothing_away(stage: Stage, hand_in: Hand) -> None:
    hand_in(imports.import_branches, "supplier_branch;branch\n01;2019\n;2012\n")
    assert _branches(stage) == {"01": "2019", "02": "2012"}
    hand_in(imports.import_budget_codes, "code;initial;supplier_code\nJF;1;\n;2;VOLW\n")
    assert _budgets(stage) == {"JF": 100, "VR": 100_000}


def test_file_without_a_row_that_can_be_used_changes_nothing(stage: Stage, hand_in: Hand) -> None:
    before = _branches(stage), _budgets(stage), _mappings(stage)
    assert hand_in(imports.import_branches, "supplier_branch;branch\n03;\n").taken == 0
    assert hand_in(imports.import_budget_codes, "code;year\nIN;x\n").taken == 0
    for empty in ("code;year\n", "<codes/>", ""):
        with pytest.raises(UnreadableList, match="there are no rows in it"):
            hand_in(imports.import_budget_codes, empty)
    assert (_branches(stage), _budgets(stage), _mappings(stage)) == before


def test_file_is_the_new_list_but_for_the_codes_that_are_refused(stage: Stage, hand_in: Hand) -> None:
    done = hand_in(imports.import_budget_codes, "code;initial;supplier_code\nVR;1.250;VOLW\nIN;5;INFO\n")
    assert done.taken == 1 and "line 2: initial '1.250' can be read in two ways" in done.refused[0]
    assert _budgets(stage) == {"VR": 100_000, "IN": 500}
    assert _mappings(stage) == {"VOLW": "VR", "INFO": "IN"}


def test_code_that_expired_by_its_own_row_is_not_used_through_its_mapping(stage: Stage, hand_in: Hand) -> None:
    listed = "code;year;valid_until;supplier_code\nJF;;;JEUGD\nJF;2026;2026-02-28;\n"
    assert hand_in(imports.import_budget_codes, listed) == Imported(taken=2)
    stage.push(a_mutation(mutation_id="M", budget_code="JEUGD", budget_year=2026))
    stage.process()
    assert stage.outcomes() == {"M": "WAITING expired-budget-code"}


def test_what_waited_is_looked_at_again_only_when_a_list_changed(stage: Stage) -> None:
    released: list[str] = []
    file = stage.folder / "list"
    for content in ("supplier_branch;branch\n01;\n", "supplier_branch;branch\n01;2011\n"):
        file.write_text(content)
        imports.import_branches(stage.gateway.database, "I202", file, lambda _, library: released.append(library))
    assert released == ["I202"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("code;code\nJF;VR\n", "column code stands there twice"),
        ("code;kleur\nJF;rood\n", "column kleur is not known"),
        ("year\n2026\n", "no column code"),
        ('<!DOCTYPE a [<!ENTITY b "JF">]><a><c><code>&b;</code></c></a>', "DOCTYPE"),
        ("<a><c><code>JF</code></a>", "cannot be read"),
    ],
)
def test_file_that_cannot_be_used_as_a_whole_changes_nothing(
    stage: Stage, hand_in: Hand, content: str, reason: str
) -> None:
    with pytest.raises(UnreadableList, match=reason):
        hand_in(imports.import_budget_codes, content)
    assert set(_budgets(stage)) == {"JF", "VR"}


def test_amount_that_a_comma_split_over_two_columns_is_refused(stage: Stage, hand_in: Hand) -> None:
    done = hand_in(imports.import_budget_codes, "code,initial\nJF,1250,50\nVR,20\n")
    assert done == Imported(1, ["line 2: '50' stands in no column, or in one that was there already"])
    assert _budgets(stage) == {"JF": 100_000, "VR": 2000}


def test_lists_that_spreadsheets_write_are_read(stage: Stage, hand_in: Hand) -> None:
    assert hand_in(imports.import_budget_codes, "\ufeffCode;Initial;;\nJF;1;;\n;;;\n".encode()).taken == 1
    assert hand_in(
        imports.import_branches, "\ufeff<a><b><Supplier-Branch>01</Supplier-Branch><branch>1</branch></b></a>"
    )
    assert (
        hand_in(imports.import_branches, "supplier_branch;branch;name\r\n01;2011;Café\r\n".encode("cp1252")).taken == 1
    )
    assert [row.name for row in stage.rows("select name from branches where institution = 'I202'")] == ["Café"]
    assert _budgets(stage) == {"JF": 100}
