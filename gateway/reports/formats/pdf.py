"""The report as a tagged PDF: whole up to 2,000 lines, and above that what staff must see and the books.

Typesetting takes some 200 kB a row, so what is set is bounded whatever the day was like.
"""

from importlib import resources
from typing import Any, BinaryIO

from gateway import typeset
from gateway.reports.document import Document, Group, Part, Section, Total
from gateway.reports.formats.writing import Record, clean, fact_text, shown_total, stacked
from gateway.reports.model import Format
from gateway.wording import say

MOST_LINES = 2_000


def pdf_sections(document: Document) -> tuple[Section, ...]:
    """The sections that a PDF holds: all, or without the detail when that is long."""
    return tuple(each for each in document.sections if _is_whole(document) or each.part is not Part.DETAIL)


def _is_whole(document: Document) -> bool:
    return document.detail_count <= MOST_LINES


class PdfWriter:
    """Keeps `Writer`, fed with `pdf_sections`. Holds MOST_LINES of cancelled and attention together."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sections: list[dict[str, Any]] = []

    def begin(self, document: Document) -> None:
        self._document = document
        self._room = MOST_LINES

    def section(self, section: Section, filled: bool) -> None:
        self._section = section
        self._dropped = 0
        self._is_bounded = section.part in (Part.CANCELLED, Part.ATTENTION)
        stacks = section.page_columns
        self._stacks = stacks
        self._items: list[dict[str, Any]] = []
        columns = [section.columns[stack[0]] for stack in stacks]
        self._sections.append(
            {
                "title": section.title,
                "intro": section.intro if filled else section.empty,
                "columns": [
                    {
                        "titles": [section.columns[place].title for place in stack],
                        "width": column.width,
                        "right": column.is_right_aligned,
                        "flexible": column.is_flexible,
                    }
                    for stack, column in zip(stacks, columns, strict=True)
                ],
                "items": self._items,
                "after": "",
            }
        )

    def group(self, group: Group) -> None:
        self._items.append({"group": clean(group.title)})

    def row(self, record: Record) -> None:
        if self._is_bounded:
            if self._room == 0:
                self._dropped += 1
                return
            self._room -= 1
        self._items.append({"row": [stacked(record.shown, stack) for stack in self._stacks]})

    def total(self, total: Total) -> None:
        shown = shown_total(total, self._section.columns)
        values = [[shown[place] for place in stack if shown[place]] for stack in self._stacks]
        span = next(place for place, lines in enumerate(values) if lines)
        item = {"total": total.label, "span": span, "values": values[span:], "grand": total.grand}
        self._items.append(item)

    def end_section(self) -> None:
        if self._dropped:
            sentence = "{more} more lines are not shown here; {file} holds them all."
            self._sections[-1]["after"] = self._say(sentence, more=self._dropped)

    def end(self) -> None:
        template = resources.files("gateway.reports.formats").joinpath("report.typ").read_text(encoding="utf-8")
        self._file.write(typeset.pdf(template, self._content(), self._document.processed_at))

    def _content(self) -> dict[str, Any]:
        document = self._document
        moment = document.processed_at
        shortened = "This PDF leaves out the {count} single lines; {file} holds them all."
        return {
            "language": document.language,
            "name": document.name,
            "title": document.title,
            "subtitle": clean(document.subtitle),
            "date": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
            "facts": [[fact.title, fact_text(fact)] for fact in document.head],
            "remarks": [clean(remark) for remark in document.remarks],
            "notice": "" if _is_whole(document) else self._say(shortened, count=document.detail_count),
            "sections": self._sections,
            "footer": document.footer,
            "page": say("Page", document.language),
            "of": say("of", document.language),
        }

    def _say(self, msgid: str, **facts: object) -> str:
        return say(msgid, self._document.language, file=self._document.name + Format.CSV.extension, **facts)
