"""The commands about deliveries: how far each line is on its way into the library system, and what a person found."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from gateway.app import Gateway
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import told
from gateway.cli.tables import local, show_list
from gateway.config import LibrarySettings
from gateway.errors import ConfigurationError
from gateway.orders.settling import DeliveryDesk
from gateway.orders.waiting import Line

Library = Annotated[str, typer.Option("--library", "-l", help="The institution, as I201.")]


class State(StrEnum):
    """How far a line can be on its way into the library system."""

    TO_DELIVER = "to deliver"
    HANDED_OVER = "handed over"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    NOT_CARRIED = "not carried"


class NotSaid(ConfigurationError):
    """A line was named and nothing was said of it."""

    message = "It is not said whether {mutation} arrived."
    hint = "Look in the library system, and give --arrived or --not-arrived."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    group = typer.Typer(help="Lines on their way into the library system.", no_args_is_help=True)
    group.command("list")(list_deliveries)
    group.command("settle")(settle)
    app.add_typer(group, name="deliveries")


def list_deliveries(
    context: typer.Context,
    library: Annotated[str | None, typer.Option("--library", "-l", help="Only of this institution, as I201.")] = None,
    state: Annotated[State | None, typer.Option(help="Only lines that are so far.")] = None,
    most: Annotated[int, typer.Option(help="At most so many of each library, newest first.")] = 200,
) -> None:
    """Show how far lines are on their way into the library system, newest first."""
    gateway = gateway_of(context)
    libraries = [library_of(gateway, library)] if library else gateway.settings.library
    desk = _desk(gateway)
    found = [_delivery(row, each) for each in libraries for row in desk.deliveries(each.institution, state, most)]
    show_list(context, found)


def settle(
    context: typer.Context,
    library: Library,
    mutation: Annotated[str, typer.Argument(help="The mutation, as `deliveries list` shows it.")],
    arrived: Annotated[
        bool | None, typer.Option("--arrived/--not-arrived", help="Whether you found it in the library system.")
    ] = None,
    sender: Annotated[
        str | None, typer.Option(help="The supplier's sender code, where several gave the same id.")
    ] = None,
) -> None:
    """Say of an uncertain line whether it stands in the library system; look there first.

    One that arrived is confirmed; one that did not is delivered again, once. The next report says so.
    """
    gateway = gateway_of(context)
    library_of(gateway, library)
    if arrived is None:
        raise NotSaid(mutation=mutation)
    _desk(gateway).settle(Line(library, mutation, sender), arrived=arrived)
    told(context, mutation, "confirmed" if arrived else "is delivered again")


def _desk(gateway: Gateway) -> DeliveryDesk:
    return DeliveryDesk(gateway.database, gateway.release)


def _delivery(row: Any, library: LibrarySettings) -> dict[str, Any]:
    return {
        "library": library.institution,
        "mutation": row.mutation_id,
        "sender": row.sender,
        "order": f"{row.order_number}/{row.order_line}",
        "kind": row.kind,
        "title": row.title or "",
        "since": local(row.since, library.time_zone),
        "state": row.state,
        "reason": row.reason,
        "settled_by": row.settled_by or "",
    }
