"""The report for programs, as `schemas/report/v1/report.xsd` promises: codes, decimal points, ISO 8601."""

from collections.abc import Sequence
from html import escape
from typing import BinaryIO

from gateway.reports.document import CellKind, Document, Group, Row, Section, Total
from gateway.reports.formats.writing import clean, machine

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
        self._fields = tuple(
            (f"<{each.key}>", None if each.kind in _AS_SHOWN else machine(each.kind), f"</{each.key}>")
            for each in section.columns
        )
        self._row_start, self._row_end = f"<{section.row_name}>", f"</{section.row_name}>\n"
        self._put(f"<{section.key}>\n")

    def group(self, group: Group) -> None:
        """Leave it out."""

    def row(self, cells: Row, shown: Sequence[str]) -> None:
        parts = [self._row_start]
        for (start, write, end), cell, text in zip(self._fields, cells, shown, strict=True):
            if not text:
                continue
            if write:
                text = write(cell)
            if "&" in text or "<" in text or ">" in text:
                text = escape(text, quote=False)
            parts.append(f"{start}{text}{end}")
        parts.append(self._row_end)
        self._file.write("".join(parts).encode())

    def total(self, total: Total) -> None:
        """Leave it out."""

    def end_section(self) -> None:
        self._put(f"</{self._section.key}>\n")

    def end(self) -> None:
        self._put(f"<footer>{escape(self._document.footer, quote=False)}</footer>\n</report>\n")

    def _put(self, text: str) -> None:
        self._file.write(text.encode())
