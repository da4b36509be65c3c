"""The commands about a library's budget codes, one file for each thing that is done to them."""

import typer

from gateway.cli.budgets import announcing, lists, year


def register(app: typer.Typer) -> None:
    """Add the commands of this folder."""
    group = typer.Typer(help="The library's budget codes and what the supplier calls them.", no_args_is_help=True)
    for file in (lists, announcing, year):
        file.register(group)
    app.add_typer(group, name="budgets")
