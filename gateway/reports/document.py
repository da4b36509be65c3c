"""What a layout makes of a report: sections, columns and rows, before any format. No fonts, no bytes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from gateway.reports.model import Audience, Layout

Cell = str | int | date | datetime | None
"""Amounts are whole cents; moments are aware and already in the library's time zone; None is an empty cell."""

Row = tuple[Cell, ...]
"""One cell per column of its section."""


class CellKind(StrEnum):
    """How a cell is written."""

    TEXT = "text"
    TERM = "term"
    """A code of ours that people read as a word: `ORDERED` is shown as `Besteld`."""
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    MOMENT = "moment"


class Place(StrEnum):
    """Where formats for people (txt, html, pdf) set a column; csv, xlsx and xml give each its own."""

    COLUMN = "column"
    UNDER = "under"
    """On a second or third line in the cell of the column before it."""
    NOTE = "note"
    """A sentence: in txt on lines of its own below the record."""
    ASIDE = "aside"
    """Not shown to people: it stands in the heading of its group, or is for programs only."""


class Part(StrEnum):
    """Which part of the report a section is, for formats that cannot hold everything."""

    CANCELLED = "cancelled"
    ATTENTION = "attention"
    DETAIL = "detail"
    BOOKS = "books"


_LONG_TEXT = 25


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` counts characters, `cut` lets txt shorten it to that width instead of folding it."""

    key: str
    title: str
    width: int
    kind: CellKind = CellKind.TEXT
    place: Place = Place.COLUMN
    words: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    is_label: bool = False
    """A number that only names its row, and is not read as an amount of something."""

    @property
    def is_flexible(self) -> bool:
        """Whether it may take what room the others leave, because its text may go on the next line."""
        return self.cut or self.place is Place.NOTE or (self.kind is CellKind.TEXT and self.width >= _LONG_TEXT)

    @property
    def is_right_aligned(self) -> bool:
        """Numbers and amounts stand under each other by their last digit."""
        return self.kind in (CellKind.NUMBER, CellKind.AMOUNT) and not self.is_label


@dataclass(frozen=True, slots=True)
class Group:
    """A heading between rows."""

    title: str


@dataclass(frozen=True, slots=True)
class Total:
    """A sum below the rows of a group, or (`grand`) of the whole section; `values` by column key."""

    label: str
    values: Mapping[str, int]
    grand: bool = False


Item = Row | Group | Total
Rows = Callable[[], Iterator[Item]]
"""Rows that can be read as often as needed, one by one; never a list of all."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the report. `row_name` is what one row is called in XML; `empty` is said when there are none."""

    key: str
    title: str
    part: Part
    columns: tuple[Column, ...]
    rows: Rows
    empty: str
    row_name: str = "line"
    intro: str = ""

    @property
    def stacks(self) -> tuple[tuple[int, ...], ...]:
        """The columns that people see, by place in the row: each with those that stand under it."""
        stacks: list[list[int]] = []
        for place, column in enumerate(self.columns):
            if column.place is Place.COLUMN:
                stacks.append([place])
            elif column.place is Place.UNDER:
                stacks[-1].append(place)
        return tuple(tuple(stack) for stack in stacks)

    @property
    def page_columns(self) -> tuple[tuple[int, ...], ...]:
        """The stacks, and after them each sentence in a column of its own, for formats that wrap."""
        return (*self.stacks, *((place,) for place in self.notes))

    @property
    def notes(self) -> tuple[int, ...]:
        """The columns that hold sentences, by place in the row."""
        return tuple(place for place, column in enumerate(self.columns) if column.place is Place.NOTE)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the head; several cells are several values of the same fact."""

    key: str
    title: str
    cells: tuple[Cell, ...]
    kind: CellKind = CellKind.TEXT
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A report laid out for one audience, in one language."""

    name: str
    layout: Layout
    audience: Audience
    language: str
    title: str
    subtitle: str
    processed_at: datetime
    """In the library's time zone; the only moment a file may carry, so that a report is the same whenever written."""
    head: tuple[Fact, ...]
    remarks: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: str
    detail_count: int
