"""The commands that keep a gateway running: serve, worker, db."""

from typing import Annotated

import typer

from gateway import app as composition
from gateway import serving
from gateway.cli.opening import gateway_of, needing_its_database
from gateway.cli.printing import choices, show_json
from gateway.install.registers import opened

database = typer.Typer(help="The database.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.add_typer(database, name="db")


def serve(
    context: typer.Context,
    with_worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also process messages here.")] = True,
    node: Annotated[str, typer.Option(help="Name of this process; no other that runs may have it.")] = "main",
) -> None:
    """Serve suppliers and staff until told to end."""
    gateway = gateway_of(context, logs=True)
    settings = gateway.settings

    def ready() -> None:
        typer.echo(f"listening on {settings.listen}, reached at {settings.public_address}", err=True)

    with needing_its_database(gateway):
        serving.serve(gateway, node=node, with_worker=with_worker, ready=ready)


def worker(
    context: typer.Context,
    node: Annotated[str, typer.Option(help="Name of this process; no other that runs may have it.")] = "worker",
) -> None:
    """Process messages until told to end, and serve nothing; beside `serve --no-worker`."""
    gateway = gateway_of(context, logs=True)
    with needing_its_database(gateway):
        serving.work(gateway, node=node, ready=lambda: typer.echo("working", err=True))


@database.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Make the tables, or bring them to this version."""
    fittings = composition.fittings()
    settings = fittings.read_settings(choices(context).config)
    with opened(settings.database, fittings) as database:
        fittings.tables.upgrade(database)
    done = "the tables are those of this version"
    if choices(context).as_json:
        show_json({"done": done})
    else:
        typer.echo(done)
