"""Rows of a list that stand or fall together: all rows of one branch, budget code or order line."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from gateway.orders import cells
from gateway.orders.cells import Row

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Groups(Generic[Key, Value]):
    """Rows by what they speak of. A group with one row that cannot be used is refused whole, never halved."""

    def __init__(self, rows: Iterable[Row], key: Callable[[Row], Key], read: Callable[[Row], Value]) -> None:
        """Read every row; `read` raises ValueError with a sentence for a row that cannot be used."""
        self._members: dict[Key, list[Row]] = {}
        self._values: dict[Row, Value] = {}
        self._faults: dict[Row, str] = {}
        for row in rows:
            self._members.setdefault(key(row), []).append(row)
            try:
                self._values[row] = _whole(row, read)
            except ValueError as error:
                self.refuse(row, str(error))

    def refuse(self, row: Row, sentence: str) -> None:
        """Refuse a row, and so its group; the first sentence about a row stays."""
        self._faults.setdefault(row, sentence)

    def doubt(self, key: Key, row: Row) -> None:
        """Let a refused row that does not say what it belongs to hold up a group that it may belong to."""
        self._members[key].append(row)

    def merge(self, rows: Iterable[tuple[Row, Mapping[str, Any]]]) -> dict[str, Any]:
        """What rows say together, by column; a row goes along with what it does not mention.

        Rows that contradict each other are refused, each with the line of the other.
        """
        said: dict[str, tuple[Row, Any]] = {}
        for row, values in rows:
            for name, value in values.items():
                first, before = said.setdefault(name, (row, value))
                if before != value:
                    self.refuse(first, f"{name} is {first[name]!r} here and {row[name]!r} on line {row.line}")
                    self.refuse(row, f"{name} is {row[name]!r} here and {first[name]!r} on line {first.line}")
        return {name: value for name, (_, value) in said.items()}

    def sound(self) -> dict[Key, Sequence[tuple[Row, Value]]]:
        """The groups of which no row is refused, in the order of the list."""
        return {
            key: [(row, self._values[row]) for row in rows]
            for key, rows in self._members.items()
            if not any(row in self._faults for row in rows)
        }

    def refused(self) -> Iterator[tuple[Key, Row]]:
        """Every row of the groups that are refused."""
        sound = self.sound()
        return ((key, row) for key, rows in self._members.items() if key not in sound for row in rows)

    def sentences(self) -> list[str]:
        """Why rows are refused: one sentence for each, with its line, in the order of the list."""
        said = dict(self._faults)
        for rows in self._members.values():
            if (first := next((row for row in rows if row in self._faults), None)) is not None:
                for row in rows:
                    said.setdefault(row, f"not taken, because it belongs with line {first.line}, which is refused")
        return [f"line {row.line}: {said[row]}" for row in sorted(said, key=lambda row: row.line)]


def _whole(row: Row, read: Callable[[Row], Value]) -> Value:
    if row.surplus:
        raise ValueError(f"{row.surplus!r} stands in no column, or in one that was there already")
    cells.refuse_disguised(row)
    return read(row)


def kept(refused: Iterable[tuple[str, Row]], taken: Iterable[str], old: Iterable[str]) -> set[str]:
    """The entries of the old list that stay beside what is taken of the new one: those whose rows are refused.

    A row without its code may have been about any entry, so then everything stays that the new list does not replace.
    """
    keys = {key for key, _ in refused}
    return set(old) - set(taken) if "" in keys else keys
