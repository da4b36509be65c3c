"""What people write in the cells of a list: amounts, days, numbers, yes or no.

Read strictly: a cell that can mean two things is refused with a sentence (`ValueError`), never guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gateway.money import Cents, cents


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row of a list with its line in the file; a cell that is not there is empty.

    `surplus` is what stands in the row and belongs to no column.
    """

    line: int
    cells: Mapping[str, str]
    surplus: str = ""

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


_PROSE = frozenset({"title", "name", "description"})
"""What is text for people: it may begin with any sign, as no report lets a cell run as a formula."""

_FORMULA = "=+@＝＋＠"
_PLAIN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_DUTCH = re.compile(r"([0-9]{1,9}|[0-9]{1,3}(?:\.[0-9]{3}){1,2}),([0-9]{1,2})")
_DOUBTFUL = re.compile(r"([0-9]{1,3})[.,]([0-9]{3})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,9}")
_WORDS = {"no": False, "nee": False, "false": False, "0": False, "yes": True, "ja": True, "true": True, "1": True}


def needed(row: Row, *names: str) -> None:
    """Refuse a row in which one of these cells is empty."""
    for name in names:
        if not row[name]:
            raise ValueError(f"{name} must be there")


def refuse_disguised(row: Row) -> None:
    """Refuse a row with a cell that runs as a formula in a spreadsheet, or holds characters that nobody sees."""
    for name, text in row.cells.items():
        if not text.replace("\xa0", " ").isprintable():
            raise ValueError(f"{name} {text!a} has a line end or another character that cannot be seen")
        if name not in _PROSE and text.startswith(tuple(_FORMULA)):
            raise ValueError(f"{name} {text!r} begins as a formula: write the value itself")


def amount(row: Row, name: str) -> Cents | None:
    """Read `1250`, `1250,5`, `1.250,50` or `1250.50`; never less than nothing, and none when the cell is empty.

    `1.250` is refused: one point or comma with three digits may be thousands or decimals.
    """
    text = row[name]
    if not text:
        return None
    if doubtful := _DOUBTFUL.fullmatch(text):
        thousands = "".join(doubtful.groups())
        raise ValueError(f"{name} {text!r} can be read in two ways: write {thousands},00 if it is thousands")
    read = _PLAIN.fullmatch(text) or _DUTCH.fullmatch(text)
    if not read:
        raise ValueError(f"{name} must be an amount such as 1250,00 and not below nothing, not {text!r}")
    return cents(f"{read[1].replace('.', '')}.{read[2] or ''}")


def day(row: Row, name: str) -> date | None:
    """Read a day; none when the cell is empty."""
    if not row[name]:
        return None
    try:
        return date.fromisoformat(row[name] if _DAY.fullmatch(row[name]) else "")
    except ValueError as error:
        raise ValueError(f"{name} must be a day such as 2026-01-31, not {row[name]!r}") from error


def number(row: Row, name: str, least: int, most: int) -> int | None:
    """Read a whole number between two others, both inclusive; none when the cell is empty."""
    if not row[name]:
        return None
    if not _WHOLE.fullmatch(row[name]) or not least <= int(row[name]) <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {row[name]!r}")
    return int(row[name])


def yes(row: Row, name: str) -> bool | None:
    """Read yes or no, in English or Dutch; none when the cell is empty."""
    if not row[name]:
        return None
    if row[name].lower() not in _WORDS:
        raise ValueError(f"{name} must be yes or no, not {row[name]!r}")
    return _WORDS[row[name].lower()]


def listed(row: Row, name: str, known: frozenset[str], what: str) -> str | None:
    """Read a code of the library; where the library has a list of them, it must stand in it."""
    if row[name] and known and row[name] not in known:
        raise ValueError(f"{name} {row[name]!r} is not among the library's {what}: import those first, or mend it")
    return row[name] or None
