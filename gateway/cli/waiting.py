"""The commands about lines that wait: why, and what is done about them."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from gateway.app import Gateway
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import told
from gateway.cli.tables import local, show_list
from gateway.config import LibrarySettings
from gateway.db import Connection, reading
from gateway.errors import ConfigurationError
from gateway.orders.explanations import EXPLANATIONS, sentences
from gateway.orders.store import progress, waiting_lines
from gateway.orders.store.waiting_lines import Sought
from gateway.orders.waiting import Choice, Desk, Line

Library = Annotated[str, typer.Option("--library", "-l", help="The institution, as I201.")]
Sender = Annotated[str | None, typer.Option(help="The supplier's sender code, where several gave the same id.")]


class NothingChosen(ConfigurationError):
    """A line was named and nothing was chosen for it."""

    message = "Nothing is chosen for {mutation}."
    hint = "Give --budget or --branch; without a mutation everything that waits is looked at again."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    group = typer.Typer(help="Lines that wait: why, and what to do about it.", no_args_is_help=True)
    group.command("list")(list_waiting)
    group.command("release")(release)
    group.command("refuse")(refuse)
    app.add_typer(group, name="waiting")


def release(
    context: typer.Context,
    library: Library,
    mutation: Annotated[str | None, typer.Argument(help="The mutation, as `waiting list` shows it.")] = None,
    budget: Annotated[str | None, typer.Option(help="The library's budget code that it goes on.")] = None,
    year: Annotated[int | None, typer.Option(help="The budget year, for a code that is listed for several.")] = None,
    branch: Annotated[str | None, typer.Option(help="The library's branch that it goes to.")] = None,
    all_like_it: Annotated[
        bool, typer.Option("--all-like-it", help="For every line with these codes from now on, not for this one only.")
    ] = False,
    sender: Sender = None,
) -> None:
    """Choose the codes for a line that waits, once or for all like it; without a line, look at all that waits again.

    What is released stands in the report of the run that follows at once.
    """
    desk = _desk(gateway_of(context), library)
    if mutation is None:
        desk.look()
        told(context, library, "is looked at again")
        return
    choice = Choice(budget, year, branch)
    if not (budget or branch):
        raise NothingChosen(mutation=mutation)
    decide = desk.choose_for_all if all_like_it else desk.choose
    decide(Line(library, mutation, sender), choice)
    told(context, mutation, "released")


def refuse(
    context: typer.Context,
    library: Library,
    mutation: Annotated[str, typer.Argument(help="The mutation, as `waiting list` shows it.")],
    reason: Annotated[str, typer.Option(help="Why; the report says it.")],
    sender: Sender = None,
) -> None:
    """Let a line that waits not be done; the report of the run that follows says so with the reason."""
    _desk(gateway_of(context), library).refuse(Line(library, mutation, sender), reason)
    told(context, mutation, "refused")


def _desk(gateway: Gateway, institution: str) -> Desk:
    return Desk(gateway.database, library_of(gateway, institution).library(), gateway.release)


def list_waiting(
    context: typer.Context,
    library: Annotated[str | None, typer.Option("--library", "-l", help="Only of this institution, as I201.")] = None,
) -> None:
    """Show what waits, for a decision or for the library system, and why."""
    gateway = gateway_of(context)
    libraries = [library_of(gateway, library)] if library else gateway.settings.library
    with reading(gateway.database) as connection:
        found = [row for each in libraries for row in _waiting_of(connection, each)]
    show_list(context, found)


def _waiting_of(connection: Connection, library: LibrarySettings) -> Iterator[dict[str, Any]]:
    rows = waiting_lines.listing(connection, Sought([library.institution]))
    # What somebody can decide about stands first.
    for row in sorted(rows, key=lambda row: row.findings is None):
        yield _waiting_line(row, library)


def _waiting_line(row: Any, library: LibrarySettings) -> dict[str, Any]:
    [cause, *_] = findings = progress.unpack(row.cause)
    return {
        "library": library.institution,
        "mutation": row.mutation_id,
        "order": f"{row.order_number}/{row.order_line}",
        "kind": row.kind,
        "since": local(row.since, library.time_zone),
        "waits_for": "the library system" if row.findings is None else "a decision",
        "why": _why_unavailable(row, library) if cause.code == "system-unavailable" else sentences(findings),
        "remedy": EXPLANATIONS[cause.code].hint,
    }


def _why_unavailable(row: Any, library: LibrarySettings) -> str:
    next_try = local(row.next_try_at, library.time_zone)
    return f"The library system could not be reached: {row.system_said} It is tried again at {next_try:%H:%M}."
