"""What each format makes of a laid-out report; PDF apart, which needs a process of its own."""

import base64
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from lxml import etree, html

import schemas
from gateway.reports import afo291, ina
from gateway.reports.formats import write
from gateway.reports.formats.csv import as_text
from gateway.reports.formats.text import PAGE_LINES, WIDTH, nearest
from gateway.reports.formats.writing import clean
from gateway.reports.model import Audience, Format, Layout, Report, ReportLine
from tests.builders_reports import LINES, a_large_report, a_line, a_report, an_empty_report, many_lines

LAYOUTS = {Layout.INA: ina, Layout.AFO291: afo291}
QUICK = (Format.TXT, Format.CSV, Format.XLSX, Format.XML, Format.HTML)
NAMESPACE = {"r": "urn:bestelsync:report:1"}


def written(
    report: Report, *forms: Format, audience: Audience = Audience.STAFF, windows_1252: bool = False
) -> list[bytes]:
    files = {form: io.BytesIO() for form in forms}
    write(LAYOUTS[report.layout].document(report, audience), files, windows_1252=windows_1252)
    return [file.getvalue() for file in files.values()]


def text(report: Report) -> str:
    return written(report, Format.TXT)[0].decode()


def records(report: Report) -> list[list[str]]:
    content = written(report, Format.CSV)[0].decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))


def test_every_format_is_written_from_one_reading_of_the_lines() -> None:
    reads = 0

    def detail():
        nonlocal reads
        reads += 1
        return iter(LINES)

    written(a_report(detail=detail), *QUICK)
    assert reads == 1


class Counted(str):
    """A title that tells how many of its kind there are at the same time."""

    alive = 0
    most = 0

    def __init__(self, *_args: object) -> None:
        Counted.alive += 1
        Counted.most = max(Counted.most, Counted.alive)

    def __del__(self) -> None:
        Counted.alive -= 1


def test_writing_a_long_day_keeps_no_lines() -> None:
    def detail() -> Iterator[ReportLine]:
        return (line._replace(title=Counted(line.title)) for line in many_lines(500))

    written(a_report(detail=detail), *QUICK)
    assert Counted.most < 10


@pytest.mark.parametrize("form", QUICK)
def test_report_is_the_same_whenever_it_is_written(form: Format) -> None:
    assert written(a_report(), form) == written(a_report(), form)


@pytest.mark.parametrize("layout", Layout)
def test_text_is_never_wider_than_132_characters(layout: Layout) -> None:
    long = a_line(13, order_number="X" * 20, branch="B" * 20, budget_code="C" * 20, copies=9999, title="Lang " * 60)
    # A form feed takes no room on paper.
    content = text(a_report(layout, (*LINES, long))).replace("\f", "")
    assert max(map(len, content.split("\r\n"))) <= WIDTH


def test_text_folds_what_identifies_and_cuts_titles_only() -> None:
    line = a_line(
        13, order_number="ABCDEFGHIJKLMNOPQRST", title="Een titel die veel te lang is voor deze regel", ean=""
    )
    content = text(a_report(lines=(line,)))
    assert "ABCDEFGHIJKLMN" in content
    assert "OPQRST" in content
    assert "Een titel die veel te lang is voo…" in content


def test_text_repeats_the_head_on_every_page_and_never_overfills_one() -> None:
    pages = text(a_large_report(300)).split("\f")
    assert len(pages) > 10
    for number, page in enumerate(pages, start=1):
        assert page.splitlines()[0].endswith(f"Blad {number}")
        assert "INA-I202-000002-260310-0602-17" in page.splitlines()[1]
        assert len(page.splitlines()) <= PAGE_LINES


def test_text_never_splits_a_record_over_two_pages() -> None:
    for page in text(a_large_report(300)).split("\f")[2:-3]:
        assert len(re.findall(r"\n\d+ +\d\d-03-2026", page)) == len(re.findall(r"\nWebshop ", page)) > 0


def test_text_in_windows_1252_keeps_its_columns() -> None:
    line = a_line(13, title="Ğökçe → 漢字 €", author="Łukasz")
    (plain,), (old,) = (
        written(a_report(lines=(line,)), Format.TXT),
        written(a_report(lines=(line,)), Format.TXT, windows_1252=True),
    )
    assert "Gökçe > ?? €" in old.decode("windows-1252")
    assert [len(row) for row in old.decode("windows-1252").split("\r\n")] == [
        len(row) for row in plain.decode().split("\r\n")
    ]


def test_nearest_replaces_one_character_by_one() -> None:
    assert nearest("Dvořák, Şule ☃ €") == "Dvorák, Sule ? €"


@pytest.mark.parametrize("dangerous", ["=1+1", "+31 6", "-5", "@SUM(A1)", "=HYPERLINK(1)", "＝1"])
def test_csv_defuses_what_a_spreadsheet_would_run(dangerous: str) -> None:
    assert as_text(dangerous) == f"'{dangerous}"
    titles = [row[12] for row in records(a_report(lines=(a_line(1, title=dangerous),))) if len(row) > 20]
    assert titles[1:] == [f"'{dangerous}"]


@pytest.mark.parametrize("number", ["9789000000001", "0001", "2026-10", "1E5", "3/4", "01"])
def test_csv_gives_codes_as_text(number: str) -> None:
    assert as_text(number) == f'="{number}"'


def test_csv_leaves_words_alone() -> None:
    assert as_text("1001 deuren & meer") == "1001 deuren & meer"
    assert as_text("") == ""


def test_csv_begins_with_the_mark_that_excel_needs_and_ends_lines_as_it_expects() -> None:
    content = written(a_report(), Format.CSV)[0]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_csv_amounts_have_a_comma_and_no_thousands() -> None:
    row = next(row for row in records(a_report()) if "Zoutwater" in row)
    assert "1890,00" in row
    assert not any("1.890" in cell for cell in row)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("empty", [False, True])
def test_xml_keeps_its_schema(layout: Layout, audience: Audience, empty: bool) -> None:
    report = an_empty_report(layout) if empty else a_report(layout, corrects="AFO291-I202-16")
    (content,) = written(report, Format.XML, audience=audience)
    schemas.validator("report/v1/report.xsd").assertValid(etree.fromstring(content))


def test_xml_gives_codes_points_and_zones() -> None:
    (content,) = written(a_report(), Format.XML)
    line = etree.fromstring(content).find("r:detail/r:line[r:title='Zoutwater']", NAMESPACE)
    assert line is not None
    found = {key: line.findtext(f"r:{key}", namespaces=NAMESPACE) for key in ("kind", "amount", "occurredAt")}
    assert found == {"kind": "SHIPPED", "amount": "1890.00", "occurredAt": "2026-03-09T22:24:00+01:00"}


def test_characters_that_no_file_may_hold_are_dropped() -> None:
    assert clean("a\x00b\x1bc") == "abc"
    assert clean("een\ttitel\nop  twee regels") == "een titel op twee regels"
    assert clean("omge\u202ekeerd") == "omgekeerd"
    assert clean("e\u0301\u20ac") == "é€"


def test_reports_survive_what_a_hostile_title_holds() -> None:
    nasty = a_line(
        1,
        title="</td><script>alert(1)</script>\x00\x0c]]> & \u202e%s {x} \ud83d\ude00".encode(
            "utf-16", "surrogatepass"
        ).decode("utf-16"),
    )
    txt, _, _, xml, page = written(a_report(lines=(nasty,)), *QUICK)
    assert txt.count(b"\f") == text(a_report(lines=(a_line(1),))).count("\f")
    schemas.validator("report/v1/report.xsd").assertValid(etree.fromstring(xml))
    assert not html.fromstring(page).findall(".//script")


def test_html_runs_nothing_and_fetches_nothing() -> None:
    (page,) = written(a_report(), Format.HTML)
    tree = html.fromstring(page)
    assert not tree.xpath("//script | //link | //img | //iframe | //*[@style] | //@onclick | //*[@src]")
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    style = tree.xpath("string(//style)")
    assert f"style-src 'sha256-{base64.b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy


def test_html_tables_have_captions_and_headers_with_scope() -> None:
    (page,) = written(a_report(), Format.HTML)
    tree = html.fromstring(page)
    assert tree.get("lang") == "nl"
    assert len(tree.xpath("//h1")) == 1
    for table in tree.xpath("//table"):
        assert table.xpath("string(caption)")
        assert not table.xpath(".//th[not(@scope)]")
        widths = {sum(int(cell.get("colspan", "1")) for cell in row) for row in table.xpath(".//tr")}
        assert len(widths) == 1


def test_html_keeps_below_what_belongs_below_an_empty_cell() -> None:
    (page,) = written(a_report(lines=(a_line(1),)), Format.HTML)
    states = html.fromstring(page).xpath("//section[@id='detail']//tr/td[8]")
    assert states[0].text_content() == "–Besteld"


def test_english_report_says_nothing_in_dutch() -> None:
    content = text(replace(an_empty_report(), language="en"))
    assert "Page 1" in content
    assert "Er zijn" not in content
