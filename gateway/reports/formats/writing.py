"""What every format is fed with, and how a cell is written for people and for programs."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape
from operator import itemgetter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from unicodedata import is_normalized, normalize

from gateway.money import dutch, plain
from gateway.reports.document import CellKind, Column, Document, Fact, Group, Row, Section, Total

NOTHING_ABOVE = "–"
_JOINERS = "\u200c\u200d"


_MOST_REMEMBERED = 5_000

Given = TypeVar("Given")
Made = TypeVar("Made")


class Remembered(dict[Given, Made], Generic[Given, Made]):
    """What a function made of a value before; for values that come back in row after row.

    It forgets everything when it is full, so a day of any length takes no more memory.
    """

    def __init__(self, make: Callable[[Given], Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Given) -> Made:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        made = self[value] = self._make(value)
        return made


class Record(NamedTuple):
    """A row as every format gets it: what they all need is worked out once."""

    cells: Row
    shown: Sequence[str]
    """The cells as people read them."""
    marked: Sequence[str]
    """The same as it stands in HTML and XML."""
    filled: tuple[bool, ...]
    """Which of them are not empty: rows that are filled alike are written after one pattern."""


class Writer(Protocol):
    """One format of one report, fed in one pass over the rows.

    `begin`, then per section `section`, its items in order and `end_section`, then `end`. The file it
    writes to is given when it is made, and stays open.
    """

    def begin(self, document: Document) -> None:
        """Write the head."""

    def section(self, section: Section, filled: bool) -> None:
        """Begin a section; when it is not `filled`, no item follows."""

    def group(self, group: Group) -> None:
        """Write a heading between rows."""

    def row(self, record: Record) -> None:
        """Write a row."""

    def total(self, total: Total) -> None:
        """Write a sum."""

    def end_section(self) -> None:
        """Close the section."""

    def end(self) -> None:
        """Write the footer and everything still held back."""


def clean(text: str) -> str:
    """Text on one line, composed, without control characters and without marks that turn the reading direction."""
    if text.isascii() and text.isprintable():
        return text
    whole = normalize("NFC", text)
    if whole.isprintable():
        return whole
    kept = (char if char.isprintable() or char in _JOINERS else " " if char.isspace() else "" for char in whole)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=20_000)
def amount(cents: int) -> str:
    """An amount as a Dutch reader expects it."""
    return dutch(cents)


def day(value: date) -> str:
    """A day as a Dutch reader expects it."""
    return f"{value.day:02d}-{value.month:02d}-{value.year}"


def moment(value: datetime) -> str:
    """A moment as the library's clock showed it."""
    return f"{value.day:02d}-{value.month:02d}-{value.year} {value.hour:02d}:{value.minute:02d}"


def shower(kind: CellKind, words: Any = None) -> Callable[[Any], str]:
    """How cells of this kind are shown to people; an empty cell is an empty text."""
    if kind is CellKind.TEXT:
        return lambda cell: clean(cell) if cell else ""
    if kind is CellKind.TERM:
        return lambda cell: words.get(cell) or clean(cell or "")
    write = _FOR_PEOPLE[kind]
    return lambda cell: "" if cell is None else write(cell)


def machine(kind: CellKind) -> Callable[[Any], str]:
    """How cells of this kind are written for programs: codes, a decimal point, ISO 8601."""
    if kind in (CellKind.TEXT, CellKind.TERM):
        return lambda cell: clean(cell) if cell else ""
    write = _FOR_PROGRAMS[kind]
    return lambda cell: "" if cell is None else write(cell)


_FOR_PEOPLE: dict[CellKind, Callable[[Any], str]] = {
    CellKind.NUMBER: str,
    CellKind.AMOUNT: amount,
    CellKind.DATE: day,
    CellKind.MOMENT: moment,
}
_FOR_PROGRAMS: dict[CellKind, Callable[[Any], str]] = {
    CellKind.NUMBER: str,
    CellKind.AMOUNT: lru_cache(maxsize=20_000)(plain),
    CellKind.DATE: date.isoformat,
    CellKind.MOMENT: datetime.isoformat,
}


def recorder(columns: Sequence[Column]) -> Callable[[Row], Record]:
    """What makes a record of a row."""
    texts = [place for place, column in enumerate(columns) if column.kind is CellKind.TEXT]
    others = [(place, _shown(column)) for place, column in enumerate(columns) if column.kind is not CellKind.TEXT]

    def record(cells: Row) -> Record:
        shown: list[Any] = list(cells)
        for place, show in others:
            shown[place] = show(cells[place])
        if None in shown or not _is_clean("".join(shown)):
            for place in texts:
                shown[place] = clean(shown[place] or "")
        return Record(cells, shown, _marked(shown), tuple(map(bool, shown)))

    return record


def _shown(column: Column) -> Callable[[Any], str]:
    """How the cells of a column are shown, remembered where they repeat themselves."""
    show = shower(column.kind, column.words)
    if column.kind in _SELDOM_THE_SAME or column.is_label:
        return show
    return Remembered(show).__getitem__


_SELDOM_THE_SAME = (CellKind.TEXT, CellKind.MOMENT)


def _is_clean(text: str) -> bool:
    """Whether a text, and so every part of it, is already as `clean` would make it."""
    return text.isprintable() and (text.isascii() or is_normalized("NFC", text))


def _marked(shown: list[str]) -> list[str]:
    whole = "".join(shown)
    if "&" in whole or "<" in whole or ">" in whole:
        return [escape(text, quote=False) for text in shown]
    return shown


def picker(places: Sequence[int]) -> Callable[[Sequence[str]], Any]:
    """What takes the texts at these places, to be set in a pattern."""
    return itemgetter(*places) if places else lambda _: ()


def stacked(shown: Sequence[str], stack: Sequence[int]) -> list[str]:
    """The lines of one cell on a page: empty ones are left out, but what stands below stays below."""
    lines = [text for place in stack if (text := shown[place])]
    if lines and not shown[stack[0]]:
        lines.insert(0, NOTHING_ABOVE)
    return lines


def fact_text(fact: Fact) -> str:
    """The value of a fact of the head, as people read it."""
    show = shower(fact.kind, fact.words)
    return ", ".join(show(cell) for cell in fact.cells)


def shown_total(total: Total, columns: Sequence[Column]) -> list[str]:
    """A sum as texts, one per column; empty where it has no value."""
    return [shower(column.kind)(total.values[column.key]) if column.key in total.values else "" for column in columns]
