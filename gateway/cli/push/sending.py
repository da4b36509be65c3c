"""What a push sends: files, whole folders of them, or an invented day."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import typer

from gateway import clock
from gateway.cli.push import answers, failures
from gateway.cli.push.asked import Asked, WrongUse
from gateway.cli.push.progress import busy_with, client_of, patience, sending
from gateway.errors import GatewayError
from gateway.orders.model import Receipt
from gateway.supplier import inspection, sample, upload
from gateway.supplier import push as pushing
from gateway.supplier.message import OPERATION, Day
from gateway.supplier.upload import Message
from gateway.transport.soap_client import Credentials, SoapClient

_BRANCHES = 4


def messages(asked: Asked, credentials: Credentials | None) -> list[Message]:
    """The files to push, in the order of their names within each folder, looked over before the first is sent.

    Raises:
        NotAMessage, BreaksContract: a file that cannot be pushed, or that the gateway would refuse.
        WrongUse: there is none.
    """
    header = credentials.soap_header if credentials else b""
    found = [
        upload.message(path, version=asked.soap, trial=asked.trial, soap_header=header) for path in _files(asked.paths)
    ]
    told = list(_pushes(found, asked))
    if not told:
        raise WrongUse(sentence="There is nothing to push in what was named.")
    for each in told if not asked.unchecked else ():
        with busy_with(f"looking {each.path.name} over", asked):
            inspection.inspect(each)
    return told


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.iterdir() if each.suffix.lower() == ".xml" and each.is_file())
        else:
            yield path


def _pushes(found: Sequence[Message], asked: Asked) -> Iterator[Message]:
    """Those that push; what a folder holds besides is passed over, what was named itself is refused later."""
    for each in found:
        if each.operation == OPERATION or each.path in asked.paths:
            yield each
        elif not asked.as_json:
            typer.echo(f"{each.path}: passed over, it holds {each.operation}", err=True)


@dataclass(frozen=True, slots=True)
class Told:
    """What a push came to: for programs, and as an exit status."""

    facts: dict[str, Any]
    status: int = 0


def push_one(found: Sequence[Message], asked: Asked, credentials: Credentials | None) -> Told:
    """Push the only file."""
    return _told_of(_push_file(found[0], asked, credentials), asked, credentials)


def push_all(found: Sequence[Message], asked: Asked, credentials: Credentials | None) -> Told:
    """Push files one after another; the first that is not accepted ends it, so that their order holds."""
    told: list[dict[str, Any]] = []
    status = 0
    for place, each in enumerate(found, start=1):
        _say(f"{each.path}", asked)
        try:
            of_one = _told_of(_push_file(each, asked, credentials), asked, credentials)
        except GatewayError as error:
            told.append({"file": str(each.path), "accepted": False, **failures.facts(error)})
            return _ended(told, [str(other.path) for other in found[place:]], error, asked)
        told.append({"file": str(each.path), **of_one.facts})
        status = status or of_one.status
    _say(f"{len(found)} messages, all accepted", asked)
    return Told({"accepted": True, "messages": told}, status)


def _ended(told: list[dict[str, Any]], left: list[str], error: GatewayError, asked: Asked) -> Told:
    if not asked.as_json:
        typer.echo("\n".join(failures.lines(failures.facts(error))), err=True)
        typer.echo(f"{len(told) - 1} accepted, 1 not; not sent: {', '.join(left) or 'none'}", err=True)
    return Told({"accepted": False, "messages": told, "notSent": left}, failures.exit_status(error))


def push_sample(asked: Asked, credentials: Credentials | None) -> Told:
    """Push an invented day."""
    return _told_of(_push_sample(asked, credentials), asked, credentials)


def _told_of(receipt: Receipt, asked: Asked, credentials: Credentials | None) -> Told:
    """Show a receipt, and what became of the message when that is waited for."""
    if not asked.as_json:
        answers.show_receipt(receipt)
    facts = {"accepted": True, "receipt": answers.receipt_facts(receipt)}
    if not asked.wait or receipt.test:
        return Told(facts)
    client = client_of(asked, credentials)
    try:
        found = pushing.processed(client, receipt.message_id, within_seconds=asked.timeout, patience=patience(asked))
    except GatewayError as error:
        _say(f"Accepted; what became of it is not known yet: {error}", asked)
        return Told({**facts, "waiting": failures.facts(error)}, failures.LATER)
    status = answers.status_facts(found)
    if not asked.as_json:
        answers.show_status(status)
    return Told({**facts, **status}, 0 if status["state"] == "PROCESSED" else failures.LATER)


def _say(sentence: str, asked: Asked) -> None:
    if not asked.as_json:
        typer.echo(sentence)


def _push_file(what: Message, asked: Asked, credentials: Credentials | None) -> Receipt:
    client = client_of(asked, credentials, what.version)
    with sending(len(what), asked) as told:
        return pushing.push_message(client, what, patience(asked), told)


def _push_sample(asked: Asked, credentials: Credentials | None) -> Receipt:
    client = client_of(asked, credentials)
    day = _sample(client, asked)
    if day.header.control.mutation_count <= pushing.WRITTEN_BY_ZEEP:
        return pushing.push_day(client, day, patience(asked))
    with ExitStack() as kept:
        with busy_with(f"writing a day of {asked.size:,} mutations", asked):
            path = kept.enter_context(pushing.written(day, client.version, client.soap_header))
        return _push_file(upload.message(path), asked, credentials)


def _sample(client: SoapClient, asked: Asked) -> Day:
    if not asked.institution:
        raise WrongUse(sentence="--sample needs --institution: for which library is this day?")
    try:
        on = date.fromisoformat(asked.on) if asked.on else clock.today(answers.ZONE) - timedelta(days=1)
    except ValueError as error:
        raise WrongUse(sentence=f"--on {asked.on} is not a day; write it as 2026-03-10.") from error
    budget_codes = asked.budget_codes or pushing.budget_codes(client, asked.institution, patience(asked))
    size = asked.size or 1
    with busy_with(f"making a day of {size:,} mutations", asked):
        return sample.day(
            size,
            asked.seed,
            institution=asked.institution,
            sender=asked.sender,
            branches=asked.branches or [f"{asked.institution[1:]}{number}" for number in range(1, _BRANCHES + 1)],
            budget_codes=budget_codes,
            on=on,
            test=asked.trial,
        )
