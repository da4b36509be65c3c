"""Lists: a table for people, never cut short, and one JSON document for programs."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from gateway.cli.printing import choices, show_json

WIDEST = 100_000
"""Columns of a table that goes into a pipe or a file: as many as it needs."""

Row = Mapping[str, Any]


def show_list(context: typer.Context, facts: Sequence[Row], lines: Sequence[Row] | None = None) -> None:
    """Show a list.

    Args:
        context: says for whom.
        facts: one mapping a row, for programs; moments and days become ISO 8601.
        lines: the same for people, where they should read it in another way. A column in which nothing stands is
            left out.
    """
    if choices(context).as_json:
        show_json(as_json(facts))
        return
    rows = facts if lines is None else lines
    if not rows:
        typer.echo("nothing", err=True)
        return
    _table(rows)


def local(moment: str | datetime, time_zone: str) -> datetime:
    """A moment in a library's own time, to the second."""
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return read.astimezone(ZoneInfo(time_zone)).replace(microsecond=0)


def _table(rows: Sequence[Row]) -> None:
    cells = [{key: _as_text(value) for key, value in row.items()} for row in rows]
    filled = [key for key in cells[0] if any(row[key] for row in cells)]
    table = Table(box=None, pad_edge=False)
    for key in filled:
        table.add_column(key.replace("_", " "), overflow="fold")
    for row in cells:
        table.add_row(*(row[key] for key in filled))
    width = None if sys.stdout.isatty() else WIDEST
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)


def _as_text(value: Any) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case datetime():
            return value.isoformat(" ")
        case list() | tuple():
            return ", ".join(map(_as_text, value))
        case _:
            return str(value)


def as_json(value: Any) -> Any:
    """The same with moments and days as ISO 8601."""
    match value:
        case Mapping():
            return {key: as_json(each) for key, each in value.items()}
        case list() | tuple():
            return [as_json(each) for each in value]
        case date():
            return value.isoformat()
        case _:
            return value
