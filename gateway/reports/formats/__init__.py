"""Every format of a report, written in one pass over its rows: the same numbers in all of them."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from gateway.reports.document import Document, Group, Item, Section
from gateway.reports.formats.csv import CsvWriter
from gateway.reports.formats.html import HtmlWriter
from gateway.reports.formats.pdf import PdfWriter
from gateway.reports.formats.text import TextWriter
from gateway.reports.formats.writing import Writer, recorder
from gateway.reports.formats.xlsx import XlsxWriter
from gateway.reports.formats.xml import XmlWriter
from gateway.reports.model import Format
from gateway.typeset import TypesettingFailed

_WRITERS: Mapping[Format, Callable[[BinaryIO], Writer]] = {
    Format.TXT: TextWriter,
    Format.CSV: CsvWriter,
    Format.XLSX: XlsxWriter,
    Format.XML: XmlWriter,
    Format.HTML: HtmlWriter,
    Format.PDF: PdfWriter,
}


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing: the number of rows per section, by its key, and why a PDF could not be made."""

    counts: Mapping[str, int]
    without_pdf: TypesettingFailed | None = None


def write(document: Document, files: Mapping[Format, BinaryIO], *, windows_1252: bool = False) -> Written:
    """Write the report into every file, reading each row once.

    Args:
        files: per format an open file to write to; the caller closes and syncs it.
        windows_1252: write the text format for programs that cannot read UTF-8; a character that
            does not exist there becomes its nearest.
    """
    writers = [_writer(form, file, windows_1252=windows_1252) for form, file in files.items()]
    for writer in writers:
        writer.begin(document)
    counts = {section.key: _write_section(section, writers) for section in document.sections}
    return Written(counts, _end(writers))


def _end(writers: list[Writer]) -> TypesettingFailed | None:
    """Close every format; a PDF is set by a process of its own, so the others are closed meanwhile."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        typesetting = [beside.submit(writer.end) for writer in writers if isinstance(writer, PdfWriter)]
        for writer in writers:
            if not isinstance(writer, PdfWriter):
                writer.end()
    try:
        for pdf in typesetting:
            pdf.result()
    except TypesettingFailed as error:
        # Staff must not go without their report because it could not be set as a PDF.
        return error
    return None


def _writer(form: Format, file: BinaryIO, *, windows_1252: bool) -> Writer:
    if form is Format.TXT:
        return TextWriter(file, windows_1252=windows_1252)
    return _WRITERS[form](file)


def _write_section(section: Section, writers: list[Writer]) -> int:
    items = section.rows()
    first = next(items, None)
    for writer in writers:
        writer.section(section, first is not None)
    count = _feed(chain((first,), items), section, writers) if first is not None else 0
    for writer in writers:
        writer.end_section()
    return count


def _feed(items: Iterator[Item], section: Section, writers: list[Writer]) -> int:
    record = recorder(section.columns)
    takers = [writer.row for writer in writers]
    count = 0
    for item in items:
        if isinstance(item, tuple):
            count += 1
            made = record(item)
            for take in takers:
                take(made)
        elif isinstance(item, Group):
            for writer in writers:
                writer.group(item)
        else:
            for writer in writers:
                writer.total(item)
    return count
