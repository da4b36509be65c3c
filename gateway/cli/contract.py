"""The command that gives the contract: WSDL, XSD and examples, as files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

import schemas
from gateway.cli.printing import NotWritten, show_json
from gateway.orders import announcements
from gateway.supplier import push as pushing

FOLDER = "orders/v1"
ANNOUNCED = "budgets/v1"


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("wsdl")(wsdl)


def wsdl(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="Folder for WSDL, XSD and examples; else the WSDL is shown.")] = None,
    budget_codes: Annotated[
        bool, typer.Option("--budget-codes", help="What a supplier serves that wants to be told of budget codes.")
    ] = False,
) -> None:
    """Give the contract: WSDL, XSD and examples."""
    folder, contract = (ANNOUNCED, announcements.CONTRACT) if budget_codes else (FOLDER, pushing.CONTRACT)
    as_json = bool(getattr(context.obj, "as_json", False))
    if to is not None:
        written = _written(to, folder)
        if as_json:
            show_json({"written": written})
        else:
            typer.echo("\n".join(written))
    elif as_json:
        show_json({"wsdl": schemas.read(contract).decode()})
    else:
        sys.stdout.buffer.write(schemas.read(contract))


def _written(to: Path, folder: str) -> list[str]:
    """Write every file of the contract; their paths."""
    paths = {to / Path(name).name: name for name in schemas.names(folder)}
    try:
        to.mkdir(parents=True, exist_ok=True)
        for path, name in paths.items():
            path.write_bytes(schemas.read(name))
    except OSError as error:
        raise NotWritten(path=to, reason=error.strerror) from error
    return [str(path) for path in paths]
