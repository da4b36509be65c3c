"""The command that gives the contract: WSDL, XSD and examples, as files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

import schemas
from gateway.cli.printing import NotWritten, show_json
from gateway.supplier import push as pushing

FOLDER = "orders/v1"


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("wsdl")(wsdl)


def wsdl(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="Folder for WSDL, XSD and examples; else the WSDL is shown.")] = None,
) -> None:
    """Give the contract: WSDL, XSD and examples."""
    as_json = bool(getattr(context.obj, "as_json", False))
    if to is not None:
        written = _written(to)
        if as_json:
            show_json({"written": written})
        else:
            typer.echo("\n".join(written))
    elif as_json:
        show_json({"wsdl": schemas.read(pushing.CONTRACT).decode()})
    else:
        sys.stdout.buffer.write(schemas.read(pushing.CONTRACT))


def _written(to: Path) -> list[str]:
    """Write every file of the contract; their paths."""
    paths = {to / Path(name).name: name for name in schemas.names(FOLDER)}
    try:
        to.mkdir(parents=True, exist_ok=True)
        for path, name in paths.items():
            path.write_bytes(schemas.read(name))
    except OSError as error:
        raise NotWritten(path=to, reason=error.strerror) from error
    return [str(path) for path in paths]
