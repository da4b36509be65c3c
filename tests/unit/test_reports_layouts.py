"""What the two layouts make of a report, before any format."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.reports import afo291, ina
from gateway.reports.document import Document, Group, Section, Total
from gateway.reports.model import Audience, Layout, Report
from tests.builders_reports import LINES, a_line, a_report, an_empty_report

LAYOUTS = {Layout.INA: ina, Layout.AFO291: afo291}
BUDGET_AMOUNTS = {"initial", "before", "added", "released", "committed", "shipped", "after", "available", "percentUsed"}


def laid_out(report: Report, audience: Audience = Audience.STAFF) -> Document:
    return LAYOUTS[report.layout].document(report, audience)


def section(document: Document, key: str) -> Section:
    return next(each for each in document.sections if each.key == key)


def cells(found: Section, key: str) -> list[object]:
    place = [column.key for column in found.columns].index(key)
    return [item[place] for item in found.rows() if isinstance(item, tuple)]


def totals(found: Section) -> list[Total]:
    return [item for item in found.rows() if isinstance(item, Total)]


def test_ina_tells_cancelled_titles_first_and_the_books_last() -> None:
    assert [each.key for each in laid_out(a_report()).sections] == [
        "cancelled", "attention", "summary", "detail", "packingSlips", "books", "control", "booksByKind",
        "booksByBudget",
    ]  # fmt: skip


def test_afo291_tells_cancelled_titles_first_and_the_books_last() -> None:
    assert [each.key for each in laid_out(a_report(Layout.AFO291)).sections] == [
        "cancelled", "attention", "detail", "budgets", "codes", "unknownCodes", "books", "control", "booksByKind",
        "booksByBudget",
    ]  # fmt: skip


@pytest.mark.parametrize("layout", Layout)
def test_suppliers_copy_carries_no_budget_amounts(layout: Layout) -> None:
    document = laid_out(a_report(layout), Audience.SUPPLIER)
    for each in document.sections:
        assert not BUDGET_AMOUNTS & {column.key for column in each.columns}, each.key
        for total in totals(each):
            assert not BUDGET_AMOUNTS & set(total.values), each.key


@pytest.mark.parametrize("layout", Layout)
def test_staff_copy_carries_budget_amounts(layout: Layout) -> None:
    assert {"added", "released", "shipped"} <= {
        column.key for column in section(laid_out(a_report(layout)), "booksByBudget").columns
    }


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("layout", Layout)
def test_detail_adds_up_to_what_was_applied(layout: Layout, audience: Audience) -> None:
    report = a_report(layout)
    grand = totals(section(laid_out(report, audience), "detail"))[-1]
    assert grand.grand
    assert grand.values["copies"] == sum(kind.copies for kind in report.kinds)
    assert grand.values["amount"] == sum(kind.amount for kind in report.kinds)


def test_ina_groups_by_branch_and_kind_with_a_sum_where_there_is_something_to_add() -> None:
    items = list(section(laid_out(a_report()), "detail").rows())
    assert [item.title for item in items if isinstance(item, Group)] == [
        "Vestiging 2001: Besteld",
        "Vestiging 2001: Gewijzigd",
        "Vestiging 2001: Uitgesteld",
        "Vestiging 2001: Afgemeld",
        "Vestiging 2021: Besteld",
        "Vestiging 2021: Afgemeld",
        "Vestiging 2021: Op transport",
    ]
    assert [item.values["copies"] for item in items if isinstance(item, Total)] == [6, 123, 135]


def test_afo291_groups_by_budget_code_with_its_description() -> None:
    items = section(laid_out(a_report(Layout.AFO291)), "detail").rows()
    assert [item.title for item in items if isinstance(item, Group)] == [
        "Zonder budgetcode",
        "Budgetcode 01: Totaal",
        "Budgetcode INFO-JEUGD: Informatief jeugd",
        "Budgetcode ROMAN-VOLW: Romans volwassenen, incl. grote letter",
    ]


def test_afo291_tells_codes_in_the_map_from_codes_that_are_not() -> None:
    document = laid_out(a_report(Layout.AFO291))
    assert cells(section(document, "codes"), "supplierCode") == ["RV", "IJ"]
    assert cells(section(document, "unknownCodes"), "supplierCode") == ["JEUGD-FICTIE"]


def test_budget_recap_tells_how_much_of_a_budget_is_used() -> None:
    recap = section(laid_out(a_report(Layout.AFO291)), "budgets")
    assert cells(recap, "percentUsed") == [None, 31, 2]


def test_lines_are_numbered_through_all_groups() -> None:
    assert cells(section(laid_out(a_report()), "detail"), "number") == list(range(1, len(LINES) + 1))


def test_moments_are_told_by_the_librarys_clock() -> None:
    moment = cells(section(laid_out(a_report(lines=(a_line(1),))), "detail"), "occurredAt")[0]
    assert isinstance(moment, datetime)
    assert f"{moment:%d-%m-%Y %H:%M}" == "09-03-2026 22:15"


def test_name_of_an_ina_report_has_the_librarys_own_time() -> None:
    night = a_report(processed_at=datetime(2026, 7, 31, 22, 30, tzinfo=UTC))
    assert night.name == "INA-I202-000002-260801-0030-17"


def test_name_of_an_afo291_report_is_its_run() -> None:
    assert a_report(Layout.AFO291).name == "AFO291-I202-17"


def test_books_that_do_not_close_are_the_first_thing_said() -> None:
    report = a_report()
    lost = laid_out(replace(report, books=replace(report.books, received=report.books.received + 1)))
    assert lost.remarks[0].startswith("De boeken hieronder sluiten niet")
    assert not laid_out(report).remarks[0].startswith("De boeken")


def test_books_that_close_together_but_not_per_kind_are_the_first_thing_said_too() -> None:
    report = a_report()
    ordered, changed, *others = report.kinds
    swapped = (replace(ordered, known=ordered.known - 1), replace(changed, known=changed.known + 1), *others)
    assert report.books.close
    assert laid_out(replace(report, kinds=swapped)).remarks[0].startswith("De boeken hieronder sluiten niet")


@pytest.mark.parametrize("layout", Layout)
def test_books_per_kind_show_what_waited_and_what_waits(layout: Layout) -> None:
    kinds = section(laid_out(a_report(layout)), "booksByKind")
    counts = [cells(kinds, name) for name in ("opening", "received", "applied", "known", "refused", "waiting")]
    for opening, received, applied, known, refused, waiting in zip(*counts, strict=True):
        assert opening + received == applied + known + refused + waiting
    assert (sum(counts[0]), sum(counts[-1])) == (2, 1)


def test_summary_in_short_does_not_say_who_cancelled() -> None:
    in_short = laid_out(a_report()).head[0].cells[0]
    assert in_short == (
        "9 verwerkt (waarvan 1 met een waarschuwing), 1 al bekend, 1 wachtend, 1 geweigerd; 2 afgemeld."
    )


def test_books_show_both_sides_of_the_balance() -> None:
    books = section(laid_out(a_report()), "books")
    told = list(zip(cells(books, "what"), cells(books, "mutations"), strict=True))
    assert told == [
        ("openingWaiting", 2), ("received", 10), ("together", 12),
        ("applied", 9), ("known", 1), ("refused", 1), ("closingWaiting", 1), ("together", 12),
    ]  # fmt: skip


def test_control_totals_stand_beside_ours_with_the_difference() -> None:
    report = a_report()
    assert report.books.declared is not None
    declared = replace(report.books.declared, copies=report.books.declared.copies + 2)
    control = section(laid_out(replace(report, books=replace(report.books, declared=declared))), "control")
    assert cells(control, "copies") == [143, 141, -2]


def test_run_without_a_new_message_says_that_it_has_no_control_totals() -> None:
    report = a_report()
    books = replace(report.books, declared=None, counted=None)
    control = section(laid_out(replace(report, books=books)), "control")
    assert not list(control.rows())
    assert "geen controletotalen" in control.empty


def test_cancelled_title_says_why_in_words_and_code() -> None:
    assert cells(section(laid_out(a_report()), "cancelled"), "reason") == [
        "Uitverkocht bij de uitgever (223/OP)",
        "Uitgave afgelast door de uitgever (AB)",
    ]


def test_attention_says_what_to_do() -> None:
    hints = cells(section(laid_out(a_report()), "attention"), "hint")
    assert len(hints) == 3
    assert all(hints)


def test_correction_names_the_report_that_it_corrects() -> None:
    facts = {fact.key: fact.cells for fact in laid_out(a_report(corrects="AFO291-I202-16")).head}
    assert facts["corrects"] == ("AFO291-I202-16",)
    assert "corrects" not in {fact.key for fact in laid_out(a_report()).head}


@pytest.mark.parametrize(("layout", "vendor"), [(Layout.INA, "OCLC"), (Layout.AFO291, "Axiell")])
def test_footer_says_that_the_vendor_did_not_make_it(layout: Layout, vendor: str) -> None:
    assert f"niet door {vendor}" in laid_out(a_report(layout)).footer
    assert f"not by {vendor}" in laid_out(a_report(layout, language="en")).footer


def _words(document: Document) -> Iterator[str]:
    yield from (document.title, document.footer, document.subtitle, *document.remarks[:0])
    for fact in document.head:
        yield fact.title
        yield from fact.words.values()
    for each in document.sections:
        yield from (each.title, each.intro, each.empty)
        for column in each.columns:
            yield column.title
            yield from column.words.values()
        yield from (
            item.title if isinstance(item, Group) else item.label for item in each.rows() if not isinstance(item, tuple)
        )


@pytest.mark.parametrize("layout", Layout)
def test_everything_that_staff_read_is_in_dutch(layout: Layout) -> None:
    dutch, english = (list(_words(laid_out(a_report(layout, language=each)))) for each in ("nl", "en"))
    same = {word for word, other in zip(dutch, english, strict=True) if word == other}
    assert same <= {"", "ISBN/EAN", "Code", "Route", "Webshop", "PSO", "CB", "Was", "Gateway"}


def test_day_without_lines_says_so_in_every_section() -> None:
    for layout in Layout:
        for each in laid_out(an_empty_report(layout)).sections:
            assert each.empty or list(each.rows()), each.key
