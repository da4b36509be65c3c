"""The report as a workbook: a sheet per section, frozen headers, ISBNs as text, sums at the bottom."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import compress
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from gateway.reports.document import CellKind, Document, Group, Section, Total
from gateway.reports.formats.writing import Record, Remembered, clean, fact_text
from gateway.wording import say

_LAST_ROW = 1_048_575
_HEADER_ROW = 2
_NAME_LENGTH = 31
_PAPER_A4 = 9
# Days are counted from here in a spreadsheet.
_FIRST_DAY = 693_594
_SHOWN_AS = {CellKind.AMOUNT: "#,##0.00", CellKind.DATE: "dd-mm-yyyy", CellKind.MOMENT: "dd-mm-yyyy hh:mm"}
_TEXTS = (CellKind.TEXT, CellKind.TERM)
# No text has this character, as they are all cleaned.
_ROW_MARK = "\0"


class _Sheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet that also takes rows as ready XML: four times faster than cell by cell, and still streaming."""

    def stream(self, row: int, xml: str) -> None:
        """Write one row below all that was written before."""
        if row > self.previous_row:
            self._write_single_row(row)
        self.fh.write(xml)
        self.dim_rowmax = row


class XlsxWriter:
    """Keeps `Writer`."""

    def __init__(self, file: BinaryIO) -> None:
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": _folder_of(file)})
        self._bold = self._book.add_format({"bold": True})
        self._title = self._book.add_format({"bold": True, "font_size": 14})
        self._header = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EEF2F5"}
        )
        self._text = self._book.add_format({"num_format": "@"})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._formats = {kind: self._book.add_format({"num_format": shown}) for kind, shown in _SHOWN_AS.items()}
        self._sums = {
            kind: self._book.add_format({"num_format": _SHOWN_AS.get(kind, "0"), "bold": True, "top": 1})
            for kind in CellKind
        }
        # Formats get their number in the file when they are first asked for it.
        self._numbers = {kind: format_._get_xf_index() for kind, format_ in self._formats.items()}
        self._text_number = self._text._get_xf_index()

    def begin(self, document: Document) -> None:
        self._document = document
        self._book.set_properties(
            {
                "title": document.title,
                "subject": clean(document.subtitle),
                "author": "",
                "comments": document.footer,
                "created": document.processed_at.replace(tzinfo=None),
            }
        )
        sheet = self._book.add_worksheet(say("Head", document.language), worksheet_class=_Sheet)
        _prepare(sheet, landscape=False)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        lines = [(fact.title, fact_text(fact)) for fact in document.head]
        lines += [("!", clean(remark)) for remark in document.remarks]
        sheet.write_string(0, 0, document.title, self._title)
        for row, (title, text) in enumerate(lines, start=2):
            sheet.write_string(row, 0, title, self._bold)
            sheet.write_string(row, 1, text, self._wrapped)
        sheet.write_string(len(lines) + 3, 1, document.footer, self._wrapped)

    def section(self, section: Section, filled: bool) -> None:
        self._section = section
        self._part = 0
        self._cells = [self._cell(place, column.kind) for place, column in enumerate(section.columns)]
        self._values = [
            (place, write()) for place, column in enumerate(section.columns) if (write := _VALUES.get(column.kind))
        ]
        self._patterns = Remembered(self._pattern)
        self._begin_sheet(filled)

    def _begin_sheet(self, filled: bool) -> None:
        section = self._section
        self._part += 1
        part = f" {self._part}" if self._part > 1 else ""
        name = section.title[: _NAME_LENGTH - len(part)] + part
        sheet = self._sheet = self._book.add_worksheet(name, worksheet_class=_Sheet)
        _prepare(sheet, landscape=True)
        for place, column in enumerate(section.columns):
            sheet.set_column(place, place, max(column.width, min(len(column.title), 14)) + 2)
        sheet.write_string(0, 0, section.title, self._title)
        sheet.write_string(1, 0, section.intro if filled else section.empty)
        if filled:
            for place, column in enumerate(section.columns):
                sheet.write_string(_HEADER_ROW, place, column.title, self._header)
            sheet.freeze_panes(_HEADER_ROW + 1, 0)
            sheet.repeat_rows(_HEADER_ROW)
        self._row = _HEADER_ROW

    def _cell(self, place: int, kind: CellKind) -> str:
        """How a cell of this kind stands in the file, with marks for the number of its row and for its value."""
        name = f"{xl_col_to_name(place)}{_ROW_MARK}"
        if kind in _TEXTS:
            return f'<c r="{name}" s="{self._text_number}" t="inlineStr"><is><t>%s</t></is></c>'
        style = f' s="{self._numbers[kind]}"' if kind in self._numbers else ""
        return f'<c r="{name}"{style}><v>%s</v></c>'

    def _pattern(self, filled: tuple[bool, ...]) -> str:
        """How a row stands in the file in which these cells are filled."""
        return f'<row r="{_ROW_MARK}">{"".join(compress(self._cells, filled))}</row>'

    def group(self, group: Group) -> None:
        """Leave it out: what it says stands in columns of its own."""

    def row(self, record: Record) -> None:
        if self._row >= _LAST_ROW - 2:
            self._close_sheet()
            self._begin_sheet(filled=True)
        self._row += 1
        cells, _, marked, filled = record
        values = list(marked)
        for place, write in self._values:
            values[place] = write(cells[place])
        xml = self._patterns[filled] % tuple(compress(values, filled))
        self._sheet.stream(self._row, xml.replace(_ROW_MARK, str(self._row + 1)))

    def total(self, total: Total) -> None:
        if not total.grand:
            return
        self._close_sheet()
        row = self._row + 2
        placed = False
        for place, column in enumerate(self._section.columns):
            if column.key in total.values:
                value = total.values[column.key]
                amount = value / 100 if column.kind is CellKind.AMOUNT else value
                self._sheet.write_number(row, place, amount, self._sums[column.kind])
            elif not placed:
                self._sheet.write_string(row, place, total.label, self._bold)
                placed = True

    def _close_sheet(self) -> None:
        if self._row > _HEADER_ROW:
            self._sheet.autofilter(_HEADER_ROW, 0, self._row, len(self._section.columns) - 1)

    def end_section(self) -> None:
        self._close_sheet()

    def end(self) -> None:
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(getattr(error.args[0], "errno", 0), str(error)) from error


def _folder_of(file: BinaryIO) -> str | None:
    """Where the file is, so that half-made sheets take room there and not in the machine's own temporary folder."""
    return str(Path(file.name).parent) if isinstance(getattr(file, "name", None), str) else None


def _prepare(sheet: Worksheet, *, landscape: bool) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(_PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")


def _day(cell: date) -> str:
    return str(cell.toordinal() - _FIRST_DAY)


def _moment(cell: datetime) -> str:
    return repr(cell.toordinal() - _FIRST_DAY + (cell.hour * 60 + cell.minute) / 1440)


def _unless_empty(write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda cell: "" if cell is None else write(cell)


_VALUES: dict[CellKind, Callable[[], Callable[[Any], str]]] = {
    CellKind.AMOUNT: lambda: Remembered(_unless_empty(lambda cell: repr(cell / 100))).__getitem__,
    CellKind.DATE: lambda: Remembered(_unless_empty(_day)).__getitem__,
    CellKind.MOMENT: lambda: _unless_empty(_moment),
}
"""How cells stand in the file that do not stand there as people read them."""
