"""The command that shows the whole gateway at work."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gateway import demo as demonstrations
from gateway.cli.printing import choices, show_json
from gateway.demo.place import REHEARSAL


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("demo")(demo)


def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="End when the reports are there.")] = False,
    folder: Annotated[Path, typer.Option(help="Made anew every time.")] = REHEARSAL,
) -> None:
    """Start a rehearsal gateway with simulated library systems and push a real day through it."""
    as_json = choices(context).as_json
    say = partial(typer.echo, err=as_json)
    reports = demonstrations.demonstrate(say, once=once, folder=folder)
    if as_json:
        show_json({"folder": str(folder), "reports": list(map(str, reports))})
