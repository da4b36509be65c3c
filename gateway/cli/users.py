"""The commands about accounts: people who read reports, and suppliers' programs."""

import os
from typing import Annotated, Any

import typer

from gateway.accounts import people
from gateway.accounts.model import Role
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import told
from gateway.cli.tables import show_list
from gateway.errors import ConfigurationError

PASSWORD = "GATEWAY_PASSWORD"  # noqa: S105
users = typer.Typer(help="People who may log in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name to log in with.")]


class NoLibrary(ConfigurationError):
    """A person who is no administrator was given no library to read."""

    message = "{name} would see no reports at all."
    hint = "Name a library with --library I201 (it can be repeated), or make an administrator with --admin."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(users, name="users")


@users.command("add")
def add(
    context: typer.Context,
    name: Name,
    display_name: Annotated[str, typer.Option("--display-name", help="How pages call this person.")] = "",
    library: Annotated[list[str] | None, typer.Option("--library", "-l", help="May read its reports; repeat.")] = None,
    budgets: Annotated[
        bool, typer.Option("--budgets", help="May also decide about lines that wait, and change budget codes.")
    ] = False,
    admin: Annotated[bool, typer.Option("--admin", help="May do everything.")] = False,
) -> None:
    """Add a person; the password is asked, or taken from GATEWAY_PASSWORD."""
    gateway = gateway_of(context)
    role = Role.ADMIN if admin else Role.BUDGETS if budgets else Role.STAFF
    institutions = [library_of(gateway, each).institution for each in library or ()]
    if not institutions and not admin:
        raise NoLibrary(name=name)
    people.add_person(
        gateway.database,
        name=name,
        display_name=display_name or name,
        password=_password(),
        institutions=institutions,
        role=role,
    )
    told(context, name, f"may log in at {gateway.settings.public_address}")


@users.command("list")
def list_people(context: typer.Context) -> None:
    """Show who may log in."""
    found = people.listing(gateway_of(context).database)
    facts: list[dict[str, Any]] = [
        {
            "name": each.person.name,
            "display_name": each.person.display_name,
            "role": each.person.role.value,
            "libraries": sorted(each.person.institutions),
            "disabled": each.disabled_at is not None,
        }
        for each in found
    ]
    show_list(context, facts)


@users.command("password")
def set_password(context: typer.Context, name: Name) -> None:
    """Give a person a new password; whoever is logged in under that name is logged out."""
    people.set_password(gateway_of(context).database, name, _password())
    told(context, name, "has a new password")


@users.command("disable")
def disable(context: typer.Context, name: Name) -> None:
    """Let a person log in no more."""
    people.disable(gateway_of(context).database, name)
    told(context, name, "cannot log in any more")


def _password() -> str:
    given = os.environ.get(PASSWORD)
    if given:
        return given
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked
