"""The command that closes the books."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from gateway import clock
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import choices, show_json
from gateway.cli.tables import as_json, show_list
from gateway.money import Cents, plain
from gateway.orders import day_books
from gateway.orders.day_books import DayBooks

_FIGURES = ("received", "applied", "warned", "known", "refused")
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day of the library, as 2026-03-10.")]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("books")(books)


def books(
    context: typer.Context,
    library: Annotated[list[str] | None, typer.Option("--library", "-l", help="Only of this library; repeat.")] = None,
    first: Day = None,
    last: Day = None,
) -> None:
    """Close the books of each day, a week back unless told otherwise; ends with 1 and says what does not close."""
    gateway = gateway_of(context)
    told: list[dict[str, Any]] = []
    for institution in library or gateway.libraries:
        of = library_of(gateway, institution).library()
        until = last.date() if last else clock.today(of.time_zone)
        since = first.date() if first else until - timedelta(days=6)
        found = day_books.days(gateway.database, of, since, until)
        told += [_day(institution, each) for each in found]
    _show(context, told)
    raise typer.Exit(1 if any(each["flaws"] for each in told) else 0)


def _show(context: typer.Context, told: list[dict[str, Any]]) -> None:
    if choices(context).as_json:
        show_json(as_json(told))
        return
    show_list(context, [{k: v for k, v in each.items() if k not in ("runs", "applied_by", "flaws")} for each in told])
    for each in told:
        for flaw in each["flaws"]:
            typer.echo(f"{each['institution']} {each['day']} {each['sender']}: {flaw}", err=True)


def _day(institution: str, found: DayBooks) -> dict[str, Any]:
    return {
        "institution": institution,
        "day": found.day,
        "sender": found.sender,
        "opening_waiting": found.opening,
        **{name: found.total(name) for name in _FIGURES},
        "closing_waiting": found.closing,
        "under_way": found.under_way,
        "closes": not found.flaws and not found.under_way,
        "applied_by": [
            {"budget_code": code, "year": year, "kind": kind, "copies": copies}
            | {"amount": plain(Cents(found.cents((code, year, kind))))}
            for (code, year, kind), copies in sorted(found.copies().items(), key=str)
        ],
        "runs": [
            {"run": run.run, "report": run.number, "message_id": run.message_id, "under_way": run.under_way}
            | {name: getattr(run.books, name) for name in ("opening_waiting", *_FIGURES, "closing_waiting")}
            for run in found.runs
        ],
        "flaws": list(found.flaws),
    }
