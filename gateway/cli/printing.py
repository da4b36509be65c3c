"""How commands answer: for people in lines, for programs as one JSON document."""

import json
from pathlib import Path
from typing import Any, Protocol, cast

import typer

from gateway.errors import ConfigurationError


class NotWritten(ConfigurationError):
    """A file that was asked for cannot be written."""

    message = "{path} cannot be written: {reason}."
    hint = "Choose another file, or run this as a user who may write there."


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


def write(text: str, to: Path | None) -> None:
    """Show a text, or write it to a file and say so on stderr.

    Raises:
        NotWritten: the file cannot be written.
    """
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotWritten(path=to, reason=error.strerror) from error
    typer.echo(f"{to} written", err=True)


def told(context: typer.Context, name: str, what: str) -> None:
    """Say what was done to something that has a name."""
    if choices(context).as_json:
        show_json({"name": name, "done": what})
    else:
        typer.echo(f"{name} {what}")
