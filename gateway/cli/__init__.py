"""The command line, for installers, operators and automation: one thin function per command, one file per group."""

import secrets
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway import app as composition
from gateway import clock, db, log
from gateway.cli import demo, operations, orders, push, reports, start, suppliers, users
from gateway.errors import ConfigurationError, GatewayError

DEFAULT_CONFIG = Path("gateway.toml")

app = typer.Typer(
    name="gateway",
    help="The gateway between a library supplier and library systems.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds for every command: the settings file, who is asking, and the moment it is taken to be."""

    config: Path
    as_json: bool
    at: str | None


class NotARehearsal(ConfigurationError):
    """The clock of a gateway that does real work may not be set."""

    message = "--at is refused: {database} does real work."
    hint = "Rehearse in a database made with `gateway init --rehearsal`."


class NotAMoment(ConfigurationError):
    """The moment of --at cannot be read."""

    message = "{text!r} is not a moment."
    hint = "Write it as 2026-03-10T06:00, in the library's own time."


@app.callback()
def _choose(
    context: typer.Context,
    config: Annotated[Path, typer.Option(envvar="GATEWAY_CONFIG", help="The settings file.")] = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    at: Annotated[str | None, typer.Option(help="Take it to be this moment (rehearsal only).")] = None,
) -> None:
    context.obj = Chosen(config, as_json, at)
    log.configure(json=False, level="WARNING")
    if at is not None:
        _set_clock(config, at)


def _set_clock(path: Path, at: str) -> None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise NotAMoment(text=at) from error
    settings = composition.read_settings(path)
    gateway = composition.open_gateway(settings)
    if not db.is_rehearsal(gateway.database):
        raise NotARehearsal(database=gateway.database.url.render_as_string(hide_password=True))
    zone = next((library.time_zone for library in settings.library), "Europe/Amsterdam")
    clock.pretend(clock.local(moment, zone))


start.register(app, composition.fittings)
for group in (operations, push, orders, reports, suppliers, users, demo):
    group.register(app)


def main() -> None:
    """Run one command: exit 0 when it was done, 1 when it was not, 2 when it was asked wrongly; never a stack trace."""
    try:
        app()
    except GatewayError as error:
        typer.echo(f"{error}", err=True)
        if error.advice:
            typer.echo(error.advice, err=True)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception:
        number = secrets.token_hex(4)
        log.logger.exception("cli.failed", number=number)
        typer.echo(f"Something went wrong that should not; it was logged under {number}.", err=True)
        sys.exit(1)


__all__ = ["app", "main"]
