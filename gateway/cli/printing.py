"""How commands answer: for people in lines, for programs as one JSON document."""

import json
from pathlib import Path
from typing import Any, Protocol, cast

import typer


class Choices(Protocol):
    """What was chosen for all commands at once; `main` keeps it in the context."""

    @property
    def config(self) -> Path:
        """The settings file."""

    @property
    def as_json(self) -> bool:
        """Whether a program is asking."""


def choices(context: typer.Context) -> Choices:
    """What was chosen before the command's own name."""
    return cast(Choices, context.obj)


def show_json(answer: Any) -> None:
    """Print the one JSON document of a command."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
