"""The supplier's side of the command line: `push` sends messages as a supplier would, and asks what became of them."""

from pathlib import Path

import typer

from gateway.cli.printing import show_json
from gateway.cli.push import failures, options, questions, sending
from gateway.cli.push.asked import Asked
from gateway.errors import GatewayError
from gateway.reports.model import Format
from gateway.supplier.patience import TRIES
from gateway.transport.soap_client import Proof

_HERE = Path()
_EPILOG = (
    "Exit status: 0 accepted (and, with --wait, processed). 1 refused: mend the message, or ask the library. 2 asked"
    " wrongly: flags, files, address. 3 not now: nothing is wrong with the message, send it again later, unchanged;"
    " or, with --wait, it is not processed yet."
)


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command("push", epilog=_EPILOG)(push)


def push(
    context: typer.Context,
    to: options.To,
    account: options.Account = "",
    paths: options.Paths = None,
    secret_file: options.SecretFile = None,
    auth: options.Auth = Proof.BASIC,
    test: options.Test = False,
    wait: options.Wait = False,
    unchecked: options.Unchecked = False,
    raw: options.Raw = False,
    tries: options.Tries = TRIES,
    timeout: options.Timeout = 600,
    soap: options.Soap = None,
    ping: options.Ping = False,
    status: options.Status = None,
    report: options.Report = None,
    form: options.Form = Format.TXT,
    into: options.Into = _HERE,
    size: options.Sample = None,
    seed: options.Seed = 1,
    institution: options.Institution = None,
    sender: options.Sender = "000002",
    branch: options.Branches = None,
    budget_code: options.BudgetCodes = None,
    on: options.On = None,
    as_json: options.AsJson = False,
) -> None:
    """Push messages of mutations, as a supplier does, and show the receipts or the fault; or ask about them."""
    asked = Asked(
        tuple(paths or ()), to, account, secret_file, auth, soap, test, unchecked, wait, tries, timeout, raw,
        status, report, form, into, ping, size, seed, institution, sender, tuple(branch or ()),
        tuple(budget_code or ()), on, as_json or bool(getattr(context.obj, "as_json", False)),
    )  # fmt: skip
    try:
        _do(asked)
    except GatewayError as error:
        failures.show(error, asked)
        raise typer.Exit(failures.exit_status(error)) from error


def _do(asked: Asked) -> None:
    asked.check()
    credentials = asked.credentials()
    if asked.ping:
        questions.ping(asked, credentials)
    elif asked.status_of:
        questions.tell_status(asked.status_of, asked, credentials)
    elif asked.report_of:
        questions.fetch_report(asked.report_of, asked, credentials)
    elif asked.size is not None:
        _end(sending.push_sample(asked, credentials), asked)
    else:
        found = sending.messages(asked, credentials)
        push = sending.push_one if len(found) == 1 else sending.push_all
        _end(push(found, asked, credentials), asked)


def _end(told: sending.Told, asked: Asked) -> None:
    """Give programs their one document, and end as things went."""
    if asked.as_json:
        show_json(told.facts)
    if told.status:
        raise typer.Exit(told.status)
