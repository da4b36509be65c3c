"""The commands about suppliers' accounts: whose program may push for whom, and with which secret."""

from typing import Annotated

import typer

from gateway.accounts import suppliers
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import choices, show_json, told
from gateway.cli.tables import show_list

group = typer.Typer(help="Suppliers' programs that may push.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The account's name.")]
Libraries = Annotated[list[str], typer.Option("--library", "-l", help="May push for this institution; repeat.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="suppliers")


@group.command("add")
def add(
    context: typer.Context,
    name: Name,
    library: Libraries,
    sender: Annotated[str, typer.Option(help="The supplier's sender code: six digits.")],
) -> None:
    """Make an account; its secret is shown once and kept nowhere."""
    gateway = gateway_of(context)
    for institution in library:
        library_of(gateway, institution)
    _show_secret(context, name, suppliers.add(gateway.database, gateway.key, name, sender, library))


@group.command("list")
def list_accounts(context: typer.Context) -> None:
    """Show the accounts, without their secrets."""
    found = suppliers.listing(gateway_of(context).database)
    facts = [
        {
            "name": each.account.name,
            "sender": each.account.sender,
            "libraries": sorted(each.account.institutions),
            "secrets": each.secrets,
            "disabled": each.disabled_at is not None,
        }
        for each in found
    ]
    show_list(context, facts)


@group.command("rotate")
def rotate(context: typer.Context, name: Name) -> None:
    """Give an account a second secret; both are valid until `retire`."""
    gateway = gateway_of(context)
    _show_secret(context, name, suppliers.rotate(gateway.database, gateway.key, name))


@group.command("retire")
def retire(context: typer.Context, name: Name) -> None:
    """Let the older of an account's two secrets open nothing any more."""
    suppliers.retire(gateway_of(context).database, name)
    told(context, name, "has one secret, the newest")


@group.command("bind")
def bind(context: typer.Context, name: Name, library: Libraries) -> None:
    """Let an account push for exactly these institutions."""
    suppliers.bind(gateway_of(context).database, name, library)
    told(context, name, f"may push for {', '.join(sorted(library))}")


@group.command("disable")
def disable(context: typer.Context, name: Name) -> None:
    """Close an account at once."""
    suppliers.disable(gateway_of(context).database, name)
    told(context, name, "is closed")


@group.command("enable")
def enable(context: typer.Context, name: Name) -> None:
    """Open a closed account again, with the secrets it had."""
    suppliers.enable(gateway_of(context).database, name)
    told(context, name, "is open")


def _show_secret(context: typer.Context, name: str, secret: str) -> None:
    if choices(context).as_json:
        show_json({"name": name, "secret": secret})
        return
    typer.echo(f"{name}: {secret}")
    typer.echo("It is shown this once; hand it over on a safe way.", err=True)
