"""Whole reports: golden files, the same numbers in six formats, and a PDF that can be read aloud."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

import openpyxl
import pikepdf
import pytest
from lxml import etree, html

from gateway import typeset
from gateway.money import Cents, dutch, plain
from gateway.reports import afo291, ina
from gateway.reports.formats import pdf, write
from gateway.reports.model import Audience, Format, Layout, Report
from tests.builders_reports import LINES, PROCESSED, a_large_report, a_line, a_report
from tests.conftest import Golden

LAYOUTS = {Layout.INA: ina, Layout.AFO291: afo291}
SPACE = {"r": "urn:bestelsync:report:1"}


def written(report: Report, form: Format, audience: Audience = Audience.STAFF) -> bytes:
    file = io.BytesIO()
    write(LAYOUTS[report.layout].document(report, audience), {form: file})
    return file.getvalue()


@cache
def ordinary(layout: Layout, form: Format) -> bytes:
    return written(a_report(layout), form)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("form", [Format.TXT, Format.CSV, Format.XML, Format.HTML])
@pytest.mark.parametrize("layout", Layout)
def test_report_reads_as_it_was_agreed(golden: Golden, layout: Layout, form: Format, audience: Audience) -> None:
    name = f"{layout.lower()}-{audience.lower()}{form.extension}"
    golden.agrees(f"reports/{name}", written(a_report(layout), form, audience))


def test_english_report_reads_as_it_was_agreed(golden: Golden) -> None:
    golden.agrees("reports/ina-english.txt", written(a_report(language="en", lines=(a_line(1),)), Format.TXT))


def pdf_text(content: bytes) -> str:
    """The words of a PDF in reading order, from its own text operators and fonts' maps to Unicode."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return " ".join("".join(_words(page)) for page in document.pages)


def _words(page: pikepdf.Page):
    fonts = {str(name): _map(font) for name, font in page.obj["/Resources"]["/Font"].items()}
    current: dict[str, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            current = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else operands
            for part in parts:
                if isinstance(part, pikepdf.String):
                    codes = bytes(part).hex()
                    yield "".join(current.get(codes[place : place + 4], "") for place in range(0, len(codes), 4))
        elif str(operator) == "BDC":
            yield " "


def _map(font: pikepdf.Object) -> dict[str, str]:
    table = bytes(font["/ToUnicode"].read_bytes()).decode("ascii")
    pairs = re.findall(r"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>\n", table)
    return {code.lower(): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def _in_txt(content: bytes) -> str:
    return content.decode()


def _in_csv(content: bytes) -> str:
    return content.decode("utf-8-sig")


def _in_html(content: bytes) -> str:
    return " ".join(html.fromstring(content).itertext())


READERS: dict[Format, Callable[[bytes], str]] = {
    Format.TXT: _in_txt,
    Format.CSV: _in_csv,
    Format.HTML: _in_html,
    Format.PDF: pdf_text,
}


def sheet_cells(content: bytes) -> set[object]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}


@pytest.mark.parametrize("layout", Layout)
def test_all_six_formats_carry_the_same_amounts(layout: Layout) -> None:
    amounts = {line.amount for line in LINES if line.amount is not None} | {kind.amount for kind in a_report().kinds}
    for form, read in READERS.items():
        text = read(ordinary(layout, form))
        for amount in amounts:
            shown = dutch(amount).replace(".", "") if form is Format.CSV else dutch(amount)
            assert shown in text, (form, amount)
    assert {amount / 100 for amount in amounts} <= sheet_cells(ordinary(layout, Format.XLSX))
    xml = etree.fromstring(ordinary(layout, Format.XML))
    assert {plain(amount) for amount in amounts} <= set(xml.xpath("//r:amount/text()", namespaces=SPACE))


@cache
def without_a_price(layout: Layout, form: Format) -> bytes:
    line = a_line(net_price=None, kind="DELAYED", title="Zonder prijs")
    return written(a_report(layout, (line,)), form, Audience.SUPPLIER)


def beside(title: str, name: str, rows: Sequence[Sequence[object]]) -> object:
    """The cell of the column of that name in the row of a title, in the last table that has such a column."""
    place = next(number for number, row in enumerate(rows) if title in row and len(row) > 5)
    head = next(row for row in reversed(rows[:place]) if name in row)
    return rows[place][head.index(name)]


@pytest.mark.parametrize("form", [Format.TXT, Format.HTML, Format.PDF])
@pytest.mark.parametrize("layout", Layout)
def test_line_without_a_price_shows_people_no_amount(layout: Layout, form: Format) -> None:
    told = READERS[form](without_a_price(layout, form))
    of_line = told[told.rindex("Zonder prijs") :].partition("In totaal")[0]
    assert of_line and "0,00" not in of_line


@pytest.mark.parametrize("layout", Layout)
def test_line_without_a_price_gives_programs_no_amount(layout: Layout) -> None:
    xml = etree.fromstring(without_a_price(layout, Format.XML)).find(".//r:detail/r:line", namespaces=SPACE)
    table = [row.split(";") for row in without_a_price(layout, Format.CSV).decode("utf-8-sig").splitlines()]
    book = openpyxl.load_workbook(io.BytesIO(without_a_price(layout, Format.XLSX)))
    sheets = [list(sheet.iter_rows(values_only=True)) for sheet in book]
    (sheet,) = [rows for rows in sheets if any("Zonder prijs" in row for row in rows) and "Nettoprijs" in rows[2]]
    for key, name in (("netPrice", "Nettoprijs"), ("amount", "Bedrag")):
        assert xml.find(f"r:{key}", namespaces=SPACE) is None
        assert beside("Zonder prijs", name, table) == ""
        assert beside("Zonder prijs", name, sheet) is None


@pytest.mark.parametrize("layout", Layout)
def test_all_six_formats_add_up_to_the_same(layout: Layout) -> None:
    kinds = a_report(layout).kinds
    copies, amount = sum(kind.copies for kind in kinds), Cents(sum(kind.amount for kind in kinds))
    for form in (Format.TXT, Format.HTML, Format.PDF):
        assert re.search(rf"In totaal verwerkt \(regels: 9\)\s*{copies}\s*{re.escape(dutch(amount))}",
                         READERS[form](ordinary(layout, form))), form  # fmt: skip
    assert {copies, amount / 100} <= sheet_cells(ordinary(layout, Format.XLSX))
    applied = etree.fromstring(ordinary(layout, Format.XML)).xpath(
        "//r:detail/r:line[starts-with(r:outcome, 'APPLIED')]", namespaces=SPACE
    )
    assert sum(int(line.findtext("r:copies", namespaces=SPACE)) for line in applied) == copies


def test_workbook_keeps_isbn_as_text_and_its_header_in_sight() -> None:
    book = openpyxl.load_workbook(io.BytesIO(ordinary(Layout.INA, Format.XLSX)))
    sheet = book["Per vestiging en soort"]
    titles = [cell.value for cell in sheet[3]]
    isbn, moment, amount = (sheet.cell(4, titles.index(title) + 1) for title in ("ISBN/EAN", "Datum en tijd", "Bedrag"))
    assert (isbn.value, isbn.data_type, isbn.number_format) == ("9789000000001", "s", "@")
    assert abs(moment.value - datetime(2026, 3, 9, 22, 15)).total_seconds() < 1  # noqa: DTZ001
    assert (amount.value, amount.number_format) == (36.98, "#,##0.00")
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:W15"
    assert book.properties.created == datetime(2026, 3, 10, 6, 2)  # noqa: DTZ001


def test_workbook_runs_no_formula_from_a_title() -> None:
    book = openpyxl.load_workbook(io.BytesIO(ordinary(Layout.INA, Format.XLSX)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_pdf_is_tagged_and_says_its_language_and_title() -> None:
    with pikepdf.open(io.BytesIO(ordinary(Layout.INA, Format.PDF))) as document:
        root = document.Root
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        assert str(root.Lang) == "nl"
        assert root.ViewerPreferences.DisplayDocTitle
        assert "INA-verwerkingsverslag" in str(document.docinfo["/Title"])
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_pdf_is_the_same_whenever_it_is_written() -> None:
    assert written(a_report(), Format.PDF) == ordinary(Layout.INA, Format.PDF)


def test_pdf_of_a_long_day_leaves_the_lines_out_and_names_the_file_that_has_them() -> None:
    text = pdf_text(written(a_large_report(pdf.MOST_LINES + 1), Format.PDF))
    assert "2001 losse regels" in text
    assert "INA-I202-000002-260310-0602-17.csv" in text
    assert "Per vestiging en soort" not in text
    assert "Vogels van de Zandplaat" in text
    assert "De boeken" in text


def test_pdf_cuts_a_long_list_of_what_needs_attention_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_LINES", 4)
    text = pdf_text(written(a_report(), Format.PDF))
    assert "1 regels meer staan hier niet" in text
    assert "ISBN met een foutje" not in text


def test_pdf_of_a_title_in_a_script_that_the_fonts_lack_is_still_made() -> None:
    lines = (a_line(1, title="紅樓夢 😀"), a_line(2, title="Gewoon Nederlands"))
    assert "Gewoon Nederlands" in pdf_text(written(a_report(lines=lines), Format.PDF))


def test_template_that_typst_refuses_is_told_without_a_trace() -> None:
    with pytest.raises(typeset.TypesettingFailed) as told:
        typeset.pdf("#unknown-function()", {}, PROCESSED)
    assert "unknown variable" in str(told.value)
    assert "Traceback" not in str(told.value)


def test_supplier_is_not_told_what_a_budget_holds() -> None:
    report = a_report(Layout.AFO291)
    secret = [replace(each, initial=Cents(98_765_432), before=Cents(87_654_321)) for each in report.budgets]
    for form in Format:
        content = written(replace(report, budgets=tuple(secret)), form, Audience.SUPPLIER)
        if form is Format.XLSX:
            assert not {987654.32, 876543.21} & sheet_cells(content)
        else:
            text = READERS.get(form, bytes.decode)(content)
            assert not re.search(r"987[.]?654|876[.]?543", text), form
