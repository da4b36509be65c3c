"""One table of figures: shown on a terminal, as JSON, or written into a document between its marks."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Sheet:
    """What one part of the benchmark found; `figures` has the numbers behind `rows`."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    figures: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)

    def show(self, console: Console) -> None:
        """Print it."""
        table = Table(title=self.title, title_justify="left")
        for place, name in enumerate(self.columns):
            table.add_column(name, justify="right" if place else "left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        console.print("\n".join(self.notes) + "\n", highlight=False)

    def markdown(self) -> str:
        """As a document has it."""
        lines = [f"**{self.title}**", "", _line(self.columns), _line(("---", *["--:"] * (len(self.columns) - 1)))]
        lines += [_line(row) for row in self.rows]
        return "\n".join([*lines, "", *(f"{note}  " for note in self.notes)]).rstrip()


def write(document: Path, sheets: list[Sheet]) -> None:
    """Put each sheet between its marks in a document; a mark is a comment `begin: NAME` and `end: NAME`.

    Raises:
        SystemExit: the document has no place for a sheet.
    """
    text = document.read_text()
    for sheet in sheets:
        begin, end = f"<!-- begin: {sheet.name} -->", f"<!-- end: {sheet.name} -->"
        if begin not in text or end not in text:
            raise SystemExit(f"{document} has no place for {sheet.name}: it needs {begin} and {end}")
        between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        put = f"{begin}\n{sheet.markdown()}\n{end}"
        text = between.sub(lambda _, put=put: put, text)  # type: ignore[misc]
    document.write_text(text)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def judged(shown: str, value: float, most: float | None) -> str:
    """A figure with the mark of whether it is within what was promised."""
    if most is None:
        return shown
    return f"{shown} ✓ ≤{most:g}" if value <= most else f"{shown} ✗ >{most:g}"
