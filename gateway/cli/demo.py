"""The command that shows the whole gateway at work."""

from pathlib import Path
from typing import Annotated

import typer

from gateway import demo as demonstrations


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("demo")(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End when the reports are there.")] = False,
    folder: Annotated[Path, typer.Option(help="Made anew every time.")] = demonstrations.REHEARSAL,
) -> None:
    """Start a rehearsal gateway with simulated library systems and push a real day through it."""
    demonstrations.demonstrate(typer.echo, once=once, folder=folder)
