"""The report as text: fixed columns, 132 characters wide, in pages; for printers, terminals and old readers."""

import io
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import count, zip_longest
from textwrap import wrap
from typing import Any, BinaryIO
from unicodedata import normalize

from gateway.reports.document import Document, Group, Section, Total
from gateway.reports.formats.writing import Record, Remembered, clean, fact_text, picker, shown_total
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


_Counts = tuple[tuple[int, int], ...]
"""Per place of a wide cell the number of its lines."""


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
        self._limits = [
            (place, width) for stack, width in zip(self._stacks, self._widths, strict=True) for place in stack
        ]
        self._patterns = Remembered(self._pattern)
        rule = " ".join("-" * width for width in self._widths)
        titles = [column.title for column in columns]
        self.heading = (*self._fold(titles, self._wide(titles)), rule)

    def _band(self, depth: int) -> tuple[Callable[[Sequence[str]], Any], str]:
        """What takes the cells at one depth of the stacks, and the pattern of their line."""
        marks = [mark if depth < len(stack) else blank for stack, (mark, blank) in self._marked_stacks()]
        return picker([stack[depth] for stack in self._stacks if depth < len(stack)]), " ".join(marks)

    def _marked_stacks(self) -> Iterator[tuple[tuple[int, ...], tuple[str, str]]]:
        """Each stack with the mark for a text in it, and with the room it takes without."""
        for stack, width, right in zip(self._stacks, self._widths, self._rights, strict=True):
            yield stack, (f"%{width}s" if right else f"%-{width}s", " " * width)

    def record(self, shown: Sequence[str]) -> list[str]:
        """One row as lines."""
        cells = list(shown)
        for place, width in self._cuts:
            if len(cells[place]) > width:
                cells[place] = cells[place][: width - 1] + "…"
        if wide := self._wide(cells):
            lines = self._fold(cells, wide)
        else:
            lines = [line for take, pattern in self._bands if (line := (pattern % take(cells)).rstrip())]
        if self._notes:
            lines += self._noted(cells)
        return lines

    def _wide(self, cells: Sequence[str]) -> list[tuple[int, int]]:
        """The cells that are wider than their column, with its width."""
        return [limit for limit in self._limits if len(cells[limit[0]]) > limit[1]]

    def _fold(self, cells: Sequence[str], wide: Sequence[tuple[int, int]]) -> list[str]:
        """The slow way, for cells that are wider than their column: each stack flows down by itself.

        An empty first cell keeps its line, so that what is below stays below.
        """
        texts = list(cells)
        counts = []
        for place, width in wide:
            folded = _folded(cells[place], width)
            texts += folded
            counts.append((place, len(folded)))
        take, pattern = self._patterns[tuple(map(bool, cells)), tuple(counts)]
        return [line.rstrip() for line in (pattern % take(texts)).split("\n")]

    def _pattern(self, shape: tuple[tuple[bool, ...], _Counts]) -> tuple[Callable[[Sequence[str]], Any], str]:
        """What takes the texts of a record line by line, and its pattern.

        Args:
            shape: which cells are filled, and how many lines the wide ones take; those stand behind the cells.
        """
        filled, counts = shape
        number = count(len(filled))
        places = {place: [place] for place, is_filled in enumerate(filled) if is_filled}
        places |= {place: [next(number) for _ in range(lines)] for place, lines in counts}
        flows = [
            [text for place in stack for text in places.get(place, [place] if place == stack[0] else [])]
            for stack in self._stacks
        ]
        taken, lines = [], []
        for texts in zip_longest(*flows):
            marked = zip(texts, self._marked_stacks(), strict=True)
            lines.append(" ".join(blank if text is None else mark for text, (_, (mark, blank)) in marked))
            taken += [text for text in texts if text is not None]
        return picker(taken), "\n".join(lines)

    def _line(self, flows: Sequence[Sequence[str]], depth: int) -> str:
        texts = (flow[depth] if depth < len(flow) else "" for flow in flows)
        places = zip(texts, self._widths, self._rights, strict=True)
        return " ".join(text.rjust(width) if right else text.ljust(width) for text, width, right in places).rstrip()

    def _noted(self, cells: Sequence[str]) -> Iterator[str]:
        for place, title in self._notes:
            if cells[place]:
                yield from _note(title, cells[place])
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


@lru_cache(maxsize=1000)
def _folded(text: str, width: int) -> tuple[str, ...]:
    return tuple(wrap(text, width))


@lru_cache(maxsize=1000)
def _note(title: str, text: str) -> tuple[str, ...]:
    indent = " " * _NOTE_INDENT
    return tuple(wrap(f"{title}: {text}", WIDTH, initial_indent=indent, subsequent_indent=indent + "  "))
