"""The report as CSV for Dutch spreadsheets: semicolons, decimal commas, and no cell that runs as a formula."""

import codecs
import csv
import io
import re
from typing import BinaryIO

from gateway.reports.document import CellKind, Document, Group, Section, Total
from gateway.reports.formats.writing import Record, Remembered, clean, fact_text

_FORMULA = "=+-@＝＋－＠"
# A spreadsheet would read these as a number, a date or a fraction: an ISBN, `0001`, `2026-10`, `1E5`.
_DIGITS = "0123456789"
_LIKE_A_NUMBER = re.compile(r"[0-9][0-9.,:/ eE+-]*")
_SUSPECT = frozenset(_FORMULA + _DIGITS)


class CsvWriter:
    """Keeps `Writer`. The sections follow each other, each under its title and its own column names."""

    def __init__(self, file: BinaryIO) -> None:
        self._raw = file
        self._file = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self._as_text = Remembered(as_text)
        self._write = csv.writer(self._file, delimiter=";", lineterminator="\r\n").writerow

    def begin(self, document: Document) -> None:
        self._raw.write(codecs.BOM_UTF8)
        self._document = document
        self._write([document.title, as_text(document.name)])
        for fact in document.head:
            text = fact_text(fact)
            self._write([fact.title, as_text(text) if fact.kind is CellKind.TEXT else text])
        for remark in document.remarks:
            self._write(["!", as_text(clean(remark))])

    def section(self, section: Section, filled: bool) -> None:
        self._texts = [
            place for place, column in enumerate(section.columns) if column.kind in (CellKind.TEXT, CellKind.TERM)
        ]
        self._amounts = [place for place, column in enumerate(section.columns) if column.kind is CellKind.AMOUNT]
        self._write([])
        self._write([section.title])
        self._write([column.title for column in section.columns] if filled else [section.empty])

    def group(self, group: Group) -> None:
        """Leave it out: what it says stands in columns of its own."""

    def row(self, record: Record) -> None:
        texts = list(record.shown)
        for place in self._texts:
            text = texts[place]
            if text and text[0] in _SUSPECT:
                texts[place] = self._as_text[text]
        for place in self._amounts:
            texts[place] = texts[place].replace(".", "")
        self._write(texts)

    def total(self, total: Total) -> None:
        """Leave it out: whoever adds up a column must not find its sum in it."""

    def end_section(self) -> None:
        """Nothing more: the next section begins with an empty line."""

    def end(self) -> None:
        self._write([])
        self._write([as_text(self._document.footer)])
        self._file.flush()
        self._file.detach()


def as_text(text: str) -> str:
    """The text in a form that a spreadsheet shows as it is, and does not count or run."""
    if text[:1] in _FORMULA and text:
        return f"'{text}"
    if _LIKE_A_NUMBER.fullmatch(text):
        return f'="{text}"'
    return text
