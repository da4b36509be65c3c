"""The supplier's side of the command line: `push` sends a message as a supplier would."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gateway import clock
from gateway.cli.printing import show_json
from gateway.cli.tables import local
from gateway.errors import ConfigurationError, GatewayError, RejectedInput
from gateway.orders.model import Receipt
from gateway.supplier import push as pushing
from gateway.supplier import sample, upload
from gateway.supplier.push import Patience
from gateway.transport.soap_client import Credentials, SoapClient, SoapVersion
from gateway.transport.soap_faults import ServiceBusy, ServiceRefused

SECRET = "GATEWAY_PUSH_SECRET"  # noqa: S105
_ZONE = "Europe/Amsterdam"
_BRANCHES = 4
_LINES = 20

_WRONG_USE = 2
_NOT_DONE = 1


class WrongUse(ConfigurationError):
    """The flags contradict each other, or one is missing."""

    code = "wrong-use"
    message = "{sentence}"
    hint = "`gateway push --help` names every flag."


@dataclass(frozen=True)
class _Asked:
    """The flags of one push."""

    file: Path | None
    to: str
    account: str
    secret_file: Path | None
    soap: SoapVersion | None
    trial: bool
    wait: bool
    timeout: float
    size: int | None
    seed: int
    institution: str | None
    sender: str
    branches: list[str]
    budget_codes: list[str]
    on: str | None
    as_json: bool


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("push")(push)


def push(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="Address of the service: https://…/soap/orders")],
    account: Annotated[str, typer.Option(help="Name of the supplier's account.")],
    file: Annotated[Path | None, typer.Argument(help="SOAP envelope or request element, sent as written.")] = None,
    size: Annotated[int | None, typer.Option("--sample", min=1, help="Push an invented day of so many.")] = None,
    seed: Annotated[int, typer.Option(help="With --sample: the same seed gives the same day.")] = 1,
    institution: Annotated[str | None, typer.Option(help="With --sample: the library, as I202.")] = None,
    sender: Annotated[str, typer.Option(help="With --sample: the sender code.")] = "000002",
    branch: Annotated[list[str] | None, typer.Option(help="With --sample: a branch; repeatable.")] = None,
    budget_code: Annotated[
        list[str] | None, typer.Option(help="With --sample: a budget code; repeatable. Else the gateway is asked.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="With --sample: the day, as 2026-03-10. Else yesterday.")] = None,
    secret_file: Annotated[
        Path | None, typer.Option(envvar=f"{SECRET}_FILE", help=f"File with the secret; or set {SECRET}.")
    ] = None,
    soap: Annotated[SoapVersion | None, typer.Option(help="SOAP version; 1.1 unless the file says.")] = None,
    test: Annotated[bool, typer.Option("--test", help="A trial: planned and answered, nothing kept.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Stay until it is processed, and tell what became of it.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for an answer.")] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Push a message of mutations, as a supplier does, and show the receipt or the fault."""
    json_asked = as_json or bool(getattr(context.obj, "as_json", False))
    asked = _Asked(
        file, to, account, secret_file, soap, test, wait, timeout, size, seed, institution, sender,
        branch or [], budget_code or [], on, json_asked,
    )  # fmt: skip
    with _told_to(json_asked):
        _push(asked)


def _push(asked: _Asked) -> None:
    if (asked.file is None) == (asked.size is None):
        raise WrongUse(sentence="Give either a file or --sample, not both and not neither.")
    message = upload.message(asked.file, version=asked.soap, trial=asked.trial) if asked.file else None
    version = message.version if message else asked.soap or SoapVersion.V1_1
    client = pushing.client(
        asked.to, Credentials(asked.account, _secret(asked)), version, timeout_seconds=asked.timeout
    )
    if message:
        with _progress(len(message), asked) as told:
            receipt = pushing.push_message(client, message, _patience(asked), told)
    else:
        receipt = _push_sample(client, asked)
    _show_receipt(receipt, asked)
    if asked.wait and not receipt.test:
        _show_status(pushing.processed(client, receipt.message_id, within_seconds=asked.timeout), asked)


def _push_sample(client: SoapClient, asked: _Asked) -> Receipt:
    if not asked.institution:
        raise WrongUse(sentence="--sample needs --institution: for which library is this day?")
    try:
        on = date.fromisoformat(asked.on) if asked.on else clock.today(_ZONE) - timedelta(days=1)
    except ValueError as error:
        raise WrongUse(sentence=f"--on {asked.on} is not a day; write it as 2026-03-10.") from error
    budget_codes = asked.budget_codes or pushing.budget_codes(client, asked.institution)
    size = asked.size or 1
    with _making(size, asked):
        day = sample.day(
            size,
            asked.seed,
            institution=asked.institution,
            sender=asked.sender,
            branches=asked.branches or [f"{asked.institution[1:]}{number}" for number in range(1, _BRANCHES + 1)],
            budget_codes=budget_codes,
            on=on,
            test=asked.trial,
        )
    if day.header.control.mutation_count <= pushing.WRITTEN_BY_ZEEP:
        return pushing.push_day(client, day, _patience(asked))
    with ExitStack() as kept:
        with _making(size, asked):
            path = kept.enter_context(pushing.written(day, client.version))
        message = upload.message(path)
        with _progress(len(message), asked) as told:
            return pushing.push_message(client, message, _patience(asked), told)


def _secret(asked: _Asked) -> str:
    if asked.secret_file:
        try:
            return asked.secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise WrongUse(sentence=f"The secret in {asked.secret_file} cannot be read: {error.strerror}.") from error
    if SECRET in os.environ:
        return os.environ[SECRET]
    if not sys.stdin.isatty():
        raise WrongUse(sentence=f"There is no secret: set {SECRET}, or give --secret-file.")
    return str(typer.prompt(f"Secret of {asked.account}", hide_input=True, err=True))


def _making(size: int, asked: _Asked) -> AbstractContextManager[object]:
    console = Console(stderr=True)
    if asked.as_json or not console.is_terminal:
        return nullcontext()
    return console.status(f"making a day of {size:,} mutations")


@contextmanager
def _progress(total: int, asked: _Asked) -> Iterator[Callable[[int], None]]:
    """A bar on stderr when a person watches; it fills as bytes leave, and starts over with each attempt."""
    console = Console(stderr=True)
    if asked.as_json or not console.is_terminal:
        yield lambda _sent: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("sending", total=total)

        def told(sent: int) -> None:
            bar.advance(task, sent)
            if bar.tasks[0].finished:
                bar.update(task, description="sent; the gateway is storing it")

        yield told


def _patience(asked: _Asked) -> Patience:
    def told(busy: ServiceBusy, seconds: float) -> None:
        if not asked.as_json:
            typer.echo(f"{busy} Trying again in {seconds:.0f} s.", err=True)

    return Patience(told=told)


def _show_receipt(receipt: Receipt, asked: _Asked) -> None:
    if asked.as_json:
        if not asked.wait:
            show_json({"accepted": True, "receipt": _as_facts(receipt)})
        return
    kept = "a trial, nothing was kept" if receipt.test else f"receipt {receipt.receipt_id}"
    typer.echo(f"Accepted: {kept}")
    typer.echo(f"  message    {receipt.message_id}, received {_local(receipt).isoformat(' ')}")
    typer.echo(
        f"  mutations  {receipt.mutation_count}: {receipt.new_count} new, {receipt.known_count} known from before"
    )
    if receipt.unknown_budget_codes:
        typer.echo(f"  attention  budget codes the library has not given: {', '.join(receipt.unknown_budget_codes)}")
    plan = receipt.plan or ()
    _show_lines([f"{line.mutation_id}  {line.outcome}  {line.code}  {line.sentence}".rstrip() for line in plan])
    if receipt.plan_truncated:
        typer.echo("  … and more, which the gateway did not list")


def _show_lines(lines: Sequence[str]) -> None:
    for line in lines[:_LINES]:
        typer.echo(f"  {line}")
    if len(lines) > _LINES:
        typer.echo(f"  … and {len(lines) - _LINES:,} more (--json gives all)")


def _as_facts(receipt: Receipt) -> dict[str, Any]:
    return {**asdict(receipt), "received_at": _local(receipt).isoformat()}


def _local(receipt: Receipt) -> datetime:
    return local(receipt.received_at, _ZONE)


def _show_status(status: dict[str, Any], asked: _Asked) -> None:
    counts = pushing.outcomes(status)
    reports = list(status.get("report") or [])
    troubled = [
        {key: each[key] for key in ("mutationId", "outcome", "code", "sentence")}
        for each in status.get("mutation") or []
    ]
    done = status["state"] == "PROCESSED"
    if asked.as_json:
        show_json(
            {"accepted": True, "state": status["state"], "outcomes": counts, "reports": reports, "lines": troubled}
        )
    else:
        typer.echo(f"  state      {status['state']}: " + ", ".join(f"{n} {name}" for name, n in counts.items()))
        _show_lines(
            [f"{each['mutationId']}  {each['outcome']}  {each['code']}  {each['sentence']}" for each in troubled]
        )
        for name in reports:
            typer.echo(f"  report     {name}")
    if not done:
        raise typer.Exit(_NOT_DONE)


@contextmanager
def _told_to(as_json: bool) -> Iterator[None]:
    """Tell every failure with its place and what to do, and end with the status that a program expects."""
    try:
        yield
    except GatewayError as error:
        told = _failure(error)
        if as_json:
            show_json({"accepted": False, **told})
        else:
            typer.echo("\n".join(_failure_lines(told)), err=True)
        wrong = isinstance(error, ConfigurationError | RejectedInput)
        raise typer.Exit(_WRONG_USE if wrong else _NOT_DONE) from error


def _failure(error: GatewayError) -> dict[str, Any]:
    told: dict[str, Any] = {"error": str(error), "remedy": error.advice, "code": error.code}
    if isinstance(error, ServiceRefused | ServiceBusy):
        fault = error.fault
        told |= {
            "code": fault.code,
            "line": fault.place.line,
            "mutationId": fault.place.mutation_id,
            "element": fault.place.element,
            "number": fault.number,
        }
    return {key: value for key, value in told.items() if value not in (None, "")}


def _failure_lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"Not accepted ({told['code']}): {told['error']}"
    place = [f"{key} {told[key]}" for key in ("line", "mutationId", "element") if key in told]
    if place:
        yield f"  where      {', '.join(place)}"
    if "number" in told:
        yield f"  number     {told['number']}"
    if "remedy" in told:
        yield f"  what to do {told['remedy']}"
