"""Every format of a report, written from the same rows: the same numbers in all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from gateway.reports.document import Document, Group, Item, Section
from gateway.reports.formats.csv import CsvWriter
from gateway.reports.formats.html import HtmlWriter
from gateway.reports.formats.pdf import PdfWriter, pdf_sections
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
}


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing: the number of rows per section, by its key, and why a PDF could not be made.

    A section that a PDF does not hold is not counted when nothing but the PDF was written.
    """

    counts: Mapping[str, int]
    without_pdf: TypesettingFailed | None = None


def write(document: Document, files: Mapping[Format, BinaryIO], *, windows_1252: bool = False) -> Written:
    """Write the report into every file, reading each row once for the PDF and once for all others.

    Args:
        files: per format an open file to write to; the caller closes and syncs it.
        windows_1252: write the text format for programs that cannot read UTF-8; a character that
            does not exist there becomes its nearest.
    """
    writers = [_writer(form, file, windows_1252=windows_1252) for form, file in files.items() if form != Format.PDF]
    with ThreadPoolExecutor(max_workers=1) as beside:
        # A PDF is set by a process of its own, which takes its time: it goes first, the others are written meanwhile.
        pdf = PdfWriter(files[Format.PDF]) if Format.PDF in files else None
        counts = _write_sections(document, pdf_sections(document), [pdf]) if pdf else {}
        setting = beside.submit(pdf.end) if pdf else None
        if writers:
            counts = _write_sections(document, document.sections, writers)
        for writer in writers:
            writer.end()
        return Written(counts, _failure(setting))


def _failure(setting: Future[None] | None) -> TypesettingFailed | None:
    """Why there is no PDF. Staff must not go without their report because it could not be set as one."""
    try:
        if setting:
            setting.result()
    except TypesettingFailed as error:
        return error
    return None


def _writer(form: Format, file: BinaryIO, *, windows_1252: bool) -> Writer:
    if form is Format.TXT:
        return TextWriter(file, windows_1252=windows_1252)
    return _WRITERS[form](file)


def _write_sections(document: Document, sections: Iterable[Section], writers: Sequence[Writer]) -> dict[str, int]:
    for writer in writers:
        writer.begin(document)
    return {section.key: _write_section(section, writers) for section in sections}


def _write_section(section: Section, writers: Sequence[Writer]) -> int:
    items = section.rows()
    first = next(items, None)
    for writer in writers:
        writer.section(section, first is not None)
    count = _feed(chain((first,), items), section, writers) if first is not None else 0
    for writer in writers:
        writer.end_section()
    return count


def _feed(items: Iterator[Item], section: Section, writers: Sequence[Writer]) -> int:
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
