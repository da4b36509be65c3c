"""How commands answer: for people in lines, for programs as one JSON document."""

import json
from pathlib import Path
from typing import Any, Protocol, cast

import typer

from gateway.errors import ConfigurationError, GatewayError


class NotWritten(ConfigurationError):
    """A file that was asked for cannot be written."""

    message = "{path} cannot be written: {reason}."
    hint = "Choose another file, or run this as a user who may write there."


class NotDone(GatewayError):
    """It was asked rightly, and could not be done; the command ends with 1."""

    code = "not-done"


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


def show_error(sentence: str, remedy: str, *, as_json: bool) -> None:
    """Tell what went wrong and what to do: a program in its one document, a person on stderr."""
    if as_json:
        show_json({"error": sentence, "remedy": remedy})
        return
    typer.echo(sentence, err=True)
    if remedy:
        typer.echo(remedy, err=True)


def write(context: typer.Context, what: str, text: str, to: Path | None) -> None:
    """Show a text, or write it to a file and say so.

    Args:
        context: says for whom.
        what: what the text is, for programs.
        text: the whole of it.
        to: the file; none to show it.

    Raises:
        NotWritten: the file cannot be written.
    """
    if to is not None:
        write_file(context, to, text.encode())
    elif choices(context).as_json:
        show_json({what: text})
    else:
        typer.echo(text, nl=False)


def write_file(context: typer.Context, to: Path, content: bytes) -> None:
    """Write a file and say so.

    Raises:
        NotWritten: it cannot be written.
    """
    try:
        to.write_bytes(content)
    except OSError as error:
        raise NotWritten(path=to, reason=error.strerror) from error
    written(context, to)


def written(context: typer.Context, to: Path) -> None:
    """Say that a file was written."""
    if choices(context).as_json:
        show_json({"written": [str(to)]})
    else:
        typer.echo(f"{to} written", err=True)


def told(context: typer.Context, name: str, what: str) -> None:
    """Say what was done to something that has a name."""
    if choices(context).as_json:
        show_json({"name": name, "done": what})
    else:
        typer.echo(f"{name} {what}")
