"""The commands about what has its hour: when its runs come."""

from typing import Annotated

import typer

from gateway import clock, clockwork
from gateway.cli.opening import gateway_of
from gateway.cli.tables import local, show_list
from gateway.routines import rule


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(no_args_is_help=True)
    # A group of one command would be that command.
    group.callback()(_notices)
    group.command("due")(due)
    app.add_typer(group, name="notices")


def _notices() -> None:
    """What has its hour: when it comes next. Notices to patrons are not among it yet."""


def due(
    context: typer.Context,
    number: Annotated[int, typer.Option(min=1, max=100, help="How many runs of each routine.")] = 1,
) -> None:
    """Show the next runs of what has its hour, in the library's own time: the look at orders that wait, every hour."""
    now = clock.now()
    found = sorted(
        (slot, routine.library, routine.name, routine.time_zone)
        for routine in clockwork.routines(gateway_of(context))
        for slot in rule.upcoming(routine.rule, routine.time_zone, now, number, routine.calendar)
    )
    show_list(
        context,
        [
            {
                "due_at": local(slot.due_at, zone),
                "library": library,
                "routine": name,
                "planned_on": slot.on,
                "planned_at": f"{slot.at:%H:%M}",
            }
            for slot, library, name, zone in found
        ],
    )
