"""The commands that tell suppliers of budget codes, and show what they lack."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from gateway.cli.budgets.asked import Days, Library, Preview
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.tables import show_list
from gateway.config import SupplierSettings
from gateway.orders import announcements
from gateway.orders.announcements import Announced, NobodyToTell, Way
from gateway.orders.drift import Drift

Sender = Annotated[str | None, typer.Option(help="Only this supplier, by its sender code.")]


def register(group: typer.Typer) -> None:
    """Add the commands of this file."""
    group.command("drift")(drift)
    group.command("announce")(announce)


def drift(context: typer.Context, library: Library, sender: Sender = None, days: Days = 30) -> None:
    """Show which codes a supplier does not know yet, or still uses after their end."""
    gateway = gateway_of(context)
    of = library_of(gateway, library).library()
    found = announcements.drift(gateway.database, of, gateway.settings.suppliers, days)
    show_list(context, [_drift(code, each) for code, some in found.items() if sender in (None, code) for each in some])


def _drift(sender: str, each: Drift) -> dict[str, Any]:
    return {
        "sender": sender,
        "code": each.code,
        "year": each.year,
        "lag": each.lag,
        "lines": each.lines or None,
        "last_ordered_on": each.last_on,
        "suggestions": list(each.suggestions),
    }


def announce(
    context: typer.Context,
    library: Library,
    sender: Sender = None,
    by: Annotated[Way | None, typer.Option(help="Only in this way.")] = None,
    preview: Preview = False,
) -> None:
    """Tell suppliers which codes hold, by mail or by a call to their own SOAP address; never amounts."""
    gateway = gateway_of(context)
    of = library_of(gateway, library).library()
    suppliers = _chosen(gateway.settings.suppliers, sender)
    if preview:
        lacking = {code: announcements.news(gateway.database, of, code)[1] for code in suppliers}
        show_list(context, [_drift(code, each) for code, some in lacking.items() for each in some])
        return
    ways = (by,) if by else tuple(Way)
    done = announcements.announce(gateway.database, of, suppliers, gateway.settings.mail, ways=ways)
    show_list(context, [_announced(each) for each in done])
    if any(each.problem for each in done):
        raise typer.Exit(1)


def _chosen(suppliers: Mapping[str, SupplierSettings], sender: str | None) -> dict[str, SupplierSettings]:
    chosen = {code: each for code, each in suppliers.items() if sender in (None, code)}
    if not chosen:
        raise NobodyToTell(asked=f" under {sender}" if sender else "")
    return chosen


def _announced(each: Announced) -> dict[str, Any]:
    return {
        "sender": each.sender,
        "way": each.way,
        "to": each.to,
        "version": each.version,
        "told": not each.problem,
        "problem": each.problem,
    }
