"""The report for programs, as `schemas/report/v1/report.xsd` promises: codes, decimal points, ISO 8601."""

from collections.abc import Callable
from html import escape
from itertools import compress
from typing import Any, BinaryIO

from gateway.reports.document import CellKind, Column, Document, Group, Section, Total
from gateway.reports.formats.writing import Record, Remembered, clean, machine

NAMESPACE = "urn:bestelsync:report:1"
_AS_SHOWN = (CellKind.TEXT, CellKind.NUMBER)


class XmlWriter:
    """Keeps `Writer`. Empty cells have no element; headings and sums are left out, as programs group and add."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def begin(self, document: Document) -> None:
        self._document = document
        language = document.language
        self._put('<?xml version="1.0" encoding="UTF-8"?>\n')
        self._put(f'<report xmlns="{NAMESPACE}" name="{escape(document.name)}" layout="{document.layout}"')
        self._put(f' language="{language}">\n<head>\n')
        for fact in document.head:
            write = machine(fact.kind)
            for cell in fact.cells if fact.key else ():
                self._put(f"<{fact.key}>{escape(write(cell), quote=False)}</{fact.key}>\n")
        for remark in document.remarks:
            self._put(f"<remark>{escape(clean(remark), quote=False)}</remark>\n")
        self._put("</head>\n")

    def section(self, section: Section, filled: bool) -> None:
        self._section = section
        # What is the same for people and for programs was written once already.
        self._others = [
            (place, _written(column)) for place, column in enumerate(section.columns) if column.kind not in _AS_SHOWN
        ]
        self._patterns = Remembered(self._pattern)
        self._put(f"<{section.key}>\n")

    def group(self, group: Group) -> None:
        """Leave it out."""

    def row(self, record: Record) -> None:
        cells, _, marked, filled = record
        values = list(marked)
        for place, write in self._others:
            values[place] = write(cells[place])
        self._file.write((self._patterns[filled] % tuple(compress(values, filled))).encode())

    def _pattern(self, filled: tuple[bool, ...]) -> str:
        """How a row is written in which these cells are filled."""
        keys = [column.key for column in compress(self._section.columns, filled)]
        fields = "".join(f"<{key}>%s</{key}>" for key in keys)
        return f"<{self._section.row_name}>{fields}</{self._section.row_name}>\n"

    def total(self, total: Total) -> None:
        """Leave it out."""

    def end_section(self) -> None:
        self._put(f"</{self._section.key}>\n")

    def end(self) -> None:
        self._put(f"<footer>{escape(self._document.footer, quote=False)}</footer>\n</report>\n")

    def _put(self, text: str) -> None:
        self._file.write(text.encode())


def _written(column: Column) -> Callable[[Any], str]:
    """How the cells of a column are written, remembered where that tells them apart."""
    write = machine(column.kind)
    if column.kind is CellKind.MOMENT:
        # The same time of the clock comes twice in the night in which summer time ends.
        return write
    return Remembered(lambda cell: escape(write(cell), quote=False)).__getitem__
