"""The commands about a library's circulation: what the library system told, and what is known of a patron."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gateway import clock, picture
from gateway.circulation.intake import Arrival, Receipt, State
from gateway.circulation.model import Block, Charge, Hold, Loan, Membership
from gateway.circulation.store import lookups, messages
from gateway.circulation.store.lookups import PatronPicture
from gateway.circulation.watched import opened
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import NotDone, choices, show_json
from gateway.cli.tables import local, show_list
from gateway.db import reading
from gateway.money import plain

_SHOWN = 20
_DONE = {State.APPLIED: 0, State.KNOWN: 0, State.HELD: 3}
"""How a command ends: 0 when all was taken, 1 when records were refused, 3 when the message is held."""

Library = Annotated[str, typer.Option("--library", "-l", help="The institution, as I201.")]

circulation = typer.Typer(help="What library systems tell of their circulation.", no_args_is_help=True)
patron = typer.Typer(help="What is known of a patron.", no_args_is_help=True)


class NoSuchPatron(NotDone):
    """Nobody of that number is known."""

    message = "There is no patron {number} in {institution}."
    hint = "Give the number of the card, or the library system's own id."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(circulation, name="circulation")
    app.add_typer(patron, name="patron")


@circulation.command("import")
def import_message(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A message as schemas/circulation/v1 describes; may be gzipped.")],
    confirm: Annotated[bool, typer.Option(help="Let a snapshot delete as much as it does.")] = False,
) -> None:
    """Take a message; ends with 1 when records were refused, with 3 when the message waits for --confirm."""
    gateway = gateway_of(context)
    quiet, most = choices(context).as_json, picture.most_bytes(gateway)
    with opened(file, most) as (size, chunks), _progress(size, quiet=quiet) as passed:
        arrival = Arrival(picture.reception(gateway), file.name)
        receipt = arrival.take(map(passed, chunks), confirmed=confirm)
    if choices(context).as_json:
        show_json(_facts(receipt))
    else:
        _tell(receipt)
    raise typer.Exit(_DONE[receipt.state] or int(any(count.refused for count in receipt.counts.values())))


@contextmanager
def _progress(size: int, *, quiet: bool) -> Iterator[Callable[[bytes], bytes]]:
    """A bar when a person watches; it fills as the file is read."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda chunk: chunk
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=size)

        def passed(chunk: bytes) -> bytes:
            bar.advance(task, len(chunk))
            if bar.tasks[0].finished:
                bar.update(task, description="read; putting it in the picture")
            return chunk

        yield passed


def _facts(receipt: Receipt) -> dict[str, Any]:
    return {
        "message_id": receipt.message_id,
        "library": receipt.institution,
        "state": receipt.state,
        "received_at": receipt.received_at.isoformat(),
        "counts": {name: asdict(count) for name, count in receipt.counts.items()},
        "findings": [each._asdict() for each in receipt.findings],
        "finding_count": receipt.finding_count,
        "would_go": {name: {"gone": gone, "of": of} for name, (gone, of) in receipt.would_go.items()},
    }


def _tell(receipt: Receipt) -> None:
    typer.echo(f"{receipt.message_id} of {receipt.institution}: {receipt.state.lower()}")
    for name, count in receipt.counts.items():
        if count.received or count.gone:
            typer.echo(
                f"  {name}: {count.received} received, {count.changed} changed, {count.refused} refused,"
                f" {count.gone} gone"
            )
    for each in receipt.findings[:_SHOWN]:
        typer.echo(f"  line {each.line}, {each.record} {each.id}: {each.sentence}", err=True)
    if receipt.finding_count > _SHOWN:
        typer.echo(f"  … and {receipt.finding_count - _SHOWN} more; --json tells them.", err=True)
    for name, (gone, of) in receipt.would_go.items():
        typer.echo(f"  It would delete {gone} of {of}: {name}. Nothing was changed; --confirm lets it.", err=True)


@circulation.command("age")
def show_age(context: typer.Context) -> None:
    """Show how old the picture of each library is."""
    gateway = gateway_of(context)
    with reading(gateway.database) as connection:
        pictures = [messages.picture(connection, institution) for institution in gateway.libraries]
    zone = gateway.settings.time_zone
    show_list(
        context,
        [
            {
                "library": each.library,
                "as_of": local(each.as_of, zone) if each.as_of else None,
                "imported_at": local(each.imported_at, zone) if each.imported_at else None,
                "minutes_old": int(age.total_seconds() // 60) if (age := each.age(clock.now())) is not None else None,
            }
            for each in pictures
        ],
    )


@patron.command("show")
def show_patron(
    context: typer.Context, number: Annotated[str, typer.Argument(help="Card number, or id.")], library: Library
) -> None:
    """Show what is known of a patron: memberships, loans, holds, charges, blocks, and what is in doubt."""
    gateway = gateway_of(context)
    zone = library_of(gateway, library).time_zone
    with reading(gateway.database) as connection:
        found = lookups.patron_picture(connection, library, number)
    if found is None:
        raise NoSuchPatron(number=number, institution=library)
    facts = _patron_facts(found, zone)
    if choices(context).as_json:
        show_json(facts)
        return
    _tell_patron(context, facts)


def _patron_facts(found: PatronPicture, zone: str) -> dict[str, Any]:
    who = found.patron
    return {
        "id": who.id,
        "card_number": who.card_number,
        "name": " ".join(filter(None, (who.salutation, who.first_name or who.initials, who.prefix, who.last_name))),
        "language": who.language,
        "born_on": _day(who.birth_on),
        "deceased_on": _day(who.deceased_on),
        "removed_on": _day(who.removed_on),
        "blocks": sorted(who.blocks),
        "with_bailiff": bool(found.with_bailiff) or Block.BAILIFF in who.blocks,
        "in_doubt": who.doubt,
        "mail": [{"address": each.address, "state": each.state} for each in who.mail_addresses],
        "postal": [
            {"street": f"{each.street} {each.number}".strip(), "city": f"{each.postal_code} {each.city}".strip(),
             "country": each.country, "unusable": each.unusable}
            for each in who.postal_addresses
        ],
        "memberships": [_membership(each) for each in found.memberships],
        "loans": [_loan(each, zone) for each in found.loans],
        "holds": [_hold(each, zone) for each in found.holds],
        "charges": [_charge(each, with_bailiff=each.id in found.with_bailiff) for each in found.charges],
        "findings": [each.sentence for each in found.findings],
    }  # fmt: skip


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _membership(each: Membership) -> dict[str, Any]:
    return {"id": each.id, "type": each.type, "from": _day(each.started_on), "until": _day(each.ends_on),
            "status": each.status, "in_doubt": each.doubt}  # fmt: skip


def _loan(each: Loan, zone: str) -> dict[str, Any]:
    ended = each.returned_at or each.cancelled_at
    return {
        "id": each.id, "item": each.item, "loaned_on": _day(each.loaned_on), "due_on": _day(each.due_on),
        "ended_at": local(ended, zone).isoformat() if ended else None, "fine": plain(each.running_fine),
        "said": [f"{mark.kind} {_day(mark.effective_on) or 'not printed yet'}" for mark in each.marks],
        "in_doubt": each.doubt,
    }  # fmt: skip


def _hold(each: Hold, zone: str) -> dict[str, Any]:
    return {
        "id": each.id, "title": each.title, "branch": each.pickup_branch, "state": each.state,
        "placed_at": local(each.placed_at, zone).isoformat(), "ready_on": _day(each.ready_on),
        "said": [f"{mark.kind} {_day(mark.effective_on) or 'not printed yet'}" for mark in each.marks],
        "in_doubt": each.doubt,
    }  # fmt: skip


def _charge(each: Charge, *, with_bailiff: bool) -> dict[str, Any]:
    return {
        "id": each.id, "kind": each.kind, "booked_on": _day(each.booked_on), "amount": plain(each.amount),
        "open": plain(each.open), "invoice": each.invoice_number, "with_bailiff": with_bailiff, "in_doubt": each.doubt,
    }  # fmt: skip


def _tell_patron(context: typer.Context, facts: dict[str, Any]) -> None:
    if facts["with_bailiff"]:
        typer.echo("Handed to the bailiff: pays and returns nothing here; only an admin lifts the block.")
    for name, fact in facts.items():
        if fact and not isinstance(fact, list):
            typer.echo(f"{name.replace('_', ' ')}: {fact if fact is not True else 'yes'}")
        elif fact and not isinstance(fact[0], dict):
            typer.echo(f"{name.replace('_', ' ')}: {'; '.join(fact)}")
        elif fact:
            typer.echo(f"\n{name}")
            show_list(context, fact)
