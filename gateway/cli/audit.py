"""The command that shows the audit log: who came in, who was kept out, who changed what."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from gateway import clock
from gateway.accounts import audit
from gateway.accounts.events import AuditEntry, What
from gateway.cli.opening import gateway_of
from gateway.cli.tables import local, show_list
from gateway.errors import ConfigurationError

WEEK = timedelta(days=7)


class NotADay(ConfigurationError):
    """The day of --since cannot be read."""

    message = "{text!r} is not a day."
    hint = "Write it as 2026-03-10, or with a time as 2026-03-10T06:00."


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("audit")(show)


def show(
    context: typer.Context,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day on; else the last seven.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only who was kept out.")] = False,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many entries.")] = 1000,
) -> None:
    """Show who came in, who was kept out and why, and who changed accounts; newest first.

    Log-ins and refusals are counted by day, and written down once a minute by the gateway.
    """
    gateway = gateway_of(context)
    zone = gateway.settings.time_zone
    found = audit.entries(gateway.database, _moment(since, zone), account, What.REFUSED if refused else None, most)
    show_list(context, [_line(each, zone) for each in found])


def _moment(since: str | None, zone: str) -> datetime:
    if since is None:
        return clock.now() - WEEK
    try:
        return clock.local(datetime.fromisoformat(since), zone)
    except ValueError as error:
        raise NotADay(text=since) from error


def _line(entry: AuditEntry, zone: str) -> dict[str, Any]:
    return {
        "at": local(entry.at, zone),
        "what": entry.what,
        "account": entry.account,
        "address": entry.address,
        "detail": entry.detail,
        "times": entry.times,
        "by": entry.by,
    }
