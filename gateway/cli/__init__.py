"""The command line, for installers, operators and automation: one thin function per command, one file per group."""

import secrets
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from gateway import app as composition
from gateway import clock, db, log
from gateway.cli import (
    audit,
    books,
    budgets,
    circulation,
    contract,
    deliveries,
    demo,
    messages,
    notices,
    operations,
    orders,
    push,
    reports,
    start,
    suppliers,
    users,
    waiting,
)
from gateway.cli.opening import gateway_of
from gateway.cli.printing import show_error
from gateway.errors import ConfigurationError, GatewayError

DEFAULT_CONFIG = Path("gateway.toml")
JSON = "--json"

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
    as_json: Annotated[bool, typer.Option(JSON, help="One JSON document on stdout.")] = False,
    at: Annotated[str | None, typer.Option(help="Take it to be this moment (rehearsal only).")] = None,
) -> None:
    context.obj = Chosen(config, as_json, at)
    log.configure(json=False, level="WARNING")
    if at is not None:
        _set_clock(context, at)


def _set_clock(context: typer.Context, at: str) -> None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise NotAMoment(text=at) from error
    gateway = gateway_of(context)
    if not db.is_rehearsal(gateway.database):
        raise NotARehearsal(database=gateway.database.url.render_as_string(hide_password=True))
    zone = next((library.time_zone for library in gateway.settings.library), "Europe/Amsterdam")
    clock.pretend(clock.local(moment, zone))


start.register(app, composition.fittings)
for group in (
    operations, push, contract, orders, messages, notices, waiting, deliveries, budgets, circulation, books, reports,
    suppliers, users, audit, demo,
):  # fmt: skip
    group.register(app)


def main() -> None:
    """Run one command: exit 0 when it was done, 1 when it was not, 2 when it was asked wrongly; never a stack trace."""
    words = sys.argv[1:]
    as_json = JSON in words
    # `--json` holds for every command, so it may stand anywhere.
    arguments = [JSON, *(word for word in words if word != JSON)] if as_json else words
    try:
        # A program gets its document for wrong words too; otherwise those are told by what reads them.
        sys.exit(app(arguments, standalone_mode=not as_json))
    except GatewayError as error:
        show_error(str(error), error.advice, as_json=as_json)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
    except TyperException as error:
        show_error(error.format_message(), "`gateway --help` names the commands.", as_json=as_json)
        sys.exit(error.exit_code)
    except (BrokenPipeError, typer.Abort):
        sys.exit(1)
    except Exception:
        number = secrets.token_hex(4)
        log.logger.exception("cli.failed", number=number)
        sentence = f"Something went wrong that should not; it was logged under {number}."
        show_error(sentence, "Send the log of that number to whoever looks after the gateway.", as_json=as_json)
        sys.exit(1)


__all__ = ["app", "main"]
