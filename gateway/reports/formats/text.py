"""The report as text: fixed columns, 132 characters wide, in pages; for printers, terminals and old readers."""

import io
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import BinaryIO
from unicodedata import normalize

from gateway.reports.document import Document, Group, Section, Total
from gateway.reports.formats.writing import Record, clean, fact_text, shown_total
from gateway.wording import say

WIDTH = 132
PAGE_LINES = 60
_HEAD_LINES = 3
_NOTE_INDENT = 4
_ROOM_FOR_A_START = 8
_END = "\r\n"

_NEAREST = {
    "→": ">",
    "←": "<",
    "−": "-",
    "≠": "#",
    "≤": "<",
    "≥": ">",
    "′": "'",
    "″": '"',
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
}


class TextWriter:
    """Keeps `Writer`."""

    def __init__(self, file: BinaryIO, *, windows_1252: bool = False) -> None:
        self._windows_1252 = windows_1252
        encoding = "windows-1252" if windows_1252 else "utf-8"
        # What Windows-1252 lacks is replaced before, character for character, so that columns stay in place.
        self._file = io.TextIOWrapper(file, encoding=encoding, newline="", write_through=False)
        self._page = 0
        self._room = 0

    def begin(self, document: Document) -> None:
        self._document = document
        self._table: _Table | None = None
        self._new_page()
        facts = [(fact.title, fact_text(fact)) for fact in document.head]
        width = max(len(title) for title, _ in facts) + 2
        for title, text in facts:
            first, *more = wrap(text, WIDTH - width) or [""]
            self._put([f"{title}:".ljust(width) + first, *(" " * width + line for line in more)])
        for remark in document.remarks:
            self._put(["", *wrap(f"! {clean(remark)}", WIDTH, subsequent_indent="  ")])

    def section(self, section: Section, filled: bool) -> None:
        intro = wrap(section.intro, WIDTH) if section.intro else []
        title = ["", "", section.title.upper(), "=" * len(section.title)]
        if not filled:
            self._put([*title, "", *wrap(section.empty, WIDTH)])
            return
        table = _Table(section)
        opening = [*title, *intro, "", *table.heading]
        if self._room < len(opening) + _ROOM_FOR_A_START:
            self._new_page()
        self._put(opening)
        self._table = table

    def group(self, group: Group) -> None:
        if self._room < 5:
            self._new_page()
        self._put(["", clean(group.title), ""])

    def row(self, record: Record) -> None:
        if self._table:
            self._put(self._table.record(record.shown))

    def total(self, total: Total) -> None:
        if self._table:
            self._put(self._table.total(total))

    def end_section(self) -> None:
        self._table = None

    def end(self) -> None:
        self._put(["", "", *wrap(self._document.footer, WIDTH)])
        self._file.flush()
        self._file.detach()

    def _put(self, lines: Sequence[str]) -> None:
        """Write lines that belong together, on the next page where they do not fit on this one."""
        if len(lines) > self._room:
            self._new_page()
        content = _END.join(lines) + _END
        self._file.write(nearest(content) if self._windows_1252 else content)
        self._room -= len(lines)

    def _new_page(self) -> None:
        self._page += 1
        self._room = PAGE_LINES
        page = say("Page {number}", self._document.language, number=self._page)
        feed = "\f" if self._page > 1 else ""
        subtitle = clean(self._document.subtitle)
        self._put(
            [
                feed + self._document.title.upper().ljust(WIDTH - len(page)) + page,
                subtitle[: WIDTH - len(self._document.name) - 1].ljust(WIDTH - len(self._document.name))
                + self._document.name,
                "=" * WIDTH,
            ]
        )
        if self._table:
            continued = say("{title} (continued)", self._document.language, title=self._table.title)
            self._put(["", continued, "", *self._table.heading])


class _Table:
    """The columns of one section as fixed places on a line."""

    def __init__(self, section: Section) -> None:
        self.title = section.title
        self._columns = columns = section.columns
        self._stacks = section.stacks
        self._widths = [columns[stack[0]].width for stack in self._stacks]
        self._rights = [columns[stack[0]].is_right_aligned for stack in self._stacks]
        self._starts = [sum(self._widths[:place]) + place for place in range(len(self._widths))]
        self._notes = [(place, columns[place].title) for place in section.notes]
        self._cuts = [
            (place, width)
            for stack, width in zip(self._stacks, self._widths, strict=True)
            for place in stack
            if columns[place].cut
        ]
        self._bands = tuple(self._band(depth) for depth in range(max(map(len, self._stacks))))
        rule = " ".join("-" * width for width in self._widths)
        self.heading = (*self._fold([column.title for column in columns]), rule)

    def _band(self, depth: int) -> tuple[tuple[int, ...], tuple[int, ...], str]:
        """The cells at one depth of the stacks: their places, their widths, and the line as a template."""
        places, widths, template = [], [], []
        for stack, width, right in zip(self._stacks, self._widths, self._rights, strict=True):
            if depth < len(stack):
                places.append(stack[depth])
                widths.append(width)
                template.append(f"%{width}s" if right else f"%-{width}s")
            else:
                template.append(" " * width)
        return tuple(places), tuple(widths), " ".join(template)

    def record(self, shown: Sequence[str]) -> list[str]:
        """One row as lines."""
        cells = list(shown)
        for place, width in self._cuts:
            if len(cells[place]) > width:
                cells[place] = cells[place][: width - 1] + "…"
        lines = []
        for places, widths, template in self._bands:
            band = [cells[place] for place in places]
            if [1 for text, width in zip(band, widths, strict=True) if len(text) > width]:
                lines = self._fold(cells)
                break
            line = (template % tuple(band)).rstrip()
            if line:
                lines.append(line)
        if self._notes:
            lines += self._noted(cells)
        return lines

    def _fold(self, cells: Sequence[str]) -> list[str]:
        """The slow way, for cells that are wider than their column: each stack flows down by itself."""
        flows = [
            [line for text in self._lines(cells, stack) for line in _folded(text, width)]
            for stack, width in zip(self._stacks, self._widths, strict=True)
        ]
        return [self._line(flows, depth) for depth in range(max(map(len, flows)))]

    @staticmethod
    def _lines(cells: Sequence[str], stack: Sequence[int]) -> list[str]:
        """What stands in one stack; an empty first cell keeps its line, so that what is below stays below."""
        below = [cells[place] for place in stack[1:] if cells[place]]
        return [cells[stack[0]], *below]

    def _line(self, flows: Sequence[Sequence[str]], depth: int) -> str:
        texts = (flow[depth] if depth < len(flow) else "" for flow in flows)
        places = zip(texts, self._widths, self._rights, strict=True)
        return " ".join(text.rjust(width) if right else text.ljust(width) for text, width, right in places).rstrip()

    def _noted(self, cells: Sequence[str]) -> Iterator[str]:
        indent = " " * _NOTE_INDENT
        for place, title in self._notes:
            if cells[place]:
                yield from wrap(
                    f"{title}: {cells[place]}", WIDTH, initial_indent=indent, subsequent_indent=indent + "  "
                )
        yield ""

    def total(self, total: Total) -> list[str]:
        """A sum: its label on the left, its values below their columns."""
        shown = shown_total(total, self._columns)
        flows = [[shown[place] for place in stack if shown[place]] for stack in self._stacks]
        depth = max(map(len, flows))
        lines = [self._line(flows, each) for each in range(depth)]
        room = next(start for start, flow in zip(self._starts, flows, strict=True) if flow)
        first = lines[0].lstrip()
        if len(total.label) < len(lines[0]) - len(first) and len(total.label) < room:
            lines[0] = total.label + lines[0][len(total.label) :]
        else:
            lines.insert(0, total.label)
        rule = "=" if total.grand else "-"
        return [rule * WIDTH, *lines]


def nearest(text: str) -> str:
    """The text in characters of Windows-1252, each replaced by exactly one other where it does not exist there."""
    try:
        text.encode("windows-1252")
    except UnicodeEncodeError:
        return "".join(map(_nearest, text))
    return text


def _nearest(char: str) -> str:
    try:
        char.encode("windows-1252")
    except UnicodeEncodeError:
        bare = normalize("NFKD", char)[:1]
        return bare if bare.isascii() and bare else _NEAREST.get(char, "?")
    return char


def _folded(text: str, width: int) -> list[str]:
    # Nearly every cell fits, and asking `wrap` costs twenty times as much as looking.
    return [text] if len(text) <= width else wrap(text, width)
