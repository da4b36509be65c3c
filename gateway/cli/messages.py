"""The commands about messages of suppliers: what came, what became of it, and a copy to try elsewhere."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import NotWritten, choices, show_json, written
from gateway.cli.tables import as_json, local, show_list
from gateway.db import Connection, reading
from gateway.errors import ConfigurationError
from gateway.money import plain
from gateway.orders import message_log
from gateway.orders.explanations import sentences
from gateway.orders.store import enquiries, progress
from gateway.orders.store import message_log as store

Library = Annotated[str, typer.Option("--library", "-l", help="The institution, as I201.")]
MessageId = Annotated[str, typer.Argument(help="The messageId that the supplier gave it.")]
Sender = Annotated[str | None, typer.Option(help="The supplier's sender code, where several gave the same id.")]


class NothingSought(ConfigurationError):
    """A search without anything to search for."""

    message = "Nothing is said to look for."
    hint = "Give --order, --ean, --mutation or words of a --title; `gateway messages list` shows the newest messages."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    group = typer.Typer(help="Messages of suppliers, and what became of them.", no_args_is_help=True)
    group.command("list")(list_messages)
    group.command("find")(find)
    group.command("show")(show)
    group.command("export")(export)
    app.add_typer(group, name="messages")


def list_messages(context: typer.Context, library: Library, most: int = 50) -> None:
    """Show the newest messages of a library."""
    gateway = gateway_of(context)
    zone = library_of(gateway, library).time_zone
    with reading(gateway.database) as connection:
        found = [
            {**row._mapping, "received_at": local(row.received_at, zone)}
            for row in enquiries.newest_messages(connection, library, most)
        ]
    show_list(context, found)


def find(
    context: typer.Context,
    library: Library,
    order: Annotated[str | None, typer.Option(help="The supplier's order number.")] = None,
    ean: Annotated[str | None, typer.Option(help="The 13 digits of a title.")] = None,
    title: Annotated[str | None, typer.Option(help="Whole words of a title, in any order.")] = None,
    mutation: Annotated[str | None, typer.Option(help="A mutationId.")] = None,
    most: Annotated[int, typer.Option(help="How many are shown, the newest first.")] = 50,
) -> None:
    """Find mutations by order number, EAN, mutationId or words of a title.

    Of each it is told in which message it came and what became of it.

    A mutation can be found as soon as it was decided, which is when its library's run has begun.
    """
    gateway = gateway_of(context)
    zone = library_of(gateway, library).time_zone
    asked = {"order_number": order, "ean": ean, "mutation_id": mutation, "title": title}
    sought = {key: value for key, value in asked.items() if value}
    if not sought or (title and not store.words(title)):
        raise NothingSought()
    found = message_log.found(gateway.database, library, sought, most)
    show_list(context, [{**row._mapping, "received_at": local(row.received_at, zone)} for row in found])
    raise typer.Exit(0 if found else 1)


def show(context: typer.Context, message_id: MessageId, library: Library, sender: Sender = None) -> None:
    """Show a message: who sent it, what became of each mutation, what that did to the ledger, and its report."""
    gateway = gateway_of(context)
    zone = library_of(gateway, library).time_zone
    with reading(gateway.database) as connection:
        row = message_log.named(connection, library, message_id, sender)
        head = {
            name: local(value, zone) if name in ("received_at", "created_at") else value
            for name, value in row._mapping.items()
            if name != "pk"
        }
        mutations = list(_told(connection, row.pk))
    if choices(context).as_json:
        show_json({**as_json(head), "mutations": mutations})
        return
    for name, value in head.items():
        typer.echo(f"{name.replace('_', ' ')}: {'' if value is None else value}")
    show_list(context, [{**each, "effects": list(map(_in_words, each["effects"]))} for each in mutations])


def export(
    context: typer.Context,
    message_id: MessageId,
    library: Library,
    to: Annotated[Path, typer.Option(help="The file to write; never over another.")],
    sender: Sender = None,
) -> None:
    """Write a message as it was received, without the sender's credentials, for `gateway push` to a test gateway."""
    gateway = gateway_of(context)
    library_of(gateway, library)
    with closing(message_log.exported(gateway.database, library, message_id, sender)) as pieces:
        first = next(pieces)
        try:
            with to.open("xb") as file:
                file.write(first)
                for piece in pieces:
                    file.write(piece)
        except OSError as error:
            raise NotWritten(path=to, reason=error.strerror) from error
    written(context, to)


def _told(connection: Connection, message_pk: int) -> Iterator[dict[str, Any]]:
    """Every mutation of a message, with its effects, as programs get it."""
    effects: dict[str, list[dict[str, Any]]] = {}
    for row in store.effects(connection, message_pk):
        effects.setdefault(row.mutation_id, []).append(_effect(row))
    for row in store.story(connection, message_pk):
        yield {
            "position": row.position,
            "mutation": row.mutation_id,
            "kind": row.kind,
            "order": f"{row.order_number}/{row.order_line}",
            "title": row.title,
            "outcome": row.outcome or "not decided yet",
            "why": sentences(progress.unpack(row.findings)) if row.findings else "",
            "effects": effects.get(row.mutation_id, []) if row.standing == "NEW" else [],
            "delivery": row.delivery,
            "report": row.report,
        }


def _effect(row: Any) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "branch": row.branch,
        "budget_code": row.budget_code,
        "copies": row.copies,
        "committed": plain(row.committed_cents),
        "shipped": plain(row.shipped_cents),
    }


def _in_words(effect: dict[str, Any]) -> str:
    code = f" on {effect['budget_code']}" if effect["budget_code"] else ""
    return f"{effect['copies']:+} at {effect['branch']}{code}, committed {effect['committed']}"
