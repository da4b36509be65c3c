"""Messages for operators: found, told in full, and handed out as a file that can be pushed elsewhere."""

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from gateway.db import Connection, Engine, reading
from gateway.errors import GatewayError
from gateway.orders import credentials
from gateway.orders.store import message_log


class NoSuchMessage(GatewayError):
    """The library has no message under that id."""

    code = "no-such-message"
    message = "There is no message {message_id} of {institution}."
    hint = "Look for it with `gateway messages list`, or by an order number with `gateway messages find`."


class SeveralSenders(GatewayError):
    """More than one supplier gave this id to a message."""

    code = "several-senders"
    message = "Message {message_id} was sent by {senders}."
    hint = "Say which with --sender."


def named(connection: Connection, institution: str, message_id: str, sender: str | None) -> Any:
    """The one message of a library under this id.

    Raises:
        NoSuchMessage: there is none.
        SeveralSenders: no sender was named, and several have one.
    """
    found = message_log.messages_named(connection, institution, message_id, sender)
    if not found:
        raise NoSuchMessage(message_id=message_id, institution=institution)
    if len(found) > 1:
        raise SeveralSenders(message_id=message_id, senders=" and ".join(each.sender for each in found))
    return found[0]


def found(database: Engine, institution: str, sought: dict[str, str], most: int) -> Sequence[Any]:
    """The newest mutations of a library that have all of these keys; see `store.message_log.found`."""
    with reading(database) as connection:
        return message_log.found(connection, institution, sought, most)


def exported(database: Engine, institution: str, message_id: str, sender: str | None) -> Generator[bytes]:
    """A message as it was received, without what proved who sent it: `gateway push` proves that anew.

    Raises:
        NoSuchMessage, SeveralSenders: see `named`.
    """
    with reading(database) as connection:
        message = named(connection, institution, message_id, sender)
        with closing(message_log.raw(connection, message.pk)) as pieces:
            yield from credentials.left_out(pieces)
