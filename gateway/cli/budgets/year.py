"""The command for the change of the budget year."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from gateway import app, clock
from gateway.cli.budgets.asked import Library, Preview
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.tables import show_list
from gateway.money import plain
from gateway.orders import year_change
from gateway.orders.year_change import YearChange


def register(group: typer.Typer) -> None:
    """Add the command of this file."""
    group.command("year-change")(change_year)


def change_year(
    context: typer.Context,
    library: Library,
    to: Annotated[int | None, typer.Option(min=1901, max=2999, help="The budget year; else this one.")] = None,
    preview: Preview = False,
) -> None:
    """Move open orders of earlier budget years to the same code of a year, where the list has that code for it.

    The gateway does it by itself in a new year, unless the library's settings say `move_open_orders = false`.
    """
    gateway = gateway_of(context)
    year = to or clock.today(library_of(gateway, library).time_zone).year
    with app.alone(gateway, library):
        told = year_change.change(gateway.database, library, year, preview=preview)
    show_list(context, list(_told(told)))


def _told(told: YearChange) -> Iterator[dict[str, Any]]:
    for stays, found in ((False, told.moved), (True, told.stays)):
        for (code, year), moved in found.items():
            yield {
                "code": code,
                "from": year,
                "to": None if stays else told.year,
                "lines": moved.lines,
                "copies": moved.copies,
                "amount": plain(moved.amount),
                "why": f"{code} is not listed for {told.year}" if stays else "",
            }
