"""The commands about a library's orders: branches and open orders."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.app import Gateway
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import NotDone, choices, show_json
from gateway.cli.tables import local, show_list
from gateway.db import reading
from gateway.money import plain
from gateway.orders import imports
from gateway.orders.imports import Imported
from gateway.orders.store import codes, enquiries

Library = Annotated[str, typer.Option("--library", "-l", help="The institution, as I201.")]
ListFile = Annotated[Path, typer.Argument(help="CSV or XML; docs/installer.md names the columns.")]

branches = typer.Typer(help="The library's branches, by the supplier's code.", no_args_is_help=True)
orders = typer.Typer(help="Order lines in the ledger.", no_args_is_help=True)


class NoSuchOrder(NotDone):
    """The library has no order of that number."""

    message = "There is no order {order_number} in {institution}."
    hint = "Look for its number in a report: there it stands as the supplier wrote it."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    groups = {"branches": branches, "orders": orders}
    for name, group in groups.items():
        app.add_typer(group, name=name)


@branches.command("import")
def import_branches(context: typer.Context, file: ListFile, library: Library) -> None:
    """Put the file's list in the place of the library's branches; a refused row leaves the old entry."""
    _import(context, imports.import_branches, library, file)


@orders.command("import")
def import_orders(context: typer.Context, file: ListFile, library: Library) -> None:
    """Add orders that already stand in the library system, whole lines only; what is known here stays as it is."""
    _import(context, imports.import_open_orders, library, file)


@branches.command("list")
def list_branches(context: typer.Context, library: Library) -> None:
    """Show the library's branches."""
    with reading(_of(context, library).database) as connection:
        found = [
            {"supplier_branch": row.supplier_branch, "branch": row.branch, "name": row.name}
            for row in codes.branch_rows(connection, library)
        ]
    show_list(context, found)


@orders.command("show")
def show_order(
    context: typer.Context,
    library: Library,
    order_number: Annotated[str, typer.Argument(help="The supplier's order number.")],
) -> None:
    """Show the lines of an order and everything that was done to them."""
    gateway = _of(context, library)
    with reading(gateway.database) as connection:
        found = enquiries.order_history(connection, library, order_number)
    if not found:
        raise NoSuchOrder(order_number=order_number, institution=library)
    show_list(context, [_effect(each, library_of(gateway, library).time_zone) for each in found])


def _effect(row: dict[str, Any], time_zone: str) -> dict[str, Any]:
    """What one mutation did, with amounts and moments as people and programs expect them."""
    told: dict[str, Any] = {}
    for key, value in row.items():
        if key.endswith("_cents"):
            told[key.removesuffix("_cents")] = plain(value)
        else:
            told[key] = local(value, time_zone) if key == "at" and value else value
    return told


def _of(context: typer.Context, institution: str) -> Gateway:
    gateway = gateway_of(context)
    library_of(gateway, institution)
    return gateway


def _import(context: typer.Context, read: Callable[..., Imported], institution: str, file: Path) -> None:
    gateway = _of(context, institution)
    imported = read(gateway.database, institution, file, gateway.release)
    if choices(context).as_json:
        show_json({"taken": imported.taken, "known": imported.known, "refused": imported.refused})
    else:
        known = f"{imported.known} known already, " if imported.known else ""
        typer.echo(f"{imported.taken} rows taken, {known}{len(imported.refused)} refused")
        for sentence in imported.refused:
            typer.echo(f"  {sentence}", err=True)
    raise typer.Exit(1 if imported.refused else 0)
